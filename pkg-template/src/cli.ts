#!/usr/bin/env node
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type * as Contract from "../evenhand.js";
import { createEngine, EvenhandError } from "./node.js";
import { apply } from "./cli-apply.js";
import { auditLines, auditSvg } from "./cli-audit.js";
import { bytes, file, given, load, names, opened, print, time } from "./cli-input.js";
import { HELP, OPTIONS, TAKES_FILE, USED, Usage, type Values } from "./cli-options.js";
import { init } from "./cli-init.js";
import { shards } from "./cli-shards.js";
import { shown } from "./cli-shown.js";
import { split } from "./cli-split.js";
import { diagnosticLines, table } from "./cli-text.js";
import { undo, verify } from "./cli-undo.js";

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
  const [path, ...rest] = TAKES_FILE.includes(command ?? "") ? more : [undefined, ...more];
  if (rest.length > 0) throw new Usage(`\`${rest[0]}\` is not expected here`);
  const odd = Object.keys(values).find((name) => !used.includes(name));
  if (odd !== undefined) throw new Usage(`\`${command}\` has no option \`--${odd}\``);
  if (command === "split") return split(path, values);
  if (command === "init") return init(path, values);
  if (command === "apply") return apply(values);
  if (command === "verify") return verify(values);
  if (command === "undo") return undo(values);
  if (command === "plan") return plan(values);
  if (command === "tally" || command === "settle" || command === "plan --settlement") return shards(command, values, { given: (name) => given(values, name), file, time, usage: (message) => new Usage(message) });
  if (command === "audit") return audit(values);
  if (command === "conformance") return conformance(values);
  return command === "select" ? select(values) : check(values);
}

async function plan(values: Values): Promise<number> {
  const command = file(given(values, "command")) as Contract.Command;
  const context: Contract.PlanContext = { actor: given(values, "actor"), now: time(given(values, "now")) };
  if (values.state !== undefined) context.state = file(values.state) as Contract.State;
  const { workspace } = await opened(values);
  const leads = load(workspace, values);
  const made = workspace.plan(leads, command, context);
  return shown(made, leads, workspace, values);
}

async function conformance(values: Values): Promise<number> {
  const { conformance } = (await import(new URL("./conformance.js", import.meta.url).href)) as typeof import("../conformance.js");
  const found = await conformance({ createEngine, EvenhandError });
  const { worlds, calls, different } = found;
  const code = different.length > 0 ? 1 : 0;
  if (values.json === true) return print(`${JSON.stringify(found)}\n`, code);
  const told = code === 0 ? "every answer is that of the machine which built the package" : `answers differ from those of the machine which built the package, in the worlds ${different.join(", ")}`;
  return print(`${worlds} worlds, ${calls} calls: ${told}\n`, code);
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
  const fields = values.fields === undefined ? undefined : names(values.fields);
  const rows = found.rows(0, limit, fields);
  if (values.json === true) return print(`${JSON.stringify({ count: found.count, rows })}\n`, code);
  const shown = fields ?? workspace.fields(viewer.actor).map(({ field }) => field);
  const cells = rows.map((row) => shown.map((name) => cell(row[name])));
  const more = found.count > rows.length ? `… and ${found.count - rows.length} more\n` : "";
  return print(`${table([shown, ...cells])}${more}${found.count} of ${leads.size} leads\n`, code);
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
  const log = bytes(path);
  const options: Contract.AuditOptions = {};
  if (values.columns !== undefined) options.columns = file(values.columns) as Record<string, keyof Contract.AuditEntry>;
  if (values["time-format"] !== undefined) options.timeFormat = values["time-format"];
  if (values.zone !== undefined) options.timeZone = values.zone;
  if (values.period !== undefined) options.period = values.period as "day" | "week" | "month";
  if (values.people !== undefined) options.people = names(values.people);
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
