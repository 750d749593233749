// Random calls in random order, right and wrong ones, against a model: leads in a map. After each call the table is what the map is, a call that fails has
// changed nothing, no engine stops, and calls that are played again and again leave no memory behind. `EVENHAND_CALLS` says how many runs (25), `EVENHAND_CALLS_SEED` where
// they begin: a fixed number in CI, so that a change is judged by what it changes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createEngineSync, EvenhandError } from "evenhand";
import fc from "fast-check";

const IDS = Array.from({ length: 12 }, (_, at) => `L${at}`);
const USERS = ["ann", "bob", "cy"];
const FIELDS = ["id", "owner", "score", "name", "tags"];
const verbs = ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass", "plan.undo"];
const config = {
  version: 1,
  fields: { id: { type: "text" }, owner: { type: "user" }, score: { type: "number" }, name: { type: "text" }, tags: { type: "tags" } },
  lead: { id: "id", owner: "owner" },
  profiles: [{ id: "all", grants: [{ do: verbs, scope: "all" }] }],
  users: USERS.map((id) => ({ id, profiles: ["all"] })),
};
const host = { actor: null };
const everything = { combinator: "and", rules: [] };

/** What is there at first. */
const leads = () => IDS.slice(0, 8).map((id, at) => ({ id, owner: at % 3 === 0 ? null : USERS[at % 3], score: at, name: `name ${at}`, tags: at % 2 === 0 ? [] : ["x"] }));

/** What a call runs on: an engine with a table, plans and selections that are kept, and a clock. */
class Real {
  constructor(engine) {
    this.engine = engine;
    this.workspace = engine.workspace(config);
    this.table = this.workspace.load(leads());
    this.plans = [];
    this.selections = [];
    this.now = Date.UTC(2026, 2, 2);
  }
  context() {
    this.now += 1000;
    return { actor: "ann", now: this.now };
  }
  rows() {
    const all = this.table.select(null, host);
    const rows = all.rows();
    all.free();
    return rows;
  }
  free() {
    for (const made of [...this.plans.map(({ plan }) => plan), ...this.selections, this.table, this.workspace]) made.free();
  }
}

const same = (real, model) => {
  assert.equal(real.table.size, model.leads.size);
  assert.deepEqual(real.rows().map((row) => ({ ...row })), [...model.leads.values()]);
};
const after = (name, act) => class {
  constructor(given) {
    this.given = given;
  }
  check() {
    return true;
  }
  run(model, real) {
    act(model, real, this.given);
    same(real, model);
  }
  toString() {
    return `${name}(${JSON.stringify(this.given)})`;
  }
};

/** Numbers as the engine compares them: null is not above anything. */
const above = (model, least) => [...model.leads.values()].filter(({ score }) => score !== null && score >= least);
const query = (least) => ({ combinator: "and", rules: [{ field: "score", operator: ">=", value: least }] });
const Upsert = after("upsert", (model, real, { rows, form }) => {
  const data = { rows, json: JSON.stringify(rows), bytes: new TextEncoder().encode(JSON.stringify(rows)) }[form];
  const report = real.table.upsert(data, { absent: FIELDS });
  const known = new Set(model.leads.keys());
  for (const row of rows) {
    const lead = model.leads.get(row.id) ?? { id: row.id, owner: null, score: null, name: null, tags: [] };
    // A list is never null.
    model.leads.set(row.id, { ...lead, ...row, tags: "tags" in row ? (row.tags ?? []) : lead.tags });
  }
  assert.equal(report.added, [...model.leads.keys()].filter((id) => !known.has(id)).length);
});
const Remove = after("remove", (model, real, ids) => {
  const there = new Set(ids.filter((id) => model.leads.has(id)));
  assert.equal(real.table.remove(ids), there.size);
  for (const id of there) model.leads.delete(id);
});
const Select = after("select", (model, real, least) => {
  const found = real.table.select(query(least), host);
  const wanted = above(model, least).map(({ id }) => id);
  assert.deepEqual([found.count, found.ids()], [wanted.length, wanted]);
  const counts = new Map();
  for (const { owner } of above(model, least)) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  assert.deepEqual(new Map(found.countBy("owner")), counts);
  const sorted = found.sort([{ field: "name" }]);
  assert.deepEqual([...sorted.ids()].sort(), [...wanted].sort());
  sorted.free();
  real.selections.push(found);
});
const Old = after("use an old selection", (model, real) => {
  // One made before a change says so, one made since answers; a freed one says that.
  const [selection] = real.selections.splice(0, 1);
  if (selection === undefined) return;
  try {
    assert.equal(selection.ids().length, selection.count);
  } catch (error) {
    assert.equal(error.code, "stale_selection");
  }
  selection.free();
  selection.free();
  assert.throws(() => selection.count, { code: "freed" });
});
const Get = after("get", (model, real, id) => assert.deepEqual(real.table.get(id, host) && { ...real.table.get(id, host) }, model.leads.get(id)));
const Assign = after("assign", (model, real, { ids, to }) => {
  const there = [...new Set(ids)].filter((id) => model.leads.has(id));
  const plan = real.workspace.plan(real.table, { type: "assign", leads: { ids }, to }, real.context());
  assert.equal(plan.count, there.filter((id) => model.leads.get(id).owner !== to).length);
  real.plans.push({ plan });
});
const Split = after("split", (model, real, to) => {
  const plan = real.workspace.plan(real.table, { type: "split", leads: { filter: everything }, split: { to } }, real.context());
  // Everybody's part differs by one at most.
  const parts = to.map((user) => plan.assignees.find((line) => line.user === user)).map((line) => (line === undefined ? 0 : line.dealt + line.kept));
  assert.ok(Math.max(...parts) - Math.min(...parts) <= 1, `${parts}`);
  assert.equal(parts.reduce((a, b) => a + b, 0), model.leads.size);
  real.plans.push({ plan });
});
const Apply = after("apply", (model, real, nth) => {
  const open = real.plans.filter(({ done }) => done === undefined);
  const kept = open[nth % Math.max(open.length, 1)];
  if (kept === undefined) return;
  // Only rows whose guard holds still; the owner is the guard here.
  const rows = kept.plan.changes();
  const holds = rows.filter(({ lead, expect }) => model.leads.has(lead) && model.leads.get(lead).owner === expect);
  const { changed, refused } = real.table.apply(nth % 2 === 0 ? kept.plan : kept.plan.encode());
  assert.deepEqual([changed, [...refused].sort()], [holds.length, rows.map(({ lead }) => lead).filter((id) => !holds.some(({ lead }) => lead === id)).sort()]);
  kept.done = holds.length;
  for (const { lead, set } of holds) model.leads.get(lead).owner = set.owner.to;
});
const Undo = after("undo", (model, real, nth) => {
  const done = real.plans.filter(({ done }) => done !== undefined);
  const kept = done[nth % Math.max(done.length, 1)];
  if (kept === undefined) return;
  const back = real.workspace.undo(real.table, kept.plan.encode(), real.context());
  real.table.apply(back);
  for (const { lead, set } of back.changes()) model.leads.get(lead).owner = set.owner.to;
  back.free();
  real.plans.splice(real.plans.indexOf(kept), 1);
  kept.plan.free();
});
const Verify = after("verify", (model, real, { nth, at, bit }) => {
  const plan = real.workspace.plan(real.table, { type: "split", leads: { filter: everything }, split: { to: USERS } }, real.context());
  const bytes = plan.encode();
  const verdict = real.workspace.verify(real.table, bytes, { actor: "ann", now: real.now });
  assert.deepEqual(verdict.problems, []);
  verdict.plan.free();
  // One bit that is another one is never taken for the same plan.
  const other = bytes.slice();
  other[at % other.length] ^= 1 << bit;
  const bad = real.workspace.verify(real.table, other, { actor: "ann", now: real.now });
  if (bad.ok) {
    assert.equal(bad.plan.digest, plan.digest);
    bad.plan.free();
  }
  plan.free();
});

/** Calls that must fail, each in another way. */
const WRONG = {
  "an unknown field": (real) => real.table.select({ combinator: "and", rules: [{ field: "nothing", operator: "=", value: 1 }] }, host),
  "an unknown operator": (real) => real.workspace.filter({ combinator: "and", rules: [{ field: "score", operator: "like", value: 1 }] }),
  "no viewer": (real) => real.table.select(null, {}),
  "an unknown command": (real) => real.workspace.plan(real.table, { type: "nothing" }, real.context()),
  "an unknown user": (real) => real.workspace.plan(real.table, { type: "assign", leads: { ids: ["L1"] }, to: "zed" }, real.context()),
  "no time": (real) => real.workspace.plan(real.table, { type: "assign", leads: { ids: ["L1"] }, to: "ann" }, { actor: "ann" }),
  "JSON that ends too early": (real) => real.table.upsert('[{"id": "L1", "name": "half'),
  "JSON that breaks behind good rows": (real) => real.table.upsert('[{"id": "L1", "name": "changed", "owner": "bob"}, {"id": "L2", nothing}]'),
  "CSV that breaks behind good rows": (real) => real.table.upsert('id,name\nL1,changed\nL2,"no end', { format: "csv" }),
  "a strict load with a bad cell": (real) => real.table.upsert([{ id: "L1", name: "changed" }, { id: "L2", score: "none" }], { strict: true }),
  "an unknown column": (real) => real.table.upsert([{ id: "L1", name: "changed" }], { columns: { name: "nothing" } }),
  "bytes that are no plan": (real) => real.table.apply(new Uint8Array([1, 2, 3])),
  "a configuration that is none": (real) => real.engine.workspace({ version: 1 }),
  "a patch that is none": (real) => real.workspace.update({ users: [{ id: "dee", profiles: ["nothing"] }] }),
  "an unknown group": (real) => real.workspace.forecast("nothing", 3, real.context()),
  "a lead that is not there": (real) => real.workspace.explain(real.table, "nothing", real.context()),
  "a place that is none": (real) => real.table.select(null, host).rows(-1),
  "a getter that throws": (real) => real.table.upsert([{ id: "L1", name: "changed" }, Object.defineProperty({ id: "L2" }, "name", { enumerable: true, get() { throw new EvenhandError("mine", { code: "mine", diagnostics: [] }); } })]),
};
const Wrong = after("wrong", (model, real, name) => {
  const [revision, digest] = [real.table.revision, real.workspace.digest];
  assert.throws(() => WRONG[name](real), (error) => {
    assert.ok(error instanceof EvenhandError, `${name}: ${error?.stack}`);
    assert.notEqual(error.code, "engine_failed", name);
    return true;
  });
  assert.deepEqual([real.table.revision, real.workspace.digest], [revision, digest], `${name} left something behind`);
});

const id = fc.constantFrom(...IDS);
const row = fc.record({ id, owner: fc.constantFrom(null, ...USERS), score: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 9 })), name: fc.constantFrom(null, "a", "é", "long name", ""), tags: fc.constantFrom(null, ["x"], ["x", "y"], []) }, { requiredKeys: ["id"] });
const commands = fc.commands(
  [
    fc.record({ rows: fc.array(row, { maxLength: 8 }), form: fc.constantFrom("rows", "json", "bytes") }).map((given) => new Upsert(given)),
    fc.array(id, { maxLength: 4 }).map((given) => new Remove(given)),
    fc.integer({ min: 0, max: 9 }).map((given) => new Select(given)),
    fc.constant(null).map((given) => new Old(given)),
    id.map((given) => new Get(given)),
    fc.record({ ids: fc.array(id, { minLength: 1, maxLength: 6 }), to: fc.constantFrom(...USERS) }).map((given) => new Assign(given)),
    fc.subarray(USERS, { minLength: 1 }).map((given) => new Split(given)),
    ...[0, 1].map(() => fc.nat(20).map((given) => new Apply(given))),
    ...[0, 1].map(() => fc.nat(20).map((given) => new Undo(given))),
    fc.record({ nth: fc.nat(20), at: fc.nat(5000), bit: fc.nat(7) }).map((given) => new Verify(given)),
    fc.constantFrom(...Object.keys(WRONG)).map((given) => new Wrong(given)),
    fc.constantFrom(...Object.keys(WRONG)).map((given) => new Wrong(given)),
  ],
  { maxCommands: 60, size: "max" },
);

test("random calls, right and wrong, do what the model does", () => {
  // Little memory, so that what many runs leave behind would use it up.
  const engine = createEngineSync({ maxMemory: 2 ** 24 });
  const seed = Number(process.env.EVENHAND_CALLS_SEED ?? 18);
  const play = (made) => {
    const real = new Real(engine);
    try {
      fc.modelRun(() => ({ model: { leads: new Map(leads().map((lead) => [lead.id, lead])) }, real }), made);
    } finally {
      real.free();
    }
  };
  fc.assert(fc.property(commands, (made) => {
    play(made);
    // Memory is told as the most that was in use at once, and may grow once more where what is free lies in pieces. What leaks does so each time.
    const told = Array.from({ length: 5 }, () => (play(made), engine.memory()));
    assert.ok(told.some((most, at) => at > 0 && most === told[at - 1]), `the same calls take more memory each time: ${told}`);
  }), { numRuns: Number(process.env.EVENHAND_CALLS ?? 25), seed, endOnFailure: true, includeErrorInReport: true });
  engine.free();
});
