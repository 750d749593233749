// Takes pictures of every world from the running app into screens/: three widths, light and dark.
// Usage: node screens.mjs [folder]
import { mkdirSync, readdirSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Driver, open, start } from "./tests/screen/driver.mjs";

const folder = process.argv[2] ?? fileURLToPath(new URL("screens/", import.meta.url));
const SIZES = [
  [1440, 900],
  [1024, 768],
  [390, 844],
];

/** What each world is shown doing; narrow windows show the pane that it opens. */
const scenes = {
  lender: {
    hash: "#/lender?list=carla",
    doings: [{ click: "Reassign all" }, { people: ["Ben Whitlock", "Elena Fischer", "Grace Lindqvist", "Maximiliana"] }, { radio: "Everybody ends level" }, { see: "spread 1" }],
  },
  partners: { hash: "#/partners?list=movable&lead=P-2002", doings: [{ see: "Transfer…" }] },
  pools: { hash: "#/pools?list=fresh", doings: [] },
  lists: {
    hash: "#/lists?list=renewals",
    doings: [{ click: "Mass edit" }, { check: "Assigned to: split evenly" }, { people: ["Abel Sandoval", "Cleo Fitzgerald", "Ezra Tully"] }, { check: "Status" }, { choose: ["Status", "In review"] }, { see: "spread" }],
  },
};

mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) if (name.endsWith(".png")) unlinkSync(join(folder, name));
const desk = await start();
for (const colorScheme of ["light", "dark"]) {
  for (const [width, height] of SIZES) {
    const context = await desk.browser.newContext({ viewport: { width, height }, colorScheme, reducedMotion: "reduce" });
    for (const [world, { hash, doings }] of Object.entries(scenes)) {
      const { page } = await open(context, desk.address, hash);
      const driver = new Driver(page);
      for (const doing of doings) await driver.do(doing);
      await page.evaluate(() => {
        document.activeElement?.blur();
        document.querySelector(".panel-body")?.scrollTo(0, 0);
      });
      await page.waitForTimeout(400);
      await page.screenshot({ path: join(folder, `${world}-${width}-${colorScheme}.png`) });
      await page.close();
    }
    await context.close();
  }
}
await desk.stop();
const files = readdirSync(folder).filter((name) => name.endsWith(".png"));
const bytes = files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
console.log(`    ${files.length} pictures, ${(bytes / 1e6).toFixed(1)} MB`);
