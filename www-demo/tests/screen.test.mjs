// The stories through the screen, in Chromium. The lender's story is told with the keyboard alone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { worlds } from "../worlds/index.js";
import { Driver, open, start } from "./screen/driver.mjs";
import { tell } from "./screen/tell.mjs";

let desk;
before(async () => {
  desk = await start();
});
after(() => desk.stop());

for (const world of worlds) {
  const keyboard = world.id === "lender";
  test(`${world.title}: the story through the screen${keyboard ? ", with the keyboard alone" : ""}`, { timeout: 120_000 }, async () => {
    const context = await desk.browser.newContext({ viewport: { width: 1440, height: 1000 }, reducedMotion: "reduce" });
    const { page, wrong } = await open(context, desk.address, `#/${world.id}`);
    await tell(new Driver(page, { keyboard }), world);
    assert.deepEqual(wrong, []);
    await context.close();
  });
}
