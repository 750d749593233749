// What the columns of a file are: their types, how days and times are written, and which of them play a part.
//
// Whether a column holds numbers, days or instants is asked of the engine, which loads a sample with each candidate and says which cells
// did not fit. Nothing is read between the lines: what the sample leaves open is told as a question.
import type * as Contract from "../evenhand.js";
import type { ColumnGuess, FileGuess, Question } from "../columns.js";
import { headersOf, numbered, Records } from "./csv.js";
import { fault } from "./errors.js";

export { numbered };

/** Rows that are looked at, and values of a column that are tried: with every candidate of a group, fewer than the problems that the engine lists. */
const SAMPLE = 1500;
const MOST = 200;
/** Id of a file that has none: the number of the row. */
export const ROW = "row_number";
const DAYS = ["%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%d %b %Y", "%d %b, %Y", "%b %d, %Y"];
const TIMES = [" %H:%M:%S", " %H:%M", ", %H:%M", " %I:%M %p", " %I:%M:%S %p", ", %I:%M %p"];
/** Groups of candidates, each a configuration of its own; the first that fits is taken. */
const GROUPS: Contract.FieldDef[][] = [
  [{ type: "number" }, { type: "boolean" }, { type: "date" }, { type: "datetime" }, ...DAYS.map((format): Contract.FieldDef => ({ type: "date", format }))],
  DAYS.slice(0, 5).flatMap((day) => TIMES.map((time): Contract.FieldDef => ({ type: "datetime", format: day + time }))),
  DAYS.slice(5).flatMap((day) => TIMES.map((time): Contract.FieldDef => ({ type: "datetime", format: day + time }))),
];
/** Days whose first two numbers change places. */
const SWAPPED: Record<string, string> = { "%m/%d/%Y": "%d/%m/%Y", "%d/%m/%Y": "%m/%d/%Y" };

/** Headers of columns that are counted with nothing, whatever digits they hold. */
const NAMES = /\b(phone|mobile|cell|fax|tel|zip|postal|postcode|ssn|account|code)\b|\b(id|no|number|key)\b$|id$/i;
const IDS = [/\b(id|key|guid|uuid)$|id$/i, /\b(id|key|number|no)\b/i];
/** Headers of owners, the surest first. */
const OWNERS = [/^((lead|contact|record|deal|opportunity|account|company) )?owner( name| full name)?$/i, /^assigned ?(to|agent|user|rep)?$/i, /owner|assigned|\bagent\b|counsell?or|\bofficer\b|\brep\b/i];
const NO_OWNER = /e-?mail|phone|\bdate\b|\btime\b|previous|former|created by|modified by|alias|\brole\b|\bteam\b/i;
const STATUS = [/^((lead|contact|deal|opportunity) )?(status|stage)$/i, /status|stage/i];
const CREATED = [/^creat|created|create date/i, /added|received|submitted/i, /date/i];
const NO_CREATED = /modified|updated|closed?\b|\blast\b|birth|activity|month|year|convert/i;

type Cells = string[];

/** A list, empty or of objects. */
const isRows = (value: unknown): value is Record<string, unknown>[] => Array.isArray(value) && value.every((row) => typeof row === "object" && row !== null);

/** The header and a sample of rows, whichever the format. */
function sample(bytes: Uint8Array): { format: "csv" | "json"; headers: string[]; rows: Cells[]; count: number } {
  const start = new TextDecoder().decode(bytes.subarray(0, 400)).trimStart();
  if (/^[[{]/.test(start)) {
    const text = new TextDecoder().decode(bytes);
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch (cause) {
      throw fault("json_invalid", `the file is not JSON: ${(cause as Error).message}`, { cause });
    }
    // Services answer with an object that has the list under one of its keys; `load` reads both.
    const list = [parsed, ...Object.values(parsed ?? {})].find(isRows);
    if (list === undefined) throw fault("json_invalid", "a JSON file must be a list of objects, or an object with one under a key");
    const objects = list.slice(0, SAMPLE);
    const headers = [...new Set(objects.flatMap((row) => Object.keys(row)))];
    const shown = (value: unknown) => (value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value));
    return { format: "json", headers, rows: objects.map((row) => headers.map((header) => shown(row[header]))), count: list.length };
  }
  const records = new Records(bytes);
  const headers = headersOf(records);
  const rows: Cells[] = [];
  let count = 0;
  for (; records.next(); count += 1) if (rows.length < SAMPLE) rows.push(headers.map((_, nth) => (nth < records.count ? records.text(nth) : "")));
  return { format: "csv", headers, rows, count };
}

/** What a file's columns are, as far as a sample of it tells. */
export function guessColumns(engine: Contract.Engine, data: Uint8Array | string): FileGuess {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const { format, headers, rows, count } = sample(bytes);
  if (headers.length === 0 || rows.length === 0) throw fault("csv_invalid", "there are no rows in this file");
  const questions: Question[] = [];
  const used = new Set<string>([ROW]);
  const tried = new Candidates(engine);
  let columns: ColumnGuess[];
  try {
    columns = headers.flatMap((header, nth) => (header.trim() === "" ? [] : [column(tried, header, fieldName(header, used), rows.map((row) => row[nth] ?? ""), questions)]));
  } finally {
    tried.free();
  }
  const first = (words: RegExp[], not: RegExp, fits: (column: ColumnGuess, sure: boolean) => boolean) => {
    for (const [at, word] of words.entries()) {
      const found = columns.filter((column) => word.test(column.header) && !not.test(column.header) && fits(column, at === 0));
      if (found[0] !== undefined) return found;
    }
    return [];
  };
  const unique = columns.filter(({ filled, distinct }) => filled === rows.length && distinct === rows.length);
  const ids = IDS.map((word) => unique.filter(({ header }) => word.test(header))).find((found) => found.length > 0) ?? [];
  const id = ids[0]?.header ?? null;
  if (id === null) questions.push({ code: "no_id", message: "no column has another value in every row and a name like an id", hint: "rows are numbered; name the column that tells leads apart if there is one" });
  if (ids.length > 1) questions.push({ code: "several_ids", column: ids[0]?.header ?? "", message: `${listed(ids)} all tell the rows apart; the first is taken` });
  const words = (type: ColumnGuess["type"]) => ["choice", "user"].includes(type);
  const owners = first(OWNERS, NO_OWNER, ({ type, header }, sure) => header !== id && (words(type) || (sure && type === "text")));
  const owner = (owners.find(({ header }) => !/\bid$/i.test(header)) ?? owners[0])?.header ?? null;
  if (owner === null) questions.push({ code: "no_owner", message: "no column looks like the owner of a lead", hint: "nobody owns them yet; name the column if there is one" });
  if (owners.length > 1) questions.push({ code: "several_owners", column: owner ?? "", message: `${listed(owners)} may all be the owner; \`${owner}\` is taken` });
  for (const one of columns) {
    if (one.header === owner) one.type = "user";
    if (one.header === id && one.type === "number") one.type = "text";
    if (one.header === owner || one.header === id) delete one.separator;
  }
  const status = first(STATUS, /e-?mail|\bid$/i, ({ type }) => type === "choice")[0]?.header ?? null;
  const created = first(CREATED, NO_CREATED, ({ type }) => type === "datetime" || type === "date")[0]?.header ?? null;
  const kept = questions.filter(({ code, column }) => !(column !== undefined && (column === id || column === owner) && ["number_in_words", "several_values"].includes(code)));
  return { format, rows: count, columns, id, owner, status, created, questions: kept };
}

const listed = (columns: readonly ColumnGuess[]): string => columns.map(({ header }) => `\`${header}\``).join(", ");

function fieldName(header: string, used: Set<string>): string {
  const plain = header.normalize("NFKD").replace(/[^A-Za-z0-9]+/g, "_").replace(/^_+|_+$/g, "").toLowerCase() || "column";
  let name = plain;
  for (let n = 2; used.has(name); n += 1) name = `${plain}_${n}`;
  used.add(name);
  return name;
}

function column(tried: Candidates, header: string, field: string, all: Cells, questions: Question[]): ColumnGuess {
  const cells = all.filter((cell) => cell.trim() !== "");
  const values = [...new Set(cells)];
  const guess: ColumnGuess = { header, field, type: "text", examples: values.slice(0, 3), filled: cells.length, distinct: values.length };
  if (cells.length === 0) {
    questions.push({ code: "empty_column", column: header, message: `\`${header}\` is empty in every row that was looked at: text is assumed` });
    return guess;
  }
  const tries = values.slice(0, MOST);
  // Numbers that are names: no sum of them means anything, and a zero in front would be lost.
  const name = NAMES.test(header) || values.some((value) => /^0\d/.test(value.trim()));
  // Of zeros and ones alone it is hardly a number, and of one number alone hardly a truth value.
  const numbers = values.every((value) => /^\d+$/.test(value.trim()));
  const flags = values.length === 2 && values.every((value) => /^[01]$/.test(value.trim()));
  const fits = tried.fitting(tries).filter(({ type }) => !(type === "number" && name) && !(type === (flags ? "number" : "boolean") && numbers));
  const [best] = fits;
  if (best !== undefined) {
    guess.type = best.type as ColumnGuess["type"];
    if (typeof best.format === "string") {
      guess.format = best.format;
      const day = best.format.slice(0, 8);
      const other = SWAPPED[day];
      if (other !== undefined && fits.some(({ format }) => format === other + (best.format as string).slice(8))) {
        questions.push({ code: "day_or_month", column: header, message: `\`${header}\` holds days such as \`${values[0]}\` that are read the same way round both ways: \`${best.format}\` is taken`, hint: `if the day comes first, the format is \`${other}${best.format.slice(8)}\`` });
      }
    }
    return guess;
  }
  const parts = cells.filter((cell) => cell.includes(";"));
  if (parts.length * 10 >= cells.length && !/[;,].*[;,].*\d{5}/.test(parts[0] ?? "")) {
    const single = new Set(cells.flatMap((cell) => cell.split(";").map((part) => part.trim()).filter(Boolean)));
    if (single.size <= 60 && single.size * 2 <= cells.length) {
      guess.separator = ";";
      guess.choices = [...single];
      questions.push({ code: "several_values", column: header, message: `\`${header}\` seems to hold several values with \`;\` between them` });
    }
  }
  if (values.filter((value) => /^[^\d-]?\s?-?\d{1,3}([.,' ]\d{3})*([.,]\d+)?\s?[^\d]?$/.test(value.trim())).length === values.length && !name) {
    questions.push({ code: "number_in_words", column: header, message: `\`${header}\` holds amounts such as \`${values[0]}\`, which are no plain numbers: text is assumed`, hint: "export it without signs and separators to compare it by size" });
  }
  // A few words that come again and again.
  if (guess.separator === undefined && values.length <= 60 && (values.length * 3 <= cells.length || (values.length * 2 <= cells.length && values.length <= 8))) {
    guess.type = "choice";
    guess.choices = values;
  }
  return guess;
}

/** Workspaces with a field for each candidate, made once for all columns. */
class Candidates {
  readonly #groups: { workspace: Contract.Workspace; fields: Contract.FieldDef[] }[];

  constructor(engine: Contract.Engine) {
    this.#groups = GROUPS.map((group) => {
      const fields: Record<string, Contract.FieldDef> = { id: { type: "text" }, owner: { type: "user" } };
      for (const [at, def] of group.entries()) fields[`c${at}`] = def;
      return { workspace: engine.workspace({ version: 1, fields, lead: { id: "id", owner: "owner" }, users: [] }), fields: group };
    });
  }

  /** The candidates that every value fits, as the engine reads it, of the first group that has one. */
  fitting(values: readonly string[]): Contract.FieldDef[] {
    // No number, truth value or day is as long as this.
    if (values.some((value) => value.length > 40)) return [];
    for (const { workspace, fields } of this.#groups) {
      const rows = values.map((value, id) => ({ id: String(id), ...Object.fromEntries(fields.map((_, at) => [`c${at}`, value])) }));
      const table = workspace.load(rows, { absent: ["owner"] });
      try {
        if (table.problemCount > table.problems.length) continue;
        const bad = new Set(table.problems.map(({ field }) => field));
        const fits = fields.filter((_, at) => !bad.has(`c${at}`));
        if (fits.length > 0) return fits;
      } finally {
        table.free();
      }
    }
    return [];
  }

  free(): void {
    for (const { workspace } of this.#groups) workspace.free();
  }
}

/** Makes a configuration of what was found: fields with their labels, and the parts that they play. */
export function fieldsOf(guess: Pick<FileGuess, "columns" | "id" | "owner" | "status" | "created">): { fields: Record<string, Contract.FieldDef>; lead: Contract.LeadShape; columns: Record<string, string> } {
  const named = (header: string | null) => guess.columns.find((column) => column.header === header)?.field;
  const [id, owner] = [named(guess.id) ?? ROW, named(guess.owner) ?? ownerName(guess.columns)];
  const fields: Record<string, Contract.FieldDef> = { [id]: { type: "text", label: guess.id ?? "Row" } };
  for (const { header, field, type, format, separator } of guess.columns) {
    if (field === id) continue;
    if (separator !== undefined) fields[field] = { type: "tags", label: header, separator };
    // A person that owns nothing is a word: nobody says who people are.
    else fields[field] = { type: field === owner ? "user" : type === "user" ? "choice" : type, label: header, ...(format !== undefined && (type === "date" || type === "datetime") && { format }) };
  }
  fields[owner] ??= { type: "user", label: "Owner" };
  const [status, createdAt] = [named(guess.status), named(guess.created)];
  const lead: Contract.LeadShape = { id, owner, ...(status !== undefined && { status }), ...(createdAt !== undefined && { createdAt }) };
  return { fields, lead, columns: Object.fromEntries(guess.columns.map(({ header, field }) => [header, field])) };
}

/** A name for the field of an owner that no column holds. */
function ownerName(columns: readonly ColumnGuess[]): string {
  const used = new Set(columns.map(({ field }) => field));
  return fieldName("owner", used);
}

