// What is measured by `growth`: each cost with what it grows over, the power of that which it may follow, and how it is made ready outside of the clock.
import { everything, host } from "./evenhand.mjs";
import { fields, Leads, OWNERS } from "./leads.mjs";
import { chief, config, now } from "./world.mjs";

const times = (n, make) => Array.from({ length: n }, (_, at) => make(at));
const rule = (field, operator, value) => ({ combinator: "and", rules: [{ field, operator, value }] });
/** Everything, and to see groups and decide about offers. */
const profiles = [{ id: "everything", grants: [...config().profiles[0].grants, { do: ["group.view", "group.trigger", "group.cancel"], scope: "all" }] }];
const context = { actor: chief, now };
const viewer = { actor: chief, now };
const split = (to, leads = { filter: everything }) => ({ type: "split", leads, split: { to } });
const list = {
  combinator: "and",
  rules: [
    { field: "status", operator: "in", value: ["new", "open", "contacted", "qualified"] },
    { field: "score", operator: ">=", value: 50 },
    { field: "created", operator: ">=", value: "2024-01-01T00:00:00.000Z" },
  ],
};
const routing = { fields: { ...fields, rule: { type: "text" } }, lead: { id: "id", owner: "owner", createdAt: "created", routedBy: "rule" } };

/**
 * Leads, as they come. Few are kept, of many only the last number that was asked for, in one form: the collector goes through all objects before
 * each run, and leaves the caches cold, which would be told as growth.
 */
const small = new Map();
let large = {};
function leads(rows, form) {
  let made = rows <= 10_000 ? small.get(rows) : large.rows === rows ? large : undefined;
  if (made === undefined) {
    made = { rows, leads: new Leads(rows, 18), forms: {} };
    if (rows <= 10_000) small.set(rows, made);
    else large = made;
  }
  if (made === large && !(form in made.forms)) made.forms = {};
  return (made.forms[form] ??= form === "csv" ? made.leads.csv() : form === "rows" ? made.leads.objects() : made.leads.json());
}

/** A workspace and a table of so many leads; what is left behind is freed. */
function world(engine, rows, over = {}, options = {}) {
  const workspace = engine.workspace(config(over));
  const table = workspace.load(leads(rows, "json"), options);
  return { workspace, table, free: () => (table.free(), workspace.free()) };
}

const loaded = (form, options) => (engine, n) => {
  const workspace = engine.workspace(config());
  const input = leads(n, form);
  return { run: () => workspace.load(input, options), free: () => workspace.free() };
};
/** A question about a table of n leads. */
const asked = (run, over, options) => (engine, n) => {
  const { workspace, table, free } = world(engine, n, over, options);
  return { run: () => run({ workspace, table, n }), free };
};
/** Something done with the plan of a split of n leads; `run` gets another plan each time, made outside of the clock. */
const planned = (run) => (engine, n) => {
  const { workspace, table, free } = world(engine, n);
  const plan = () => workspace.plan(table, split(OWNERS.slice(0, 37)), context);
  return { before: plan, run: (plan) => run({ workspace, table, plan }), after: (plan) => plan.free(), free };
};
/** Whatever has a `free` is freed. */
const freed = (answer) => answer?.free?.();

const units = (n) => [{ id: "firm", kind: "company", parent: null }, ...times(n, (at) => ({ id: `unit-${at}`, parent: at < 10 ? "firm" : `unit-${Math.floor(at / 10) - 1}` }))];
const people = (n, more = () => ({})) => [...times(n, (at) => ({ id: `person-${at}`, unit: "firm", profiles: ["everything"], ...more(at) })), { id: chief, unit: "firm", profiles: ["everything"] }];
const grouped = (n, type, k = 1) => ({
  ...routing,
  profiles,
  users: people(n, (at) => ({ weight: 1 + (at % 3) })),
  groups: times(k, (nth) => ({ id: `group-${nth}`, name: "G", members: { users: times(n, (at) => at).filter((at) => at % k === nth).map((at) => `person-${at}`) }, method: { type } })),
  rules: [{ id: "all", to: { group: "group-0" } }],
});
const rules = (n) => ({ ...routing, rules: [...times(n - 1, (at) => ({ id: `rule-${at}`, when: { combinator: "and", rules: [{ field: "company", operator: "=", value: `Company ${at} Ltd` }, { field: "score", operator: ">=", value: at % 100 }] }, to: { user: OWNERS[at % 200] } })), { id: "last", to: { user: OWNERS[0] } }] });
const routed = ({ workspace, table }) => workspace.plan(table, { type: "route", leads: { filter: everything } }, context);
const ROUTED = { absent: ["rule"] };
const compiled = (make) => (engine, n) => {
  const given = config(make(n));
  return { run: () => engine.workspace(given) };
};
/** A question about a table of a thousand leads, under a configuration that grows. */
const under = (make, run, options) => (engine, n) => {
  const { workspace, table, free } = world(engine, 1000, make(n), options);
  return { run: () => run({ workspace, table, n }), free };
};

/** So many offers that are open, in groups of a hundred with fifty leads each, and the sweep when the time of all of them is over. */
function swept(engine, n) {
  const groups = Math.ceil(n / 50);
  const id = (at) => `lead-${String(at).padStart(7, "0")}`;
  const over = {
    fields: { ...fields, run: { type: "text" } },
    lead: { id: "id", owner: "owner", run: "run" },
    profiles,
    users: people(groups * 100),
    groups: times(groups, (nth) => ({ id: `group-${nth}`, name: "G", members: { users: times(100, (at) => `person-${nth * 100 + at}`) }, method: { type: "sequential_offer", minutes: 5 } })),
    rules: times(groups, (nth) => ({ id: `rule-${nth}`, overwriteOwner: true, when: rule("id", "between", [id(nth * 50), id(nth * 50 + 49)]), to: { group: `group-${nth}` } })),
  };
  const { workspace, table, free } = world(engine, n, over, { absent: ["run"] });
  const offered = workspace.plan(table, { type: "route", leads: { filter: everything } }, context);
  table.apply(offered);
  const state = Object.fromEntries(offered.toJSON().state.map(({ key, version, value }) => [key, { version, value }]));
  offered.free();
  return {
    run() {
      const plan = workspace.plan(table, { type: "sweep" }, { ...context, now: now + 6 * 60_000, state });
      if (plan.refused.length === 0 && plan.runs.length !== n) throw new Error(`${plan.runs.length} offers were moved, not ${n}`);
      return plan;
    },
    free,
  };
}

const LEADS = [1000, 10_000, 100_000, 1_000_000];
const MANY = [100, 1000, 10_000];

/** `power`: 0 for what must not grow, 1 for what grows along, and so on. `pages` hand out so many rows at most. */
export const costs = [
  { cost: "load CSV", over: "leads", sizes: LEADS, power: 1, make: loaded("csv", { format: "csv" }) },
  { cost: "load JSON", over: "leads", sizes: LEADS, power: 1, make: loaded("json") },
  { cost: "load rows", over: "leads", sizes: LEADS, power: 1, make: loaded("rows") },
  { cost: "upsert, nothing new", over: "leads", sizes: LEADS, power: 1, make: asked(({ table, n }) => table.upsert(leads(n, "json"))) },
  { cost: "list query", over: "leads", sizes: LEADS, power: 1, make: asked(({ table }) => table.select(list, host)) },
  { cost: "contains", over: "leads", sizes: LEADS, power: 1, make: asked(({ table }) => table.select(rule("email", "contains", "son12"), host)) },
  { cost: "sort by two fields", over: "leads", sizes: LEADS, power: 1.1, make: asked(({ table }) => table.select(null, host).sort([{ field: "lastName" }, { field: "created", descending: true }])) },
  { cost: "countBy", over: "leads", sizes: LEADS, power: 1, make: asked(({ table }) => (table.select(null, host).countBy("company"), undefined)) },
  { cost: "what a viewer sees", over: "leads", sizes: LEADS, power: 1, make: asked(({ table }) => table.select(null, viewer)) },
  { cost: "a page of 50", over: "leads", sizes: LEADS, power: 0, make: (engine, n) => {
    const { table, free } = world(engine, n);
    const all = table.select(null, host);
    return { run: () => void all.rows(Math.floor(n / 2), 50), free };
  } },
  { cost: "one lead by its id", over: "leads", sizes: LEADS, power: 0, make: asked(({ table, n }) => void table.get(`lead-${String(n - 1).padStart(7, "0")}`, host)) },
  { cost: "can, a lead by its id", over: "leads", sizes: LEADS, power: 0, make: asked(({ workspace, table }) => void workspace.can({ actor: chief, do: "lead.edit", leads: table, lead: "lead-0000007", now })) },
  { cost: "receivers of a lead", over: "leads", sizes: LEADS, power: 0, make: asked(({ workspace, table }) => void workspace.receivers(table, { actor: chief, lead: "lead-0000007", now })) },
  { cost: "split", over: "leads", sizes: LEADS, power: 1, make: asked(({ workspace, table }) => workspace.plan(table, split(OWNERS.slice(0, 37)), context)) },
  { cost: "split of 100", over: "leads", sizes: LEADS, power: 0, make: asked(({ workspace, table }) => workspace.plan(table, split(OWNERS.slice(0, 37), { ids: times(100, (at) => `lead-${String(at).padStart(7, "0")}`) }), context)) },
  { cost: "digest", over: "leads", sizes: LEADS, power: 1, make: planned(({ plan }) => void plan.digest) },
  { cost: "encode", over: "leads", sizes: LEADS, power: 1, make: planned(({ plan }) => void plan.encode()) },
  { cost: "byAssignee", over: "leads", sizes: LEADS, power: 1, make: planned(({ plan }) => void plan.byAssignee()) },
  { cost: "toSQL", over: "leads", sizes: LEADS, power: 1, make: planned(({ plan }) => { for (const statement of plan.statements("postgres", { table: "leads", stateTable: "state" })) void statement; }) },
  { cost: "verify", over: "leads", sizes: LEADS, power: 1, make: (engine, n) => {
    const { workspace, table, free } = world(engine, n);
    const plan = workspace.plan(table, split(OWNERS.slice(0, 37)), context);
    const bytes = plan.encode();
    plan.free();
    return { run: () => workspace.verify(table, bytes, context), after: (_, verdict) => verdict.plan?.free(), free };
  } },
  { cost: "apply and undo", over: "leads", sizes: LEADS, power: 1, make: (engine, n) => {
    const { workspace, table, free } = world(engine, n);
    return {
      before: () => workspace.plan(table, split(OWNERS.slice(0, 37)), context),
      run(plan) {
        table.apply(plan);
        const back = workspace.undo(table, plan.encode(), { ...context, now: now + 60_000 });
        table.apply(back);
        return back;
      },
      after: (plan, back) => (plan.free(), freed(back)),
      free,
    };
  } },
  { cost: "route, 50 rules", over: "leads", sizes: LEADS, power: 1, make: asked(routed, rules(50), ROUTED) },
  { cost: "explain one lead, 50 rules", over: "leads", sizes: LEADS, power: 0, make: asked(({ workspace, table }) => void workspace.explain(table, "lead-0000007", context), rules(50), ROUTED) },
  { cost: "sweep, nothing due", over: "leads", sizes: LEADS, power: 1, make: asked(({ workspace, table }) => workspace.plan(table, { type: "sweep" }, context), rules(50), ROUTED) },

  { cost: "split of 1,000", over: "receivers", sizes: MANY, power: 1, make: (engine, n) => under(() => ({ users: people(n) }), ({ workspace, table }) => workspace.plan(table, split(times(n, (at) => `person-${at}`)), context))(engine, n) },
  { cost: "split of 1,000, each accepts some", over: "receivers", sizes: [10, 100, 1000], power: 1.5, make: (engine, n) => under(() => ({ users: people(n, (at) => ({ accepts: rule("state", "in", times(8, (nth) => `S${String((at * 7 + nth * 5) % 50).padStart(2, "0")}`)) })) }), ({ workspace, table }) => workspace.plan(table, split(times(n, (at) => `person-${at}`)), context))(engine, n) },
  { cost: "receivers of a lead", over: "users", sizes: MANY, power: 1, make: under((n) => ({ users: people(n) }), ({ workspace, table }) => void workspace.receivers(table, { actor: chief, lead: "lead-0000007", now })) },
  ...["round_robin", "weighted", "least_recent"].map((type) => ({ cost: `route of 1,000 by ${type}`, over: "members", sizes: MANY, power: 1, make: under((n) => grouped(n, type), routed, ROUTED) })),
  { cost: "forecast of as many", over: "members", sizes: MANY, power: 1, make: under((n) => grouped(n, "round_robin"), ({ workspace, n }) => void workspace.forecast("group-0", n, context), ROUTED) },
  { cost: "sweep, all of them due", over: "open offers", sizes: MANY, power: 1, make: swept },
  { cost: "route of 1,000", over: "rules", sizes: MANY, power: 1, make: under(rules, routed, ROUTED) },
  { cost: "explain one lead", over: "rules", sizes: MANY, power: 1, make: under(rules, ({ workspace, table }) => void workspace.explain(table, "lead-0000007", context), ROUTED) },
  { cost: "compile", over: "rules", sizes: MANY, power: 1, make: compiled(rules) },
  { cost: "compile", over: "users", sizes: [...MANY, 100_000], power: 1, make: compiled((n) => ({ users: people(n) })) },
  { cost: "compile, with groups of ten", over: "users", sizes: MANY, power: 1, make: compiled((n) => grouped(n, "round_robin", n / 10)) },
  { cost: "compile", over: "units", sizes: [...MANY, 100_000], power: 1, make: compiled((n) => ({ org: units(n) })) },
  { cost: "compile, each below the one before", over: "units", sizes: MANY, power: 1, make: compiled((n) => ({ org: times(n, (at) => ({ id: at === 0 ? "firm" : `unit-${at}`, parent: at === 0 ? null : at === 1 ? "firm" : `unit-${at - 1}` })) })) },
  { cost: "compile", over: "fields", sizes: MANY, power: 1, make: compiled((n) => ({ fields: { ...fields, ...Object.fromEntries(times(n, (at) => [`more${at}`, { type: "text" }])) } })) },
  { cost: "check", over: "rules", sizes: [10, 100, 1000], power: 1, make: (engine, n) => ({ run: () => void engine.check(config(rules(n))) }) },
  { cost: "filter", over: "values of a list", sizes: [...MANY, 100_000], power: 1, make: (engine, n) => {
    const workspace = engine.workspace(config());
    const query = rule("email", "in", times(n, (at) => `person ${(at * 7919) % 100_003}`));
    return { run: () => workspace.filter(query), free: () => workspace.free() };
  } },
];
