// Every shape of query that react-querybuilder runs on databases in tests of its own: nested groups, values of each form, fields against fields,
// elements of lists, days and relative days. The rows that each finds here are written by hand; a table, `matches` and two databases must agree.
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { leadsTable, pglite, sqlite } from "../sql/lib/databases.mjs";
import { createEngineSync } from "./lib/world.mjs";

const TEXTS = ["first", "last", "title", "nick"];
const FIELDS = {
  id: { type: "text" }, owner: { type: "user" }, ...Object.fromEntries(TEXTS.map((name) => [name, { type: "text" }])),
  rooms: { type: "number" }, hot: { type: "boolean" }, stage: { type: "choice", choices: ["new", "open", "won"] },
  born: { type: "date" }, made: { type: "datetime" }, tags: { type: "tags" },
};
// The first and the last millisecond of a day of 23 hours in New York are among the times.
const LEADS = [
  ["1", "Marta", "Okafor", "Garden flat", "Garden", 3, true, "new", "1980-05-17", "2026-03-08T04:59:59.999Z", ["sea view", "garage"]],
  ["2", "Piotr", "Marek", "Loft by the sea", "loft", 2, false, "open", "1959-12-31", "2026-03-08T05:00:00.000Z", ["sea view"]],
  ["3", "Marek", "Adler", "Old mill", "Mill", 12, true, "won", "2001-01-01", "2026-03-09T03:59:59.999Z", ["garage", "lift", "cellar", "sea view"]],
  ["4", "Ines", "Ines", "Seaside lift flat", "Seaside", 0, false, "new", "1960-01-01", "2026-03-09T04:00:00.000Z", ["lift", "cellar"]],
  ["5", "", "Quist", null, "x", null, null, null, null, null, []],
  ["6", null, "Santos", "Mill", null, -2, true, "won", "1959-01-01", "1999-12-31T23:59:59.000Z", null],
  ["7", "piotr", "Moss", "flat", "", 100, false, "open", "2026-03-08", "2026-01-15T12:00:00.000Z", ["seal", "sea view", "lift"]],
].map(([id, first, last, title, nick, rooms, hot, stage, born, made, tags]) => ({ id, first, last, title, nick, rooms, hot, stage, born, made, tags }));
const NOW = "2026-03-08T17:30:00.000Z";

const workspace = createEngineSync().workspace({
  version: 1, timeZone: "America/New_York", fields: FIELDS, lead: { id: "id", owner: "owner" }, profiles: [], users: [{ id: "someone" }],
});
const table = workspace.load(LEADS, { absent: ["owner"] });

// ---- queries in few words

const rule = (field, operator, value, more) => ({ field, operator, value, ...more });
const group = (combinator) => (...rules) => ({ combinator, rules });
const [and, or, xor] = ["and", "or", "xor"].map(group);
const not = (query) => ({ ...query, not: true });
const chain = (...rules) => ({ rules });
const field = (name, operator, other) => and(rule(name, operator, other, { valueSource: "field" }));
const elements = (match, ...rules) => and(rule("tags", "=", and(...(rules.length > 0 ? rules : [rule("", "contains", "sea")])), { match }));
const relative = (base, offset, unit) => ({ relative: base, ...(offset && { offset, unit }) });
const LONG_AGO = relative("now", -1000, "year");
const NEW_YEAR = relative("startOfYear");

const CASES = [
  // name, query, ids of the leads that it finds
  ["a rule or a group", or(rule("first", "beginsWith", "P"), and(rule("title", "doesNotContain", "mill"), rule("title", "endsWith", "flat"))), "1 2 4 7"],
  ["groups three deep", or(and(rule("hot", "=", true), or(rule("rooms", "=", 12), and(rule("stage", "=", "won")))), rule("nick", "=", "x")), "3 5 6"],
  ["not over a group", not(or(rule("hot", "=", true), rule("rooms", "<", 2))), "2 5 7"],
  ["not in not", not(and(rule("stage", "=", "won"), not(and(rule("rooms", ">", 0))))), "1 2 3 4 5 7"],
  ["exactly one of three", xor(rule("hot", "=", true), rule("rooms", ">", 2), rule("stage", "=", "won")), "7"],
  ["combinators between rules", chain(rule("first", "beginsWith", "M"), "and", rule("hot", "=", true), "or", rule("stage", "=", "open")), "1 2 3 7"],
  ["chains in chains", chain(chain(rule("stage", "=", "new"), "or", rule("stage", "=", "won")), "and", not(chain(rule("rooms", ">", 2)))), "4 6"],
  ["no rule at all", and(), "1 2 3 4 5 6 7"],
  ["groups of nothing", or(and(), or(and())), "1 2 3 4 5 6 7"],
  ["a group of nothing beside a rule", or(and(), rule("stage", "=", "won")), "3 6"],

  ["= twice", and(rule("first", "=", "Ines"), rule("last", "=", "Ines")), "4"],
  ["= without regard to case", and(rule("first", "=", "PIOTR")), "2 7"],
  ["!= twice", and(rule("first", "!=", "Piotr"), rule("last", "!=", "Ines")), "1 3 5 6"],
  ["beginsWith twice", and(rule("first", "beginsWith", "M"), rule("last", "beginsWith", "O")), "1"],
  ["doesNotBeginWith", and(rule("title", "doesNotBeginWith", "Se")), "1 2 3 5 6 7"],
  ["endsWith twice", and(rule("first", "endsWith", "r"), rule("last", "endsWith", "k")), "2"],
  ["doesNotEndWith", and(rule("last", "doesNotEndWith", "s")), "1 2 3 5"],
  ["contains twice", and(rule("first", "contains", "ar"), rule("last", "contains", "d")), "3"],
  ["doesNotContain", and(rule("title", "doesNotContain", "i")), "1 2 5 7"],
  ["text in an order", and(rule("last", ">=", "Moss"), rule("last", "<", "santos")), "1 5 7"],

  ["> a number, also as text", and(rule("rooms", ">", 2), rule("rooms", ">", "2")), "1 3 7"],
  [">= a number, also as text", and(rule("rooms", ">=", 2), rule("rooms", ">=", "2")), "1 2 3 7"],
  ["< a number, also as text", and(rule("rooms", "<", 2), rule("rooms", "<", "2")), "4 6"],
  ["<= a number, also as text", and(rule("rooms", "<=", 2), rule("rooms", "<=", "2")), "2 4 6"],
  ["a truth value", and(rule("hot", "=", true)), "1 3 6"],
  ["a truth value as text", and(rule("hot", "=", "false")), "2 4 7"],
  ["not that truth value", and(rule("hot", "!=", true)), "2 4 5 7"],
  ["between in every form", and(...[[1, 20], "1,20", ["1", "20"]].map((bounds) => rule("rooms", "between", bounds))), "1 2 3"],
  ["notBetween in every form", and(...[[-5, 2], "-5, 2", ["-5", "2"]].map((bounds) => rule("rooms", "notBetween", bounds))), "1 3 7"],
  ["between, the higher bound first", and(rule("rooms", "between", [20, 1])), "1 2 3"],
  ["notBetween, the higher bound first", and(rule("rooms", "notBetween", "20,1")), "4 6 7"],
  ["in a list and in text with commas", and(rule("last", "in", ["Marek", "Moss"]), rule("last", "in", "moss, Marek")), "2 7"],
  ["notIn both", and(rule("last", "notIn", ["Adler", "Quist"]), rule("last", "notIn", "Adler,Quist")), "1 2 4 6 7"],
  ["in, and not in another list", and(rule("stage", "in", "new,open"), rule("first", "notIn", ["Ines", "Piotr"])), "1"],
  ["null and notNull, with a null for a value", and(rule("rooms", "null", null), rule("last", "notNull", null)), "5"],
  ["null is not the empty text", and(rule("nick", "null", "")), "6"],
  ["a choice is exact", and(rule("stage", "in", ["won", "OPEN"])), "3 6"],
  ["one of several tags", and(rule("tags", "in", "garage,cellar"), rule("tags", "doesNotContain", "sea view")), "4"],

  ["field = field", field("first", "=", "last"), "4"],
  ["field != field", field("first", "!=", "last"), "1 2 3 5 6 7"],
  ["field < field", field("first", "<", "last"), "1 5"],
  ["field >= field", field("first", ">=", "last"), "2 3 4 7"],
  ["field contains field", field("title", "contains", "nick"), "1 2 3 4 7"],
  ["field beginsWith field", field("title", "beginsWith", "nick"), "1 2 4 7"],
  ["field endsWith field", field("title", "endsWith", "nick"), "3 7"],
  ["field doesNotContain field", field("title", "doesNotContain", "nick"), "5 6"],

  ["all elements", elements({ mode: "all" }), "2 5 6"],
  ["no element", elements({ mode: "none" }), "4 5 6"],
  ["some element", elements({ mode: "some" }), "1 2 3 7"],
  ["at most no element", elements({ mode: "atMost", threshold: 0 }), "4 5 6"],
  ["at least one element", elements({ mode: "atLeast", threshold: 1 }), "1 2 3 7"],
  ["at least two", elements({ mode: "atLeast", threshold: 2 }), "7"],
  ["at least half", elements({ mode: "atLeast", threshold: 0.5 }), "1 2 7"],
  ["at least a tenth", elements({ mode: "atLeast", threshold: 0.1 }), "1 2 3 7"],
  ["at most one", elements({ mode: "atMost", threshold: 1 }), "1 2 3 4 5 6"],
  ["at most half", elements({ mode: "atMost", threshold: 0.5 }), "1 3 4 5 6"],
  ["exactly two", elements({ mode: "exactly", threshold: 2 }), "7"],
  ["exactly half", elements({ mode: "exactly", threshold: 0.5 }), "1"],
  ["elements by case", elements({ mode: "some" }, rule("", "contains", "Sea")), ""],
  ["elements by a group", elements({ mode: "some" }, or(rule("", "=", "lift"), rule("", "endsWith", "age"))), "1 3 4 7"],

  ["after a day, and between days", and(rule("born", ">", "1960-01-01"), rule("born", "between", ["1960-01-01", "2026-03-08"])), "1 3 7"],
  ["days are between with both ends", and(rule("born", "between", "1960-01-01,2001-01-01")), "1 3 4"],
  ["a time after a day", and(rule("made", ">", "2026-03-08")), "4"],
  ["a time on a day", and(rule("made", "=", "2026-03-08")), "2 3"],
  ["a time until a day", and(rule("made", "<=", "2026-03-08")), "1 2 3 6 7"],
  ["days before this year", and(rule("born", "<", NEW_YEAR)), "1 2 3 4 6"],
  ["times before this year", and(rule("made", "<", NEW_YEAR)), "6"],
  ["days long after", and(rule("born", ">", LONG_AGO)), "1 2 3 4 6 7"],
  ["between relative days", and(rule("born", "between", [LONG_AGO, NEW_YEAR])), "1 2 3 4 6"],
  ["between a day and a relative one", and(rule("born", "between", ["1960-01-01", NEW_YEAR])), "1 3 4"],
];

/** Shapes that it has and that have no meaning here: an error that names the place, never rows. */
const REFUSED = [
  ["a BigInt", rule("rooms", "<", 20n), "json_invalid", "/rules/0/value"],
  ["a truth value in an order", rule("hot", ">", 0), "operator_not_for_type", "/rules/0/operator"],
  ["a bound parameter", rule("rooms", ">", "p1", { valueSource: "parameter" }), "value_source_invalid", "/rules/0/valueSource"],
  ["an expression", rule("rooms", ">", { kind: "value", value: 8 }, { valueSource: "expression" }), "value_source_invalid", "/rules/0/valueSource"],
  ["an expression on the left", rule("rooms", ">", 8, { lhs: { kind: "func", fn: "double", args: [{ kind: "field", field: "rooms" }] } }), "value_source_invalid", "/rules/0/lhs"],
  ["a field of another table", rule("agents.name", "=", "Ines"), "unknown_field", "/rules/0/field"],
  ["a field of an element", rule("tags", "=", and(rule("last", "=", "x")), { match: { mode: "some" } }), "unknown_field", "/rules/0/value/rules/0/field"],
  ["one bound", rule("rooms", "between", [1]), "between_bounds", "/rules/0/value"],
  ["a relative time in other words", rule("made", "<", { mode: "relative", anchor: "now", offset: -1, unit: "day" }), "value_invalid", "/rules/0/value"],
];

const ids = (list) => list.map(({ id }) => id).join(" ");
const databases = [await sqlite(), await pglite()];
after(() => Promise.all(databases.map((db) => db.close())));
// SQLite compares folded texts that have columns of their own.
const columns = Object.fromEntries(TEXTS.map((name) => [name, { column: name, folded: `${name}_folded` }]));
const OPTIONS = { sqlite: { now: NOW, columns }, postgres: { now: NOW } };
for (const db of databases) {
  const folded = (lead) => Object.fromEntries(TEXTS.map((name) => [`${name}_folded`, lead[name]?.toLowerCase()]));
  const more = Object.fromEntries(TEXTS.map((name) => [`${name}_folded`, { type: "text" }]));
  await leadsTable(db, { ...FIELDS, ...more }, LEADS.map((lead) => ({ ...lead, ...folded(lead), tags: lead.tags ?? [] })));
}

for (const [name, query, wanted] of CASES) {
  test(name, async () => {
    assert.equal(table.select(query, { actor: null, now: NOW }).ids().join(" "), wanted, "select");
    const filter = workspace.filter(query);
    assert.equal(ids(LEADS.filter((lead) => filter.matches(lead, { now: NOW }))), wanted, "matches");
    for (const db of databases) {
      const { sql, params, exact } = filter.toSQL(db.dialect, OPTIONS[db.dialect]);
      assert.ok(exact, `${db.name}: ${sql}`);
      assert.equal(ids(await db.query(`SELECT id FROM leads WHERE ${sql} ORDER BY id`, params)), wanted, `${db.name}: ${sql}`);
    }
    filter.free();
  });
}

for (const [name, node, code, path] of REFUSED) {
  test(`${name} is refused`, () => {
    for (const ask of [() => workspace.filter(and(node)), () => table.select(and(node), { actor: null, now: NOW })]) {
      assert.throws(ask, ({ diagnostics: [fault] }) => {
        assert.deepEqual([fault.code, fault.path], [code, path]);
        return true;
      });
    }
  });
}
