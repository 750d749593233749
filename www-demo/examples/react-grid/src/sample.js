// Who works here, and their leads.
import { readyProfiles } from "evenhand";

export const AGENTS = [
  { id: "ann", name: "Ann Abbott" },
  { id: "bob", name: "Bob Brand" },
  { id: "cyd", name: "Cyd Castillo" },
];

export const config = {
  version: 1,
  fields: {
    id: { type: "text", label: "Lead" },
    version: { type: "number" },
    name: { type: "text", label: "Name" },
    owner: { type: "user", label: "Owner" },
    status: { type: "choice", label: "Status", choices: ["New", "Contacted"] },
  },
  lead: { id: "id", version: "version", owner: "owner", status: "status" },
  lifecycle: { onAssign: { status: "Contacted" } },
  org: [{ id: "acme" }],
  users: [{ id: "nina", unit: "acme", profiles: ["officeAdmin"] }, ...AGENTS.map((agent) => ({ ...agent, unit: "acme", profiles: ["agent"] }))],
  profiles: readyProfiles,
};

const NAMES = ["Ada", "Boris", "Chloe", "Diego", "Esme", "Finn", "Gita", "Harold", "Iris", "Jack", "Kira", "Leo"];

export const leads = NAMES.map((name, at) => ({ id: `L-${at + 1}`, version: 1, name, owner: at < 3 ? "ann" : null, status: at < 3 ? "Contacted" : "New" }));
