// Random filters over random leads: the condition of the installed package selects on a real SQLite and a real PostgreSQL what its table selects,
// however the columns are named and stored. `CASES` is the number of filters, `FIRST` the seed of the first; from 1280 on a thousand have every operator of every type.
import assert from "node:assert/strict";
import path from "node:path";
import test, { after } from "node:test";
import { pathToFileURL } from "node:url";

import { entry, pkg } from "../package/lib/installed.mjs";
import { leadsTable, pglite, quote, sqlite } from "./lib/databases.mjs";
import { CONFIG, CONTEXTS, FIELDS, filter, FOLDED, folded, kindOf, KINDS, leads, LOOSE, rules, shrunk } from "./lib/filters.mjs";
import { random } from "./lib/world.mjs";

const CASES = Number(process.env.CASES ?? 1000);
const FIRST = Number(process.env.FIRST ?? 1280);
const ROWS = 60;

const { createEngineSync } = await import(pathToFileURL(path.join(pkg, entry("node"))).href);
const workspace = createEngineSync().workspace(CONFIG);

/** Who asks, and when. */
let asker = CONTEXTS[0];

/** All columns under other names, some of them stored in another way. */
const renamed = (name, stored) =>
  Object.fromEntries(Object.keys(FIELDS).map((field) => [field, { column: name(field), ...(stored[field] && { as: stored[field] }) }]));
const odd = (field) => `${field} "of\` $1`;
const short = (field) => `c_${field}`;

const LAYOUTS = {
  sqlite: [
    { name: "as it usually is", columns: {} },
    {
      name: "as text and whole numbers",
      columns: renamed(odd, {
        agent: "integer", number: "integer", rooms: "integer", hot: "boolean", sold: "integer", born: "text", made: "text", access: "json",
      }),
      table: 'leads `of" all',
      alias: 'l`"x',
    },
    {
      // Columns without a type, and some with an order of their own; nothing holds the folded city.
      name: "with types of its own",
      columns: renamed(short, { seen: "text", made: "epoch_ms", labels: "json" }),
      types: { name: "TEXT COLLATE NOCASE", code: "TEXT COLLATE NOCASE", status: "TEXT COLLATE RTRIM", score: "", seen: "", tags: "", unit: "" },
      unfolded: ["city"],
      alias: "l",
    },
  ],
  postgres: [
    { name: "as it usually is", columns: {} },
    {
      name: "as text, numbers and JSON",
      columns: renamed(odd, {
        agent: "integer", number: "integer", rooms: "integer", hot: "integer", born: "text", made: "text", seen: "epoch_ms", tags: "json", access: "json",
      }),
      table: 'leads `of" all',
      alias: 'l`"x',
    },
    {
      name: "with types of its own",
      columns: renamed(short, { rooms: "integer", made: "timestamptz", seen: "text", due: "text", labels: "json", reach: "array" }),
      types: { name: "varchar(40)", status: "varchar(40)", score: "numeric", rooms: "smallint", labels: "json", due: "varchar(10)", agent: "varchar(3)" },
      unfolded: ["mobile"],
      alias: "l",
    },
  ],
};

/** What else a table reads as null from a column. */
function nothings(type, stored, postgres) {
  if (type === "tags" || type === "units") return postgres && stored !== "json" ? ["'{}'", "'{NULL,\"\"}'"] : ["'[]'", "'[null,\"\"]'"];
  if (stored === "integer") return [];
  if (type === "number") return [postgres ? "'NaN'" : "1e300"];
  return ["user", "unit", "choice"].includes(type) ? ["''"] : [];
}

/** Writes cells in another way that a table reads as the same. */
async function untidy({ db, table, id, of }) {
  const postgres = db.dialect === "postgres";
  for (const [field, { type }] of Object.entries(FIELDS)) {
    const { column, stored } = of(field);
    const third = (at) => `CAST(${id} AS integer) % 3 = ${at}`;
    for (const [at, literal] of nothings(type, stored, postgres).entries()) {
      await db.exec(`UPDATE ${table} SET ${column} = ${literal} WHERE ${column} IS NULL AND ${third(at)}`);
    }
    const fine = postgres && type === "datetime" && (stored ?? "timestamptz") === "timestamptz";
    // Microseconds, of which a table keeps the milliseconds.
    if (fine) await db.exec(`UPDATE ${table} SET ${column} = ${column} + interval '999 microseconds' WHERE ${third(1)}`);
  }
}

/** The rows in a layout; gives back what selects from them. */
async function stored(db, { name, columns, types, table, alias, unfolded = [] }, rows) {
  const own = { ...columns };
  const fields = { ...FIELDS };
  const written = rows.map((row) => ({ ...row }));
  for (const field of (db.dialect === "sqlite" ? FOLDED : LOOSE).filter((field) => !unfolded.includes(field))) {
    own[field] = { column: field, ...own[field], folded: `${field} folded` };
    fields[`${field} folded`] = { type: "text" };
    for (const row of written) row[`${field} folded`] = folded(field, row[field]);
  }
  await leadsTable(db, fields, written, { columns: own, types, table });
  const q = (text) => quote(db.dialect, text);
  const of = (field) => ({ column: q(own[field]?.column ?? field), stored: own[field]?.as });
  await untidy({ db, table: q(table), id: of("id").column, of });
  const from = `SELECT ${q(alias ?? table)}.${of("id").column} AS id FROM ${q(table)}${alias ? ` AS ${q(alias)}` : ""} WHERE `;
  // Two parameters of the statement itself stand before those of the condition.
  const before = db.dialect === "postgres" ? "$1::int = $2::int AND " : "? = ? AND ";
  return {
    name,
    options: { columns: own, ...(alias && { alias }) },
    async select({ sql, params }, shifted) {
      const found = await db.query(`${from}${shifted ? before : ""}${sql}`, shifted ? [1, 1, ...params] : params);
      return found.map((row) => String(row.id)).sort((a, b) => a - b);
    },
  };
}

/** A table's ids, in its own order. */
function selected(table, query) {
  const selection = table.select(query, asker);
  const ids = selection.ids();
  selection.free();
  return ids;
}

/** A filter as a condition, with as many parameters as it needs where so few are not enough. */
function condition(query, dialect, options) {
  const compiled = workspace.filter(query);
  const ask = (more) => {
    try {
      return compiled.toSQL(dialect, { ...options, ...more });
    } catch (error) {
      return error;
    }
  };
  const first = ask({});
  const few = first.code !== "too_many_params";
  const asked = few ? first : ask({ maxParams: undefined });
  const answer = asked.code === "sql_inexact" ? ask({ maxParams: undefined, allowInexact: true }) : asked;
  compiled.free();
  if (answer instanceof Error) throw answer;
  assert.equal(answer.exact, answer === asked, "a condition that is not exact is given only where that is allowed");
  assert.equal(answer.exact, answer.notes.length === 0, "what is not exact says what differs");
  if (few && answer.exact && options.maxParams) assert.ok(answer.params.length <= options.maxParams, "no more parameters than allowed");
  return answer;
}

/** Whether a database selects what a table selects: `same`, `inexact`, or what went wrong. */
async function compare(query, table, place, dialect, options) {
  let [asked, found] = [undefined, []];
  try {
    asked = condition(query, dialect, options);
    if (!asked.exact) return "inexact";
    found = await place.select(asked, options.paramStart !== undefined);
    const wanted = selected(table, query);
    assert.ok(found.join() === wanted.join(), "the database selects other rows than the table");
    return "same";
  } catch (error) {
    return { error, asked, found };
  }
}

/** A row in what a filter looks at. */
function looked(row, query) {
  const names = rules(query).flatMap(({ field, value, valueSource }) => (valueSource === "field" ? [field, value] : [field]));
  return JSON.stringify({ id: row.id, ...Object.fromEntries(names.map((name) => [name, row[name]])) });
}

/** All that is needed to see what went wrong, with the smallest filter that still does. */
async function failure(query, rows, table, place, dialect, options) {
  const small = await shrunk(query, async (less) => typeof (await compare(less, table, place, dialect, options)) === "object");
  const { error, asked, found } = await compare(small, table, place, dialect, options);
  const lines = [`${error.message}, ${place.name}`, JSON.stringify(small)];
  if (asked === undefined) return lines.join("\n");
  const wanted = selected(table, small);
  const only = (these, those) => these.filter((id) => !those.includes(id)).slice(0, 5).map((id) => looked(rows[id], small));
  lines.push(asked.sql, JSON.stringify(asked.params), "only the table:", ...only(wanted, found), "only the database:", ...only(found, wanted));
  return lines.join("\n");
}

/** For leads that have none of the fields which decide who sees them. */
const UNOWNED = { absent: ["owner", "agent", "unit", "access"] };
const databases = [await sqlite(), await pglite()];
// A session's own zone and way to write days change nothing.
await databases[1].exec("SET TIME ZONE 'Asia/Kolkata'; SET DateStyle = 'German'");
after(() => Promise.all(databases.map((db) => db.close())));

for (const db of databases) {
  test(`${db.name}: a random filter selects what a table selects`, async () => {
    const rows = leads(random(20260308), ROWS);
    const table = workspace.load(rows);
    assert.deepEqual(table.problems.filter(({ code }) => !code.startsWith("unknown_")), []);
    const places = [];
    for (const layout of LAYOUTS[db.dialect]) places.push(await stored(db, { table: `leads ${places.length}`, ...layout }, rows));
    const missing = new Set(KINDS);
    const outcomes = { same: 0, inexact: 0 };
    let partly = 0;
    for (let seed = FIRST; seed < FIRST + CASES; seed += 1) {
      const rng = random(seed * 7919);
      asker = CONTEXTS[seed % CONTEXTS.length];
      const query = filter(rng);
      const { length } = selected(table, query);
      const some = length > 0 && length < ROWS;
      for (const place of places) {
        const asked = { maxParams: rng.pick([undefined, undefined, 12, 3]), ...(rng.below(3) === 0 && { paramStart: 3 }) };
        const options = { ...place.options, ...asker, ...asked };
        const outcome = await compare(query, table, place, db.dialect, options);
        if (typeof outcome === "object") assert.fail(`seed ${seed}: ${await failure(query, rows, table, place, db.dialect, options)}`);
        outcomes[outcome] += 1;
        if (some && outcome === "same") partly += 1;
      }
      if (some) for (const one of rules(query)) if (!one.disabled && !one.muted) missing.delete(kindOf(one));
    }
    if (CASES >= 1000) assert.deepEqual([...missing], [], "every operator of every type is in a filter that selects some rows");
    assert.ok(outcomes.same > CASES * 2.5, `${outcomes.same} conditions were compared`);
    assert.ok(partly > outcomes.same / 2, `${partly} of ${outcomes.same} conditions select some rows and not all`);
    table.free();
  });
}

// ---- ids

const IDS = ["a1", "A1", "a", "É", "é", "İ", "i", "ẞ", "ß", "x%", "X%", "lead-1", "LEAD-1", "Lead-10", "lead-10", "1", "10"];
/** What the operators mean for ids: every letter counts as it is. */
const EXACTLY = {
  "=": (id, value) => id === value,
  "!=": (id, value) => id !== value,
  in: (id, values) => values.includes(id),
  notIn: (id, values) => !values.includes(id),
  contains: (id, part) => id.includes(part),
  doesNotContain: (id, part) => !id.includes(part),
  beginsWith: (id, part) => id.startsWith(part),
  doesNotBeginWith: (id, part) => !id.startsWith(part),
  endsWith: (id, part) => id.endsWith(part),
  doesNotEndWith: (id, part) => !id.endsWith(part),
};

function idRule(rng) {
  const operator = rng.pick(Object.keys(EXACTLY));
  const one = () => rng.pick([...IDS, "L", "l", "e", "D-1", "nobody"]);
  return { field: "id", operator, value: ["in", "notIn"].includes(operator) ? Array.from({ length: 1 + rng.below(20) }, one) : one() };
}
const means = ({ combinator, not, rules }, id) => (combinator === "and" ? rules.every((one) => holds(one, id)) : rules.some((one) => holds(one, id))) !== not;
const holds = ({ operator, value }, id) => EXACTLY[operator](id, value);

test("ids compare exactly", async () => {
  const rows = IDS.map((id) => ({ id }));
  const table = workspace.load(rows, UNOWNED);
  assert.equal(table.size, IDS.length, "ids that differ by case are two leads");
  for (const db of databases) await leadsTable(db, { id: FIELDS.id }, rows);
  let partly = 0;
  for (let seed = FIRST; seed < FIRST + CASES / 4; seed += 1) {
    const rng = random(seed * 7919);
    const query = { combinator: rng.pick(["and", "or"]), not: rng.below(4) === 0, rules: Array.from({ length: 1 + rng.below(3) }, () => idRule(rng)) };
    const wanted = IDS.filter((id) => means(query, id));
    const what = `seed ${seed}: ${JSON.stringify(query)}`;
    assert.deepEqual(selected(table, query), wanted, `the table, ${what}`);
    const one = workspace.filter(query);
    assert.deepEqual(IDS.filter((id) => one.matches({ id }, asker)), wanted, `one by one, ${what}`);
    one.free();
    for (const db of databases) {
      const { sql, params } = condition(query, db.dialect, { maxParams: rng.pick([undefined, 3]) });
      const found = await db.query(`SELECT id FROM leads WHERE ${sql}`, params);
      assert.deepEqual(found.map(({ id }) => id).sort(), [...wanted].sort(), `${db.name}, ${what}`);
    }
    if (wanted.length > 0 && wanted.length < IDS.length) partly += 1;
  }
  table.free();
  assert.ok(partly > CASES / 8, `${partly} filters find some ids and not all`);
});

// ---- NUL

test("SQLite: texts with NUL are compared as a whole", async () => {
  // PostgreSQL has no such texts, and SQLite's `length` and `substr` take them to end there.
  const texts = ["", "x", "y", "x\0", "\0y", "\0", "x\0y", "x\0\0y", "éx\0y"];
  const rows = texts.flatMap((code, n) => texts.map((number, m) => ({ id: `${n}.${m}`, code, number, tags: number === "" ? [] : [number] })));
  const table = workspace.load(rows, UNOWNED);
  const [db] = databases;
  await leadsTable(db, { id: FIELDS.id, code: FIELDS.code, number: FIELDS.number, tags: FIELDS.tags }, rows);
  const rule = (field, operator, value, more) => ({ combinator: "and", rules: [{ field, operator, value, ...more }] });
  const parts = ["=", "!=", "<", ">=", "contains", "doesNotContain", "beginsWith", "doesNotBeginWith", "endsWith", "doesNotEndWith"];
  const element = (operator, value) => rule("tags", "=", rule("", operator, value), { match: { mode: "some" } });
  const queries = parts.flatMap((operator) => [
    rule("code", operator, "number", { valueSource: "field" }),
    ...texts.flatMap((value) => [rule("code", operator, value), element(operator, value)]),
  ]);
  let partly = 0;
  for (const query of queries) {
    const { sql, params, exact } = condition(query, "sqlite", {});
    const found = await db.query(`SELECT id FROM leads WHERE ${sql}`, params);
    const wanted = selected(table, query);
    assert.ok(exact, sql);
    assert.deepEqual(found.map(({ id }) => id).sort(), [...wanted].sort(), `${JSON.stringify(query)}: ${sql}`);
    if (wanted.length > 0 && wanted.length < rows.length) partly += 1;
  }
  table.free();
  assert.ok(partly > queries.length / 2, `${partly} of ${queries.length} filters find some rows and not all`);
});
