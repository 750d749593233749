// The package fails closed: without an option or an argument of a valid call, with one misspelt or there without a value, nobody sees,
// receives or writes more than before. The calls are data (`tests/closed`); `tests/native/closed.rs` asks the same of the module's JSON.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createEngineSync, EvenhandError } from "evenhand";
import { means, spoilt } from "../../closed/spoil.mjs";

const engine = createEngineSync();
const host = { actor: null };
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
  sort(_, table, { query, viewer, by, fields }) {
    const found = table.select(query, viewer).sort(by);
    const ids = found.ids();
    return found.rows(0, Infinity, fields).flatMap((row, at) => Object.keys(row).map((field) => `sees ${field} of ${ids[at]}`));
  },
  members: ({ workspace }, _, { members }) => workspace.members(members).map((user) => `${user} belongs`),
  forecast: ({ workspace }, _, { group, n, context }) => workspace.forecast(group, n, context).map((user) => `${user} is next`),
  simulate({ workspace }, table, { options, context }) {
    const replay = workspace.simulate(table, options, context);
    const leads = Array.from({ length: replay.report.leads }, (_, nth) => `replays ${nth}`);
    const facts = [...leads, ...replay.elsewhere().map(({ lead }) => `sees ${lead}`), ...replay.counts().map(({ user }) => `${user} would get`)];
    replay.free();
    return facts;
  },
  /** Half of the leads in one table, the others in another. What the call spoils goes where the shards tally, are settled, or plan. */
  shards(world, _, { at, asked, planned, command, context }) {
    const { workspace, leads, options } = world;
    const of = (step) => (at === step ? [command, context] : [asked, planned]);
    const tables = [leads.slice(0, 3), leads.slice(3)].map((part) => workspace.load(part, options));
    const bytes = workspace.settle(tables.map((table) => workspace.tally(table, ...of("tally"))), ...of("settle"));
    const [wanted, given] = of("plan");
    return tables.flatMap((table, shard) => written(world, workspace.plan(table, wanted, { ...given, settlement: { bytes, shard } }), table));
  },
  upsert(_, table, { rows, options }) {
    const before = new Map(table.select(null, host).rows().map((row) => [row.id, row]));
    table.upsert(rows, options);
    return table.select(null, host).rows().flatMap((row) => {
      const known = before.get(row.id);
      if (known === undefined) return [`adds ${row.id}`];
      const changed = Object.keys(row).filter((field) => JSON.stringify(row[field]) !== JSON.stringify(known[field]));
      return changed.flatMap((field) => [`writes ${field} of ${row.id}`, ...(field === "owner" && row.owner !== null ? [`${row.owner} receives`] : [])]);
    });
  },
  remove(_, table, { ids }) {
    const before = table.select(null, host).ids();
    table.remove(ids);
    const after = table.select(null, host).ids();
    return before.filter((id) => !after.includes(id)).map((id) => `removes ${id}`);
  },
  update({ config, leads, options }, _, { patch }) {
    const workspace = engine.workspace(config);
    const table = workspace.load(leads, options);
    workspace.update(patch);
    const facts = workspace.config.users.flatMap(({ id }) => table.select(null, { actor: id }).ids().map((lead) => `${id} sees ${lead}`));
    for (const id of table.select(null, host).ids())
      for (const { user, allowed } of workspace.receivers(table, { actor: "ann", lead: id, now: 0 })) if (allowed) facts.push(`${user} could receive ${id}`);
    workspace.free();
    return facts;
  },
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
    for (const { call, optional, open, closed: _, table, planned, asked, at, ...parts } of world.calls) {
      const whole = { call, optional, open, table, planned, asked, at };
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

test("what is undefined in a configuration is as null: refused where its absence would mean more", () => {
  const whole = JSON.parse(readFileSync(new URL("../../closed/full.json", import.meta.url), "utf8"));
  const config = whole.config ?? whole;
  engine.workspace(config).free();
  let refused = 0;
  const free = [];
  for (const { path, how, with: changed } of spoilt(config)) {
    // A filter's own keys are react-querybuilder's, where undefined is absence.
    const inFilter = /\/(where|deny|query|when|accepts|open|reassignable|reclaim|value)(\/.*)?\/(not|combinator|field|operator|value|valueSource|rules|match|disabled|muted|mode|threshold)(\/|$)/.test(path);
    if (how !== "undefined" || inFilter) continue;
    const checked = engine.check(changed).find((fault) => fault.severity === "error");
    try {
      engine.workspace(changed).free();
      free.push(path);
      assert.equal(checked, undefined, path);
    } catch (error) {
      assert.equal(error.code, "config_invalid", path);
      assert.ok(checked !== undefined, path);
      refused += 1;
    }
  }
  // Keys that hosts fill from columns that may be empty; tables that the engine has; days without hours; an attribute without a value; a field that
  // the lifecycle then does not write.
  const known = /\/(parent|unit|name|label|untilMs)$|^\/zones$|^\/schedules\/\d\/(week|dates)\/|\/attributes\/|^\/lifecycle\/on\w+\/email$/;
  assert.deepEqual(free.filter((path) => !known.test(path)), []);
  assert.ok(refused > 200 && free.length > 0, `${refused} refused, ${free}`);
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
  for (const [what, code] of [[undefined, "query_invalid"], [{ leads: null }, "options_invalid"]]) assert.throws(() => workspace.simulate(table, what, { actor: "ann", now: 0 }), { code });
  const members = { users: ["bob", "hal"], where: undefined };
  for (const where of [undefined, null]) assert.throws(() => workspace.members({ ...members, where }), { code: "members_invalid" });
  for (const option of ["dryRun", "onBlank", "onKnown", "onUnknown", "matchBy", "strict"])
    for (const value of [undefined, null]) assert.throws(() => table.upsert([{ id: "1" }], { [option]: value }), { code: "options_invalid" });
  table.free();
});

test("a selection of a filter that left half-written rules out is not what a command means, however it is joined", () => {
  const [{ workspace, leads }] = worlds;
  const table = workspace.load(leads);
  const context = { actor: "ann", now: "2026-03-02T09:00:00Z" };
  const group = (...rules) => ({ combinator: "and", rules });
  const [open, later] = [{ field: "status", operator: "=", value: "open" }, { field: "createdAt", operator: ">", value: "" }];
  const half = workspace.filter(group(open, later), { incomplete: "skip" });
  const whole = workspace.filter(group(open), { incomplete: "skip" });
  const select = (filter) => table.select(filter, context);
  const command = (selection) => workspace.plan(table, { type: "assign", leads: { selection }, to: "hal" }, context);
  assert.equal(select(half).count, select(whole).count);
  assert.deepEqual([command(select(whole)).count, command(select(whole.and(workspace.scope("ann", "lead.edit")))).count], [2, 2]);
  const refusal = (run) => {
    try {
      run();
    } catch ({ code, message, diagnostics }) {
      return { code, message, faults: diagnostics.map(({ code, path, hint }) => ({ code, path: path.replace(/\/(filter|selection)/, ""), hint })) };
    }
  };
  const asked = refusal(() => workspace.plan(table, { type: "assign", leads: { filter: group(open, later) }, to: "hal" }, context));
  assert.deepEqual([asked.code, asked.faults[0].path], ["query_invalid", "/leads/rules/1/value"]);
  const [one, other] = [select(half), select(whole)];
  const scope = workspace.scope("ann", "lead.view");
  for (const found of [one, one.sort([{ field: "score" }]), one.and(other), other.and(one), one.or(other), other.or(one), one.minus(other), other.minus(one), select(half.and(scope)), select(scope.and(half)), select(whole.and(half))])
    assert.deepEqual(refusal(() => command(found)), asked);
  // A filter of which nothing is left stays so beside a permission, which bounds nothing that somebody wrote.
  const off = workspace.filter(group({ ...open, disabled: true }));
  for (const filter of [off, off.and(scope), scope.and(off), off.and(off)]) assert.equal(refusal(() => command(select(filter)))?.faults[0].code, "filter_selects_all");
  assert.equal(command(select(off.and(whole))).count, 2);
  assert.equal(refusal(() => command(table.select(workspace.readable(group({ ...open, disabled: true }), context), context)))?.faults[0].code, "filter_selects_all");
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
