// Who works here, and their leads.
import { readyProfiles } from "evenhand";

export const config = {
  version: 1,
  fields: { id: { type: "text" }, version: { type: "number" }, owner: { type: "user" }, status: { type: "choice", choices: ["new", "open"] } },
  lead: { id: "id", version: "version", owner: "owner", status: "status" },
  lifecycle: { onAssign: { status: "open" } },
  org: [{ id: "acme" }],
  users: [{ id: "nina", unit: "acme", profiles: ["officeAdmin"] }, ...["ann", "bob", "cyd"].map((id) => ({ id, unit: "acme", profiles: ["agent"] }))],
  profiles: readyProfiles,
};

/** Ann has six leads, Bob two, Cyd none; ten wait. */
export const leads = Array.from({ length: 18 }, (_, at) => {
  const owner = at < 6 ? "ann" : at < 8 ? "bob" : null;
  return { id: `L-${at + 1}`, version: 1, owner, status: owner === null ? "new" : "open" };
});
