// What a page or a worker does first: a workspace, a table, a plan. It imports nothing, and runs in every runtime.

const leads = Array.from({ length: 200 }, (_, nth) => ({ id: `lead-${nth}`, owner: nth % 3 === 0 ? null : "ada", status: nth % 2 === 0 ? "new" : "open" }));

/** Makes a plan on a new engine; gives back how many leads it moves. */
export function firstPlan(engine) {
  const workspace = engine.workspace({
    version: 1,
    fields: { id: { type: "text" }, owner: { type: "user" }, status: { type: "choice", choices: ["new", "open"] } },
    lead: { id: "id", owner: "owner", status: "status" },
    org: [{ id: "firm", kind: "company" }],
    profiles: [{ id: "everything", grants: [{ do: ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass"], scope: "all" }] }],
    users: ["ada", "ben", "cid"].map((id) => ({ id, unit: "firm", profiles: ["everything"] })),
  });
  const table = workspace.load(leads);
  const plan = workspace.plan(table, { type: "split", leads: { filter: { combinator: "and", rules: [] } }, split: { to: ["ben", "cid"] } }, { actor: "ada", now: 1_781_524_800_000 });
  return plan.columns().rows.length;
}
