// What the program is told: its help, and the options of each command.

export const HELP = `Usage: evenhand <command> [options]

Commands:
  split    deals the leads of a CSV file out evenly, without a configuration
             FILE               the leads: CSV; - is standard input
             --to A,B:2         who gets them, with weights where they are not 1
             --where TEXT       which ones: "status = New and amount >= 1000"; without it, those that nobody owns
             --all              all of them
             --out FILE         writes the file with its new owners there, every other byte as it was
             --id COLUMN        the column that tells leads apart, where it is not found out; --id none numbers the rows
             --owner COLUMN     the column with the owners, where it is not found out; --new-owner NAME adds one
             --even WHAT        dealt: over what is dealt now (the default); total: over what each will hold
             --keep             leads stay with whoever has them as far as that is even
             --together A,B     leads that are equal in these columns go to one person
             --state FILE       what is remembered of the remainder from one time to the next; written with --out
             --sql DIALECT      prints statements instead, for sqlite or postgres; --table NAME where it is not the file's
             --problems         lists the cells that could not be read
             --now TIME
  init     proposes a configuration for a CSV file: types, formats, choices, owner, people; what is unsure is asked
             FILE               the leads: CSV; - is standard input
             --out FILE         writes it there: JSON, or with the questions as comments for a name that ends in .js, .mjs or .ts
             --id COLUMN, --owner COLUMN
             --zone ZONE        of times without an offset (UTC)
  plan     shows what a command would change, and changes nothing
             --workspace FILE   the configuration (JSON)
             --leads FILE       the leads: CSV, a JSON array or NDJSON; - is standard input
             --command FILE     the command (JSON)
             --actor ID         who acts
             --now TIME         RFC 3339 or epoch milliseconds
             --state FILE       what earlier plans told to keep (JSON)
             --out FILE         writes the whole plan there: JSON, or its compact bytes for a name that ends in .bin
  tally    counts one shard of the leads, in one line
  settle   settles the shares of all shards from their lines, in the order in which their rows are taken
  plan --settlement FILE
           deals one shard's own rows: a line of JSON for each change and for each lead that is left out
             --workspace, --command, --actor, --now, --state: the same for all three
             --leads FILE       of tally and plan: one shard, CSV, JSON or NDJSON; --tallies FILE of settle; standard input if absent
             --header A,B       the leads are CSV without a line of names; these are the names
             --shard N          the place of the shard's tally, from 0; - if the first line of the leads says it
             --csv              who gets what instead: lead and receiver
  apply    writes a plan into a CSV file, every other byte as it was
             --workspace FILE, --leads FILE
             --plan FILE        as plan --out wrote it
             --out FILE         the new file
             --partial          leads that changed since are left out; without it nothing is written then
             --state FILE       checks and keeps the plan's state there, so that no plan is written twice
  verify   derives a plan again and tells whether it is exactly what the rules give
             --workspace FILE, --leads FILE, --plan FILE, --actor ID, --now TIME, --state FILE
             --max-age SECONDS  how old the plan may be (300)
  undo     makes the plan that takes another one back; the leads are as they are after it
             --workspace FILE, --leads FILE, --plan FILE, --actor ID, --now TIME, --state FILE, --out FILE
  select   lists the leads that a filter finds
             --workspace FILE, --leads FILE
             --filter FILE      the filter (JSON), or --list ID for a saved list; without either, all leads
             --actor ID         with whose eyes; without, the host's own
             --now TIME         for filters that are relative to it
             --fields A,B       which fields; --limit N how many rows (20);
                                beyond 200 those that the actor may export
             --count            only how many there are
  check    tells every fault of a configuration
             --workspace FILE
             --now TIME         warns of time zone tables that are old for use at that time
  audit    tells how even a history of assignments was
             --log FILE         the history: CSV, a JSON array or NDJSON with lead, time and receiver, and where they are
                                known group, rule and available; - is standard input
             --time-format P    how times are written where it is not RFC 3339: "%d %b, %Y %H:%M:%S"
             --zone ZONE        in which days begin (UTC)
             --period PERIOD    day, week or month (month)
             --people A,B       who was there all along
             --weights FILE     person → weight (JSON), where they are not all 1
             --level NUMBER     false alarms that are accepted (0.01)
             --svg FILE         draws it there
  conformance
           runs random organisations here, and tells whether every answer is that of the machine which built the package

Options of all:
  --columns FILE    source column → field (JSON), where a header is neither a field's name nor its label
  --absent A,B      fields that no lead of the file has, where they would decide who may see or change one
  --json            prints JSON
  --help, --version

Bars, progress and colours are for terminals; NO_COLOR=1 leaves the colours out.

Exit codes: 0 done · 1 the command was refused, nothing would change, nothing was found, the plan does not hold or was
            overtaken, the configuration has faults, or the history has findings; a shard in which nothing changes is 0
            2 wrong usage, or input that cannot be used
`;

export const OPTIONS = {
  workspace: { type: "string" },
  leads: { type: "string" },
  command: { type: "string" },
  actor: { type: "string" },
  now: { type: "string" },
  state: { type: "string" },
  out: { type: "string" },
  filter: { type: "string" },
  list: { type: "string" },
  fields: { type: "string" },
  limit: { type: "string" },
  columns: { type: "string" },
  settlement: { type: "string" },
  tallies: { type: "string" },
  shard: { type: "string" },
  header: { type: "string" },
  csv: { type: "boolean" },
  log: { type: "string" },
  "time-format": { type: "string" },
  zone: { type: "string" },
  period: { type: "string" },
  people: { type: "string" },
  weights: { type: "string" },
  level: { type: "string" },
  svg: { type: "string" },
  absent: { type: "string" },
  plan: { type: "string" },
  partial: { type: "boolean" },
  "max-age": { type: "string" },
  to: { type: "string" },
  where: { type: "string" },
  all: { type: "boolean" },
  id: { type: "string" },
  owner: { type: "string" },
  "new-owner": { type: "string" },
  even: { type: "string" },
  keep: { type: "boolean" },
  together: { type: "string" },
  sql: { type: "string" },
  table: { type: "string" },
  problems: { type: "boolean" },
  count: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
} as const;

/** Which options a command has. */
export const USED: Record<string, readonly string[]> = {
  split: ["to", "where", "all", "out", "id", "owner", "new-owner", "even", "keep", "together", "state", "sql", "table", "problems", "now", "json"],
  init: ["out", "id", "owner", "zone", "json"],
  plan: ["workspace", "leads", "command", "actor", "now", "state", "out", "columns", "absent", "json"],
  "plan --settlement": ["workspace", "leads", "command", "actor", "now", "state", "columns", "absent", "header", "settlement", "shard", "csv"],
  tally: ["workspace", "leads", "command", "actor", "now", "state", "columns", "absent", "header"],
  settle: ["workspace", "tallies", "command", "actor", "now", "state"],
  apply: ["workspace", "leads", "plan", "out", "partial", "state", "columns", "absent", "json"],
  verify: ["workspace", "leads", "plan", "actor", "now", "state", "max-age", "columns", "absent", "json"],
  undo: ["workspace", "leads", "plan", "actor", "now", "state", "out", "columns", "absent", "json"],
  select: ["workspace", "leads", "filter", "list", "actor", "now", "fields", "limit", "count", "columns", "absent", "json"],
  check: ["workspace", "now", "json"],
  conformance: ["json"],
  audit: ["log", "columns", "time-format", "zone", "period", "people", "weights", "level", "svg", "json"],
};

/** Commands that take a file without an option. */
export const TAKES_FILE: readonly string[] = ["split", "init"];

/** What is wrong with how the program was called. */
export class Usage extends Error {}

export type Values = { readonly [K in keyof typeof OPTIONS]?: (typeof OPTIONS)[K]["type"] extends "boolean" ? boolean : string };
