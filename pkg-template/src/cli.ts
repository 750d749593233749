#!/usr/bin/env node
import { closeSync, openSync, readFileSync, readSync, fstatSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type * as Contract from "../evenhand.js";
import { createEngine, EvenhandError } from "./node.js";
import { auditLines, auditSvg } from "./cli-audit.js";
import { shards } from "./cli-shards.js";
import { columnLines, diagnosticLines, planLines, table } from "./cli-text.js";

const HELP = `Usage: evenhand <command> [options]

Commands:
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

Options of all:
  --columns FILE    source column → field (JSON), where a header is neither a field's name nor its label
  --absent A,B      fields that no lead of the file has, where they would decide who may see or change one
  --json            prints JSON
  --help, --version

Exit codes: 0 done · 1 the command was refused, nothing would change, nothing was found, the configuration has faults,
            or the history has findings; a shard in which nothing changes is 0
            2 wrong usage, or input that cannot be used
`;

const OPTIONS = {
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
  count: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
} as const;

const USED: Record<string, string[]> = {
  plan: ["workspace", "leads", "command", "actor", "now", "state", "out", "columns", "absent", "json"],
  "plan --settlement": ["workspace", "leads", "command", "actor", "now", "state", "columns", "absent", "header", "settlement", "shard", "csv"],
  tally: ["workspace", "leads", "command", "actor", "now", "state", "columns", "absent", "header"],
  settle: ["workspace", "tallies", "command", "actor", "now", "state"],
  select: ["workspace", "leads", "filter", "list", "actor", "now", "fields", "limit", "count", "columns", "absent", "json"],
  check: ["workspace", "now", "json"],
  audit: ["log", "columns", "time-format", "zone", "period", "people", "weights", "level", "svg", "json"],
};

/** What is wrong with how the program was called. */
class Usage extends Error {}

type Values = { [K in keyof typeof OPTIONS]?: (typeof OPTIONS)[K]["type"] extends "boolean" ? boolean : string };

function main(): Promise<number> | number {
  let values: Values;
  let positionals: string[];
  try {
    ({ values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true }));
  } catch (error) {
    throw new Usage((error as Error).message);
  }
  const [word, ...more] = positionals;
  const command = word === "plan" && values.settlement !== undefined ? "plan --settlement" : word;
  if (values.help === true || (command === undefined && values.version !== true)) return print(HELP, command === undefined && values.help !== true ? 2 : 0);
  if (values.version === true) return print(`${JSON.parse(readFileSync(new URL("./package.json", import.meta.url), "utf8")).version}\n`, 0);
  const used = USED[command ?? ""];
  if (used === undefined) throw new Usage(`there is no command \`${command}\``);
  if (more.length > 0) throw new Usage(`\`${more[0]}\` is not expected here`);
  const odd = Object.keys(values).find((name) => !used.includes(name));
  if (odd !== undefined) throw new Usage(`\`${command}\` has no option \`--${odd}\``);
  if (command === "plan") return plan(values);
  if (command === "tally" || command === "settle" || command === "plan --settlement") return shards(command, values, { given: (name) => given(values, name), file, time, usage: (message) => new Usage(message) });
  if (command === "audit") return audit(values);
  return command === "select" ? select(values) : check(values);
}

function print(text: string, code: number): number {
  process.stdout.write(text);
  return code;
}

function given(values: Values, name: keyof Values): string {
  const value = values[name];
  if (typeof value !== "string" || value === "") throw new Usage(`\`--${name}\` is missing`);
  return value;
}

/** A file with JSON, and where in it the errors that it causes are. */
function file(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path === "-" ? 0 : path, "utf8");
  } catch (error) {
    throw new Usage(`${path}: ${(error as Error).message}`);
  }
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    throw new Usage(`${path} is not JSON: ${(error as Error).message}`);
  }
}

function time(text: string): Contract.Instant {
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

async function opened(values: Values): Promise<{ engine: Contract.Engine; workspace: Contract.Workspace }> {
  const config = file(given(values, "workspace")) as Contract.WorkspaceConfig;
  const engine = await createEngine();
  return { engine, workspace: engine.workspace(config) };
}

/** Loads the leads piece by piece, so that a file may be larger than what is left of memory. */
function load(workspace: Contract.Workspace, values: Values): Contract.LeadTable {
  const path = given(values, "leads");
  const options: Contract.LoadOptions = {};
  if (values.columns !== undefined) options.columns = file(values.columns) as Record<string, string>;
  if (values.absent !== undefined) options.absent = values.absent.split(",").map((name) => name.trim());
  const loader = workspace.loader(options);
  let handle: number;
  try {
    handle = path === "-" ? 0 : openSync(path, "r");
  } catch (error) {
    throw new Usage(`${path}: ${(error as Error).message}`);
  }
  const total = fstatSync(handle).size;
  const piece = Buffer.allocUnsafe(1 << 20);
  const start = Date.now();
  let shown = 0;
  let done = 0;
  try {
    for (let read = readSync(handle, piece); read > 0; read = readSync(handle, piece)) {
      loader.push(piece.subarray(0, read));
      done += read;
      const now = Date.now();
      // Only a load that takes long says how far it is, and only to a person.
      if (process.stderr.isTTY && now - start > 1000 && now - shown > 200) {
        const share = total > 0 ? ` of ${(total / 1e6).toFixed(0)}` : "";
        process.stderr.write(`\rreading ${(done / 1e6).toFixed(0)}${share} MB`);
        shown = now;
      }
    }
  } finally {
    if (handle !== 0) closeSync(handle);
    if (shown > 0) process.stderr.write("\r\u001b[K");
  }
  const leads = loader.finish();
  // Beside the answer, so that what another program reads stays as it is.
  process.stderr.write(columnLines(leads.columns));
  return leads;
}

async function plan(values: Values): Promise<number> {
  const command = file(given(values, "command")) as Contract.Command;
  const context: Contract.PlanContext = { actor: given(values, "actor"), now: time(given(values, "now")) };
  if (values.state !== undefined) context.state = file(values.state) as Contract.State;
  const { workspace } = await opened(values);
  const leads = load(workspace, values);
  const made = workspace.plan(leads, command, context);
  if (values.out !== undefined) writeFileSync(values.out, values.out.endsWith(".bin") ? made.encode() : `${JSON.stringify(made)}\n`);
  const names = new Map(workspace.config.users.map(({ id, name }) => [`${id}`, name ?? `${id}`]));
  const text = values.json === true ? `${JSON.stringify(made)}\n` : planLines(made, leads, names);
  return print(text, made.refused.length > 0 || (made.count === 0 && made.created().length === 0) ? 1 : 0);
}

async function select(values: Values): Promise<number> {
  if (values.filter !== undefined && values.list !== undefined) throw new Usage("name a `--filter` or a `--list`, not both");
  const query = values.filter !== undefined ? (file(values.filter) as Contract.QueryInput) : values.list !== undefined ? { list: values.list } : null;
  const limit = Number(values.limit ?? 20);
  if (!Number.isInteger(limit) || limit < 0) throw new Usage("`--limit` must be a whole number");
  const { workspace } = await opened(values);
  const leads = load(workspace, values);
  const viewer: Contract.Viewer = { actor: values.actor ?? null };
  if (values.now !== undefined) viewer.now = time(values.now);
  const visible = leads.select(query, viewer);
  // More than a page leaves only where the actor may export it.
  const readable = viewer.actor === null || values.count === true ? undefined : workspace.readable(query, { ...viewer, limit });
  const found = readable === undefined ? visible : visible.and(leads.select(readable, viewer));
  if (found.count < visible.count) process.stderr.write(`evenhand: ${visible.count - found.count} more leads may not be exported by ${viewer.actor}\n`);
  const code = found.count > 0 ? 0 : 1;
  if (values.count === true) return print(`${values.json === true ? JSON.stringify({ count: found.count }) : found.count}\n`, code);
  const fields = values.fields?.split(",").map((name) => name.trim());
  const rows = found.rows(0, limit, fields);
  if (values.json === true) return print(`${JSON.stringify({ count: found.count, rows })}\n`, code);
  const names = fields ?? Object.keys(workspace.config.fields);
  const cells = rows.map((row) => names.map((name) => cell(row[name])));
  const more = found.count > rows.length ? `… and ${found.count - rows.length} more\n` : "";
  return print(`${table([names, ...cells])}${more}${found.count} of ${leads.size} leads\n`, code);
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

async function check(values: Values): Promise<number> {
  const config = file(given(values, "workspace"));
  const engine = await createEngine();
  const found = engine.check(config, values.now === undefined ? {} : { now: time(values.now) });
  const faults = found.filter(({ severity }) => severity === "error").length;
  const text = values.json === true ? `${JSON.stringify(found)}\n` : `${diagnosticLines(found)}${faults === 0 ? "the configuration is sound\n" : `${faults} faults\n`}`;
  return print(text, faults === 0 ? 0 : 1);
}

async function audit(values: Values): Promise<number> {
  const path = given(values, "log");
  let log: Uint8Array;
  try {
    log = readFileSync(path === "-" ? 0 : path);
  } catch (error) {
    throw new Usage(`${path}: ${(error as Error).message}`);
  }
  const options: Contract.AuditOptions = {};
  if (values.columns !== undefined) options.columns = file(values.columns) as Record<string, keyof Contract.AuditEntry>;
  if (values["time-format"] !== undefined) options.timeFormat = values["time-format"];
  if (values.zone !== undefined) options.timeZone = values.zone;
  if (values.period !== undefined) options.period = values.period as "day" | "week" | "month";
  if (values.people !== undefined) options.people = values.people.split(",").map((name) => name.trim());
  if (values.weights !== undefined) options.weights = file(values.weights) as Record<string, number>;
  if (values.level !== undefined) {
    options.level = Number(values.level);
    if (Number.isNaN(options.level)) throw new Usage("`--level` must be a number");
  }
  const report = (await createEngine()).audit(log, options);
  if (values.svg !== undefined) writeFileSync(values.svg, auditSvg(report));
  return print(values.json === true ? `${JSON.stringify(report)}\n` : auditLines(report), report.findings.length > 0 ? 1 : 0);
}

async function run(): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (error instanceof Usage) process.stderr.write(`evenhand: ${error.message}\nsee \`evenhand --help\`\n`);
    else if (error instanceof EvenhandError) process.stderr.write(`evenhand: ${error.code}: ${error.message}\n${diagnosticLines(error.diagnostics)}`);
    else throw error;
    process.exitCode = 2;
  }
}

// A reader that has seen enough closes the pipe; that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});
await run();
