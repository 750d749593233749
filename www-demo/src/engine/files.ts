// A visitor's own leads: what the columns of a file are, and the world that they make.
//
// The header and a sample are read here; whether a column holds numbers, days or instants is asked of the engine, which loads the
// sample with each candidate and says which cells did not fit. The whole file is then parsed inside the module.
import type { Engine, FieldDef, LeadTable, Workspace, WorkspaceConfig } from "evenhand";
import { type Cells, read } from "./csv";
import type { ColumnGuess, FileGuess } from "./types";

export interface FileSetup {
  name: string;
  now: number;
  format: "csv" | "json";
  columns: ColumnGuess[];
  id: string | null;
  owner: string | null;
  status: string | null;
  created: string | null;
}

const SAMPLE = 1500;
/** Values of a column that are tried: with every candidate, fewer than the problems that the engine lists. */
const MOST = 200;
/** Id of a file that has none: the number of the row. */
const ROW = "row_number";
const DATES = ["%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%Y/%m/%d", "%d %b %Y", "%d %b, %Y", "%b %d, %Y"];
const TIMES = ["", " %H:%M:%S", " %H:%M", ", %H:%M", " %I:%M %p"];
const CANDIDATES: FieldDef[] = [
  { type: "number" },
  { type: "boolean" },
  { type: "date" },
  { type: "datetime" },
  ...DATES.map((format): FieldDef => ({ type: "date", format })),
  ...DATES.flatMap((day) => TIMES.filter(Boolean).map((time): FieldDef => ({ type: "datetime", format: day + time }))),
];

/** The cells of a sample, whichever the format. */
function sample(text: string, format: "csv" | "json"): { headers: string[]; rows: Cells[] } {
  if (format === "csv") return read(text, SAMPLE);
  const parsed: unknown = JSON.parse(text);
  if (!Array.isArray(parsed)) throw new Error("a JSON file must be a list of objects");
  const rows = parsed.slice(0, SAMPLE).map((row: Record<string, unknown>) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value)])));
  return { headers: [...new Set(rows.flatMap((row) => Object.keys(row)))], rows };
}

export function guess(engine: Engine, name: string, bytes: Uint8Array): FileGuess {
  const text = new TextDecoder().decode(bytes);
  const format = /^\s*[[{]/.test(text) ? "json" : "csv";
  const { headers, rows } = sample(text, format);
  if (headers.length === 0 || rows.length === 0) throw new Error("there are no rows in this file");
  const used = new Set<string>();
  const columns = headers.map((header) => column(engine, header, fieldName(header, used), rows));
  const unique = columns.filter(({ filled, distinct }) => filled === rows.length && distinct === rows.length);
  const named = (words: RegExp, types: string[]) => columns.find(({ header, type }) => words.test(header) && types.includes(type))?.header ?? null;
  const id = (unique.find(({ header }) => /\b(id|key|number|no)\b|id$/i.test(header)) ?? null)?.header ?? null;
  const owner = named(/owner|assigned|agent|counsell?or|officer|\brep\b/i, ["choice", "user"]);
  for (const one of columns) {
    if (one.header === owner) one.type = "user";
    if (one.header === id && one.type === "number") one.type = "text";
  }
  const lines = format === "csv" ? text.split("\n").length - 1 : (JSON.parse(text) as unknown[]).length;
  return {
    name: name.replace(/\.[^.]*$/, ""),
    size: bytes.length,
    rows: lines,
    format,
    columns,
    id,
    owner,
    status: named(/status|stage/i, ["choice"]),
    created: named(/created|date|added/i, ["datetime", "date"]),
    warnings: id === null ? ["no column has another value in every row: rows are numbered"] : [],
  };
}

function fieldName(header: string, used: Set<string>): string {
  const plain = header.normalize("NFKD").replace(/[^A-Za-z0-9]+/g, "_").replace(/^_+|_+$/g, "").toLowerCase() || "column";
  let name = plain;
  for (let n = 2; used.has(name) || name === ROW; n += 1) name = `${plain}_${n}`;
  used.add(name);
  return name;
}

function column(engine: Engine, header: string, field: string, rows: Cells[]): ColumnGuess {
  const cells = rows.map((row) => row[header] ?? "").filter((cell) => cell.trim() !== "");
  const values = [...new Set(cells)];
  const guess: ColumnGuess = { header, field, type: "text", examples: values.slice(0, 3), filled: cells.length, distinct: values.length };
  if (cells.length === 0) return guess;
  const fits = candidate(engine, values.slice(0, MOST));
  if (fits) return { ...guess, type: fits.type as ColumnGuess["type"], ...(typeof fits.format === "string" && { format: fits.format }) };
  if (values.length <= 60 && values.length * 3 <= cells.length) guess.type = "choice";
  return guess;
}

/** The first candidate that every value fits, as the engine reads it. */
function candidate(engine: Engine, values: string[]): FieldDef | undefined {
  const fields: Record<string, FieldDef> = { id: { type: "text" }, owner: { type: "user" } };
  for (const [at, def] of CANDIDATES.entries()) fields[`c${at}`] = def;
  const workspace = engine.workspace({ version: 1, fields, lead: { id: "id", owner: "owner" }, users: [] });
  try {
    const table = workspace.load(values.map((value, id) => ({ id: String(id), ...Object.fromEntries(CANDIDATES.map((_, at) => [`c${at}`, value])) })), { absent: ["owner"] });
    const bad = new Set(table.problemCount > table.problems.length ? Object.keys(fields) : table.problems.map(({ field }) => field));
    return CANDIDATES.find((_, at) => !bad.has(`c${at}`));
  } finally {
    workspace.free();
  }
}

/** Makes a world of a file: everybody who owns a lead is an agent, and the visitor is the one who may do everything. */
export function fileWorld(engine: Engine, bytes: Uint8Array, setup: FileSetup, onProgress: (done: number, total: number) => void): { workspace: Workspace; table: LeadTable; config: WorkspaceConfig } {
  const field = (header: string | null) => setup.columns.find((column) => column.header === header)?.field;
  const owner = field(setup.owner) ?? "owner";
  const id = field(setup.id) ?? ROW;
  const fields: Record<string, FieldDef> = { [id]: { type: "text", label: id === ROW ? "Row" : (setup.id ?? id) } };
  for (const { header, field, type, format } of setup.columns) {
    if (field === id) continue;
    fields[field] = { type: field === owner ? "user" : type === "user" ? "choice" : type, label: header, ...(format && (type === "date" || type === "datetime") && { format }) };
  }
  fields[owner] ??= { type: "user", label: "Owner" };
  const roles = { status: field(setup.status), createdAt: field(setup.created) };
  const base: WorkspaceConfig = { version: 1, timeZone: "UTC", fields, lead: { id, owner, ...(roles.status && { status: roles.status }), ...(roles.createdAt && { createdAt: roles.createdAt }) }, users: [] };
  const data = source(bytes, setup, id);
  const columns = Object.fromEntries(setup.columns.map(({ header, field }) => [header, field]));
  const load = (workspace: Workspace, progress: (done: number, total: number) => void) => workspace.load(data, { columns, absent: setup.owner === null ? [owner] : [], onProgress: progress, ...(data instanceof Uint8Array && { format: setup.format }) });
  const first = engine.workspace(base);
  const table = load(first, () => {});
  const all = table.select(null, { actor: null });
  const people = all.countBy(owner).flatMap(([user]) => (user === null ? [] : [String(user)]));
  first.free();
  const config: WorkspaceConfig = {
    ...base,
    profiles: [
      { id: "everything", name: "Everything", grants: [{ do: ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass", "list.view", "list.use", "list.edit", "list.share", "list.delete", "plan.undo", "log.view"], scope: "all" }] },
      { id: "agent", name: "Agent", grants: [{ do: ["lead.view", "lead.edit"], scope: "own" }, { do: ["list.view", "list.use", "list.edit", "list.delete"], scope: "own" }] },
    ],
    users: [{ id: "you", name: "You", profiles: ["everything"] }, ...people.filter((user) => user !== "you").sort().map((user) => ({ id: user, name: user, profiles: ["agent"] }))],
  };
  const workspace = engine.workspace(config);
  return { workspace, table: load(workspace, onProgress), config };
}

/** Bytes go over as they are; rows that have no id are numbered first. */
function source(bytes: Uint8Array, setup: FileSetup, id: string): Uint8Array | object[] {
  if (id !== ROW) return bytes;
  const text = new TextDecoder().decode(bytes);
  const rows = setup.format === "csv" ? read(text).rows : (JSON.parse(text) as object[]);
  return rows.map((row, at) => ({ ...row, [ROW]: String(at + 1) }));
}
