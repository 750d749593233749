import { createEngineSync, EvenhandError, readyProfiles } from "evenhand";

// Made once for all requests: workerd compiled the module before the worker started.
const workspace = createEngineSync().workspace({
  version: 1,
  fields: { id: { type: "text" }, owner: { type: "user" } },
  lead: { id: "id", owner: "owner" },
  org: [{ id: "acme" }],
  users: [{ id: "nina", unit: "acme", profiles: ["officeAdmin"] }, ...["ann", "bob"].map((id) => ({ id, unit: "acme", profiles: ["agent"] }))],
  profiles: readyProfiles,
});

export default {
  /** Divides the leads that nobody owns. */
  async fetch(request) {
    if (request.method !== "POST") return new Response("POST leads here\n", { status: 405, headers: { allow: "POST" } });
    let table, plan;
    try {
      const { leads, to } = await request.json();
      table = workspace.load(leads);
      const command = { type: "split", leads: { filter: { rules: [{ field: "owner", operator: "null" }] } }, split: { to } };
      plan = workspace.plan(table, command, { actor: "nina", now: Date.now(), state: {} });
      return Response.json({ assignees: plan.assignees, changes: plan.changes() });
    } catch (error) {
      if (error instanceof EvenhandError) return Response.json(error, { status: 422 });
      return Response.json({ code: "bad_request" }, { status: 400 });
    } finally {
      plan?.free();
      table?.free();
    }
  },
};
