// Writes a company's configuration, a command, and as many leads as are asked for: node sample.mjs FOLDER LEADS
import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";

const [folder, count] = [process.argv[2], Number(process.argv[3])];
const STATES = ["AZ", "CA", "CO", "FL", "GA", "IL", "NY", "OH", "TX", "WA"];
const AGENTS = Array.from({ length: 200 }, (_, at) => `agent-${String(at).padStart(3, "0")}`);
const WORK = ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass"];

const workspace = {
  version: 1,
  fields: { id: { type: "text" }, version: { type: "number" }, owner: { type: "user" }, state: { type: "choice", choices: STATES }, status: { type: "choice", choices: ["new", "open", "won"] } },
  lead: { id: "id", version: "version", owner: "owner", status: "status" },
  lifecycle: { open: { rules: [{ field: "status", operator: "!=", value: "won" }] } },
  profiles: [{ id: "all", grants: [{ do: WORK, scope: "all" }] }, { id: "agent", grants: [{ do: ["lead.view", "lead.edit"], scope: "own" }] }],
  users: [
    { id: "nina", profiles: ["all"] },
    // Every fourth agent is licensed in some states only.
    ...AGENTS.map((id, at) => ({ id, profiles: ["agent"], ...(at % 4 === 0 ? { accepts: { rules: [{ field: "state", operator: "in", value: STATES.filter((_, state) => (state + at / 4) % 3 > 0) }] } } : {}) })),
  ],
};
// Everything that is not won yet is dealt anew: evenly, by weight, with caps, and leads stay where they can.
const to = AGENTS.map((user, at) => (at % 10 === 0 ? { user, weight: 2 } : at % 25 === 1 ? { user, cap: Math.ceil(count / 1000) } : user));
const command = { type: "split", leads: { filter: { rules: [{ field: "status", operator: "!=", value: "won" }] } }, split: { to, keep: true, key: "all" } };
writeFileSync(join(folder, "workspace.json"), JSON.stringify(workspace));
writeFileSync(join(folder, "command.json"), JSON.stringify(command));

const handle = openSync(join(folder, "leads.csv"), "w");
writeSync(handle, "id,version,owner,state,status\n");
let state = 20260301;
/** Numbers that look random and are not (mulberry32). */
function roll(sides) {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % sides;
}
for (let from = 0; from < count; from += 50_000) {
  const lines = Array.from({ length: Math.min(50_000, count - from) }, (_, at) => {
    const id = `L${String(from + at).padStart(9, "0")}`;
    const owner = roll(3) === 0 ? "" : AGENTS[Math.min(roll(AGENTS.length), roll(AGENTS.length))];
    return `${id},${1 + roll(5)},${owner},${STATES[roll(10)]},${["new", "open", "open", "won"][roll(4)]}\n`;
  });
  writeSync(handle, lines.join(""));
}
closeSync(handle);
