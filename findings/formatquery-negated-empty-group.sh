#!/usr/bin/env bash
# A negated group without rules is everything in one export of react-querybuilder and nothing in the next.
#
# Surprising: `{ not: true, rules: [] }` is what a user leaves behind who deletes the last rule of an inverted group.
# formatQuery drops the `not` for SQL (the fallback `(1 = 1)`), keeps it for MongoDB (`$nor` of a true expression) and
# answers the literal `false` for JsonLogic. An empty `in` list splits the formats the same way. Run for real on
# SQLite, mingo and json-logic-js, one filter selects all rows, no row and no row; nobody reports an error.
# Why it matters here: a filter is previewed in the browser on one evaluator and executed in the database on another.
# A bulk reassignment whose preview shows no lead and whose statement takes them all is the worst case there is. An
# engine must give empty and negated-empty groups one meaning, or refuse them, in every back end.
# Versions: @react-querybuilder/core 8.24.1, sql.js 1.16.0, mingo 7.2.7, json-logic-js 2.0.5. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @react-querybuilder/core@8.24.1 sql.js@1.16.0 mingo@7.2.7 json-logic-js@2.0.5
cat > probe.mjs <<'JS'
import { formatQuery } from "@react-querybuilder/core/formatQuery";
import jsonLogic from "json-logic-js";
import { Query } from "mingo";
import initSqlJs from "sql.js";

const SQL = await initSqlJs();
const db = new SQL.Database();
const rows = [{ id: 1, status: "New" }, { id: 2, status: "Lost" }, { id: 3, status: "Won" }];
db.run("create table leads(id integer, status text)");
for (const row of rows) db.run("insert into leads values (?, ?)", [row.id, row.status]);

const count = (query) => ({
  sqlite: db.exec(`select count(*) from leads where ${formatQuery(query, "sql")}`)[0].values[0][0],
  mingo: rows.filter((row) => new Query(formatQuery(query, "mongodb_query")).test(row)).length,
  jsonlogic: rows.filter((row) => jsonLogic.apply(formatQuery(query, "jsonlogic"), row)).length,
});
const cases = {
  "negated empty group": { combinator: "and", not: true, rules: [] },
  "status in []": { combinator: "and", rules: [{ field: "status", operator: "in", value: [] }] },
  "status in [New]": { combinator: "and", rules: [{ field: "status", operator: "in", value: ["New"] }] },
};
const seen = Object.entries(cases).map(([name, query]) => [name, count(query)]);
for (const [name, counts] of seen) console.log(name.padEnd(20), "rows selected:", JSON.stringify(counts));
const text = JSON.stringify(seen.map(([, counts]) => Object.values(counts)));
process.exit(text === "[[3,0,0],[3,0,0],[1,1,1]]" ? 0 : 1);
JS
node probe.mjs || { echo "changed: the exports agree on empty conditions, or disagree otherwise" >&2; exit 1; }
