// What goes to each limit of docs/limits.md, under the words of its first column. `meet` does with `n` what the limit bounds: it throws, or gives
// back what a problem or an answer says (`[code, path]`), or nothing where all is well. `at` is the pointer of the refusal.
import { importFilter } from "evenhand/import";

const now = new Date(Date.UTC(2026, 2, 2));
const host = { actor: null };
const times = (n, make) => Array.from({ length: n }, (_, at) => make(at));
const verbs = ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass", "plan.undo", "group.view", "group.trigger", "rule.run"];

const base = {
  version: 1,
  fields: { id: { type: "text" }, owner: { type: "user" }, name: { type: "text" }, score: { type: "number" }, born: { type: "date" }, previous: { type: "tags" } },
  lead: { id: "id", owner: "owner", previousOwners: "previous" },
  profiles: [{ id: "all", grants: [{ do: verbs, scope: "all" }] }],
  users: ["ann", "bob"].map((id) => ({ id, profiles: ["all"] })),
};
const context = { actor: "ann", now, state: {}, load: {} };
const blank = { owner: null, name: null, score: null, born: null, previous: null };

const table = (engine, leads = [{ ...blank, id: "1" }], options = {}) => engine.workspace(base).load(leads, options);
const rule = (operator, value) => ({ combinator: "and", rules: [{ field: "name", operator, value }] });
const filter = (engine, query) => void engine.workspace(base).filter(query);
const rules = (n) => ({ combinator: "or", rules: times(n, () => ({ field: "name", operator: "null" })) });
const deep = (n, make, end) => { let out = end; for (let at = 0; at < n; at += 1) out = make(out); return out; };

/** The first problem of a load of one lead, with what its cell became. */
function cell(engine, field, value) {
  const loaded = table(engine, [{ ...blank, id: "1", [field]: value }]);
  const [problem] = loaded.problems;
  if (problem === undefined) return undefined;
  const all = loaded.select(null, host);
  if (all.rows(0, 1)[0][field] !== null) throw new Error("a cell that was not taken must be null");
  return [problem.code, `${problem.row} ${problem.field}`];
}

/** A configuration with one number in it, told by `check`. */
const set = (change) => (engine, n) => {
  const [fault] = engine.check({ ...base, ...change(n) }).filter(({ severity }) => severity === "error");
  return fault && [fault.code, fault.path];
};
const number = (code, at, change) => ({ code, at, meet: set(change) });
const group = (more) => ({ groups: [{ id: "g", name: "G", members: { users: ["bob"] }, method: { type: "round_robin" }, ...more }] });
const method = (more) => group({ method: more });
const target = (to) => ({ rules: [{ id: "r", name: "R", to }] });
const field = (more) => ({ fields: { ...base.fields, at: { type: "date", ...more } } });
const plan = (command, more = {}) => (engine, n) => {
  const workspace = engine.workspace(base);
  const loaded = workspace.load([{ ...blank, id: "1" }]);
  const given = command(n);
  const made = workspace.plan(loaded, given.command ?? { type: "assign", leads: { ids: ["1"] }, to: "bob" }, { ...context, ...more, ...given.context });
  if (given.verify === undefined) return undefined;
  const verdict = workspace.verify(loaded, made.encode(), { ...context, ...given.verify });
  return verdict.ok ? undefined : [verdict.problems[0].code, undefined];
};
const split = (receiver) => ({ command: { type: "split", leads: { ids: ["1"] }, split: { to: ["ann", { user: "bob", ...receiver }] } } });
export const limits = {
  "groups inside each other": { code: "too_deep", at: "/rules/0".repeat(64), meet: (engine, n) => filter(engine, deep(n - 1, (inner) => ({ combinator: "and", rules: [inner] }), rule("=", "x"))) },
  // The outermost group is one of them.
  "groups and rules of a filter": { code: "too_many_nodes", at: "/rules/9999", meet: (engine, n) => filter(engine, rules(n - 1)) },
  "rules of two filters that `and` joins": {
    code: "too_many_nodes",
    at: "",
    meet(engine, n) {
      const workspace = engine.workspace(base);
      workspace.filter(rules(5000)).and(workspace.filter(rules(n - 5000)));
    },
  },
  "values in all lists of a filter": { code: "too_many_values", at: "/rules/0/value", mib: 64, meet: (engine, n) => filter(engine, rule("in", times(n, (at) => `value ${at}`))) },
  "bytes of a text value": { code: "value_too_long", at: "/rules/0/value", meet: (engine, n) => filter(engine, rule("contains", "x".repeat(n))) },
  "keys and places in the pointer to a part of a filter that is imported": {
    code: "too_deep",
    at: `${"/and/0".repeat(49)}/!/!`,
    meet: (_, n) => void importFilter("jsonlogic", deep(Math.min(49, n / 2), (inner) => ({ and: [inner] }), deep(n - 98, (inner) => ({ "!": inner }), true)), { config: base }),
  },
  "parameters of a condition in SQL": {
    code: "too_many_params",
    at: "",
    most: 7,
    meet: (engine, n) => void engine.workspace(base).filter({ combinator: "or", rules: times(n, (at) => ({ field: "name", operator: "contains", value: `v${at}` })) }).toSQL("postgres", { maxParams: 7 }),
  },

  "bytes of a text cell": { code: "text_too_long", at: "0 name", meet: (engine, n) => cell(engine, "name", "x".repeat(n)) },
  "a number, and its opposite": { code: "number_out_of_range", at: "0 score", step: 2, meet: (engine, n) => cell(engine, "score", n) ?? cell(engine, "score", -n) },
  "a day": {
    code: "not_a_date",
    at: "0 born",
    least: "0001-01-01",
    most: "9999-12-31",
    below: "0000-12-31",
    above: "10000-01-01",
    meet: (engine, day) => cell(engine, "born", day),
  },
  "lists and objects inside each other in a cell": { code: "json_too_deep", at: "", meet: (engine, n) => void table(engine, `[{"id": "1", "note": ${"[".repeat(n)}${"]".repeat(n)}}]`, { absent: Object.keys(blank) }) },
  "problems that are kept": {
    code: "cut",
    meet(engine, n) {
      const { problems, problemCount } = table(engine, times(n, (at) => ({ ...blank, id: `${at}`, score: "none" })));
      return problemCount === n && problems.length === problemCount ? undefined : ["cut", problemCount === n && problems.length === 10_000 ? undefined : "another number"];
    },
  },
  "bytes of a value in a problem": {
    code: "cut",
    meet(engine, n) {
      const [{ value }] = table(engine, [{ ...blank, id: "1", score: "x".repeat(n) }]).problems;
      return value.length === n ? undefined : ["cut", value.length === 200 ? undefined : "another number"];
    },
  },
  "keys of an input that stand for no field, in `columns`": {
    code: "cut",
    meet(engine, n) {
      const { unused } = table(engine, `${["id", "owner", ...times(n, (at) => `more ${at}`)].join(",")}\n1\n`, { format: "csv" }).columns;
      return unused.length === n ? undefined : ["cut", unused.length === 1000 ? undefined : "another number"];
    },
  },
  "leads that fit an ambiguous row of an upsert": {
    code: "cut",
    meet(engine, n) {
      const same = table(engine, times(n, (at) => ({ ...blank, id: `${at}`, name: "same" })));
      const [{ leads }] = same.upsert([{ name: "same", score: 1 }], { matchBy: ["name"], dryRun: true }).rows(0, 1, "ambiguous");
      return leads.length === n ? undefined : ["cut", leads.length === 10 ? undefined : "another number"];
    },
  },

  "faults that are told": {
    code: "cut",
    meet(engine, n) {
      const told = engine.check({ ...base, rules: times(n, (at) => ({ id: `r${at}`, name: "R", to: { user: "zed" } })) }).length;
      return told === n ? undefined : ["cut", told === 1000 ? undefined : "another number"];
    },
  },
  "formats of a field": number("out_of_range", "/fields/at/format", (n) => field({ format: times(n, () => "%Y-%m-%d") })),
  "bytes of a format": number("format_invalid", "/fields/at/format", (n) => field({ format: `%Y-%m-%d${"-".repeat(n - 8)}` })),
  "offsets of a time zone": number("zone_invalid", "/zones/Area~1Place", (n) => ({ zones: { "Area/Place": times(n, (at) => ({ ...(at === n - 1 ? {} : { untilMs: at * 1000 }), offsetSeconds: 3600 * (at % 2) })) } })),
  "letters of the name of a zone release": number("zone_version_invalid", "/zoneVersions/Area~1Place", (n) => ({ zones: { "Area/Place": [{ offsetSeconds: 0 }] }, zoneVersions: { "Area/Place": "x".repeat(n) } })),
  "day of the month on which a fiscal year begins": number("value_invalid", "/fiscalYearStart", (n) => ({ fiscalYearStart: `04-${String(n).padStart(2, "0")}` })),
  "a weight, with at most six decimals; 0 gets nothing": { ...number("weight_out_of_range", "/users/0/weight", (n) => ({ users: [{ id: "ann", weight: n }, { id: "bob" }] })), below: 0.000_000_5, above: 1_000_000.000_001 },
  "`capacity` of a user": number("out_of_range", "/users/0/capacity", (n) => ({ users: [{ id: "ann", capacity: n }, { id: "bob" }] })),
  "`capacity` of a group": number("out_of_range", "/groups/0/capacity", (n) => group({ capacity: n })),
  "`count` of a limit": number("out_of_range", "/groups/0/limits/0/count", (n) => group({ limits: [{ count: n, per: "day" }] })),
  "`minutes` of an offer": number("out_of_range", "/groups/0/method/minutes", (n) => method({ type: "broadcast_offer", minutes: n })),
  "`reopenMinutes` of an offer": number("out_of_range", "/groups/0/method/reopenMinutes", (n) => method({ type: "broadcast_offer", minutes: 5, reopenMinutes: n })),
  "`runMinutes` of an offer": number("out_of_range", "/groups/0/method/runMinutes", (n) => method({ type: "sequential_offer", minutes: 5, runMinutes: n })),
  "`restSeconds` of an offer": number("out_of_range", "/groups/0/method/restSeconds", (n) => method({ type: "sequential_offer", minutes: 5, restSeconds: n })),
  "`passes` of an offer": number("out_of_range", "/groups/0/method/passes", (n) => method({ type: "sequential_offer", minutes: 5, passes: n })),
  "`perRound` of a round": number("out_of_range", "/groups/0/method/perRound", (n) => method({ type: "round_robin", perRound: n })),
  "`last` of `remember`": number("out_of_range", "/groups/0/remember/last", (n) => group({ remember: { last: n } })),
  "`absentUpToDays` of a target": number("out_of_range", "/rules/0/to/absentUpToDays", (n) => target({ same: "name", absentUpToDays: n, otherwise: { user: "ann" } })),
  "`retireAfterMinutes`": number("out_of_range", "/lifecycle/retireAfterMinutes", (n) => ({ lifecycle: { retireAfterMinutes: n, onRetire: { name: "old" } } })),
  "`otherwise` inside each other": number("too_deep", `/rules/0/to${"/otherwise".repeat(17)}`, (n) => target(deep(n, (otherwise) => ({ field: "owner", otherwise }), { user: "bob" }))),
  "groups that a lead comes to by `onNobody`, each as often as it is asked": number("too_many_fallbacks", "/groups", (n) => {
    const one = (id, next) => ({ ...group({ onNobody: next.map((to) => ({ group: to })) }).groups[0], id });
    return { groups: times(n, (at) => one(`g${at}`, at + 1 < n ? [`g${at + 1}`] : [])) };
  }),

  "keys and places in the pointer to a part of a configuration, query, command or state": {
    code: "json_too_deep",
    at: `/state/x/value${"/0".repeat(158)}`,
    meet: plan((n) => ({ context: { state: { x: { version: 1, value: deep(n - 3, (inner) => [inner], []) } } } })),
  },
  "`limit` of a sweep": { code: "out_of_range", at: "/limit", meet: plan((limit) => ({ command: { type: "sweep", limit } })) },
  "`cap` of a receiver": { code: "out_of_range", at: "/split/to/1/cap", meet: plan((cap) => split({ cap })) },
  "`weight` of a receiver": { code: "weight_out_of_range", at: "/split/to/1/weight", below: 0, above: 1_000_000.000_001, meet: plan((weight) => split({ weight })) },
  "`version` of a state value": { code: "out_of_range", at: "/state/x/version", meet: plan((version) => ({ context: { state: { x: { version, value: null } } } })) },
  "`maxAgeSeconds`": { code: "out_of_range", at: "/maxAgeSeconds", meet: plan((maxAgeSeconds) => ({ verify: { maxAgeSeconds } })) },
  "milliseconds that a plan's time may be ahead of the verifier's": { code: "from_the_future", meet: plan((n) => ({ verify: { now: new Date(now.getTime() - n) } })) },
  "milliseconds that a plan may be old, without `maxAgeSeconds`": { code: "too_old", meet: plan((n) => ({ verify: { now: new Date(now.getTime() + n) } })) },
  "rows at once without `lead.export`": { code: "not_permitted", at: "/limit", meet: (engine, limit) => void engine.workspace(base).readable(null, { actor: "ann", now, limit }) },
  "leads that a notice names": {
    code: "cut",
    meet(engine, n) {
      const workspace = engine.workspace(base);
      const loaded = workspace.load(times(n, (at) => ({ ...blank, id: `${at}` })));
      const [{ leads, count }] = workspace.plan(loaded, { type: "assign", leads: { filter: { combinator: "and", rules: [] } }, to: "bob" }, context).notifications;
      return leads.length === n ? undefined : ["cut", leads.length === 100 && count === n ? undefined : "another number"];
    },
  },
  "problems that an audit tells": {
    code: "cut",
    meet(engine, n) {
      const { problems, problemCount } = engine.audit(times(n + 1, (at) => ({ lead: `${at}`, time: at === n ? now : "none", receiver: "ann" })));
      return problems.length === n ? undefined : ["cut", problems.length === 100 && problemCount === n ? undefined : "another number"];
    },
  },
  "leads that `forecast` tells": {
    code: "count_out_of_range",
    at: "",
    meet(engine, n) {
      const told = engine.workspace({ ...base, ...group({}) }).forecast("g", n, context);
      if (told.length !== n) throw new Error(`${told.length} leads were told, not ${n}`);
    },
  },
  "`weekStart` of an audit": { code: "out_of_range", at: "/weekStart", meet: (engine, weekStart) => void engine.audit([{ lead: "1", time: now, receiver: "ann" }], { weekStart }) },
};

/** Limits that take too much to go to here, and the native test that goes to them with smaller numbers. */
export const elsewhere = { "bytes of a row that does not end": ["row_too_long", "src/engine/table/tests/bad.rs"] };

/** Limits that follow from the memory of an engine, each with a test of its own. */
export const ofMemory = ["bytes of memory", "bytes of a configuration, query, command or state"];

/** Bytes of memory that the tests of those give an engine. */
export const MEMORY = 64 << 20;
export { base, blank, context };
