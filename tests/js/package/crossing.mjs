// Everything that is handed out, made once, and whether what came back from elsewhere is the same: a value, its keys, its order, its prototype.
// It imports nothing, so that it runs in every runtime.

const now = "2026-03-02T09:00:00Z";
const by = { actor: "__proto__", now };
const grants = [{ do: ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass", "plan.undo", "group.view", "group.trigger", "rule.run", "rule.edit"], scope: "all" }];
/** Names that are properties of every object. In a JSON text every key is a key. */
const config = JSON.parse(`{
  "version": 1, "timeZone": "Europe/Berlin",
  "fields": {"id": {"type": "text"}, "owner": {"type": "user"}, "constructor": {"type": "text"}, "score": {"type": "number"}, "tags": {"type": "tags"}, "created": {"type": "datetime"}},
  "lead": {"id": "id", "owner": "owner", "createdAt": "created"},
  "profiles": [{"id": "all", "grants": ${JSON.stringify(grants)}}],
  "users": [{"id": "__proto__", "name": "Proto", "profiles": ["all"]}, {"id": "toString", "profiles": ["all"]}],
  "groups": [{"id": "__proto__", "name": "G", "members": {"users": ["__proto__", "toString"]}, "method": {"type": "round_robin"}}],
  "rules": [{"id": "__proto__", "to": {"group": "__proto__"}}]
}`);
const leads = JSON.parse(`[
  {"id": "__proto__", "owner": null, "constructor": "c", "score": 1.5, "tags": ["__proto__"], "created": "2026-03-01T00:00:00Z", "__proto__": "x"},
  {"id": "2", "owner": "toString", "constructor": null, "score": 123456789012345.125, "tags": [], "created": "2026-03-01T01:00:00Z"},
  {"id": "3", "owner": null, "constructor": "\\ud83d\\ude00", "score": null, "tags": ["a", "b"], "created": null}
]`);

/** What the calls of the package answer, by the name of the call. */
export function answers({ createEngineSync, EvenhandError }) {
  const engine = createEngineSync();
  const workspace = engine.workspace(config);
  const table = workspace.load(leads);
  const command = { type: "split", leads: { ids: ["__proto__", "2", "3", "4"] }, split: { to: ["__proto__", "toString"] } };
  const plan = workspace.plan(table, command, by);
  const route = workspace.plan(table, { type: "route", leads: { ids: ["__proto__", "3"] } }, by);
  const found = table.select(null, by);
  const filter = workspace.filter({ combinator: "and", rules: [{ field: "owner", operator: "=", value: "toString" }] });
  const refused = (run) => {
    try {
      return run();
    } catch (error) {
      if (error instanceof EvenhandError) return error.toJSON();
      throw error;
    }
  };
  const replay = workspace.simulate(table, { draft: { rules: [{ id: "__proto__", to: { user: "toString" } }] } }, by);
  const preview = table.upsert([{ id: "2", score: 2 }, { id: "9", owner: "nobody", constructor: null, score: "x", tags: null, created: null }], { dryRun: true });
  const posted = workspace.verify(table, plan.encode(), by);
  const lost = workspace.verify(table, { ...plan.toJSON(), at: 1 }, by);
  const all = {
    plan: plan.toJSON(), routed: route.toJSON(), preview: plan.preview(), changes: plan.changes(), dropped: plan.dropped(), droppedCount: plan.droppedCount, byAssignee: plan.byAssignee(),
    columns: plan.columns(), timeline: plan.timeline(), state: plan.state, reads: route.reads, notifications: plan.notifications, assignees: plan.assignees, encoded: plan.encode(),
    statements: plan.toSQL("sqlite", { table: "leads", stateTable: "state" }), header: engine.peek(plan.encode()), verified: [posted.ok, posted.problems, lost],
    needs: [workspace.needs(command, by), workspace.needs(plan.encode(), by), workspace.needs({ type: "undo", plan: plan.id }, { ...by, plans: { [plan.id]: plan.toJSON() } })].map(({ leads: of, ...rest }) => ({ ...rest, leads: of.ids ?? of.filter.describe() })),
    explain: workspace.explain(table, "__proto__", by), forecast: workspace.forecast("__proto__", 3, by), simulated: [replay.report, replay.counts(), replay.elsewhere()],
    get: table.get("__proto__", by), rows: found.rows(), ids: found.ids(), indexes: found.indexes(), countBy: found.countBy("owner"), problems: table.problems, loaded: table.columns,
    upserted: [preview.rows(), preview.problemList], why: filter.explain(leads[1]), sql: filter.toSQL("postgres", {}), warnings: filter.warnings, can: workspace.can({ actor: "__proto__", do: "lead.view", lead: leads[0] }),
    receivers: workspace.receivers(table, { ...by, lead: "2" }), members: workspace.members({ users: ["__proto__"] }), fields: workspace.fields("__proto__"), config: workspace.config, zones: workspace.zones(),
    check: engine.check({ ...config, version: 2 }), error: refused(() => workspace.plan(table, { type: "assign", leads: {}, to: "x" }, by)),
    audit: engine.audit([{ lead: "1", group: "__proto__", receiver: "__proto__", time: now, available: ["__proto__", "toString"] }], { weights: JSON.parse('{"__proto__": 2}') }), tally: workspace.tally(table, { ...command, leads: { all: true } }, by),
    applied: table.apply(plan), put: table.upsert([{ id: "2", score: 2 }]),
  };
  replay.free();
  engine.free();
  return all;
}

/** Where two values differ, if they do: also in the order of keys, in their properties, and in their prototypes. Symbols are the runtime's. */
export function difference(a, b, path = "") {
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) return Object.is(a, b) ? undefined : `${path}: ${String(a)} and ${String(b)}`;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return `${path}: prototypes differ`;
  const [keys, others] = [a, b].map((value) => Object.getOwnPropertyNames(value).filter((key) => !(Array.isArray(value) && key === "length")));
  if (keys.length !== others.length || keys.some((key, at) => key !== others[at])) return `${path}: ${keys} and ${others}`;
  for (const key of keys) {
    const [one, other] = [a, b].map((value) => Object.getOwnPropertyDescriptor(value, key));
    if (!("value" in one) || one.enumerable !== other.enumerable) return `${path}/${key}: no property of its own`;
    const found = difference(one.value, other.value, `${path}/${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** How many own keys named `__proto__` a value has, at any depth. */
export function protos(value) {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return 0;
  return Object.entries(value).reduce((sum, [key, inner]) => sum + Number(key === "__proto__") + protos(inner), 0);
}
