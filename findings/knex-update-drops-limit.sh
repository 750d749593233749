#!/usr/bin/env bash
# Knex: "update the oldest free lead, limit 1" becomes an update of every free lead on PostgreSQL and SQLite.
#
# Surprising: `limit`, `orderBy`, `offset` and `join` in front of `update` are accepted and left out of the statement, where
# one expects an error, as `limit` in front of `del` does give ("`limit` has no effect on a `delete` statement"). On MySQL
# the same chain keeps order and limit, so the code is right in one database and changes the whole table in another.
# Why it matters here: claiming the next lead of a queue is just this statement. The rep who asks for one lead gets all of
# them, and the number of changed rows that comes back is the only sign. A claim has to name the id it claims, through
# a subquery or a lead chosen before, and has to look at the count.
# Versions: knex 3.3.0, sql.js 1.17.0 (to run the statement). Seen on 2026-11-28.
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
const compiled = (client, build) => {
  try {
    return build(knex({ client, useNullAsDefault: true })("leads")).toString();
  } catch (error) {
    return `throws ${error.message}`;
  }
};
const claim = (leads) => leads.where("owner", null).orderBy("created").limit(1).update({ owner: "ann" });
const remove = (leads) => leads.where("owner", null).limit(1).del();
const changed = (statement) => {
  const db = new SQL.Database();
  db.run("create table leads(id integer primary key, owner text, created text)");
  db.run("insert into leads(created) values ('2026-01-03'), ('2026-01-01'), ('2026-01-02')");
  db.run(statement);
  return db.getRowsModified();
};

let ok = true;
for (const [client, limited] of [["pg", false], ["sqlite3", false], ["mysql2", true]]) {
  const statement = compiled(client, claim);
  console.log(client.padEnd(8), statement);
  ok &&= statement.startsWith("update") && statement.includes("limit 1") === limited && statement.includes("order by") === limited;
}
const rows = changed(compiled("sqlite3", claim));
console.log("leads changed in SQLite, of three that are free:", rows);
const joined = compiled("pg", (leads) => leads.join("teams", "teams.id", "leads.team").where("created", "<", "2026-01-02").update({ owner: "ann" }));
const deleted = compiled("pg", remove);
console.log(`pg       ${joined}\npg       ${deleted}`);
ok &&= rows === 3 && !joined.includes("join") && deleted.startsWith("throws");
process.exit(ok ? 0 : 1);
JS
node probe.mjs || { echo "changed: Knex compiles an update with a limit otherwise" >&2; exit 1; }
