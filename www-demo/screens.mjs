// Takes pictures of every world from the running app: three widths, light and dark, into out/screens, to be looked at; and those that the
// documentation keeps, with one short animation of a mass reassignment from filter to undo, into screens/.
// Usage: node screens.mjs
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import WebP from "node-webpmux";
import { Driver, open, start } from "./tests/screen/driver.mjs";

const kept = fileURLToPath(new URL("screens/", import.meta.url));
const looked = fileURLToPath(new URL("out/screens/", import.meta.url));
const SIZES = { 1440: 900, 1024: 768, 390: 844 };
/** What the documentation shows of each world. */
const KEPT = ["1440-light", "1024-dark", "390-light"];

/** What each world is shown doing; narrow windows show the pane that it opens. */
const scenes = {
  lender: {
    hash: "#/lender?list=carla",
    doings: [{ click: "Reassign all" }, { people: ["Ben Whitlock", "Elena Fischer", "Grace Lindqvist", "Maximiliana"] }, { radio: "Everybody ends level" }, { see: "spread 1" }],
  },
  partners: {
    hash: "#/partners?list=incoming&lead=P-5884",
    doings: [{ unfold: "Who would get it, and why?" }, { link: "Oddný Sørensen were paused" }, { see: "Oddný Sørensen otherwise" }],
  },
  rules: {
    hash: "#/partners?list=rules",
    doings: [{ click: "Move Everything else up" }, { click: "Move Everything else up" }, { see: "draft, not in force" }, { see: "By person" }],
  },
  pools: { hash: "#/pools?list=fresh", doings: [] },
  lists: {
    hash: "#/lists?list=renewals",
    doings: [{ click: "Mass edit" }, { check: "Assigned to: split evenly" }, { people: ["Abel Sandoval", "Cleo Fitzgerald", "Ezra Tully"] }, { check: "Status" }, { choose: ["Status", "In review"] }, { see: "spread" }],
  },
};

/** A picture as WebP, as the browser itself writes it. */
async function picture(page, quality) {
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send("Page.captureScreenshot", { format: "webp", quality, optimizeForSpeed: false });
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
      for (const [world, { hash, doings }] of Object.entries(scenes)) {
        const { page } = await open(context, desk.address, hash);
        const driver = new Driver(page);
        for (const doing of doings) await driver.do(doing);
        await settle(page);
        await page.screenshot({ path: join(looked, `${world}-${width}-${colorScheme}.png`) });
        const name = `${width}-${colorScheme}`;
        if (KEPT.includes(name)) writeFileSync(join(kept, `${world}-${name}.webp`), await picture(page, 52));
        await page.close();
      }
      await context.close();
    }
  }
}

/** A book of leads changes hands: from the list to the filter, the people, the plan, the deed and the way back. */
async function animation(desk) {
  const context = await desk.browser.newContext({ viewport: { width: 1180, height: 720 }, deviceScaleFactor: 0.82, colorScheme: "light", reducedMotion: "reduce" });
  const { page } = await open(context, desk.address, "#/lender?list=all");
  const driver = new Driver(page);
  const frames = [];
  const frame = async (delay, ...doings) => {
    for (const doing of doings) await driver.do(doing);
    await settle(page);
    frames.push({ delay, bytes: await picture(page, 46) });
  };
  await frame(1200, { list: "All leads" });
  await frame(900, { click: "Filter" });
  await frame(1300, { condition: ["Agent", "is", "Carla Reyes"] });
  await frame(1500, { condition: ["Status", "is none of"] }, { several: ["Funded", "Withdrawn", "Lost"] }, { count: "447" });
  await frame(1100, { click: "Done" }, { click: "Reassign all" });
  await frame(1000, { people: ["Ben Whitlock", "Elena Fischer"] });
  await frame(1300, { people: ["Grace Lindqvist", "Maximiliana"] });
  await frame(2200, { radio: "Everybody ends level" }, { see: "spread 1, the least possible" });
  await frame(2200, { write: "Reassign 447 leads" }, { toast: "Mass edit, split among 4 people" });
  await frame(2600, { click: "Undo: Mass edit, split among 4 people" }, { toast: "447 put back" });
  await context.close();
  const made = await Promise.all(frames.map(({ delay, bytes }) => WebP.Image.generateFrame({ buffer: bytes, delay, blend: false })));
  const { width, height } = made[0].img;
  await WebP.Image.save(join(kept, "reassign.webp"), { width, height, loops: 0, frames: made });
}

for (const folder of [kept, looked]) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}
const desk = await start();
await pictures(desk);
await animation(desk);
await desk.stop();
const bytes = readdirSync(kept).reduce((sum, name) => sum + statSync(join(kept, name)).size, 0);
console.log(`    ${readdirSync(looked).length} pictures to look at in ${looked}, ${readdirSync(kept).length} kept, ${(bytes / 1000).toFixed(0)} KB`);
