// The README's figures stand once, in tests/js/bench/measured.json: its table and charts are made of them, and the charts can be read.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chart } from "../bench/charts/draw.mjs";
import { ends, file, read, shown, taken, times, updated, written } from "../bench/charts/figures.mjs";
import { made } from "../bench/charts/main.mjs";
import { GROUPS, ROWS } from "../bench/charts/rows.mjs";
import { root } from "./lib/pages.mjs";

const { chromium } = createRequire(join(root, "tests/js/package/package.json"))("playwright-core");
const figures = read();

test("the README and the charts are what the figures make", () => {
  for (const { name, file, text } of made()) assert.ok(readFileSync(file, "utf8") === text, `${name} is not what the figures make: \`cargo xtask bench charts\` writes it anew`);
});

test("every row of the table is measured, with all its peers, and nothing else stands among the figures", () => {
  assert.equal(readFileSync(file, "utf8"), written(figures));
  assert.deepEqual(Object.keys(figures), ROWS.map(({ id }) => id));
  for (const row of ROWS) {
    assert.deepEqual(Object.keys(figures[row.id].peers), Object.keys(row.peers), row.id);
    for (const { ratio } of Object.values(figures[row.id].peers)) assert.equal(ratio !== undefined, row.ratios !== false, row.id);
  }
});

// Two figures of two digits each tell a ratio to a tenth; and where peers are raced one by one, each ratio is of its own race.
test("a ratio is of its two figures, as far as these are told", () => {
  for (const [id, { ours, peers }] of Object.entries(figures)) {
    for (const [peer, { takes, ratio }] of Object.entries(peers)) {
      if (ratio === undefined) continue;
      const [least, most] = [Math.min(...ends(takes)) / Math.max(...ends(ours)), Math.max(...ends(takes)) / Math.min(...ends(ours))];
      for (const told of ends(ratio)) assert.ok(told > least * 0.89 && told < most * 1.11, `${id} beside ${peer}: ${told} where the figures are ${least} to ${most}`);
    }
  }
});

test("figures are written in two digits, whole from a hundred on, and in a unit that can be read", () => {
  assert.deepEqual([1.649, 8, 0.4, 0.000283, 113.4, 1249, 9.96, 99.6].map((ms) => shown(ms)), ["1.6 ms", "8 ms", "400 µs", "283 ns", "113 ms", "1.2 s", "10 ms", "100 ms"]);
  assert.deepEqual([shown([0.41, 0.9]), shown([142, 159], "B"), times([41, 67]), times(6.37), shown([5.01, 5.04])], ["410–900 µs", "142–159 B", "41–67 ×", "6.4 ×", "5 ms"]);
});

test("a run's lines take the place of the rows that it measured, and of no others", () => {
  const line = (work, peer, ours, peerTakes, unit = "ms") => ({ work, peer, ours, peerTakes, unit, ratio: 0 });
  const verify = line("verify of 1,000,000", "plan and encode", 51.239, 60);
  const split = line("plain split of 1,000,000 among 37, plan and columns", "i % k into objects", 10.04, 70.5);
  // The split with eligibility is lacking its peer, and so is no line of one run.
  const alone = { work: "split of 1,000,000 among 37 who take some", ours: 20, unit: "ms" };
  const after = updated(figures, "split", [verify, split, alone]);
  assert.deepEqual([after.rows, after.lacking], [["split", "verify"], ["eligible"]]);
  const { on } = after.figures.split;
  assert.deepEqual(after.figures, {
    ...figures,
    split: { on, ours: 10, peers: { "i % k into objects": { takes: 70.5, ratio: 7.02 } } },
    verify: { on, ours: 51.2, peers: { "plan and encode": { takes: 60 } } },
  });
  assert.deepEqual(Object.keys(after.figures), Object.keys(figures));
  assert.equal(on.node, process.versions.node.split(".")[0]);
  // What several lines tell goes from the least to the most; the same work in another unit is another figure.
  const seen = ROWS.find(({ id }) => id === "seen");
  const scopes = [["own", 0.41, 28], ["team", 0.9, 37.8], ["subtree", 0.7, 46.9]].flatMap(([scope, ours, takes]) => [
    { work: `rows of scope ${scope} among 1,000,000`, ours: ours * 1000, unit: "ns" },
    line(`rows of scope ${scope} among 1,000,000`, "a Set of owners, by hand", ours, takes),
  ]);
  assert.deepEqual(taken(seen, scopes), { on, ours: [0.41, 0.9], peers: { "a Set of owners, by hand": { takes: [28, 46.9], ratio: [42, 68.3] } } });
  assert.equal(taken(seen, scopes.slice(2)), undefined);
});

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
});
after(() => browser.close());

/** Figures as long as they get, and as far from each other. */
const wide = Object.fromEntries(Object.entries(figures).map(([id, { on, ours, peers }]) => {
  const told = Object.entries(peers).map(([peer, { takes, ratio }], nth) => [peer, nth === 0 ? { takes: [111.1, 999.9], ratio: [1111, 9999] } : { takes, ratio }]);
  return [id, { on, ours, peers: Object.fromEntries(told) }];
}));

for (const [kind, shownFigures] of Object.entries({ "as they are": figures, "with long figures": wide })) {
  test(`charts ${kind}: no words lie over others or over a bar or pass the edge, in narrow and in wide letters, by day and by night`, async () => {
    for (const { id } of GROUPS) {
      for (const colorScheme of ["light", "dark"]) {
        const page = await browser.newPage({ colorScheme });
        for (const font of ["Liberation Sans, Arial, Helvetica, sans-serif", "DejaVu Sans, Verdana, sans-serif"]) {
          await page.setContent(`<body style="margin:0">${chart(id, shownFigures).replace(/font-family="[^"]*"/, `font-family="${font}"`)}`);
          const faults = await page.evaluate(() => {
            const svg = document.querySelector("svg");
            const { width, height } = svg.viewBox.baseVal;
            const boxes = [...svg.querySelectorAll("text, rect:not(.bg)")].map((element) => ({ element, box: element.getBBox(), words: element.textContent || element.getAttribute("class") }));
            const faults = [];
            // The height of letters, without the room that a font leaves above and below.
            const inner = ({ element, box }) => (element.tagName === "text" ? { ...{ x: box.x, width: box.width }, y: box.y + box.height * 0.2, height: box.height * 0.6 } : box);
            const over = (one, two) => one.x < two.x + two.width && two.x < one.x + one.width && one.y < two.y + two.height && two.y < one.y + one.height;
            boxes.forEach((one, at) => {
              if (one.box.x < 12 || one.box.x + one.box.width > width - 8 || one.box.y < 0 || one.box.y + one.box.height > height) faults.push(`${one.words} passes the edge`);
              for (const two of boxes.slice(at + 1)) if ([one, two].some(({ element }) => element.tagName === "text") && over(inner(one), inner(two))) faults.push(`${one.words} lies over ${two.words}`);
            });
            // Contrast as WCAG counts it, of words on the ground.
            const light = (color) => color.match(/[\d.]+/g).slice(0, 3).map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)).reduce((sum, part, nth) => sum + part * [0.2126, 0.7152, 0.0722][nth], 0);
            const fill = (element) => light(getComputedStyle(element).fill);
            const ground = fill(svg.querySelector(".bg"));
            for (const element of svg.querySelectorAll("text, tspan")) {
              const [low, high] = [fill(element), ground].sort((a, b) => a - b);
              if ((high + 0.05) / (low + 0.05) < 4.5) faults.push(`${element.textContent} is faint`);
            }
            return { faults, bars: svg.querySelectorAll("rect.ours").length, named: [svg.getAttribute("role"), svg.querySelector("#t").textContent !== "", svg.querySelector("#d").textContent !== ""] };
          });
          assert.deepEqual(faults.faults, [], `${id}, ${colorScheme}, ${font}`);
          assert.ok(faults.bars > 1);
          assert.deepEqual(faults.named, ["img", true, true]);
        }
        await page.close();
      }
    }
  });
}
