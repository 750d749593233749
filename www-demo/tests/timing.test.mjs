// How long a visitor waits, with 100,000 leads. The best of several runs must reach the goal, and the median may take twice as long.
// A machine that others use gives each process only a part of its time; how small that part is, is measured along, and the goals are
// longer by as much, and by a quarter more, since that does not see how fast the processor is. The goal itself is printed beside what was
// measured, for a quiet machine.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Driver, open, start } from "./screen/driver.mjs";

let desk;
before(async () => {
  desk = await start();
});
after(() => desk.stop());

const OTHER_PROCESSORS = 1.25;

const wide = { viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" };

/** How much longer work takes than it would on a machine of its own: time that passes for each second of computing. */
function crowd() {
  const [from, used] = [performance.now(), process.cpuUsage()];
  while (performance.now() - from < 120);
  const { user, system } = process.cpuUsage(used);
  return Math.max(1, ((performance.now() - from) * 1000) / (user + system));
}

/** Measures, with what the machine had for it meanwhile. */
async function measured(runs, run) {
  const times = [];
  const crowds = [crowd()];
  for (let at = 0; at < runs; at += 1) {
    times.push(await run(at));
    crowds.push(crowd());
  }
  crowds.sort((one, other) => one - other);
  return { times: times.sort((one, other) => one - other), slow: crowds[Math.floor(crowds.length / 2)] };
}

/** What else a machine does only makes longer what is measured: a round that misses the goal is measured again. */
const ROUNDS = 3;

async function within(t, what, goal, runs, run) {
  for (let round = 1; ; round += 1) {
    const { times, slow } = await measured(runs, run);
    const [best, median] = [times[0], times[Math.floor(times.length / 2)]];
    const words = `${what}: best ${best.toFixed(1)} ms, median ${median.toFixed(1)} ms of ${times.length}, goal ${goal} ms${slow > 1.05 ? `, on a machine ${slow.toFixed(1)} times as slow as its own` : ""}`;
    t.diagnostic(words);
    const most = goal * slow * OTHER_PROCESSORS;
    if (best <= most && median <= most * 2) return;
    assert.ok(round < ROUNDS, words);
  }
}

test("the count of a list is there within a frame, and a mass edit of all of them is previewed in 200 ms", { timeout: 240_000 }, async (t) => {
  const context = await desk.browser.newContext(wide);
  const { page } = await open(context, desk.address, "#/pools?list=all");
  const driver = new Driver(page);
  await driver.do({ count: "100,000" });
  await driver.do({ click: "Filter" });
  await driver.do({ condition: ["Score", "is above", 10] });
  const builder = page.getByRole("region", { name: "Filter" });
  const status = builder.getByRole("status");
  const scores = [12, 25, 33, 41, 50, 58, 66, 74, 83];
  let last = "";
  await within(t, "a count over 100,000 leads", 16, scores.length, async (at) => {
    const score = scores[at];
    await builder.getByRole("spinbutton", { name: "Value" }).fill(String(score));
    await status.filter({ hasText: `${score}` }).waitFor();
    await page.waitForFunction(([text, score]) => document.querySelector(".builder-foot p")?.textContent !== text && document.querySelector(".builder-foot p")?.textContent.includes(String(score)), [last, score]);
    last = await status.textContent();
    return Number.parseFloat((await status.getAttribute("title")).replace("counted in ", ""));
  });

  await driver.do({ list: "All leads" });
  await driver.steps({ count: "100,000" }, { click: "Mass edit" }, { check: "Campaign" });
  let campaign = 0;
  await within(t, "the preview of a mass edit of 100,000 leads", 200, 5, async () => {
    campaign += 1;
    await driver.do({ fill: ["Campaign", `Campaign ${campaign}`] });
    await page.locator(".plan-area:not(.pending) .plan-time").filter({ hasText: "100,000 leads planned in" }).waitFor();
    await page.getByRole("complementary").getByRole("button", { name: "Change 100,000 leads" }).and(page.locator(":enabled")).waitFor();
    return Number.parseFloat((await page.locator(".plan-time").textContent()).replace(/.*planned in ([\d.,]+) ms.*/, "$1").replace(",", ""));
  });
  await context.close();
});

for (const [what, hash] of [["4,000", "#/lender"], ["100,000", "#/pools"]]) test(`the first list of ${what} leads is on screen a second after navigation, from a cold cache`, { timeout: 240_000 }, async (t) => {
  await within(t, `the first list of ${what} leads`, 1000, 5, async () => {
    const context = await desk.browser.newContext(wide);
    const page = await context.newPage();
    await page.addInitScript(() => {
      const look = () => {
        if (document.querySelector(".grid-body .first .clip")?.textContent) globalThis.firstList = performance.now();
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
    await page.goto(desk.address + hash);
    const time = await (await page.waitForFunction(() => globalThis.firstList)).jsonValue();
    await context.close();
    return time;
  });
});

test("what a visitor does is on screen within 100 ms", { timeout: 240_000 }, async (t) => {
  await within(t, "the slowest interaction", 100, 3, async () => {
    const context = await desk.browser.newContext(wide);
    const { page } = await open(context, desk.address, "#/pools?list=all");
    const driver = new Driver(page);
    await driver.do({ count: "100,000" });
    await page.evaluate(() => {
      globalThis.waited = new Map();
      new PerformanceObserver((list) => {
        for (const { interactionId, duration } of list.getEntries()) if (interactionId) globalThis.waited.set(interactionId, Math.max(duration, globalThis.waited.get(interactionId) ?? 0));
      }).observe({ type: "event", durationThreshold: 16, buffered: false });
    });
    const grid = page.getByRole("grid");
    await grid.focus();
    for (const key of ["ArrowDown", "ArrowDown", "PageDown", "End", "Home", " ", "ArrowDown", " "]) await page.keyboard.press(key);
    await page.getByRole("row").nth(4).click();
    await page.getByRole("complementary", { name: "Lead" }).getByRole("heading", { level: 2 }).waitFor();
    await page.getByRole("searchbox").click();
    await page.keyboard.type("Zoë", { delay: 60 });
    await page.getByRole("row").nth(1).waitFor();
    await driver.do({ list: "Idle for 30 days" });
    await page.getByRole("columnheader", { name: "Last activity" }).getByRole("button").click();
    await driver.steps({ click: "Mass edit" }, { check: "Status" }, { choose: ["Status", "Callback"] }, { click: "Close" });
    await page.waitForTimeout(300);
    const waited = await page.evaluate(() => [...globalThis.waited.values()]);
    await context.close();
    return Math.max(16, ...waited);
  });
});
