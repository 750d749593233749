// What the commands of the program share: its files, its leads, and how it says that it was called wrongly.
import { isUtf8 } from "node:buffer";
import { closeSync, fstatSync, openSync, readFileSync, readSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, basename, resolve } from "node:path";
import type * as Contract from "../evenhand.js";
import { Usage, type Values } from "./cli-options.js";
import { columnLines } from "./cli-text.js";
import { createEngine } from "./node.js";

export function print(text: string, code: number): number {
  process.stdout.write(text);
  return code;
}

export function given(values: Values, name: keyof Values): string {
  const value = values[name];
  if (typeof value !== "string" || value === "") throw new Usage(`\`--${name}\` is missing`);
  return value;
}

/** Names with commas between them. */
export const names = (text: string): string[] => text.split(",").map((name) => name.trim());

/** All bytes of a file; - is standard input. */
export function bytes(path: string): Buffer {
  try {
    return readFileSync(path === "-" ? 0 : path);
  } catch (error) {
    throw new Usage(`${path}: ${(error as Error).message}`);
  }
}

/** All bytes of a CSV file that is written again: its cells are found by its bytes, so these must be UTF-8. */
export function utf8(path: string): Buffer {
  const content = bytes(path);
  if (!isUtf8(content)) throw new Usage(`${path} is not UTF-8; save it as "CSV UTF-8"`);
  return content;
}

/** A file with JSON. */
export function file(path: string): unknown {
  const text = bytes(path).toString("utf8");
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    throw new Usage(`${path} is not JSON: ${(error as Error).message}`);
  }
}

/** Writes a file whole or not at all; - is standard output. */
export function write(path: string, content: Uint8Array | string, read: string): void {
  if (path === "-") {
    process.stdout.write(content);
    return;
  }
  if (read !== "-" && resolve(path) === resolve(read)) throw new Usage(`\`--out\` would overwrite ${read}, which is read; name another file`);
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}`);
  try {
    writeFileSync(beside, content);
    renameSync(beside, path);
  } catch (error) {
    throw new Usage(`${path}: ${(error as Error).message}`);
  }
}

export function time(text: string): Contract.Instant {
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

export async function opened(values: Values): Promise<{ engine: Contract.Engine; workspace: Contract.Workspace }> {
  const config = file(given(values, "workspace")) as Contract.WorkspaceConfig;
  const engine = await createEngine();
  return { engine, workspace: engine.workspace(config) };
}

/** A plan from a file: JSON, or its compact bytes. */
export function planFile(path: string): Contract.PlanData | Uint8Array {
  const content = bytes(path);
  return /^\s*\{/.test(content.subarray(0, 100).toString("latin1")) ? (file(path) as Contract.PlanData) : new Uint8Array(content);
}

/** Says on standard error how far something is that takes long, and only to a person. */
export class Progress {
  readonly #start = Date.now();
  #shown = 0;

  say(what: string, done: number, total: number): void {
    const now = Date.now();
    if (!process.stderr.isTTY || now - this.#start < 500 || now - this.#shown < 100) return;
    const bar = total > 0 ? `${"█".repeat(Math.floor((done / total) * 20)).padEnd(20, "░")} ${((done / total) * 100).toFixed(0).padStart(3)} %` : `${(done / 1e6).toFixed(0)} MB`;
    process.stderr.write(`\r${what} ${bar}`);
    this.#shown = now;
  }

  end(): void {
    if (this.#shown > 0) process.stderr.write("\r\u001b[K");
  }
}

/** Options of a load that options of the program say. */
export function loading(values: Values): Contract.LoadOptions {
  const { columns, absent } = values;
  return { ...(columns !== undefined && { columns: file(columns) as Record<string, string> }), ...(absent !== undefined && { absent: names(absent) }) };
}

/** Loads the leads piece by piece, so that a file may be larger than what is left of memory. */
export function load(workspace: Contract.Workspace, values: Values): Contract.LeadTable {
  const path = given(values, "leads");
  const loader = workspace.loader(loading(values));
  let handle: number;
  try {
    handle = path === "-" ? 0 : openSync(path, "r");
  } catch (error) {
    throw new Usage(`${path}: ${(error as Error).message}`);
  }
  const total = fstatSync(handle).size;
  const piece = Buffer.allocUnsafe(1 << 20);
  const progress = new Progress();
  let done = 0;
  try {
    for (let read = readSync(handle, piece); read > 0; read = readSync(handle, piece)) {
      loader.push(piece.subarray(0, read));
      done += read;
      progress.say("reading", done, total);
    }
  } finally {
    if (handle !== 0) closeSync(handle);
    progress.end();
  }
  const leads = loader.finish();
  // Beside the answer, so that what another program reads stays as it is.
  process.stderr.write(columnLines(leads.columns));
  return leads;
}

/** The same of bytes that are there already. */
export function loadBytes(workspace: Contract.Workspace, content: Uint8Array, options: Contract.LoadOptions): Contract.LeadTable {
  const loader = workspace.loader(options);
  const progress = new Progress();
  const piece = 1 << 20;
  for (let at = 0; at < content.length; at += piece) {
    loader.push(content.subarray(at, at + piece));
    progress.say("reading", at, content.length);
  }
  progress.end();
  return loader.finish();
}
