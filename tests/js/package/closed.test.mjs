// The package fails closed: without an option or an argument of a valid call, with one misspelt or there without a value, nobody sees,
// receives or writes more than before. The calls are data (`tests/closed`); `tests/native/closed.rs` asks the same of the module's JSON.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createEngineSync, EvenhandError } from "evenhand";
import { means, spoilt } from "../../closed/spoil.mjs";

const engine = createEngineSync();
const opened = (name) => {
  const world = JSON.parse(readFileSync(new URL(`../../closed/${name}.json`, import.meta.url), "utf8"));
  return { ...world, workspace: engine.workspace(world.config) };
};
const worlds = ["office", "offers"].map(opened);

/** What a plan writes where the host checks, in one transaction, the state that it writes and the state that it read. */
function written({ state }, plan, table) {
  const stands = (key, version) => (state[key]?.version ?? null) === version;
  const holds = plan.state.every(({ key, expect }) => stands(key, expect)) && plan.reads.every(({ key, version }) => stands(key, version));
  if (!holds || plan.refused.length > 0) return [];
  const { refused } = table.apply(plan);
  const facts = [];
  for (const { lead, set } of plan.changes()) {
    if (refused.includes(lead)) continue;
    for (const [field, { to }] of Object.entries(set)) {
      facts.push(`writes ${field} of ${lead}`);
      if (["owner", "agent"].includes(field) && to !== null) facts.push(`${to} receives`);
    }
  }
  for (const { id, status, offeredTo } of plan.runs) facts.push(`moves ${id} to ${status}`, ...offeredTo.map((user) => `${user} is offered`));
  for (const { user } of plan.notifications) facts.push(`${user} is told`);
  return facts;
}

/** What somebody sees, receives or writes by a call. */
const ask = {
  select: ({ workspace }, table, { query, viewer }) => table.select(query, viewer).ids().map((id) => `sees ${id}`),
  readable: ({ workspace }, table, { query, options }) => table.select(workspace.readable(query, options), { actor: null }).ids().map((id) => `leaves ${id}`),
  count: (_, table, { query, viewer, field }) => table.select(query, viewer).countBy(field).flatMap(([value, count]) => Array.from({ length: count }, (_, nth) => `counts ${value} ${nth}`)),
  get: (_, table, { id, viewer }) => [JSON.stringify(table.get(id, viewer) ?? null)].filter((text) => text !== "null"),
  can({ workspace }, table, { question, table: named }) {
    const { allowed } = workspace.can(named === true ? { ...question, leads: table } : question);
    // With nobody named it is another question, and a yes to it says of nobody that they may have the lead.
    const whom = question.to ?? question.unit;
    const open = /^lead\.(give|reassign)$/.test(question.do) && whom == null;
    return allowed && !open ? [`allowed for ${whom}`] : [];
  },
  receivers: ({ workspace }, table, { question }) => workspace.receivers(table, question).filter(({ allowed }) => allowed).map(({ user }) => `${user} could receive`),
  plan: (world, table, { command, context }) => written(world, world.workspace.plan(table, command, context), table),
  verify(world, table, { command, planned, context }) {
    const verdict = world.workspace.verify(table, world.workspace.plan(table, command, planned).encode(), context);
    return verdict.ok ? written(world, verdict.plan, table) : [];
  },
  undo(world, table, { command, planned, context }) {
    const made = world.workspace.plan(table, command, planned);
    table.apply(made);
    return written(world, world.workspace.undo(table, made.toJSON(), context), table);
  },
  explain: ({ workspace }, table, { lead, context, options }) => workspace.explain(table, lead, context, options).candidates.map(({ user }) => `sees ${user}`),
};

function answer(world, call, options = world.options) {
  const table = world.workspace.load(world.leads, options);
  try {
    return new Set(ask[call.call](world, table, call));
  } finally {
    table.free();
  }
}

/** What is more than before; nothing where it is refused with an error that has a code. */
function more(before, run) {
  try {
    return [...run()].filter((fact) => !before.has(fact));
  } catch (error) {
    return error instanceof EvenhandError && error.code !== "error" ? undefined : [`${error}`];
  }
}

test("what is taken away, misspelt or undefined in a call gives nobody more", () => {
  const wrong = [];
  const count = { refused: 0, answered: 0 };
  for (const world of worlds) {
    for (const { call, optional, open, closed: _, table, planned, ...parts } of world.calls) {
      const whole = { call, optional, open, table, planned };
      const before = answer(world, { ...whole, ...parts });
      for (const { path, how, with: changed } of spoilt(parts)) {
        const made = ["verify", "undo"].includes(call) && path.startsWith("/command");
        if (made || /^\/[a-z]+$/i.test(path) && how === "misspelt" || means(whole, path, how)) continue;
        const found = more(before, () => answer(world, { ...whole, ...changed }));
        if (found?.length > 0) wrong.push(`${world.name}: ${path} ${how}: ${found} in ${JSON.stringify({ call, ...changed })}`);
        count[found === undefined ? "refused" : "answered"] += 1;
      }
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(count.refused > 700 && count.answered > 50, JSON.stringify(count));
});

test("what is taken away, misspelt or undefined in the options of a load gives nobody more", () => {
  const [world] = worlds;
  const rename = { owner: "Lead Owner", unit: "Branch", status: "Stage" };
  const rows = world.leads.map(({ access, ...lead }) => Object.fromEntries(Object.entries(lead).map(([key, value]) => [rename[key] ?? key, value])));
  const csv = [Object.keys(rows[0]), ...rows.map(Object.values)].map((cells) => cells.map((cell) => cell ?? "").join()).join("\n");
  const columns = Object.fromEntries(Object.entries(rename).map(([field, header]) => [header, field]));
  const options = { format: "csv", columns, absent: ["access"], strict: true, partial: false };
  const reach = (data, options) => {
    const table = world.workspace.load(data, options);
    const facts = ["ann", "hal", "bob", "cyd", "eve"].flatMap((actor) => table.select(null, { actor }).ids().map((id) => `${actor} sees ${id}`));
    for (const { id } of world.leads) {
      for (const { user, allowed } of world.workspace.receivers(table, { actor: "ann", lead: id, now: 0 })) if (allowed) facts.push(`${user} could receive ${id}`);
    }
    table.free();
    return new Set(facts);
  };
  let refused = 0;
  for (const [data, valid] of [[csv, options], [rows, { ...options, format: "rows" }], [new TextEncoder().encode(csv), options]]) {
    const before = reach(data, valid);
    assert.ok(before.size > 20);
    for (const { path, how, with: changed } of spoilt(valid)) {
      const found = more(before, () => reach(data, changed));
      assert.ok(!(found?.length > 0), `${path} ${how}: ${found}`);
      refused += Number(found === undefined);
    }
  }
  assert.ok(refused > 30, `${refused} loads were refused`);
});

test("a query that was not found is not all leads", () => {
  const [{ workspace, leads }] = worlds;
  const table = workspace.load(leads);
  const all = table.select(null, { actor: "ann" }).count;
  assert.ok(all > 0);
  for (const run of [() => table.select(undefined, { actor: "ann" }), () => workspace.readable(undefined, { actor: "ann" }), () => table.select(new Map().get("list"), { actor: "ann" })])
    assert.throws(run, { code: "query_invalid" });
  const picked = { ids: undefined };
  for (const command of [{ type: "reclaim", from: ["bob"], leads: undefined }, { type: "assign", leads: picked, to: "hal" }, { type: "sweep", runs: undefined }, { type: "transfer", lead: "1", unit: "south", user: undefined }, { type: "split", leads: { ids: ["1"] }, split: { to: [{ user: "hal", cap: undefined }] } }])
    for (const call of [() => workspace.plan(table, command, { actor: "ann", now: 0 }), () => workspace.needs(command, { actor: "ann", now: 0 }), () => workspace.tally(table, command, { actor: "ann", now: 0 }), () => workspace.settle([], command, { actor: "ann", now: 0 })])
      assert.throws(call, (error) => error.code === "command_invalid" && /is undefined/.test(error.message), JSON.stringify(command));
  assert.throws(() => workspace.simulate(table, { leads: undefined }, { actor: "ann", now: 0 }), { code: "command_invalid" });
  table.free();
});

test("what a posted plan needs is told by its header alone", () => {
  const [{ workspace, leads }] = worlds;
  const table = workspace.load(leads);
  const context = { actor: "ann", now: "2026-03-02T09:00:00Z" };
  for (const command of [{ type: "assign", leads: { ids: ["1", 2] }, to: "hal" }, { type: "split", leads: { ids: ["1", "2"] }, split: { to: ["bob", "cyd"] } }, { type: "route", leads: { ids: ["3"] } }, { type: "reclaim", from: ["bob"] }]) {
    const plan = workspace.plan(table, command, context);
    const header = engine.peek(plan.encode());
    const [whole, alone] = [plan.encode(), header].map((of) => workspace.needs(of, { ...context, now: "2026-03-02T09:01:00Z" }));
    const bare = ({ leads: of, ...rest }) => ({ ...rest, leads: of.ids ?? of.filter.describe() });
    assert.deepEqual(bare(alone), bare(whole));
    assert.ok(alone.state.keys.includes(`done/${encodeURIComponent(header.id)}`), JSON.stringify(alone.state));
    assert.deepEqual(bare(workspace.needs(JSON.parse(JSON.stringify(header)), context)), bare(whole));
  }
  table.free();
});
