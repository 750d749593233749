// Takes pictures of every world from the running app: three widths, light and dark, into out/screens, to be looked at; and those that the
// documentation keeps, with one short animation of a mass reassignment from filter to undo, into screens/.
// Usage: node screens.mjs [SCENE…] (all of them and the animation, or these alone)
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import WebP from "node-webpmux";
import { Driver, drop, dropMade, open, start, written } from "./tests/screen/driver.mjs";

const folder = fileURLToPath(new URL("screens/", import.meta.url));
const looked = fileURLToPath(new URL("out/screens/", import.meta.url));
const SIZES = { 1440: 900, 1024: 768, 390: 844 };
/**
 * What each world is shown doing; narrow windows show the pane that it opens. The documentation keeps of each the one at 1440, light, and
 * those that `kept` names besides. What is no step of a person is done by `act`.
 */
const scenes = {
  lender: {
    hash: "#/lender?list=carla",
    doings: [{ click: "Reassign all" }, { people: ["Ben Whitlock", "Elena Fischer", "Grace Lindqvist", "Maximiliana"] }, { radio: "Everybody ends level" }, { see: "spread 1" }],
    kept: ["1024-dark", "390-light"],
  },
  partners: {
    hash: "#/partners?list=incoming&lead=P-5884",
    doings: [{ unfold: "Who would get it, and why?" }, { link: "Oddný Sørensen were paused" }, { see: "Oddný Sørensen otherwise" }],
  },
  rules: {
    hash: "#/partners?list=rules",
    doings: [{ click: "Move Everything else up" }, { click: "Move Everything else up" }, { see: "Put in force" }],
  },
  replay: {
    hash: "#/partners?list=rules",
    doings: [{ click: "Move Everything else up" }, { click: "Move Everything else up" }, { pane: "Simulation" }, { choose: ["Tried on", "All that came, in order"] }, { see: "First to go elsewhere" }],
  },
  groups: {
    hash: "#/partners?list=groups",
    doings: [{ click: "Edit Strategic accounts" }, { click: "Move Ulrike Weiß up" }, { see: "Put in force" }],
  },
  audit: {
    hash: "#/partners?list=audit",
    doings: [{ see: "3,840 leads" }],
  },
  realty: {
    before: {
      hash: "#/realty?as=ilse&list=all",
      doings: [
        { find: "R-4002" }, { inside: "To a group…" }, { radio: "Blast to all buyers’ agents" }, { write: "Start for 1 lead" }, { toast: "Given to Blast" }, { clock: "5 minutes later" },
        { list: "All leads" }, { find: "R-4001" }, { inside: "To a group…" }, { radio: "Next up, Spanish" }, { write: "Start for 1 lead" }, { toast: "Given to Next up, Spanish" },
        { list: "All leads" }, { find: "R-4004" }, { inside: "To a group…" }, { radio: "Next up, Spanish" }, { write: "Start for 1 lead" }, { see: "Next up, Spanish is asking" },
      ],
    },
    hash: "#/realty?as=diego&list=offers",
    doings: [{ see: "Claim" }],
    kept: ["1024-dark", "390-light"],
  },
  pools: { hash: "#/pools?list=fresh", doings: [] },
  lists: {
    hash: "#/lists?list=renewals",
    doings: [{ click: "Mass edit" }, { check: "Assigned to: split evenly" }, { people: ["Abel Sandoval", "Cleo Fitzgerald", "Ezra Tully"] }, { check: "Status" }, { choose: ["Status", "In review"] }, { see: "spread" }],
  },
  // A hundred thousand, at their end; the longest name; none at all.
  many: {
    hash: "#/pools?list=all",
    doings: [{ pane: "Leads" }, { count: "100,000" }],
    act: async ({ page }) => {
      await page.getByRole("grid").focus();
      await page.keyboard.press("End");
      await page.waitForFunction(() => document.querySelector("[aria-rowindex='100001']") && document.querySelectorAll(".late, .ghost").length === 0);
    },
  },
  long: {
    hash: "#/pools?list=all",
    doings: [{ pane: "Leads" }, { count: "100,000" }, { search: "Featherstonehaugh-Cholmondeley" }],
    act: async ({ page }) => {
      await page.waitForFunction(() => document.querySelector(".grid-body .first")?.textContent.includes("Featherstonehaugh"));
      await page.getByRole("row").nth(1).click();
      await page.getByRole("heading", { level: 2, name: "Featherstonehaugh" }).waitFor();
    },
    kept: ["390-light"],
  },
  empty: { hash: "#/partners?list=inactive", doings: [{ pane: "Leads" }, { see: "No leads here" }], kept: ["390-dark"] },
  nowhere: { hash: "#/nowhere", waits: "There is no world", doings: [] },
  refused: { hash: "#/lender?as=amara&list=all", doings: [{ pane: "Leads" }, { click: "Reassign all: not allowed, why?" }, { see: "A grant of" }] },
  // A visitor's own file: looked at, on its way, and damaged.
  file: {
    hash: "#/lender?list=carla",
    doings: [],
    act: async ({ page }) => {
      const rows = Array.from({ length: 240 }, (_, at) => `K-${at + 1},"Client, No ${at + 1}",${["Ana Ruiz", "Bo Lind", "Cy Ode"][at % 3]},${["Open", "Won"][at % 2]},${written((at % 28) + 1, (at % 6) + 1, 10, at % 60)},${1000 + at},${at % 2 ? "Yes" : "No"}`);
      await drop(page, "clients.csv", ["Lead No,Full name,Sales rep,Stage,Added on,Budget,VIP", ...rows].join("\n"));
      await page.getByText("240 rows, 7 columns").waitFor();
    },
    kept: ["390-light"],
  },
  loading: {
    hash: "#/lender?list=carla",
    doings: [],
    act: async ({ page }) => {
      await dropMade(page, "large.csv", 1_200_000);
      await page.getByRole("button", { name: "Load 1,200,000 rows" }).click({ timeout: 60_000 });
      await page.waitForFunction(() => document.querySelector("progress")?.value > 20_000_000);
    },
    moving: true,
  },
  damaged: {
    hash: "#/lender?list=carla",
    doings: [],
    act: async ({ page }) => {
      await drop(page, "broken.json", '[{"id": 1}, {"id": ');
      await page.getByRole("dialog", { name: "broken.json" }).getByRole("alert").waitFor();
    },
  },
  full: {
    hash: "#/lender?list=carla",
    doings: [{ pane: "Leads" }, { click: "Reassign all" }, { people: ["Ben Whitlock", "Elena Fischer"] }, { see: "spread" }],
    act: async ({ page, driver, address }) => {
      const devtools = await page.context().newCDPSession(page);
      await devtools.send("Storage.overrideQuotaForOrigin", { origin: new URL(address).origin, quotaSize: 1 });
      await driver.steps({ click: "Reassign 447 leads" }, { toast: "The browser has no room left to store this" });
      await devtools.send("Storage.overrideQuotaForOrigin", { origin: new URL(address).origin });
    },
    kept: ["390-dark"],
  },
};

/** A picture as WebP, as the browser itself writes it; `clip` is a part of the page, and how large it is drawn. */
async function picture(page, quality, clip) {
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send("Page.captureScreenshot", { format: "webp", quality, ...(clip && { clip: { scale: 1, ...clip } }) });
  await devtools.detach();
  return Buffer.from(data, "base64");
}

/** Leaves nothing focused and the panel at its beginning, and waits until nothing moves. */
async function settle(page) {
  await page.evaluate(() => {
    document.activeElement?.blur();
    document.querySelector(".panel-body")?.scrollTo(0, 0);
  });
  await page.waitForTimeout(350);
}

async function pictures(desk) {
  for (const colorScheme of ["light", "dark"]) {
    for (const [width, height] of Object.entries(SIZES)) {
      const context = await desk.browser.newContext({ viewport: { width: Number(width), height }, colorScheme, reducedMotion: "reduce" });
      for (const [world, { before, hash, doings, act, moving, waits, kept = [] }] of Object.entries(scenes)) {
        if (only.length > 0 && !only.includes(world)) continue;
        if (before) {
          // What has happened before, in a window in which everything is in reach.
          const { page } = await open(context, desk.address, before.hash);
          await page.setViewportSize({ width: 1440, height: 900 });
          const driver = new Driver(page);
          await driver.steps(...before.doings);
          await page.close();
        }
        const page = waits ? await context.newPage() : (await open(context, desk.address, hash)).page;
        if (waits) {
          await page.goto(desk.address + hash);
          await page.getByText(waits).waitFor();
        }
        const driver = new Driver(page);
        await driver.steps(...doings);
        await act?.({ page, driver, address: desk.address });
        if (!moving) await settle(page);
        await page.screenshot({ path: join(looked, `${world}-${width}-${colorScheme}.png`) });
        const name = `${width}-${colorScheme}`;
        // As large as a page of documentation shows it.
        if (name === "1440-light" || kept.includes(name)) writeFileSync(join(folder, `${world}-${name}.webp`), await picture(page, 42, { x: 0, y: 0, width: Number(width), height, scale: width < 500 ? 0.8 : 900 / width }));
        await page.close();
      }
      await context.close();
    }
  }
}

/** Drawn at two thirds, so that a part whose edges are on every sixth pixel has whole ones on the page. */
const DRAWN = 2 / 3;
const STEP = 6;

/** The part of a picture that is not as it was: its edges, in pixels. */
function changed(before, after, width, height) {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * 4;
      // What differs less is the compression.
      if (Math.abs(before[at] - after[at]) + Math.abs(before[at + 1] - after[at + 1]) + Math.abs(before[at + 2] - after[at + 2]) < 40) continue;
      [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x + 1), Math.max(bottom, y + 1)];
    }
  }
  const [x, y] = [Math.floor(left / STEP) * STEP, Math.floor(top / STEP) * STEP];
  return { x, y, width: Math.ceil(right / STEP) * STEP - x, height: Math.ceil(bottom / STEP) * STEP - y };
}

/** A book of leads changes hands: from the list to the filter, the people, the plan, the deed and the way back. */
async function animation(desk) {
  await WebP.Image.initLib();
  const size = { width: 1170, height: 720 };
  const [width, height] = [Math.round(size.width * DRAWN), Math.round(size.height * DRAWN)];
  const context = await desk.browser.newContext({ viewport: size, colorScheme: "light", reducedMotion: "reduce" });
  const { page } = await open(context, desk.address, "#/lender?list=all");
  const driver = new Driver(page);
  const frames = [];
  let before;
  const frame = async (delay, ...doings) => {
    await driver.steps(...doings);
    await settle(page);
    const whole = new WebP.Image();
    await whole.load(await picture(page, 80, { x: 0, y: 0, ...size, scale: DRAWN }));
    const pixels = await whole.getImageData();
    const part = before ? changed(before, pixels, width, height) : { x: 0, y: 0, width, height };
    before = pixels;
    const clip = { ...Object.fromEntries(Object.entries(part).map(([side, length]) => [side, Math.round(length / DRAWN)])), scale: DRAWN };
    // The format counts places in steps of two.
    frames.push(await WebP.Image.generateFrame({ buffer: await picture(page, 44, clip), x: part.x / 2, y: part.y / 2, delay, blend: false }));
  };
  await frame(1200, { list: "All leads" });
  await frame(900, { click: "Filter" });
  await frame(1700, { condition: ["Agent", "is", "Carla Reyes"] }, { condition: ["Status", "is none of"] }, { several: ["Funded", "Withdrawn", "Lost"] }, { count: "447" });
  await frame(1100, { click: "Done" }, { click: "Reassign all" });
  await frame(1300, { people: ["Ben Whitlock", "Elena Fischer"] });
  await frame(2400, { people: ["Grace Lindqvist", "Maximiliana"] }, { radio: "Everybody ends level" }, { see: "spread 1, the least possible" });
  await frame(2200, { write: "Reassign 447 leads" }, { toast: "Mass edit, split among 4 people" });
  await frame(2600, { click: "Undo: Mass edit, split among 4 people" }, { toast: "447 put back" });
  await context.close();
  await WebP.Image.save(join(folder, "reassign.webp"), { width, height, loops: 0, frames });
}

const only = process.argv.slice(2);
for (const path of [folder, looked]) {
  if (only.length === 0) rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
}
const desk = await start();
await pictures(desk);
if (only.length === 0) await animation(desk);
await desk.stop();
const kept = readdirSync(folder);
const bytes = kept.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
console.log(`    ${readdirSync(looked).length} pictures to look at in ${looked}, ${kept.length} kept, ${(bytes / 1000).toFixed(0)} KB`);
