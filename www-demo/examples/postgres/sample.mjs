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
