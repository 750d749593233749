// The configurations to start from: all of them there, alone and together, sound, and of use to whoever copies them.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createEngine } from "evenhand";
import * as presets from "evenhand/presets";
import { pkg } from "./lib/installed.mjs";

const engine = await createEngine();

test("every configuration is exported, and is a module of its own", async () => {
  const files = readdirSync(join(pkg, "presets")).map((file) => file.replace(/\.js$/, ""));
  assert.deepEqual(Object.keys(presets), files.sort());
  for (const name of files) assert.equal((await import(`evenhand/presets/${name}`)).default, presets[name]);
});

for (const [name, config] of Object.entries(presets)) {
  test(`${name}: nothing to complain of, plain JSON, and everybody has somebody to give leads to`, () => {
    assert.deepEqual(engine.check(config), []);
    assert.deepEqual(JSON.parse(JSON.stringify(config)), config);
    const workspace = engine.workspace(config);
    const [first] = config.users.filter(({ kind }) => kind !== "service");
    const { id, owner, unit } = config.lead;
    const leads = workspace.load([{ ...Object.fromEntries(Object.keys(config.fields).map((name) => [name, null])), [id]: "1", ...(unit && { [unit]: first.unit }) }]);
    const receivers = workspace.receivers(leads, { actor: first.id, lead: "1", slot: owner, now: Date.UTC(2026, 2, 2) });
    assert.ok(receivers.some(({ allowed }) => allowed), JSON.stringify(receivers[0]));
    workspace.free();
  });

  test(`${name}: with a host's own people in it`, () => {
    const [{ profiles }] = config.users;
    const workspace = engine.workspace({ ...config, users: [{ id: "me", profiles }], lists: [], groups: [], rules: [], pools: [] });
    assert.equal(workspace.config.users.length, 1);
    workspace.free();
  });
}
