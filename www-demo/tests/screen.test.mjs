// The stories through the screen, in Chromium. Every number that a step waits for is the one that the engine gives for the same
// step without a screen. The lender's story is told with the keyboard alone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createEngine } from "evenhand";
import { worlds } from "../worlds/index.js";
import { loadWorld } from "../worlds/load.js";
import { Driver, open, start } from "./screen/driver.mjs";
import { run } from "./story.mjs";

let desk;
before(async () => {
  desk = await start();
});
after(() => desk.stop());

const engine = await createEngine();
const number = (count) => count.toLocaleString("en-US");

for (const world of worlds) {
  const keyboard = world.id === "lender";
  test(`${world.title}: the story through the screen${keyboard ? ", with the keyboard alone" : ""}`, { timeout: 120_000 }, async () => {
    const { screen } = await import(`./screen/${world.id}.mjs`);
    const counts = [];
    const data = await loadWorld(world.id);
    run(engine, data, { count: world.count, now: world.now, each: (_, seen) => counts.push(seen.count) });
    assert.equal(screen.length, counts.length, "every step has its doings");
    const context = await desk.browser.newContext({ viewport: { width: 1440, height: 1000 }, reducedMotion: "reduce" });
    const { page, wrong } = await open(context, desk.address, `#/${world.id}`);
    const driver = new Driver(page, { keyboard });
    for (const [at, doings] of screen.entries()) {
      for (const doing of doings) {
        const text = JSON.stringify(doing, (_, value) => (value instanceof RegExp ? { pattern: value.source } : value)).replaceAll(/\$(?!remembered)/g, number(counts[at] ?? 0));
        const step = JSON.parse(text, (_, value) => (value?.pattern === undefined ? value : new RegExp(value.pattern)));
        await driver.do(step).catch((error) => {
          throw new Error(`step ${at + 1} (${data.story.steps[at].say}), ${JSON.stringify(step)}: ${error.message}`, { cause: error });
        });
      }
    }
    assert.deepEqual(wrong, []);
    await context.close();
  });
}
