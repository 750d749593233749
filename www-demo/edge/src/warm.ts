// An engine that has planned once before anybody asks. The runtime compiles a function of the module when it is first called: what a first
// command would wait for is done while the isolate starts, which is before, or beside, the first connection's handshake.
import { createEngineSync, type Engine } from "evenhand";

/** All tenants of an isolate share its 128 megabytes. */
const MAX_MEMORY = 96 << 20;

let spare: Engine | undefined = warmed();

/** An engine of the caller's own. */
export function engine(): Engine {
  const taken = spare ?? createEngineSync({ maxMemory: MAX_MEMORY });
  spare = undefined;
  return taken;
}

function warmed(): Engine {
  const engine = createEngineSync({ maxMemory: MAX_MEMORY });
  const grants = [{ do: ["lead.view" as const, "lead.edit" as const, "lead.release" as const, "lead.give" as const, "lead.claim" as const, "lead.mass" as const], scope: "all" as const }];
  const open = { rules: [{ field: "status", operator: "=" as const, value: "open" }] };
  using workspace = engine.workspace({
    version: 1,
    fields: { id: { type: "text" }, version: { type: "number" }, owner: { type: "user" }, unit: { type: "unit" }, status: { type: "choice" }, at: { type: "datetime" } },
    lead: { id: "id", version: "version", owner: "owner", unit: "unit", assignedAt: "at" },
    lifecycle: { onAssign: { status: "open" }, open },
    org: [{ id: "u" }],
    profiles: [{ id: "p", grants }],
    users: [{ id: "a", unit: "u", profiles: ["p"] }, { id: "b", unit: "u", profiles: ["p"] }],
  });
  using leads = workspace.load([{ id: "1", version: 1, owner: null, unit: "u" }, { id: "2", version: 1, owner: "a", unit: "u", status: "open" }], { partial: true });
  const context = { actor: "a", now: 0, state: {}, load: {} };
  workspace.filter(open).free();
  for (const command of [{ type: "claim_from_pool" as const, lead: "1" }, { type: "assign" as const, leads: { ids: ["1", "2"] }, to: "b" }]) {
    workspace.needs(command, context);
    using plan = workspace.plan(leads, command, context);
    plan.toSQL("sqlite", { table: "leads", stateTable: "state" });
    plan.toJSON();
    const bytes = plan.encode();
    engine.peek(bytes);
    const verdict = workspace.verify(leads, bytes, context);
    if (!verdict.ok) throw new Error("the engine does not agree with itself");
    verdict.plan.free();
  }
  return engine;
}
