// Every type of field in every kind of column that SQLite and PostgreSQL have for it. The table is loaded from what the driver gives of the
// column, and then a condition selects what the table selects, and a plan writes exactly what it changes in the table, or the engine
// (`sql_inexact`, `sql_column_invalid`) or the database refuses: nothing is ever selected or written otherwise.
//
// The PostgreSQL part is also run with `TZ=America/New_York`, for the server and for the driver (see the last lines).
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import test from "node:test";
import { fileURLToPath } from "node:url";

import { pglite, postgres, quote, sqlite } from "./lib/databases.mjs";
import { ask } from "./lib/engine.mjs";

/** In another zone only that is tried which a zone could change. */
const ZONED = process.env.ONLY_POSTGRES !== undefined;
const KINDS = ZONED ? ["date", "datetime", "text"] : ["text", "choice", "user", "unit", "number", "boolean", "date", "datetime", "tags", "units"];
const NOW = "2026-03-08T17:30:00.000Z";
const USERS = ["ann", "bob", "7", "42"];

/** A field `f` of that type; users are tried as owners, who guard each row. */
function config(kind, more = {}) {
  const owner = kind === "user" ? "f" : "owner";
  return {
    version: 1,
    timeZone: "America/New_York",
    zones: { "America/New_York": [{ untilMs: 1762063200000, offsetSeconds: -14400 }, { untilMs: 1772953200000, offsetSeconds: -18000 }, { untilMs: 1793512800000, offsetSeconds: -14400 }, { untilMs: null, offsetSeconds: -18000 }] },
    fields: { id: { type: "text" }, ...(kind !== "user" && { owner: { type: "user" } }), f: { type: kind, ...(kind === "text" && { caseSensitive: true }), ...more } },
    lead: { id: "id", owner },
    org: [{ id: "north" }, { id: "7", parent: "north" }],
    profiles: [{ id: "all", grants: [{ do: ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass"], scope: "all" }] }],
    users: USERS.map((id) => ({ id, profiles: ["all"] })),
  };
}

// ---- what is stored

const quoted = (list) => list.map((text) => `'${text.replaceAll("'", "''")}'`);
const WORDS = quoted(["ann", "7", "07", "7.0", "7.5", "-3", "1e3", "", " ", " ann ", "\u00a0new\u2003", "new", "New", "north", "é", "true", "0x10", "9007199254740993", "123456789012345678901234567890"]);
// (Drivers of SQLite round whole numbers beyond 2^53, or refuse them, before the engine sees them.)
const NUMBERS = ["0", "1", "-3", "7", "42", "10", "9007199254740992", "-9007199254740991"];
const REALS = ["0.5", "7.25", "0.1", "-1e-7", "1e300", "3.0", "123456789.125"];
const NUMERALS = quoted(["1", "0", "42", " 42 ", "\u00a07\u2003", "-1.5e3", "1E2", "1e+2", "+5", ".5", "5.", "007", "0x1A", "1,000", "abc", "NaN", "Infinity", "1e400", "0.30000000000000004", "-0", "9007199254740993", "1_000"]);
const TRUTHS = quoted(["true", "TRUE", " yes ", "no", "No", "0", "1", "2", "t", "f", "on", "1.0", "maybe"]);
const DAYS = quoted(["2026-03-07", "2026-03-08", " 2026-03-09 ", "2026-02-30", "2024-02-29", "2026-02-29", "1900-02-29", "2000-02-29", "0001-01-01", "9999-12-31", "0000-05-05", "2026-3-8", "2026-03-08T10:00:00Z", "2026-13-01", "2026-04-31", "08.03.2026"]);
const INSTANTS = quoted([
  "2026-03-08T04:59:59.999Z", "2026-03-08T05:00:00.000Z", "2026-03-08 17:30:00", "2026-03-08T17:30:00.1239Z", "2026-03-08t17:30z", "2026-03-08T12:30:00-05:00",
  "2026-03-08T23:00:00+0530", "2026-03-08 17:30:00+00", "2026-03-08T17:30:60Z", "2026-03-08T24:00:00Z", "2026-03-08T17:61Z", "2026-02-30T10:00Z", "2026-03-08T10:00.5Z",
  "2026-03-08T10:00:00,5Z", "2026-03-08T10:00:00+1", "2026-03-08T10:00:00+01:", "2026-03-08T10:00:00+24:00", "2026-03-08T10:00:00ZZ", "2026-03-08T10",
  // Clocks go forward at two and back at two.
  "2026-03-08 01:59:59.999", "2026-03-08 02:00", "2026-03-08 02:30", "2026-03-08 03:00", "2026-11-01 00:59", "2026-11-01 01:00", "2026-11-01 01:30:00.5", "2026-11-01 02:00",
  "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59-01:00", "1969-12-31T23:59:59.9999999Z", "1772991000000",
]);
const LISTS = quoted(['["a","b"]', '["b"]', "[]", '["",null,"a"]', '["7",7,7.5,7.0]', "", " ", '["é","É"]', '["north","7"]']);
const JSONS = quoted(["null", '"new"', "7", "true", "{}", '["a"]', "not json", "a,b", '["a",{}]']);
const EPOCHS = ["1772991000000", "1772946000000", "0", "-1", "253402300799999", "253402300800000", "-62135596800001", "1772991000000.5"];

const ANYTHING = [...WORDS, ...NUMBERS, ...REALS, ...NUMERALS, ...TRUTHS, ...DAYS, ...INSTANTS, ...LISTS, ...JSONS, ...EPOCHS, "x'37'", "x''", "x'323032362d30332d3038'"];
/** Texts and numbers that suit a type, for columns that hold nothing else. (Of a real beyond all digits no text is known.) */
const NAMES = WORDS.filter((word) => !word.includes("123456789012"));
const SUITS = {
  text: [...NAMES, ...NUMBERS], choice: [...NAMES, ...NUMBERS], user: [...NAMES, ...NUMBERS], unit: [...NAMES, ...NUMBERS],
  number: [...NUMERALS, ...NUMBERS, ...REALS], boolean: [...TRUTHS, ...NUMBERS, "0.5"], date: [...DAYS, ...NUMBERS], datetime: [...INSTANTS, ...EPOCHS],
  tags: [...LISTS, "7", "7.5"], units: [...LISTS, "7", "7.5"],
};

const SQLITE = {
  TEXT: { values: ANYTHING }, INTEGER: { values: ANYTHING }, REAL: { values: ANYTHING }, NUMERIC: { values: ANYTHING }, BLOB: { values: ANYTHING }, "": { values: ANYTHING },
  "VARCHAR(20) COLLATE NOCASE": { values: ANYTHING },
  "TEXT STRICT": { sql: "TEXT", strict: true, values: ANYTHING }, "INTEGER STRICT": { sql: "INTEGER", strict: true, values: ANYTHING },
  "REAL STRICT": { sql: "REAL", strict: true, values: ANYTHING }, "ANY STRICT": { sql: "ANY", strict: true, values: ANYTHING },
};
/** What a host may say of them, and then the column holds nothing else. */
const SAID = {
  TEXT: { as: "text", only: (value) => /^'/.test(value) || /^[-\d]/.test(value) },
  "TEXT STRICT": { as: "text", only: () => true },
  "INTEGER STRICT": { as: ["integer", "boolean", "number", "epoch_ms"], only: () => true },
  "REAL STRICT": { as: ["number"], only: () => true },
};

const stamped = (list) => list.filter((value) => /^'\d{4}-\d\d-\d\d/.test(value));
const POSTGRES = {
  text: { values: ANYTHING }, "varchar(60)": { values: ANYTHING },
  integer: { values: NUMBERS }, bigint: { values: [...NUMBERS, ...EPOCHS] }, numeric: { values: [...NUMBERS, ...REALS, ...EPOCHS, "'NaN'"] },
  "double precision": { values: [...NUMBERS, ...REALS, ...EPOCHS, "'NaN'", "'Infinity'"] },
  smallint: { values: NUMBERS.filter((value) => Math.abs(value) < 32768) }, real: { values: [...NUMBERS, ...REALS, "'NaN'", "'Infinity'"] },
  "char(8)": { values: NAMES }, inet: { values: quoted(["10.0.0.1", "10.0.0.0/8", "::1"]) }, cidr: { values: quoted(["10.0.0.0/8", "10.0.0.1/32"]) },
  time: { values: quoted(["17:30", "00:00:00.5"]) }, interval: { values: quoted(["7 days", "1 hour"]) }, bytea: { values: ["'\\x37'", "''"] },
  "varchar(20)[]": { values: ["'{}'", "'{a,b}'", "'{7,north}'"] }, "integer[]": { values: ["'{}'", "'{7}'", "'{7,NULL}'"] },
  boolean: { values: ["true", "false"] },
  date: { values: [...stamped(DAYS), "'infinity'", "'0044-01-01 BC'"] },
  timestamptz: { values: [...stamped(INSTANTS), "'2026-03-08T17:30:00.123999Z'", "'infinity'", "'-infinity'", "'10000-01-01T00:00:00Z'"] },
  timestamp: { values: [...stamped(INSTANTS), "'2026-03-08T17:30:00.123999'", "'infinity'", "'0044-01-01 BC'"] },
  "text[]": { values: ["'{}'", "'{a,b}'", "'{b}'", "'{NULL,\"\",a}'", "'{7,north}'", "'{é,É}'", "'{\"a,b\",\"x\\\"y\"}'"] },
  jsonb: { values: [...LISTS, ...quoted(["null", "7", "7.50", "true", "{}", '["a",{}]', '["a",true]'])] }, json: { values: [...LISTS, ...quoted(["null", "{}"])] },
  uuid: { values: ["'00000000-0000-4000-8000-000000000007'", "'ABCDEF00-0000-4000-8000-000000000007'"] },
  mood: { values: ["'new'", "'won'", "'7'", "'true'", "'2026-03-08'"] },
};
/** What is true of a column, said. */
const SAID_OF = {
  text: ["text"], integer: ["integer"], bigint: ["integer", "epoch_ms"], real: ["number", "epoch_ms"], "double precision": ["number"], numeric: ["number"], boolean: ["boolean"], date: ["date"],
  timestamptz: ["timestamptz", "timestamp"], timestamp: ["timestamp"], "text[]": ["array"], jsonb: ["json"], json: ["json"],
};
const AS = ["text", "integer", "number", "boolean", "date", "timestamptz", "timestamp", "epoch_ms", "array", "json"];

const timely = (kind) => kind === "date" || kind === "datetime";
/** What a driver gives of a column, read so that nothing is lost on the way: the documents say to read it like this. */
const READ = {
  boolean: (kind) => (kind === "boolean" ? "f" : "f::text"),
  "double precision": (kind) => (["number", "datetime", "boolean"].includes(kind) ? "f" : "f::text"),
  integer: (kind) => (["number", "boolean", "datetime", "tags", "units"].includes(kind) ? "f" : "f::text"),
  smallint: (kind) => (["number", "boolean", "datetime", "tags", "units"].includes(kind) ? "f" : "f::text"),
  real: (kind) => (["number", "datetime", "boolean"].includes(kind) ? "f::double precision" : "f::text"),
  bigint: (kind) => (["number", "datetime", "boolean"].includes(kind) ? "f::double precision" : "f::text"),
  numeric: (kind) => (["number", "datetime", "boolean"].includes(kind) ? "f::double precision" : "f::text"),
  timestamptz: (kind) => (timely(kind) ? "(f AT TIME ZONE 'UTC')::text || 'Z'" : "f::text"),
  "varchar(20)[]": (kind) => (["tags", "units"].includes(kind) ? "f" : "f::text"), "integer[]": (kind) => (["tags", "units"].includes(kind) ? "f" : "f::text"),
  "text[]": (kind) => (["tags", "units"].includes(kind) ? "f" : "f::text"),
  jsonb: (kind) => (["tags", "units"].includes(kind) ? "f" : "f::text"), json: (kind) => (["tags", "units"].includes(kind) ? "f" : "f::text"),
};

// ---- what is asked

const one = (operator, value, more) => ({ combinator: "and", rules: [{ field: "f", operator, value, ...more }] });
const short = ["7", "new", "ann", "07"];
const long = [...short, ...Array.from({ length: 20 }, (_, n) => `w${n}`)];
const words = ["7", "ann", "new", "7.0", "07", "north", "7.5", "true"].flatMap((word) => [one("=", word), one("!=", word)]);
const lists = (make) => [short, long].flatMap((list) => [one("in", make(list)), one("notIn", make(list))]);
const nulls = ["null", "notNull", "empty", "notEmpty"].map((operator) => one(operator, null));
const ordered = (values) => values.flatMap((value) => ["=", "!=", "<", "<=", ">", ">="].map((operator) => one(operator, value)));
const same = (list) => list;
const self = one("=", "f", { valueSource: "field" });
const FILTERS = {
  text: [...words, one("=", ""), ...lists(same), ...ordered(["7", "n"]), ...["contains", "beginsWith", "endsWith", "doesNotContain"].flatMap((operator) => ["", "7", "0"].map((part) => one(operator, part))), one("between", ["1", "8"]), one("notBetween", ["1", "8"]), self],
  choice: [...words, ...lists(same), self],
  user: [...words, ...lists(same), self],
  unit: [...words, ...lists(same), one("under", "north"), one("notUnder", "north"), self],
  number: [...ordered([0, 1, 42, 7.25, 0.1, 1e15]), one("between", [-3, 10]), one("notBetween", [-3, 10]), one("in", [0, 1, 42]), one("notIn", Array.from({ length: 30 }, (_, n) => n * 7)), one("in", Array.from({ length: 30 }, (_, n) => n * 7)), self],
  boolean: [one("=", true), one("=", false), one("!=", true), one("!=", false), self],
  date: [...ordered(["2026-03-08", "0001-01-01", "9999-12-31"]), one("between", ["2026-03-07", "2026-03-08"]), one("in", ["2026-03-07", "2024-02-29"]), one("notIn", Array.from({ length: 25 }, (_, n) => `2026-03-${String(n + 1).padStart(2, "0")}`)), self],
  datetime: [...ordered(["2026-03-08T17:30:00Z", "2026-03-08", "2026-11-01T05:30:00.500Z", "1970-01-01T00:00:00Z"]), one("between", ["2026-03-08T05:00Z", "2026-03-08T07:30Z"]), one("in", ["2026-03-08", "2026-11-01"]), one("notIn", Array.from({ length: 25 }, (_, n) => `2026-03-${String(n + 1).padStart(2, "0")}T17:30:00Z`)), self],
  tags: [one("contains", "a"), one("doesNotContain", "a"), one("in", ["b", "7"]), one("notIn", long), one("in", long), one("=", ["a", "b"]), one("!=", ["b"]), one("=", ["7", "7.5"])],
  units: [one("contains", "7"), one("doesNotContain", "7"), one("in", ["north", "7"]), one("notIn", long), one("in", long), one("under", "north"), one("=", ["north", "7"])],
};
const SET = { text: ["x", "8"], choice: ["won", "8"], unit: ["north", "7"], number: [3, 1.5], boolean: [true, false], date: ["2026-05-05", "1999-12-31"], datetime: ["2026-05-05T05:05:05.005Z", "2026-11-01T06:30:00Z"], tags: [["x", "y\"z"], ["7"]] };
/** Commands that write the field of every row. */
function commands(kind, ids) {
  if (kind === "user") return ["42", "bob"].map((to) => ({ type: "assign", leads: { ids }, to }));
  if (kind === "units") return [{ type: "mass_edit", leads: { ids }, set: { f: ["north"] } }];
  return [...SET[kind], null].map((value) => ({ type: "mass_edit", leads: { ids }, set: { f: value } }));
}

// ---- running it

/** A table `t` of one column with every value that it takes; `t_all` keeps them for the next time. */
async function filled(db, sql, strict, values) {
  const id = db.dialect === "postgres" ? 'text COLLATE "C"' : "TEXT";
  const made = `(id ${id} PRIMARY KEY, owner text, f ${sql})${strict ? " STRICT" : ""}`;
  if (db.filled !== made + values.join()) {
    await db.exec("DROP TABLE IF EXISTS t; DROP TABLE IF EXISTS t_all");
    await db.exec(`CREATE TABLE t ${made}; CREATE TABLE t_all ${made}`);
    // With an index, where there is one for it: what is found may not depend on it.
    if (sql !== "json") await db.exec("CREATE INDEX t_f ON t (f)");
    await db.exec("INSERT INTO t_all VALUES ('r', NULL, NULL)");
    for (const [at, value] of values.entries()) {
      try {
        await db.exec(`INSERT INTO t_all VALUES ('r${at}', NULL, ${value})`);
      } catch {
        // The column does not take it.
      }
    }
    if (db.dialect === "sqlite") await db.exec("DELETE FROM t_all WHERE typeof(f) = 'integer' AND abs(f) > 9007199254740992");
    db.filled = made + values.join();
  }
  await db.exec("DELETE FROM t; INSERT INTO t SELECT * FROM t_all");
}

/** The rows as the driver gives them. */
async function rows(db, type, kind) {
  const read = db.dialect === "sqlite" ? "f" : (READ[type]?.(kind) ?? "f::text");
  const list = await db.query(`SELECT id, owner, ${read} AS f FROM t ORDER BY id`);
  // Lists of SQLite are JSON. Bytes are no text; the engine is given an object in their place, which fits nothing.
  const parsed = (f) => {
    try {
      return db.dialect === "sqlite" && ["tags", "units"].includes(kind) && /^\s*\[/.test(f) ? JSON.parse(f) : f;
    } catch {
      return f;
    }
  };
  const value = (f) => (typeof f === "string" ? parsed(f) : f instanceof Uint8Array ? { bytes: f.length } : typeof f === "bigint" ? Number(f) : typeof f === "number" && !Number.isFinite(f) ? null : f);
  return list.map(({ id, owner, f }) => (kind === "user" ? { id, f: value(f) } : { id, owner, f: value(f) }));
}

/** What becomes of a field in a column: how many conditions and plans came out the same, and who refused. */
async function tried(db, { type, sql = type, strict = false, values }, kind, as, more) {
  const outcome = { same: 0, refused: new Set() };
  const columns = as === undefined ? undefined : { f: { column: "f", as } };
  const named = sql === "mood" || sql === "uuid" ? { f: { column: "f", type: sql, ...(as && { as }) } } : columns;
  const options = { ...(named && { columns: named }) };
  const fill = () => filled(db, sql, strict, values);
  await fill();
  const leads = await rows(db, type, kind);
  const world = config(kind, more);
  const filters = [...FILTERS[kind], ...nulls].filter(({ rules: [{ operator }] }) => !(kind === "boolean" && operator === "in"));
  const what = `${db.name}: a ${kind} in ${type || "a column without a type"}${as ? ` as ${as}` : ""}`;
  const context = { actor: "ann", now: NOW };
  const asked = ask({ config: world, leads, filters, context, conditions: [[db.dialect, options], [db.dialect, { ...options, alias: "t", maxParams: 40 }]], rows: false });
  for (const [at, { ids, conditions }] of asked.filters.entries()) {
    for (const condition of conditions) {
      if (condition.code) {
        assert.match(condition.code, /^(sql_inexact|sql_column_invalid|too_many_params)$/, what);
        outcome.refused.add(condition.code);
        continue;
      }
      assert.equal(condition.exact, true);
      // What holds for all rows or none does not look at the column.
      if (!/[`"]f[`"]/.test(condition.sql)) continue;
      let found;
      try {
        found = await db.query(`SELECT id FROM t WHERE ${condition.sql}`, condition.params);
      } catch (error) {
        outcome.refused.add("database");
        outcome.error ??= error;
        continue;
      }
      const wrong = (list, other) => list.filter((id) => !other.includes(id)).slice(0, 5).map((id) => leads.find((row) => row.id === id));
      const here = found.map(({ id }) => id);
      const differs = { onlyTable: wrong(ids, here), onlyDatabase: wrong(here, ids) };
      assert.deepEqual(differs, { onlyTable: [], onlyDatabase: [] }, `${what}: ${JSON.stringify(filters[at])}\n${condition.sql}\n${JSON.stringify(condition.params)}`);
      outcome.same += 1;
    }
  }
  // A field that cannot be stored so cannot be written either.
  const invalid = (code) => outcome.same === 0 && [...outcome.refused].every((refused) => refused === code);
  if (invalid("sql_column_invalid")) return outcome;
  for (const command of commands(kind, leads.map(({ id }) => id))) {
    await fill();
    let answer;
    try {
      answer = ask({ config: world, leads, command, context, sql: [[db.dialect, { table: "t", stateTable: null, ...options }]] });
    } catch (error) {
      throw new Error(`${what}: ${error.message}`);
    }
    const [statements] = answer.statements;
    if (statements.code) {
      assert.match(statements.code, /^(sql_inexact|sql_column_invalid|sql_value)$/, what);
      outcome.refused.add(statements.code);
      continue;
    }
    if (statements.length === 0) continue;
    const changed = answer.plan.changes.map(({ lead }) => lead).sort();
    const write = async () => {
      const ids = [];
      for (const { sql: text, params } of statements) ids.push(...(await db.query(text, params)).map(({ id }) => id));
      return ids.sort();
    };
    try {
      assert.deepEqual(await write(), changed, `${what}: every guard holds on what the plan was made of; ${JSON.stringify(command)} ${JSON.stringify(statements)}`);
    } catch (error) {
      if (error.code === "ERR_ASSERTION") throw error;
      outcome.refused.add("database");
      outcome.error ??= error;
      continue;
    }
    // What was written is read back as what the plan made of the table.
    const back = ask({ config: world, leads: await rows(db, type, kind) });
    assert.deepEqual(back.rows, answer.rows, `${what}: ${JSON.stringify(command)}`);
    assert.deepEqual(await write(), [], `${what}: the guards no longer hold`);
    outcome.same += 1;
  }
  return outcome;
}

/** A line of the summary. */
const shown = ({ same, refused }) => (same > 0 ? (refused.size > 0 ? `same, ${[...refused].sort()}` : "same") : [...refused].sort().join());

/** A column that is said to hold words holds them without blanks around. */
const isWord = (kind, value) => !(["choice", "user", "unit"].includes(kind) && /^'(\s.*|.*\s)'$/.test(value));

async function matrix(db, types, saids) {
  const out = {};
  for (const [type, given] of Object.entries(types)) {
    for (const kind of KINDS) {
      for (const [as, values] of saids(type, kind, given)) {
        out[`${kind} in ${type || "no type"}${as ? ` as ${as}` : ""}`] = shown(await tried(db, { type, ...given, values }, kind, as));
      }
    }
  }
  if (process.env.SHOW) console.log(db.name, JSON.stringify(out, null, 1));
  return out;
}

if (!ZONED) {
  test("SQLite: every type of field in every kind of column", async () => {
    const db = await sqlite();
    const out = await matrix(db, SQLITE, (type, kind, { values }) => {
      // Anything at all; only what suits the field; and what the host says.
      const said = SAID[type];
      const told = said ? [said.as].flat() : [];
      const only = (value) => said.only(value) && isWord(kind, value);
      return [[undefined, values], ...told.map((as) => [as, values.filter(only)])];
    });
    const suits = await matrix(db, { TEXT: {}, INTEGER: {}, NUMERIC: {}, REAL: {}, "": {} }, (_, kind) => [[undefined, SUITS[kind]]]);
    // Where nothing is said, words, numbers, truth values and days come out the same in every column.
    for (const [cell, outcome] of Object.entries(out)) if (/^(number|boolean|date) in (?!.* as )/.test(cell)) assert.match(outcome, /^same/, cell);
    for (const [cell, outcome] of Object.entries(suits)) if (!/^datetime|^(tags|units) in TEXT/.test(cell)) assert.equal(outcome, "same", cell);
    for (const cell of ["number in TEXT as text", "boolean in TEXT as text", "date in TEXT as text", "datetime in TEXT as text", "datetime in INTEGER STRICT as epoch_ms", "choice in INTEGER STRICT as integer"]) {
      assert.match(out[cell], /^same/, cell);
    }
    await db.close();
  });
}

for (const open of ZONED ? [postgres] : [pglite, postgres]) {
  const db = await open();
  if (db === undefined) continue;
  test(`${db.name}: every type of field in every kind of column`, async () => {
    await db.exec("CREATE TYPE mood AS ENUM ('new', 'won', '7', 'true', '2026-03-08', 'x')");
    // What is true of a column is said of it, and on a server two things of all others; with EVENHAND_MATRIX=whole each of them.
    const others = (type, kind) => [0, 5].map((more) => AS[(Object.keys(POSTGRES).indexOf(type) + KINDS.indexOf(kind) * 3 + more) % AS.length]);
    const said = (type, kind) => (process.env.EVENHAND_MATRIX === "whole" ? AS : [...new Set([...(SAID_OF[type] ?? []), ...(open === pglite ? [] : others(type, kind))])]);
    const out = await matrix(db, POSTGRES, (type, kind, { values }) => [undefined, ...said(type, kind)].map((as) => [as, as === undefined ? values : values.filter((value) => isWord(kind, value))]));
    const exact = [
      "text in text", "choice in varchar(60)", "user in integer", "user in bigint as integer", "unit in uuid", "choice in mood", "number in integer", "number in numeric", "number in double precision",
      "number in text as text", "boolean in boolean", "boolean in integer as integer", "boolean in text as text", "date in date", "date in text as text", "datetime in timestamptz",
      "text in char(8)", "user in char(8)", "text in inet", "number in smallint", "tags in varchar(20)[]", "text in interval",
      "datetime in timestamp as timestamp", "datetime in text as text", "datetime in bigint as epoch_ms", "tags in text[]", "tags in jsonb as json", "units in json as json",
    ];
    const among = (cells) => cells.filter((cell) => KINDS.includes(cell.split(" ")[0]));
    for (const cell of among(exact)) assert.match(out[cell], /^same/, cell);
    // A `real` holds no number exactly: but for whether there is one, nothing is asked of it.
    for (const cell of among(["number in real", "number in real as number", "datetime in real as epoch_ms"])) assert.match(out[cell], /database/, cell);
    // What is of another type than was said is refused by the database, and not compared by the zone of the session.
    for (const cell of among(["datetime in timestamp", "datetime in date", "date in timestamptz", "date in timestamp", "number in text", "boolean in text", "datetime in timestamptz as timestamp", "tags in jsonb"])) {
      assert.match(out[cell], /^database(,sql_value)?$/, cell);
    }
    await db.close();
  });
}

if (!ZONED) {
  test("PostgreSQL: the same in another zone", () => {
    const env = { ...process.env, TZ: "America/New_York", PGTZ: "America/New_York", ONLY_POSTGRES: "1" };
    const { status, stdout } = spawnSync(process.execPath, [fileURLToPath(import.meta.url)], { env: { ...env, NODE_TEST_CONTEXT: undefined }, encoding: "utf8" });
    assert.equal(status, 0, stdout);
  });
}
