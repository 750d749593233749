// The story of each world, run against the engine step by step.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createEngine } from "evenhand";
import { many, written } from "../leads.mjs";
import { worlds } from "../worlds/index.js";
import { loadWorld } from "../worlds/load.js";
import { run } from "./story.mjs";

const engine = await createEngine();

for (const world of worlds) {
  test(`${world.title}: the story runs from its first step to its last`, async () => {
    const data = await loadWorld(world.id);
    let steps = 0;
    run(engine, data, { count: world.count, now: world.now, each: () => (steps += 1) });
    assert.equal(steps, data.story.steps.length);
  });

  test(`${world.title}: configuration without a word of complaint, leads without a problem and the same every time`, async () => {
    const { config, leads } = await loadWorld(world.id);
    assert.deepEqual(engine.check(config), []);
    const workspace = engine.workspace(config);
    const made = leads(500, world.now);
    assert.deepEqual(made, leads(500, world.now));
    const table = workspace.load(made);
    assert.deepEqual(table.problems, []);
    assert.equal(table.size, 500);
    workspace.free();
  });
}

for (const world of many) {
  test(`${world.title}: leads that are read from their file are those that are made`, async () => {
    const { config, leads } = await loadWorld(world.id);
    const workspace = engine.workspace(config);
    const [made, read] = [workspace.load(leads(world.count, world.now)), workspace.load(await written(world), { format: "csv" })];
    assert.deepEqual([read.problemCount, read.size], [0, world.count]);
    const fields = Object.keys(config.fields);
    for (let at = 0; at < world.count; at += 20_000) {
      const [here, there] = [made, read].map((table) => {
        const all = table.select(null, { actor: null });
        const rows = all.rows(at, 20_000, fields);
        all.free();
        return rows;
      });
      // As texts, because a comparison of so many objects takes as long as all else here.
      assert.ok(JSON.stringify(there) === JSON.stringify(here), `rows from ${at} on`);
    }
    workspace.free();
  });
}

test("a story that expects something else fails, and says where", async () => {
  const [world] = worlds;
  const { story, ...data } = await loadWorld(world.id);
  const wrong = { ...story, steps: story.steps.map((step, at) => (at === 0 ? { ...step, expect: { count: 1 } } : step)) };
  assert.throws(() => run(engine, { ...data, story: wrong }, { count: world.count, now: world.now }), /step 1: Nora looks/);
});
