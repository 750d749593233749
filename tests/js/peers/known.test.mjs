// A question that was asked before about a lead of the same kind is answered in a short way; whatever is unusual goes the long way.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Random, SCOPES, createEngineSync } from "./lib/world.mjs";

const VERBS = ["lead.view", "lead.edit", "lead.claim", "lead.mass", "rule.run", "lead.release"];
const UNITS = ["firm", "east", "east1", "west", "other"];
const PEOPLE = ["ann", "bob", "cid", "dee", "eve", "Zoë"];
const STATUSES = ["new", "open", "won"];
const NOW = Date.UTC(2026, 2, 1);

const rule = (field, operator, value, more) => ({ rules: [{ field, operator, value, ...more }] });

/** Conditions of every kind: words, numbers, text, dates, people, units, lists, two fields at once, and the time. */
const CONDITIONS = [
  () => rule("status", "=", "new"),
  () => rule("status", "notIn", ["won", "new"]),
  () => rule("score", ">=", 5),
  () => rule("score", "between", [2, 7]),
  () => rule("name", "contains", "sm"),
  () => rule("name", "null"),
  () => rule("created", ">", "2026-01-10T00:00:00Z"),
  () => rule("day", "<=", "2026-01-10"),
  () => rule("lo", "=", { actor: true }),
  () => rule("owner", "under", "east"),
  () => rule("unit", "under", "west"),
  () => rule("access", "contains", "other"),
  () => rule("tags", "contains", "hot"),
  () => rule("tags", "empty"),
  () => rule("hot", "=", true),
  () => rule("owner", "=", "lo", { valueSource: "field" }),
  () => rule("created", "<", { relative: "now", offset: -30, unit: "day" }),
  () => ({ combinator: "or", rules: [{ field: "status", operator: "=", value: "open" }, { combinator: "xor", rules: [{ field: "score", operator: "<", value: 3 }, { field: "tags", operator: "contains", value: "hot" }] }], not: true }),
];

function profile(random, id) {
  const grants = random.once(2) ? [{ do: ["lead.view"], scope: random.one(["all", "company"]) }] : [];
  for (let left = 1 + random.below(5); left > 0; left -= 1) {
    const grant = { do: random.some(VERBS).concat(random.one(VERBS)), scope: random.one(SCOPES) };
    // What depends on the time, or on two fields, takes the whole profile off the short way.
    if (random.once(2)) grant.where = random.one(random.once(8) ? CONDITIONS : CONDITIONS.slice(0, 15))();
    if (random.once(4)) grant.deny = true;
    grants.push({ ...grant, do: [...new Set(grant.do)] });
  }
  return { id, grants };
}

const person = (random, id) => ({
  id,
  ...(random.once(5) ? {} : { unit: random.one(UNITS) }),
  profiles: [...new Set([random.one(["p0", "p1", "p2"]), random.one(["p0", "p1", "p2"])])],
  active: !random.once(8),
});

const config = (random) => ({
  version: 1,
  fields: {
    id: { type: "text" }, owner: { type: "user" }, lo: { type: "user" }, unit: { type: "unit" }, access: { type: "units" }, status: { type: "choice", choices: STATUSES },
    score: { type: "number" }, name: { type: "text" }, created: { type: "datetime" }, day: { type: "date" }, tags: { type: "tags" }, hot: { type: "boolean" },
  },
  lead: { id: "id", owner: "owner", slots: ["lo"], unit: "unit", access: "access", status: "status" },
  org: [{ id: "firm" }, { id: "east", parent: "firm" }, { id: "east1", parent: "east" }, { id: "west", parent: "firm" }, { id: "other" }],
  users: PEOPLE.map((id) => person(random, id)),
  profiles: ["p0", "p1", "p2"].map((id) => profile(random, id)),
});

/** A lead as it should be. */
const proper = (random, id) => ({
  id,
  owner: random.once(4) ? null : random.one([...PEOPLE, "ghost"]),
  lo: random.once(3) ? null : random.one(PEOPLE),
  unit: random.once(4) ? null : random.one([...UNITS, "nowhere"]),
  access: random.some(UNITS, 4),
  status: random.once(5) ? null : random.one(STATUSES),
  score: random.once(5) ? null : random.below(10),
  name: random.once(4) ? null : random.one(["Smith", "smart", "Jones", ""]),
  created: random.once(4) ? null : `2026-01-${10 + random.below(20)}T08:00:00Z`,
  day: random.once(4) ? null : `2026-01-0${1 + random.below(9)}`,
  tags: random.some(["hot", "cold"], 3),
  hot: random.one([true, false, null]),
});

const STRANGE = [
  undefined, null, "", " ", 0, -0, 1, 5, 5.5, NaN, Infinity, 1e300, 2 ** 53 + 2, true, false, [], [""], [null], ["hot", 1], [["hot"]], [true], {}, { toJSON: () => "ann" },
  new Date(NOW), new Date(NaN), "ann", "ANN", "ann ", "east", "new", "\ud800", "x\udc00", "é", "a".repeat(64), "a".repeat(65), "hot, cold", "5", "0x5", "true", () => 1, Symbol("s"),
];

/** The same lead, told in a way that a host might. */
function told(random, lead) {
  const keys = Object.keys(lead);
  for (let left = random.below(3); left > 0; left -= 1) {
    const key = random.one(keys);
    if (random.once(3)) delete lead[key];
    else lead[key] = random.one(STRANGE);
  }
  switch (random.below(14)) {
    case 0: return Object.assign(Object.create(null), lead);
    case 1: return Object.create(lead);
    case 2: return Object.assign(Object.create({ owner: "ann", unit: "east" }), lead);
    case 3: return new (class Lead { constructor() { Object.assign(this, lead); } })();
    case 4: return Object.defineProperty({ ...lead }, "owner", { value: "ann", enumerable: false });
    case 5: return { ...lead, get owner() { return "ann"; } };
    case 6: return { ...lead, toJSON: () => ({ ...lead, owner: "ann" }) };
    case 7: return Object.freeze({ note: 1, ...Object.fromEntries(Object.entries(lead).reverse()) });
    case 8: return new Proxy(lead, {});
    case 9: return [lead];
    default: return lead;
  }
}

/** The answer, or the code of the error. */
function answer(ask) {
  try {
    return ask();
  } catch (error) {
    if (error.code === undefined) throw error;
    return error.code;
  }
}

test("the short way and the long way say the same", (t) => {
  const engine = createEngineSync();
  // The long way tells the question as JSON; the short way tells at most what is a list.
  const seen = { granted: 0, not_permitted: 0, unknown_lead: 0, lead_incomplete: 0, "short, an object": 0, "short, a row": 0 };
  const { stringify } = JSON;
  t.after(() => (JSON.stringify = stringify));
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = new Random(seed);
    const workspace = engine.workspace(config(random));
    const table = workspace.load(Array.from({ length: 12 }, (_, at) => proper(random, `lead-${at}`)));
    const ids = [...Array.from({ length: 14 }, (_, at) => `lead-${at}`), "é", "\ud800", "", "x".repeat(70)];
    for (let round = 0; round < 400; round += 1) {
      const question = { actor: random.once(20) ? random.one(["nobody", "", "a".repeat(70), 5, null]) : random.one(PEOPLE), do: random.once(30) ? "lead.fly" : random.one(VERBS) };
      if (random.once(3)) Object.assign(question, { lead: random.one(ids), leads: table });
      else question.lead = told(random, proper(random, random.once(4) ? random.one([7, null, "\ud800", "é`"]) : `lead-${random.below(20)}`));
      if (random.once(2)) question.now = random.once(6) ? random.one([NOW + 0.5, "2026-03-01T00:00:00Z", new Date(NOW), -1, NaN, 1e17, null, undefined]) : NOW;
      // A key that the short way does not know, and that says what is so anyway.
      const long = answer(() => workspace.can({ ...question, slot: "owner" }));
      const short = answer(() => workspace.can(question));
      let long_way = false;
      JSON.stringify = (value) => ((long_way ||= !Array.isArray(value)), stringify(value));
      const again = answer(() => workspace.can(question));
      JSON.stringify = stringify;
      if (!long_way && typeof long === "object") seen[question.leads === undefined ? "short, an object" : "short, a row"] += 1;
      assert.deepStrictEqual(short, long, `seed ${seed}, round ${round}`);
      assert.deepStrictEqual(again, long, `seed ${seed}, round ${round}`);
      if (typeof long === "object") {
        if (long.reasons[0]?.code in seen) seen[long.reasons[0].code] += 1;
        // What a host does to its answer is its own business.
        for (const { reasons } of [short, again]) Object.assign(reasons[0] ?? {}, { message: "", code: "" }), reasons.push("more");
      }
      if (random.once(40)) workspace.update({ users: { put: [person(random, random.one(PEOPLE))] } });
      if (random.once(80)) workspace.update({ profiles: { put: [profile(random, random.one(["p0", "p1", "p2"]))] } });
      if (random.once(40)) table.upsert([proper(random, random.one(ids.slice(0, 14)))]);
      if (random.once(80)) table.remove([random.one(ids.slice(0, 14))]);
    }
    table.free();
    workspace.free();
  }
  engine.free();
  t.diagnostic(JSON.stringify(seen));
  for (const [code, times] of Object.entries(seen)) assert.ok(times > 500, `${code}: ${times}`);
});

test("a lead that is another one at every look teaches nothing wrong", () => {
  const engine = createEngineSync();
  const workspace = engine.workspace({
    version: 1,
    fields: { id: { type: "text" }, owner: { type: "user" } },
    lead: { id: "id", owner: "owner" },
    users: [{ id: "ann", profiles: ["own"] }, { id: "bob", profiles: ["own"] }],
    profiles: [{ id: "own", grants: [{ do: ["lead.view"], scope: "own" }] }],
  });
  const may = (lead) => workspace.can({ actor: "ann", do: "lead.view", lead }).allowed;
  for (let turn = 0; turn < 8; turn += 1) {
    let looks = turn;
    may({ id: "1", get owner() { return (looks += 1) % 2 === 0 ? "ann" : "bob"; } });
    assert.equal(may({ id: "2", owner: "bob" }), false);
    assert.equal(may({ id: "3", owner: "ann" }), true);
  }
  // Neither does a prototype that was tampered with.
  Object.prototype.owner = "ann";
  try {
    assert.equal(may({ id: "4" }), false);
    assert.equal(may({ id: "4" }), false);
  } finally {
    delete Object.prototype.owner;
  }
  engine.free();
});

test("it ends with the workspace, with the engine, and starts anew with an update", () => {
  const engine = createEngineSync();
  const own = { id: "own", grants: [{ do: ["lead.view"], scope: "own" }] };
  const made = () =>
    engine.workspace({ version: 1, fields: { id: { type: "text" }, owner: { type: "user" } }, lead: { id: "id", owner: "owner" }, users: [{ id: "ann", profiles: ["own"] }], profiles: [own] });
  const [one, two] = [made(), made()];
  const table = two.load([{ id: "1", owner: "ann" }]);
  const question = { actor: "ann", do: "lead.view", lead: { id: "1", owner: "ann" } };
  const named = { ...question, lead: "1", leads: table };
  for (let turn = 0; turn < 3; turn += 1) {
    assert.equal(one.can(question).allowed, true);
    assert.equal(two.can(named).allowed, true);
    assert.throws(() => one.can(named), { code: "wrong_workspace" });
  }
  // What should have been a lead and is none is not "any lead".
  for (const lead of [17, true, [{ owner: "ann" }]]) assert.throws(() => one.can({ ...question, lead }), { code: "question_invalid" });
  two.update({ profiles: { put: [{ ...own, grants: [] }] } });
  assert.equal(two.can(named).allowed, false);
  one.free();
  assert.throws(() => one.can(question), { code: "freed" });
  table.free();
  assert.throws(() => two.can(named), { code: "freed" });
  engine.free();
  assert.throws(() => two.can(question), { code: "freed" });
});

test("what a host's object does while it is read changes no other answer", () => {
  const fresh = () => {
    const engine = createEngineSync();
    const workspace = engine.workspace({
      version: 1,
      fields: { id: { type: "text" }, owner: { type: "user" }, access: { type: "units" } },
      lead: { id: "id", owner: "owner", access: "access" },
      org: [{ id: "firm" }],
      users: [{ id: "ann", profiles: ["all"], unit: "firm" }, { id: "root", profiles: ["all"], unit: "firm" }],
      profiles: [{ id: "all", grants: [{ do: ["lead.view"], scope: "team" }] }],
    });
    const table = workspace.load([{ id: "l1", owner: "root" }], { absent: ["access"] });
    const question = { actor: "ann", do: "lead.view" };
    const lead = { id: "l1", owner: "ann", access: ["firm"] };
    for (let turn = 0; turn < 2; turn += 1) {
      assert.equal(workspace.can({ ...question, lead }).allowed, true);
      assert.equal(workspace.can({ ...question, lead: "l1", leads: table }).allowed, true);
    }
    return { engine, workspace, table, question, lead };
  };
  const gone = (workspace) => workspace.config.users.some(({ id }) => id === "ann") && workspace.update({ users: { remove: ["ann"] } });
  const code = (decision) => decision.reasons[0].code;
  {
    const { engine, workspace, table, question } = fresh();
    assert.equal(code(workspace.can({ ...question, lead: "l1", get leads() { gone(workspace); return table; } })), "unknown_actor");
    engine.free();
  }
  {
    const { engine, workspace, question, lead } = fresh();
    assert.equal(code(workspace.can({ ...question, lead: { ...lead, get owner() { gone(workspace); return "ann"; } } })), "unknown_actor");
    engine.free();
  }
  {
    const { engine, workspace, table, question } = fresh();
    assert.throws(() => workspace.can({ ...question, lead: "AAAA", get leads() { workspace.free(); return table; } }), { code: "freed" });
    for (let nth = 0; nth < 50; nth += 1) {
      const other = fresh().workspace;
      assert.equal(other.can({ ...question, lead: { id: "l1", owner: "root", access: [] } }).allowed, true);
    }
    engine.free();
  }
  {
    const { engine, question, workspace, lead } = fresh();
    assert.throws(() => workspace.can({ ...question, lead: { ...lead, get owner() { engine.free(); return "ann"; } } }), { code: "freed" });
  }
  {
    const { engine, workspace, question, lead } = fresh();
    const circle = [];
    circle.push(circle);
    const throwing = { ...lead, get owner() { throw new Error("no"); } };
    for (const odd of [{ ...lead, access: [1n] }, { ...lead, access: circle }, throwing]) assert.throws(() => workspace.can({ ...question, lead: odd }), { code: "json_invalid" });
    assert.throws(() => workspace.can({ ...question, lead: Object.assign(Object.setPrototypeOf([1], Object.prototype), lead) }), { code: "question_invalid" });
    // Verbs that do not exist crowd nothing out.
    for (let nth = 0; nth < 500; nth += 1) assert.throws(() => workspace.can({ ...question, do: `lead.view${nth}`, lead }), { name: "EvenhandError" });
    assert.equal(workspace.can({ ...question, lead }).allowed, true);
    engine.free();
  }
});

test("the memory that it takes is bounded", () => {
  const engine = createEngineSync();
  const people = Array.from({ length: 300 }, (_, nth) => ({ id: `person-${nth}`, unit: "firm", profiles: ["team"] }));
  const workspace = engine.workspace({
    version: 1,
    fields: { id: { type: "text" }, owner: { type: "user" }, unit: { type: "unit" }, note: { type: "text" } },
    lead: { id: "id", owner: "owner", unit: "unit" },
    org: [{ id: "firm" }],
    users: people,
    profiles: [{ id: "team", grants: [{ do: ["lead.view"], scope: "team", where: { rules: [{ field: "note", operator: "!=", value: "no" }] } }] }],
  });
  const ask = (nth) => workspace.can({ actor: `person-${nth % 300}`, do: "lead.view", lead: { id: `${nth}`, owner: `person-${(nth * 7) % 300}`, unit: "firm", note: `note ${nth}` } });
  const rounds = 60_000;
  for (let nth = 0; nth < rounds; nth += 1) if (nth % 5000 === 0) assert.equal(ask(nth).allowed, true); else ask(nth);
  const before = engine.memory();
  for (let nth = 0; nth < rounds; nth += 1) ask(rounds + nth);
  assert.equal(engine.memory(), before);
  engine.free();
});
