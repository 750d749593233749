// Each limit of docs/limits.md is gone to, and one past it is refused as the document says, with processor time and memory bounded. What each
// took is printed.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createEngineSync, EvenhandError } from "evenhand";
import { here, pkg } from "./lib/installed.mjs";
import { base, blank, context, elsewhere, limits, MEMORY, ofMemory } from "./lib/limits.mjs";

/** The rows of the document's tables: what they bound, and what they say of it. */
const rows = new Map(
  [...readFileSync(join(pkg, "docs/limits.md"), "utf8").matchAll(/^\| (?!limit \|)(.+?) \| (.*?) ?\| (.*?) \| (.*?) \| (.*?) ?\|$/gm)].map(([, name, least, most, past, at]) => [name, { least, most, past, at }]),
);
const root = join(here, "../../..");
const plain = (text) => (/^[\d,.]+$/.test(text) ? Number(text.replaceAll(",", "")) : text);

test("the document has the limits that are tested, and no others", () => {
  assert.ok(rows.size > 40, "the tables of the document were not found");
  assert.deepEqual([...rows.keys()].sort(), [...Object.keys(limits), ...Object.keys(elsewhere), ...ofMemory].sort());
  for (const [name, [code, file]] of Object.entries(elsewhere)) {
    assert.ok(rows.get(name).past.includes(`\`${code}\``));
    assert.ok(readFileSync(join(root, file), "utf8").includes(`"${code}"`), `${file} does not hold \`${code}\``);
  }
});

/** Milliseconds of processor time: a machine that does other work as well is no slower by it. */
function spent(since) {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

/** What comes of one call: nothing, or code and pointer. */
function outcome(meet, engine, n) {
  try {
    return meet(engine, n);
  } catch (error) {
    if (!(error instanceof EvenhandError)) throw error;
    const [first] = error.diagnostics;
    return [first.code, first.path];
  }
}

for (const [name, { code, at, meet, step = 1, seconds = 10, mib = 48, ...more }] of Object.entries(limits)) {
  const row = rows.get(name);
  if (row === undefined) continue;
  const most = more.most ?? plain(row.most);
  const least = row.least === "" ? undefined : (more.least ?? plain(row.least));
  test(name, (t) => {
    assert.ok(row.past.includes(code === "cut" ? "" : `\`${code}\``), `the document says \`${row.past}\` of it, not \`${code}\``);
    const ends = [[most, undefined], [more.above ?? most + step, code]];
    if (least !== undefined) ends.push([least, undefined], [more.below ?? least - step, code]);
    for (const [n, refused] of ends) {
      const engine = createEngineSync();
      const [before, start] = [engine.memory(), process.cpuUsage()];
      const found = outcome(meet, engine, n);
      const took = spent(start);
      const used = (engine.memory() - before) / 2 ** 20;
      t.diagnostic(`${refused === undefined ? "taken" : "refused"} at ${n}: ${took.toFixed(0)} ms, ${used.toFixed(1)} MiB`);
      assert.equal(found?.[0], refused, `${n} came to ${found}`);
      if (refused !== undefined && at !== undefined) assert.equal(found[1], at);
      assert.ok(took < seconds * 1000, `${n} took ${took.toFixed(0)} ms`);
      assert.ok(used < mib, `${n} took ${used.toFixed(1)} MiB`);
      // What was refused leaves nothing behind: the same engine does what is within the limit.
      assert.equal(outcome(meet, engine, most), undefined);
      engine.free();
    }
  });
}

test("bytes of memory", () => {
  const least = createEngineSync({ maxMemory: 1 << 30 }).memory();
  createEngineSync({ maxMemory: least }).free();
  assert.throws(() => createEngineSync({ maxMemory: least - 1 }), { code: "max_memory_invalid" });
  createEngineSync({ maxMemory: 2 ** 32 }).free();
  createEngineSync({ maxMemory: 2 ** 40 }).free();
  const leads = (n) => Array.from({ length: n }, (_, at) => ({ ...blank, id: `L${at}`, name: `another name each time, ${at}` }));
  const engine = createEngineSync({ maxMemory: 2 ** 24 });
  const table = engine.workspace(base).load(leads(1000));
  const before = table.select(null, { actor: null }).rows();
  for (const refused of [() => table.upsert(leads(300_000)), () => engine.workspace(base).load(leads(300_000))]) {
    assert.throws(refused, { code: "out_of_memory" });
    assert.deepEqual(table.select(null, { actor: null }).rows(), before);
    assert.ok(engine.memory() <= 2 ** 24, "more memory than was allowed");
  }
  engine.free();
});

test("bytes of a configuration, query, command or state", () => {
  const [, sure, never] = /a (\d+)th of the free memory, never more than a (\d+)th/.exec(rows.get("bytes of a configuration, query, command or state").most).map(Number);
  const engine = createEngineSync({ maxMemory: MEMORY });
  const workspace = engine.workspace(base);
  const table = workspace.load([{ ...blank, id: "1" }]);
  const assign = { type: "assign", leads: { ids: ["1"] }, to: "bob" };
  const asked = (bytes) => workspace.plan(table, assign, { ...context, state: { x: { version: 1, value: "x".repeat(bytes) } } }).digest;
  const most = Math.floor((MEMORY - engine.memory()) / sure) - 1000;
  const digest = asked(0);
  // From little to much, as memory would be cut into pieces.
  for (const part of [0.05, 0.4, 1]) assert.equal(asked(Math.floor(part * most)), digest);
  for (let round = 0; round < 3; round += 1) assert.throws(() => asked(Math.ceil(MEMORY / never)), { code: "out_of_memory" });
  assert.equal(asked(most), digest);
  assert.ok(engine.memory() <= MEMORY);
  engine.free();
});

test("groups that part and meet again are counted as often as they are asked", () => {
  const groups = (layers) => Array.from({ length: layers }, (_, layer) => [0, 1].map((nth) => ({
    id: `${layer}-${nth}`, name: "G", members: { users: ["bob"] }, method: { type: "round_robin" },
    onNobody: layer + 1 < layers ? [{ group: `${layer + 1}-0` }, { group: `${layer + 1}-1` }] : [],
  }))).flat();
  const engine = createEngineSync();
  const codes = (layers) => engine.check({ ...base, groups: groups(layers) }).filter(({ severity }) => severity === "error").map(({ code }) => code);
  // 1 + 2 + … + 2^5 = 63 groups are asked, then 127.
  assert.deepEqual(codes(6), []);
  assert.deepEqual(codes(7), ["too_many_fallbacks", "too_many_fallbacks"]);
  const start = process.cpuUsage();
  assert.deepEqual(new Set(codes(500)), new Set(["too_many_fallbacks"]));
  assert.ok(spent(start) < 10_000, "finding it out must not walk every way");
  // As many as there may be are walked.
  const workspace = engine.workspace({ ...base, groups: groups(6), users: [base.users[0], { ...base.users[1], active: false }], rules: [{ id: "r", name: "R", to: { group: "0-0" } }] });
  const plan = workspace.plan(workspace.load([{ ...blank, id: "1" }]), { type: "route", leads: { ids: ["1"] } }, context);
  assert.deepEqual(plan.dropped().map(({ code }) => code), ["nobody_eligible"]);
  engine.free();
});
