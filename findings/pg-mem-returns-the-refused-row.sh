#!/usr/bin/env bash
# pg-mem: INSERT … ON CONFLICT DO NOTHING RETURNING id returns a row although nothing was inserted.
#
# Surprising: pg-mem is there to stand for PostgreSQL in tests and says of itself that it raises an error for each part of
# a statement it does not read. PostgreSQL returns only rows that were inserted or updated, pg-mem also the row in the
# way, and so with DO UPDATE … WHERE when the condition is false. Left out without an error: FILTER of an aggregate
# (count(*) filter (where …) counts all), the position in ORDER BY 1, the order inside array_agg; and
# id = any(array[1, 2]) finds nothing. The row in the way is left as it is, and the order of nulls is PostgreSQL's.
# Why it matters here: "did I get the lead?" is asked by just this statement: a row came back, so it is mine. Against
# pg-mem both of two claims get a row. A right claim looks broken, and one that is mended until the test is green is wrong
# in production. Claims and counts have to be tested on the database itself; PGlite answers as it does.
# Versions: pg-mem 3.0.14, @electric-sql/pglite 0.5.17 (PostgreSQL 18.7, for comparison). Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts pg-mem@3.0.14 @electric-sql/pglite@0.5.17
cat > probe.mjs <<'JS'
import { PGlite } from "@electric-sql/pglite";
import pgMem from "pg-mem";

const tables = `create table leads(id int primary key, owner text, score int);
insert into leads values (1, null, 5), (2, 'ann', 20), (3, null, 30);`;
const memory = pgMem.newDb();
memory.public.none(tables);
const postgres = await PGlite.create();
await postgres.exec(tables);
const text = (rows) => rows.map((row) => Object.values(row).map((value) => (Array.isArray(value) ? `{${value}}` : String(value))).join(" ")).join(", ") || "(no row)";

const cases = [
  ["insert into leads values (2, 'bo', 1) on conflict (id) do nothing returning id", "(no row)", "2"],
  ["insert into leads values (2, 'bo', 1) on conflict (id) do update set owner = excluded.owner where leads.owner is null returning owner", "(no row)", "ann"],
  ["select owner from leads where id = 2", "ann", "ann"],
  ["select count(*) filter (where owner is null) from leads", "2", "3"],
  ["select score from leads order by 1 desc", "30, 20, 5", null],
  ["select array_agg(score order by score desc) from leads", "{30,20,5}", null],
  ["select id from leads where id = any(array[1, 2]) order by id", "1, 2", "(no row)"],
  ["select owner from leads order by owner desc", "null, null, ann", "null, null, ann"],
  ["select id from leads where owner <> 'bo'", "2", "2"],
];
let ok = true;
for (const [statement, want, other] of cases) {
  const truth = text((await postgres.query(statement)).rows);
  const seen = text(memory.public.many(statement));
  console.log(`${statement}\n    PostgreSQL: ${truth} | pg-mem: ${seen}${truth === seen ? "" : "  <-"}`);
  // where no order is read, any other order than PostgreSQL's will do
  ok &&= truth === want && (other === null ? seen !== truth : seen === other);
}
process.exit(ok ? 0 : 1);
JS
node probe.mjs || { echo "changed: pg-mem answers these statements otherwise" >&2; exit 1; }
