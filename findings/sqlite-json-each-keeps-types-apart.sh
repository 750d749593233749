#!/usr/bin/env bash
# In SQLite a TEXT id is found by IN (5) and by IN (SELECT 5), but not by IN (SELECT value FROM json_each('[5]')).
#
# Surprising: one expects the value column of json_each, which is declared without a type, to behave like any other
# value without a type, to which the TEXT column on the left lends its affinity: that is what happens to literals,
# subqueries of literals, VALUES lists and json_extract. But a column without a type has an affinity of its own
# (BLOB), and between TEXT and BLOB nothing is converted. The other way round it works: an INTEGER column does find
# the JSON text "5". So with one and the same statement numeric ids find texts, text ids miss numbers, and no error
# tells the two apart.
# Why it matters here: passing the ids of a bulk change as one JSON parameter is the way around the limit of bound
# parameters (100 in a Durable Object). A guard written so matches no row, the update changes nothing, and that reads
# as "somebody else was faster". Ids must go into the JSON as the type that the column stores, or through a cast.
# Versions: sql.js 1.16.0 (SQLite 3.54.1). Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts sql.js@1.16.0
cat > probe.mjs <<'JS'
import initSqlJs from "sql.js";

const SQL = await initSqlJs();
const db = new SQL.Database();
db.run("create table leads(id text primary key, number integer)");
db.run("insert into leads values ('5', 5)");
const expected = [
  ["id in (5)", 1],
  ["id in (select 5)", 1],
  ["id in (values (5))", 1],
  ["id = json_extract('[5]', '$[0]')", 1],
  ["id in (select value from json_each('[5]'))", 0],
  ["exists (select 1 from json_each('[5]') as j where j.value = leads.id)", 0],
  ["id in (select value from json_each('[\"5\"]'))", 1],
  ["id in (select cast(value as text) from json_each('[5]'))", 1],
  ["number in (select value from json_each('[\"5\"]'))", 1],
];
let ok = true;
for (const [where, want] of expected) {
  const seen = db.exec(`select count(*) from leads where ${where}`)[0].values[0][0];
  console.log(where.padEnd(72), seen);
  ok &&= seen === want;
}
process.exit(ok ? 0 : 1);
JS
node probe.mjs || { echo "changed: SQLite compares json_each's values otherwise" >&2; exit 1; }
