// Who works here, and their leads.
import { readyProfiles } from "evenhand";

export const config = {
  version: 1,
  fields: { id: { type: "text" }, version: { type: "number" }, owner: { type: "user" }, status: { type: "choice", choices: ["new", "open"] } },
  lead: { id: "id", version: "version", owner: "owner", status: "status" },
  lifecycle: { onAssign: { status: "open" }, onUnassign: { status: "new" } },
  org: [{ id: "acme" }],
  users: [
    ...["nina", "omar"].map((id) => ({ id, unit: "acme", profiles: ["officeAdmin"] })),
    ...["ann", "bob"].map((id) => ({ id, unit: "acme", profiles: ["agent"] })),
  ],
  profiles: readyProfiles,
};

export const leads = Array.from({ length: 10 }, (_, at) => ({ id: `L-${at + 1}`, version: 1, owner: null, status: "new" }));

/** The same people with groups that offer leads: to all at once, or one after the other. `clock` sweeps; everybody sees whose a lead is. */
export const offering = {
  ...config,
  fields: { ...config.fields, run: { type: "text" } },
  lead: { ...config.lead, run: "run" },
  profiles: [
    ...readyProfiles,
    { id: "sees", grants: [{ do: ["lead.view"], scope: "all" }] },
    { id: "offers", grants: [{ do: ["group.trigger"], scope: "all" }] },
    { id: "sweeps", grants: [{ do: ["lead.view", "rule.run"], scope: "all" }] },
  ],
  users: [
    { id: "nina", unit: "acme", profiles: ["officeAdmin", "offers"] },
    ...["ann", "bob", "cyd"].map((id) => ({ id, unit: "acme", profiles: ["agent", "sees"] })),
    { id: "clock", kind: "service", unit: "acme", profiles: ["sweeps"] },
  ],
  groups: [
    { id: "all", name: "All at once", members: { users: ["ann", "bob", "cyd"] }, defaultAssignee: "nina", method: { type: "broadcast_offer", minutes: 5 } },
    { id: "turns", name: "One after the other", members: { users: ["ann", "bob", "cyd"] }, defaultAssignee: "nina", method: { type: "sequential_offer", minutes: 5 } },
  ],
};
