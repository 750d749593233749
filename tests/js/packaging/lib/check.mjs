// What each project has to bring about: a plan, from the package as it finds it.

/** A module of every project: `answer(evenhand)` makes an engine, plans, and tells what came out. */
export const CHECK = `
const config = {
  version: 1,
  timeZone: "Europe/Berlin",
  fields: { id: { type: "text" }, owner: { type: "user" } },
  lead: { id: "id", owner: "owner" },
  profiles: [{ id: "manager", grants: [{ do: ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass"], scope: "all" }] }],
  users: [{ id: "ann", profiles: ["manager"] }, { id: "bob", profiles: ["manager"] }],
};
export function plan(engine) {
  const workspace = engine.workspace(config);
  const leads = workspace.load([{ id: "1" }, { id: "2" }, { id: "3", owner: "böb" }, { id: "4" }]);
  const command = { type: "split", leads: { ids: ["1", "2", "4"] }, split: { to: ["ann", "bob"] } };
  const made = workspace.plan(leads, command, { actor: "ann", now: Date.UTC(2026, 2, 2) });
  const text = "planned " + JSON.stringify(made.byAssignee());
  engine.free();
  return text;
}
export async function answer({ createEngine }, options) {
  try {
    return plan(await createEngine(options));
  } catch (error) {
    return "refused " + error.code + ": " + error.message + " | " + error.diagnostics?.[0]?.hint;
  }
}
`;

/** What `answer` tells when all is well. */
export const ANSWER = 'planned {"ann":["1","4"],"bob":["2"]}';
