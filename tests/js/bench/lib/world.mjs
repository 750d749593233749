// The configuration that the benchmarks share.
import { fields, OWNERS } from "./leads.mjs";

/** Everybody reads and does everything here: what is measured is the work, not the refusal. */
const VERBS = ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.claim", "lead.mass", "rule.run", "plan.undo"];

/** The head of the organisation, who may do everything. */
export const chief = "chief";
/** Noon of a day on which nothing special happens. */
export const now = Date.UTC(2026, 5, 15, 12);

/** A configuration with the leads' fields and owners; `over` replaces parts of it. */
export function config(over = {}) {
  return {
    version: 1,
    fields,
    lead: { id: "id", owner: "owner", status: "status", createdAt: "created", lastActivityAt: "lastContact" },
    org: [{ id: "firm", kind: "company" }],
    profiles: [{ id: "everything", grants: [{ do: VERBS, scope: "all" }] }],
    users: [...OWNERS, chief].map((id) => ({ id, unit: "firm", profiles: ["everything"] })),
    ...over,
  };
}

export const workspace = (engine, over) => engine.workspace(config(over));
