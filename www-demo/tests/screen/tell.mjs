// Tells the story of a world through the screen. Every number that a step waits for is the one that the engine gives for the same step
// without a screen.
import assert from "node:assert/strict";
import { createEngine } from "evenhand";
import { loadWorld } from "../../worlds/load.js";
import { run } from "../story.mjs";

const engine = await createEngine();
const number = (count) => count.toLocaleString("en-US");

export async function tell(driver, world) {
  const { screen } = await import(`./${world.id}.mjs`);
  const counts = [];
  const data = await loadWorld(world.id);
  run(engine, data, { count: world.count, now: world.now, each: (_, seen) => counts.push(seen.count) });
  assert.equal(screen.length, counts.length, "every step has its doings");
  for (const [at, doings] of screen.entries()) {
    for (const doing of doings) {
      const text = JSON.stringify(doing, (_, value) => (value instanceof RegExp ? { pattern: value.source } : value)).replaceAll(/\$(?!remembered)/g, number(counts[at] ?? 0));
      const step = JSON.parse(text, (_, value) => (value?.pattern === undefined ? value : new RegExp(value.pattern)));
      await driver.do(step).catch((error) => {
        throw new Error(`step ${at + 1} (${data.story.steps[at].say}), ${JSON.stringify(step)}: ${error.message}`, { cause: error });
      });
    }
  }
}
