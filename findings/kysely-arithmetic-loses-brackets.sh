#!/usr/bin/env bash
# Kysely writes the nested expression b * (c + 1) as "b" * "c" + 1.
#
# Surprising: `eb("b", "*", eb("c", "+", 1))` is a tree, and one expects the SQL to mean the tree. `and` and `or` do get
# their brackets, arithmetic does not: a - (b - c) is compiled to a - b - c, which the database reads from the left. The
# types are right, the statement is valid, the number is another.
# Why it matters here: scores and free capacity are such sums: weight * (fit + intent), capacity - (open - snoozed).
# Computed in the query they order the people who get the next lead, and a wrong order looks like any other. `eb.parens`
# helps; an engine that computes the score itself does not depend on it.
# Versions: kysely 0.28.19, sql.js 1.17.0 (to run the statements). Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts kysely@0.28.19 sql.js@1.17.0
cat > probe.mjs <<'JS'
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from "kysely";
import initSqlJs from "sql.js";

const SQL = await initSqlJs();
const db = new SQL.Database();
db.run("create table reps(id text, capacity integer, open integer, snoozed integer)");
db.run("insert into reps values ('ann', 10, 8, 6), ('bo', 10, 5, 0)");
const kysely = new Kysely({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (instance) => new SqliteIntrospector(instance),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});
const run = (expression) => {
  const query = kysely.selectFrom("reps").select((eb) => expression(eb).as("value")).orderBy("id").compile();
  return { sql: query.sql.replace(/ as "value".*/, ""), values: db.exec(query.sql, query.parameters)[0].values.flat() };
};
const cases = [
  ["capacity - (open - snoozed)", (eb) => eb("capacity", "-", eb("open", "-", eb.ref("snoozed"))), [8, 5], [-4, 5]],
  ["2 * (open + snoozed)", (eb) => eb(eb.lit(2), "*", eb("open", "+", eb.ref("snoozed"))), [28, 10], [22, 10]],
  ["the first with parens", (eb) => eb("capacity", "-", eb.parens(eb("open", "-", eb.ref("snoozed")))), [8, 5], [8, 5]],
];
let ok = true;
for (const [name, expression, meant, want] of cases) {
  const { sql, values } = run(expression);
  console.log(`${name}: ${sql}\n    ann, bo: ${values.join(", ")}; meant ${meant.join(", ")}`);
  ok &&= String(values) === String(want);
}
const logic = kysely.selectFrom("reps").selectAll().where((eb) => eb.and([eb("open", "<", 9), eb.or([eb("id", "=", "ann"), eb("id", "=", "bo")])])).compile();
console.log(`and, or: ${logic.sql.replace(/^.* where /, "")}`);
ok &&= /and \("id" = \? or "id" = \?\)/.test(logic.sql);
process.exit(ok ? 0 : 1);
JS
node probe.mjs || { echo "changed: Kysely compiles nested arithmetic otherwise" >&2; exit 1; }
