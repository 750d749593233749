// Writes a plan into a CSV file. What changes is what the engine's own table changes; everything else keeps its bytes.
import { existsSync, writeFileSync } from "node:fs";
import type * as Contract from "../evenhand.js";
import { precision, writer } from "./cli-cells.js";
import { file, given, loadBytes, loading, opened, planFile, print, utf8, write } from "./cli-input.js";
import { Usage, type Values } from "./cli-options.js";
import { clean, columnLines, plural } from "./cli-text.js";
import { type Cells, headersOf, Records, rewritten } from "./csv.js";

type Row = Record<string, unknown>;
/** What a row becomes: field → value. */
type Changes = Map<string, Row>;

const PAGE = 10_000;
const HOST: Contract.Viewer = { actor: null };

export async function apply(values: Values): Promise<number> {
  const [path, out] = [given(values, "leads"), given(values, "out")];
  const content = utf8(path);
  const data = planFile(given(values, "plan"));
  const { workspace } = await opened(values);
  const options: Contract.LoadOptions = { ...loading(values), format: "csv" };
  const [before, after] = [loadBytes(workspace, content, options), loadBytes(workspace, content, options)];
  process.stderr.write(columnLines(before.columns));
  const state = values.state === undefined ? undefined : newState(values.state, data);
  if (typeof state === "string") return told(values, { code: "state_changed", refused: [], changed: 0 }, `${state}; nothing was written\n`, 1);
  const done = after.apply(data);
  if (done.refused.length > 0 && values.partial !== true) {
    const some = done.refused.slice(0, 10).map(clean).join(", ");
    return told(values, { code: "overtaken", refused: done.refused, changed: 0 }, `${plural(done.refused.length, "lead")} changed since the plan was made (${some}${done.refused.length > 10 ? ", …" : ""}); nothing was written\nwith --partial the others are\n`, 1);
  }
  const copies = done.created === 0 ? [] : data instanceof Uint8Array ? undefined : data.created;
  if (copies === undefined) throw new Usage("this plan makes copies of leads: give it as JSON, not as bytes");
  const { changes, gone } = difference(workspace, before, after);
  const written = edited(workspace, before, content, changes, gone, copies, after);
  confirm(workspace, after, written, options);
  write(out, written.bytes, path);
  if (values.state !== undefined) writeFileSync(values.state, `${JSON.stringify(state, null, 2)}\n`);
  const counts = [plural(done.changed, "lead"), ...(done.created > 0 ? [`${done.created} new`] : []), ...(done.removed > 0 ? [`${done.removed} removed`] : []), ...(done.refused.length > 0 ? [`${done.refused.length} left as they are`] : [])];
  const columns = written.added.length > 0 ? `; new columns: ${written.added.map(clean).join(", ")}` : "";
  const note = written.cut.length > 0 ? `note: the format of ${written.cut.map((name) => `\`${clean(name)}\``).join(", ")} has no room for all of a time: what is read again is less exact\n` : "";
  const empty = done.changed + done.created + done.removed === 0;
  return told(values, { ...done, columns: written.added }, `${counts.join(", ")} written to ${out}, every other byte as it was${columns}\n${note}`, empty || done.refused.length > 0 ? 1 : 0, out === "-");
}

function told(values: Values, json: object, text: string, code: number, beside = false): number {
  if (beside) process.stderr.write(values.json === true ? `${JSON.stringify(json)}\n` : text);
  else print(values.json === true ? `${JSON.stringify(json)}\n` : text, code);
  return code;
}

/** The state as it is after the plan, or why the plan does not fit it. */
function newState(path: string, data: Contract.PlanData | Uint8Array): Contract.State | string {
  if (data instanceof Uint8Array) throw new Usage("with `--state` give the plan as JSON, not as bytes");
  const state = existsSync(path) ? (file(path) as Contract.State) : {};
  const version = (key: string) => state[key]?.version ?? null;
  for (const { key, expect } of data.state) if (version(key) !== expect) return key.startsWith("done/") ? "this plan was written before" : `the state \`${key}\` changed since the plan was made`;
  for (const { key, version: read } of data.reads) if (version(key) !== read) return `the state \`${key}\` changed since the plan was made`;
  const after: Contract.State = { ...state };
  for (const { key, version, value } of data.state) after[key] = { version, value };
  return after;
}

const same = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** What the plan made of each row, and which rows are gone. */
function difference(workspace: Contract.Workspace, before: Contract.LeadTable, after: Contract.LeadTable): { changes: Changes; gone: Set<string> } {
  const { id } = workspace.config.lead;
  const [changes, gone] = [new Map<string, Row>(), new Set<string>()];
  const all = before.select(null, HOST);
  const now = after.select(null, HOST);
  for (let at = 0; at < all.count; at += PAGE) {
    const page = now.rows(at, PAGE);
    for (const [nth, row] of all.rows(at, PAGE).entries()) {
      const lead = String(row[id]);
      // Rows stand side by side as long as none is removed.
      const made = page[nth]?.[id] === row[id] ? page[nth] : after.get(lead, HOST);
      if (made === undefined) {
        gone.add(lead);
        continue;
      }
      const changed = Object.entries(made).filter(([field, value]) => !same(value, row[field]));
      if (changed.length > 0) changes.set(lead, Object.fromEntries(changed));
    }
  }
  return { changes, gone };
}

interface Written {
  bytes: Uint8Array;
  /** Headers of new columns, and their fields. */
  added: string[];
  fields: string[];
  /** Fields whose format cuts a time that was written. */
  cut: string[];
}

function edited(workspace: Contract.Workspace, before: Contract.LeadTable, content: Uint8Array, changes: Changes, gone: ReadonlySet<string>, copies: Contract.PlanData["created"], after: Contract.LeadTable): Written {
  const { fields, lead, timeZone } = workspace.config;
  const headers = headersOf(new Records(content));
  const places = new Map(before.columns.used.map(([header, field]) => [field, headers.indexOf(header)]));
  const copied = copies.map((copy) => ({ ...copy, row: after.get(copy.id, HOST) ?? {} }));
  const rows = [...changes.values(), ...copied.map(({ row }) => row)];
  const missing = [...new Set(rows.flatMap((row) => Object.keys(row).filter((field) => !places.has(field) && !empty(row[field]))))];
  const added = missing.map((field) => fields[field]?.label ?? field);
  for (const [nth, field] of missing.entries()) places.set(field, headers.length + nth);
  const zone = workspace.zones()[timeZone ?? "UTC"];
  const examples = firstCells(content, headers.length);
  const writers = new Map([...places].map(([field, place]) => [field, writer(fields[field] ?? { type: "text" }, zone, examples[place] ?? "")]));
  const cut = new Set<string>();
  const cells = (row: Row): Map<number, string | null> => {
    const out = new Map<number, string | null>();
    for (const [field, value] of Object.entries(row)) {
      const place = places.get(field);
      if (place === undefined) continue;
      const def = fields[field];
      if (def?.type === "datetime" && value !== null && Date.parse(String(value)) % precision(def) !== 0) cut.add(field);
      out.set(place, writers.get(field)?.(value) ?? null);
    }
    return out;
  };
  const idAt = places.get(lead.id) ?? -1;
  const originals = new Map<string, Cells>();
  const wanted = new Set(copies.map(({ copyOf }) => copyOf));
  const change = (records: Records): Cells | undefined | "remove" => {
    const id = records.text(idAt);
    if (wanted.has(id)) originals.set(id, new Map(Array.from({ length: records.count }, (_, nth) => [nth, raw(records, nth)])));
    if (gone.has(id)) return "remove";
    const row = changes.get(id);
    return row === undefined ? undefined : cells(row);
  };
  let bytes = rewritten(content, added, change);
  if (copied.length > 0) {
    const behind = copied.map(({ copyOf, row }) => new Map([...(originals.get(copyOf) ?? new Map()), ...cells(row)]));
    bytes = rewritten(content, added, change, behind);
  }
  return { bytes, added, fields: missing, cut: [...cut] };
}

/** What a cell says; nothing where not even quotes stand. */
function raw(records: Records, nth: number): string | null {
  const [start, end] = records.span(nth);
  return start === end ? null : records.text(nth);
}

const empty = (value: unknown): boolean => value === null || value === undefined || (Array.isArray(value) && value.length === 0);

/** Of each column, the first cell that is not empty. */
function firstCells(content: Uint8Array, width: number): string[] {
  const out: string[] = Array.from({ length: width }, () => "");
  let open = width;
  const records = new Records(content);
  records.next();
  while (open > 0 && records.number < PAGE && records.next()) {
    for (let nth = 0; nth < Math.min(width, records.count); nth += 1) {
      if (out[nth] !== "") continue;
      out[nth] = records.text(nth).trim();
      if (out[nth] !== "") open -= 1;
    }
  }
  return out;
}

/** Reads what is to be written as the next command will, and holds it against the table. */
function confirm(workspace: Contract.Workspace, after: Contract.LeadTable, written: Written, options: Contract.LoadOptions): void {
  const { fields, lead } = workspace.config;
  const again = loadBytes(workspace, written.bytes, { ...options, ...(options.absent !== undefined && { absent: options.absent.filter((field) => !written.fields.includes(field)) }) });
  const [here, there] = [after.select(null, HOST), again.select(null, HOST)];
  if (here.count !== there.count) throw new Error("the file that would be written has other leads than the plan says; nothing was written");
  for (let at = 0; at < here.count; at += PAGE) {
    const rows = there.rows(at, PAGE);
    for (const [nth, row] of here.rows(at, PAGE).entries()) {
      for (const [field, value] of Object.entries(row)) {
        const read = rows[nth]?.[field];
        if (same(value, read)) continue;
        const def = fields[field];
        if (def?.type === "datetime" && Math.abs(Date.parse(String(value)) - Date.parse(String(read))) < precision(def)) continue;
        throw new Error(`\`${field}\` of the lead \`${String(row[lead.id])}\` cannot be written so that it is read again: ${JSON.stringify(value)} becomes ${JSON.stringify(read)}; nothing was written`);
      }
    }
  }
  again.free();
}
