#!/usr/bin/env bash
# Knex: `whereNot({ a, b })` means "neither", `orWhereNot({ a, b })` means "not both".
#
# Surprising: one expects an object of conditions to be one condition, as it is in `where` and in `orWhere`, which put
# brackets around it: x or (a and b). With `not` each entry is negated by itself and joined by the word of the method:
# `whereNot` gives not a and not b, `orWhereNot` gives x or not a or not b. Of the four rows with and without a and b the
# first keeps one and the second three, and neither of them is the pair "not (a and b)" in both places. The same
# conditions as a callback do get their brackets.
# Why it matters here: "all but the open leads of Norway" is a list filter, and the leads that it keeps decide who gets
# work. Moved behind an `or`, the same object selects other leads. A negation has to be written as a group.
# Versions: knex 3.3.0, sql.js 1.17.0 (to run the statements). Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts knex@3.3.0 sql.js@1.17.0
cat > probe.mjs <<'JS'
import knex from "knex";
import initSqlJs from "sql.js";

const SQL = await initSqlJs();
const db = new SQL.Database();
db.run("create table leads(id text, status text, country text)");
db.run("insert into leads values ('open NO','open','NO'), ('open SE','open','SE'), ('won NO','won','NO'), ('won SE','won','SE')");
const builder = knex({ client: "sqlite3", useNullAsDefault: true });
const pair = { status: "open", country: "NO" };
const cases = [
  ["where(pair)", (q) => q.where(pair), "open NO"],
  ["where(none).orWhere(pair)", (q) => q.where("id", "none").orWhere(pair), "open NO"],
  ["whereNot(pair)", (q) => q.whereNot(pair), "won SE"],
  ["where(none).orWhereNot(pair)", (q) => q.where("id", "none").orWhereNot(pair), "open SE, won NO, won SE"],
  ["whereNot(group of the pair)", (q) => q.whereNot((group) => group.where(pair)), "open SE, won NO, won SE"],
];
let ok = true;
for (const [name, build, want] of cases) {
  const statement = build(builder("leads").select("id")).toString();
  const seen = (db.exec(statement)[0]?.values ?? []).flat().join(", ");
  console.log(`${name}\n    ${statement.replace(/^.* where /, "")}\n    ${seen}`);
  ok &&= seen === want;
}
process.exit(ok ? 0 : 1);
JS
node probe.mjs || { echo "changed: Knex negates an object of conditions otherwise" >&2; exit 1; }
