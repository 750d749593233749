import type * as Contract from "../../evenhand.js";
import { quote } from "../adapters/write.js";
import { wayOf } from "../compare.js";
import { fault } from "../errors.js";

/*
 * One map of columns, used both ways: how a field is read out of its column, put into it, and put in order. Storage that is not named is what
 * `SqlStorage` says of the dialect.
 */

type Given = NonNullable<Contract.SqlOptions["columns"]>[string];

export interface Column {
  field: string;
  def: Contract.FieldDef;
  name: string;
  as: Contract.SqlStorage | undefined;
  folded: string | undefined;
  type: string | undefined;
  notNull: boolean;
}

const isList = ({ def }: Column) => def.type === "tags" || def.type === "units";

export function columnsOf(fields: Readonly<Record<string, Contract.FieldDef>>, given: Contract.SqlOptions["columns"] = {}): Column[] {
  return Object.entries(fields).map(([field, def]) => {
    const said: Given | undefined = Object.hasOwn(given, field) ? given[field] : undefined;
    const spec = typeof said === "string" ? { column: said } : said;
    return { field, def, name: spec?.column ?? field, as: spec?.as, folded: spec?.folded, type: spec?.type, notNull: spec?.notNull === true };
  });
}

/** An expression that gives a column in a form that a table loads as the field's value. */
export function reading(column: Column, dialect: Contract.Dialect): string {
  const here = quote(dialect, column.name);
  // What SQLite gives is what it holds, and tables load that.
  if (dialect === "sqlite") return here;
  const { type } = column.def;
  const utc = 'YYYY-MM-DD"T"HH24:MI:SS.MS';
  if (isList(column)) return column.as === "text" ? `${here}::text` : here;
  if (type === "datetime" && column.as === "epoch_ms") return `${here}::float8`;
  // Drivers make dates of these by the zone of their process; texts say what is meant.
  if (type === "datetime" && column.as === "timestamp") return `to_char(${here}, '${utc}')`;
  if (type === "datetime" && column.as !== "text") return `to_char(${here} AT TIME ZONE 'UTC', '${utc}"Z"')`;
  return type === "number" && column.as !== "text" ? `${here}::float8` : type === "boolean" && column.as === undefined ? here : `${here}::text`;
}

/** A value of a table as its column holds it. */
export function stored(column: Column, value: unknown, dialect: Contract.Dialect): unknown {
  const { type } = column.def;
  if (isList(column)) {
    const list = (value ?? []) as string[];
    if (list.length === 0 && !column.notNull) return null;
    return dialect === "postgres" && (column.as ?? "array") === "array" ? list : JSON.stringify(list);
  }
  if (value === null || value === undefined) return null;
  if (type === "boolean") {
    if (column.as === "text") return String(value);
    return dialect === "postgres" && column.as !== "integer" ? value : Number(value);
  }
  if (type === "datetime") {
    if (column.as === "timestamp") throw inexact(column.field, "local times are written by plans only");
    return column.as === "epoch_ms" || (dialect === "sqlite" && column.as !== "text") ? Date.parse(String(value)) : String(value);
  }
  return type === "number" && column.as === "text" ? String(value) : value;
}

/** The parameter of a value, with the type that PostgreSQL is to take it for. */
export function placed(column: Column, dialect: Contract.Dialect, place: number): string {
  if (dialect === "sqlite") return "?";
  const cast = column.type ?? (isList(column) && (column.as === "json" ? "jsonb" : (column.as ?? "array") === "array" && "text[]"));
  return cast ? `$${place}::${cast}` : `$${place}`;
}

/** What the folded column of a field holds beside a value. */
export const foldedOf = ({ field, def }: Column, value: unknown, workspace: Contract.Workspace) =>
  typeof value !== "string" ? null : def.type === "text" ? workspace.fold(field, value) : value;


function inexact(field: string, why: string) {
  return fault("sql_inexact", `\`${field}\` cannot be put in order or written exactly: ${why}`, { path: `/columns/${field.replaceAll("~", "~0").replaceAll("/", "~1")}` });
}

const COLLATION = { postgres: ' COLLATE "C"', sqlite: " COLLATE BINARY" };

/** What a column is put in order by. */
function key(column: Column, dialect: Contract.Dialect, id: string, alias: string): string {
  const { def, field, as } = column;
  const here = alias + quote(dialect, column.name);
  const text = dialect === "postgres" ? `${here}::text` : here;
  if (isList(column)) throw inexact(field, "lists have no order in a database");
  switch (def.type) {
    case "text":
      if (field === id || wayOf(def) === "exact") return text + COLLATION[dialect];
      if (column.folded !== undefined) return alias + quote(dialect, column.folded) + (dialect === "postgres" ? "::text" : "") + COLLATION[dialect];
      if (wayOf(def) !== "caseless") throw inexact(field, `no database compares by \`compare: "${wayOf(def)}"\`; name a folded column`);
      if (dialect === "postgres") return `lower(${text} COLLATE "pg_c_utf8") COLLATE "C"`;
      throw inexact(field, "SQLite lower-cases ASCII only; name a folded column");
    case "choice": case "user": case "unit": return `nullif(${text}, '')${COLLATION[dialect]}`;
    case "date": case "datetime":
      if (as === "text" && def.format !== undefined) throw inexact(field, "its format is the field's own");
      if (def.type === "datetime" && as === "text") throw inexact(field, "an instant has several texts");
      return def.type === "date" && (as === "text" || dialect === "sqlite") ? text + COLLATION[dialect] : here;
    case "number": case "boolean":
      if (as === "text") throw inexact(field, "it is stored as text");
      return here;
    default: throw inexact(field, "its type has no order");
  }
}

/** A text of SQL. */
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

const DIGITS = "0123456789";

/**
 * A text in a form whose order is the natural one: each run of digits without its leading zeros, and behind its length in five digits (a cell has
 * at most 64 KiB). SQLite is asked byte by byte where it could end a text at a NUL.
 */
function natural(text: string, dialect: Contract.Dialect): string {
  if (dialect === "postgres") {
    const number = `lpad(length(ltrim(m[1], '0'))::text, 5, '0') || ltrim(m[1], '0')`;
    const parts = `regexp_matches(${text}, '([${DIGITS}]+)|([^${DIGITS}]+)', 'g') WITH ORDINALITY AS evenhand_part(m, n)`;
    return `CASE WHEN ${text} IS NOT NULL THEN coalesce((SELECT string_agg(CASE WHEN m[1] IS NULL THEN m[2] ELSE ${number} END, '' ORDER BY n) FROM ${parts}), '') END${COLLATION.postgres}`;
  }
  // Three steps in turn: where the next number is; what stands before it; the number. A part of no bytes is null to `substr`.
  const next = `min(${[...DIGITS].map((digit) => `ifnull(nullif(instr(rest, CAST('${digit}' AS BLOB)), 0), length(rest) + 1)`).join(", ")})`;
  const here = "CAST(rest AS TEXT)";
  const digits = `(length(${here}) - length(ltrim(${here}, '${DIGITS}')))`;
  const number = `ltrim(substr(${here}, 1, ${digits}), '0')`;
  return `CASE WHEN (${text}) IS NOT NULL THEN (WITH RECURSIVE evenhand_part(rest, done, at) AS (SELECT CAST((${text}) AS BLOB), '', NULL UNION ALL SELECT
    CASE WHEN at IS NULL THEN rest WHEN at > 0 THEN ifnull(substr(rest, at), x'') ELSE ifnull(substr(rest, ${digits} + 1), x'') END,
    CASE WHEN at IS NULL THEN done WHEN at > 0 THEN done || hex(substr(rest, 1, at - 1)) ELSE done || hex(printf('%05d', length(${number})) || ${number}) END,
    CASE WHEN at IS NULL THEN ${next} WHEN at > 0 THEN 0 END
    FROM evenhand_part WHERE at IS NULL OR at > 0 OR length(rest) > 0)
    SELECT done FROM evenhand_part WHERE at = 0 AND length(rest) = 0) END`;
}

/** What a key of an order is in SQL: the first that differs decides. */
function keys({ field, order }: Contract.Sort, column: Column, dialect: Contract.Dialect, id: string, prefix: string): string[] {
  const plain = key(column, dialect, id, prefix);
  const { type, choices = [] } = column.def;
  const refused = (message: string) => fault("order_not_for_field", message);
  if (order === "choices") {
    if (choices.length === 0) throw refused(`\`${field}\` has no \`choices\` to be put in order by`);
    const places = choices.map((choice, place) => (choices.indexOf(choice) === place ? `WHEN ${literal(choice)} THEN ${place} ` : "")).join("");
    return [`CASE WHEN ${plain} IS NOT NULL THEN CASE ${plain} ${places}ELSE ${choices.length} END END`, plain];
  }
  if (order !== "natural") return [plain];
  if (!["text", "choice", "user", "unit"].includes(type)) throw refused(`\`${field}\` is a ${type} field, and \`natural\` is an order of texts`);
  return [natural(plain, dialect)];
}

export function ordering(sort: readonly Contract.Sort[], dialect: Contract.Dialect, columns: readonly Column[], id: string, alias = ""): string {
  const prefix = alias === "" ? "" : `${quote(dialect, alias)}.`;
  const parts = sort.flatMap((by, place) => {
    const { field, descending = false, nulls = "last" } = by;
    const column = columns.find((one) => one.field === field);
    if (column === undefined) throw fault("unknown_field", `there is no field \`${field}\``, { path: `/sort/${place}/field` });
    return keys(by, column, dialect, id, prefix).map((one) => `${one}${descending ? " DESC" : ""} NULLS ${nulls === "first" ? "FIRST" : "LAST"}`);
  });
  if (!sort.some(({ field, order }) => field === id && order !== "natural")) parts.push(key(columns.find(({ field }) => field === id)!, dialect, id, prefix));
  return parts.join(", ");
}
