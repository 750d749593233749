// Leads in shards, one process each: what comes in is read piece by piece, what goes out is written page by page, so a process holds one shard.
import { once } from "node:events";
import { createReadStream } from "node:fs";
import type * as Contract from "../evenhand.js";
import { createEngine } from "./node.js";
import { clean, columnLines, diagnosticLines, plural } from "./cli-text.js";

type Named = "workspace" | "leads" | "tallies" | "command" | "actor" | "now" | "state" | "columns" | "absent" | "header" | "settlement" | "shard";
export type Values = { [name in Named]?: string } & { csv?: boolean };

/** What the command line has for all of its commands. */
export interface Tools {
  given: (name: Named) => string;
  file: (path: string) => unknown;
  time: (text: string) => Contract.Instant;
  /** What is wrong with how the program was called. */
  usage: (message: string) => Error;
}

interface Shard {
  workspace: Contract.Workspace;
  command: Contract.Command;
  context: Contract.PlanContext;
  load: Contract.LoadOptions;
  /** Where the leads or the tallies are; `-` is standard input. */
  from: string;
  /** Names of the columns, where the first line of the leads is none of names. */
  header: string | undefined;
  usage: Tools["usage"];
}

const NEWLINE = 10;
const BLANK = 32;
const PAGE = 10_000;
const PROBLEMS = 10;

export async function shards(what: "tally" | "settle" | "plan --settlement", values: Values, { given, file, time, usage }: Tools): Promise<number> {
  const command = file(given("command")) as Contract.Command;
  const context: Contract.PlanContext = { actor: given("actor"), now: time(given("now")) };
  if (values.state !== undefined) context.state = file(values.state) as Contract.State;
  const load: Contract.LoadOptions = {};
  if (values.columns !== undefined) load.columns = file(values.columns) as Record<string, string>;
  if (values.absent !== undefined) load.absent = values.absent.split(",").map((name) => name.trim());
  const settlement = what === "plan --settlement" ? JSON.stringify(file(given("settlement"))) : "";
  const place = what === "plan --settlement" ? given("shard") : "";
  const config = file(given("workspace")) as Contract.WorkspaceConfig;
  const workspace = (await createEngine()).workspace(config);
  const shard: Shard = { workspace, command, context, load, from: values.leads ?? values.tallies ?? "-", header: values.header, usage };
  if (what === "tally") return tally(shard);
  return what === "settle" ? settle(shard) : deal(shard, Buffer.from(settlement), place, values.csv === true);
}

/** The one line that a shard adds to what is settled. */
async function tally(shard: Shard): Promise<number> {
  const { leads } = await read(shard);
  const bytes = shard.workspace.tally(leads, shard.command, shard.context);
  return said(async () => say(bytes, "\n"), 0);
}

/** One line a shard, in the order in which their rows are taken: the shares of the whole, in one line. */
async function settle({ workspace, command, context, from, usage }: Shard): Promise<number> {
  const tallies: Uint8Array[] = [];
  let line: Uint8Array[] = [];
  const end = () => {
    const whole = Buffer.concat(line);
    if (whole.some((byte) => byte > BLANK)) tallies.push(whole);
    line = [];
  };
  for await (let piece of pieces(from, usage)) {
    for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE)) {
      line.push(piece.subarray(0, at));
      end();
      piece = piece.subarray(at + 1);
    }
    line.push(piece);
  }
  end();
  if (tallies.length === 0) throw usage("there is no tally to settle");
  const settlement = workspace.settle(tallies, command, context);
  const { refused } = JSON.parse(Buffer.from(settlement).toString()) as { refused: Contract.Reason[] };
  return said(async () => say(settlement, "\n"), refused.length > 0 ? 1 : 0);
}

/** One shard's own rows, as they were settled: a line for each change and each lead that is left out, or who gets what as CSV. */
async function deal(shard: Shard, settlement: Uint8Array, place: string, csv: boolean): Promise<number> {
  const { leads, first } = await read(shard, place === "-");
  const at = Number(first ?? place);
  if (!/^\d+$/.test(first ?? place)) throw shard.usage(`\`${clean(first ?? place)}\` is not the number of a shard; the first is 0`);
  const plan = shard.workspace.plan(leads, shard.command, { ...shard.context, settlement: { bytes: settlement, shard: at } });
  process.stderr.write(diagnosticLines(plan.warnings));
  if (plan.refused.length > 0) {
    process.stderr.write(`refused:\n${plan.refused.map(({ code, message }) => `  ${code}: ${clean(message)}\n`).join("")}`);
    return 1;
  }
  return said(csv ? () => pairs(plan) : () => lines(plan), 0);
}

async function lines(plan: Contract.Plan): Promise<void> {
  for (const page of [(at: number) => plan.changes(at, PAGE), (at: number) => plan.dropped(at, PAGE)]) {
    for (let at = 0; ; at += PAGE) {
      const rows = page(at);
      if (rows.length > 0) await say(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
      if (rows.length < PAGE) break;
    }
  }
}

async function pairs(plan: Contract.Plan): Promise<void> {
  for (const [receiver, leads] of Object.entries(plan.byAssignee())) {
    const end = `,${cell(receiver)}\n`;
    for (let at = 0; at < leads.length; at += PAGE) await say(leads.slice(at, at + PAGE).map((lead) => cell(lead) + end).join(""));
  }
}

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Loads a shard. With `numbered`, its first line is no lead: `first` is what stands there. */
async function read({ workspace, load, from, header, usage }: Shard, numbered = false): Promise<{ leads: Contract.LeadTable; first?: string }> {
  const loader = workspace.loader(load);
  const head: Uint8Array[] = [];
  let [before, empty] = [numbered, true];
  const push = (piece: Uint8Array) => {
    if (piece.length === 0) return;
    if (empty && header !== undefined) loader.push(Buffer.from(`${header}\n`));
    empty = false;
    loader.push(piece);
  };
  for await (const piece of pieces(from, usage)) {
    const at = before ? piece.indexOf(NEWLINE) : -1;
    if (before) head.push(at < 0 ? piece : piece.subarray(0, at));
    else push(piece);
    if (at < 0) continue;
    before = false;
    push(piece.subarray(at + 1));
  }
  const leads = empty ? nothing(workspace, loader) : loader.finish();
  if (!empty) process.stderr.write(columnLines(leads.columns) + problemLines(leads));
  return numbered ? { leads, first: Buffer.concat(head).toString().trim() } : { leads };
}

/** A shard without a line says nothing of columns, and needs none. */
function nothing(workspace: Contract.Workspace, loader: Contract.Loader): Contract.LeadTable {
  loader.free();
  return workspace.load([], { absent: Object.keys(workspace.config.fields) });
}

/** What could not be read, the first of it by its place: a lead that is read otherwise is dealt otherwise. */
function problemLines(leads: Contract.LeadTable): string {
  const count = leads.problemCount;
  if (count === 0) return "";
  const shown = leads.problems.slice(0, PROBLEMS).map(({ row, field, code, value }) => `  ${code}${row === null ? "" : ` in lead ${row + 1}`}, \`${clean(field)}\`: \`${clean(value)}\`\n`);
  return `${plural(count, "problem")} in ${plural(leads.size, "lead")}:\n${shown.join("")}${count > shown.length ? `  … and ${count - shown.length} more\n` : ""}`;
}

async function* pieces(from: string, usage: Shard["usage"]): AsyncGenerator<Buffer> {
  const stream = from === "-" ? process.stdin : createReadStream(from, { highWaterMark: 1 << 20 });
  try {
    for await (const piece of stream) yield piece as Buffer;
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).syscall !== "string") throw error;
    throw usage(`${from}: ${(error as Error).message}`);
  }
}

/** Waits where the reader is slower, so that no more than a page is held. */
async function say(...parts: (string | Uint8Array)[]): Promise<void> {
  for (const part of parts) if (!process.stdout.write(part)) await once(process.stdout, "drain");
}

/** A reader that has seen enough closes the pipe; that is no failure. */
async function said(work: () => Promise<void>, code: number): Promise<number> {
  try {
    await work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
  }
  return code;
}
