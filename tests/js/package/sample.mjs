// Writes a sample into a folder: a lender's 4,000 leads, its configuration, and the command for "one agent leaves".
// Usage: node sample.mjs FOLDER [how many leads]. The same numbers every time.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Numbers that look random and are not (mulberry32). */
export function dice(seed) {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % sides;
  };
}

const AGENTS = ["Amara Obi", "Ben Whitlock", "Carla Reyes", "Dmitri Volkov", "Elena Fischer", "Farid Haddad", "Grace Lindqvist", "Hugo Marchetti", "Ines Calder", "Jonas Pike", "Keiko Tan"];
const FIRST = ["Ada", "Boris", "Chloe", "Diego", "Esme", "Finn", "Gita", "Harold", "Iris", "Jack", "Kira", "Leo", "Mona", "Nils", "Opal", "Priya", "Quinn", "Rosa", "Seth", "Tara"];
const LAST = ["Abbott", "Brand", "Castillo", "Drummond", "Ekström", "Farrow", "Grimes", "Holt", "Ibarra", "Jansen", "Kowalski", "Lomax", "Mbeki", "Norris", "O'Hara", "Pratt", "Quist", "Renner", "Sorel", "Tully"];
const SOURCES = ["Web form", "Referral", "Branch", "Phone", "Open house", "Partner", "Mailer", "Webinar"];
const STATUSES = ["New", "Contacted", "Application", "Processing", "Nurture", "Funded", "Lost"];
const OPEN = STATUSES.slice(0, 5);
const STATES = ["AZ", "CA", "CO", "FL", "GA", "IL", "NY", "OH", "TX", "WA"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export const NOW = "2021-09-01T09:00:00Z";
export const id = (name) => name.toLowerCase().replace(" ", ".");

const two = (number) => String(number).padStart(2, "0");
const quoted = (cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

export function leads(count) {
  const roll = dice(20210415);
  const any = (list) => list[roll(list.length)];
  // Some agents have more than others, and one in twelve leads has nobody.
  const shares = AGENTS.flatMap((name, at) => Array(4 + ((at * 7) % 9)).fill(id(name)));
  const rows = ["Lead ID,First Name,Last Name,Lead Owner,Lead Source,Lead Status,State,Loan Amount,Created Time,Converted"];
  for (let n = 0; n < count; n += 1) {
    const made = new Date(Date.UTC(2021, 3, 15) + roll(130 * 24 * 60) * 60_000);
    const time = `${two(made.getUTCDate())} ${MONTHS[made.getUTCMonth()]}, ${made.getUTCFullYear()} ${two(made.getUTCHours())}:${two(made.getUTCMinutes())}:00`;
    const status = any(STATUSES);
    rows.push(
      [String(4563 + n), any(FIRST), any(LAST), roll(12) === 0 ? "" : any(shares), any(SOURCES), status, any(STATES), String((80 + roll(720)) * 1000), time, status === "Funded" ? "Yes" : "No"].map(quoted).join(),
    );
  }
  return `${rows.join("\n")}\n`;
}

export const workspace = {
  version: 1,
  timeZone: "America/Chicago",
  fields: {
    id: { type: "text", label: "Lead ID" },
    first: { type: "text", label: "First Name" },
    last: { type: "text", label: "Last Name" },
    owner: { type: "user", label: "Lead Owner" },
    source: { type: "choice", label: "Lead Source", choices: SOURCES },
    status: { type: "choice", label: "Lead Status", choices: STATUSES },
    state: { type: "choice", label: "State" },
    amount: { type: "number", label: "Loan Amount" },
    created: { type: "datetime", label: "Created Time", format: "%d %b, %Y %H:%M:%S" },
    converted: { type: "boolean", label: "Converted" },
  },
  lead: { id: "id", owner: "owner", status: "status", createdAt: "created" },
  lifecycle: { open: { combinator: "and", rules: [{ field: "status", operator: "in", value: OPEN }] } },
  org: [{ id: "lender", name: "Northgate Lending", kind: "company" }, { id: "retail", name: "Retail", parent: "lender" }],
  profiles: [
    { id: "manager", grants: [{ do: ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass", "plan.undo"], scope: "company" }, { do: ["lead.view", "lead.edit", "lead.release", "lead.give"], scope: "unowned" }] },
    { id: "agent", grants: [{ do: ["lead.view", "lead.edit"], scope: "own" }] },
  ],
  users: [
    { id: "nora.vance", name: "Nora Vance", unit: "lender", profiles: ["manager"] },
    ...AGENTS.map((name) => ({ id: id(name), name, unit: "retail", profiles: ["agent"] })),
  ],
};

/** One agent leaves; the open leads go to four others, so that their open totals end level. */
export const command = {
  type: "reclaim",
  from: [id("Carla Reyes")],
  split: { to: [id("Dmitri Volkov"), id("Elena Fischer"), id("Hugo Marchetti"), id("Ines Calder")], even: "total" },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, count = "4000"] = process.argv.slice(2);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "leads.csv"), leads(Number(count)));
  writeFileSync(join(folder, "workspace.json"), `${JSON.stringify(workspace, null, 2)}\n`);
  writeFileSync(join(folder, "command.json"), `${JSON.stringify(command, null, 2)}\n`);
}
