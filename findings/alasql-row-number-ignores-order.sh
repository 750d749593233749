#!/usr/bin/env bash
# AlaSQL parses `row_number() over (order by score)` and numbers the rows in the order they were inserted.
#
# Surprising: a window that is not supported usually raises. AlaSQL accepts the whole clause and ignores its order, so
# the best lead can get any number; with an ORDER BY on the statement as well the numbers look right, which hides it.
# SQLite, for the same text, numbers by score. min() and max() of a text column return an object without a value, and
# `not (a = 5)` selects rows where a is null, so none of the three can be used as an oracle for SQL.
# Why it matters here: "the three best leads of each queue" and round robin by rank are row_number(), and AlaSQL is
# what many front ends use to preview on arrays what the database will do. The preview deals out other leads than the
# statement does. An in-memory evaluator is to be held against a database, case by case, before it may preview.
# Versions: alasql 4.19.1, sql.js 1.16.0. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts alasql@4.19.1 sql.js@1.16.0
cat > probe.mjs <<'JS'
import alasql from "alasql";
import initSqlJs from "sql.js";

const SQL = await initSqlJs();
const db = new SQL.Database();
const rows = [[1, 30, "cy"], [2, 10, "ann"], [3, 20, "bob"], [4, null, "dee"]];
for (const run of [(text) => db.run(text), (text) => alasql(text)]) {
  run("create table leads(id int, score int, name string)");
  for (const [id, score, name] of rows) run(`insert into leads values (${id}, ${score}, '${name}')`);
}
const inSqlite = (text) => JSON.stringify(db.exec(text)[0].values);
const inAlasql = (text) => JSON.stringify(alasql(text).map((row) => Object.values(row)));
const cases = [
  ["select id, row_number() over (order by score) as n from leads where score > 0", "[[2,1],[3,2],[1,3]]", "[[1,1],[2,2],[3,3]]"],
  ["select max(score) as m from leads", "[[30]]", "[[30]]"],
  ["select max(name) as m from leads", '[["dee"]]', "[[null]]"],
  ["select id from leads where not (score = 10)", "[[1],[3]]", "[[1],[3],[4]]"],
];
let ok = true;
for (const [text, sqlite, other] of cases) {
  const seen = [inSqlite(text), inAlasql(text)];
  console.log(`${text}\n    SQLite ${seen[0]}\n    AlaSQL ${seen[1]}`);
  ok &&= seen[0] === sqlite && seen[1] === other;
}
process.exit(ok ? 0 : 1);
JS
node probe.mjs || { echo "changed: AlaSQL answers these statements otherwise" >&2; exit 1; }
