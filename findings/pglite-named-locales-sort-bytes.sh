#!/usr/bin/env bash
# PGlite lists the collation en_US, accepts it, and sorts by bytes; it also creates collations for locales that do not
# exist.
#
# Surprising: `ORDER BY name COLLATE "en_US"` runs on PGlite without an error and gives `B Z _ a b`, the order of "C".
# A server built on glibc sorts by language there, `_ a b B Z`. A locale that is installed nowhere can be made into a
# collation as well: the C library it is compiled with takes any name and knows one order. That the collation is
# listed in pg_collation, and that an unknown table or zone does raise, makes one believe it works. The ICU-based ones
# (`unicode`, `und-x-icu`, or a new one with provider = icu) do sort by language.
# Why it matters here: PGlite is how tests run "on a real PostgreSQL" without a server. A list's sort order, keyset
# paging (`name > $1`) and a rotation that takes members by name pass there and page differently in production. Sort
# keys need an explicit collation that both have: "C" or an ICU one.
# Versions: @electric-sql/pglite 0.5.17 (PostgreSQL 18.7). Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @electric-sql/pglite@0.5.17
cat > probe.mjs <<'JS'
import { PGlite } from "@electric-sql/pglite";

const db = await PGlite.create();
await db.exec(`create collation nowhere (locale = 'xx_NOWHERE.utf8')`);
const sorted = async (collation) => {
  const { rows } = await db.query(`select string_agg(x, ' ' order by x collate "${collation}") as names from (values ('a'), ('B'), ('_'), ('Z'), ('b')) as t(x)`);
  return rows[0].names;
};
const expected = { C: "B Z _ a b", en_US: "B Z _ a b", nowhere: "B Z _ a b", unicode: "_ a b B Z", "und-x-icu": "_ a b B Z" };
let ok = true;
for (const [collation, want] of Object.entries(expected)) {
  const seen = await sorted(collation);
  console.log(collation.padEnd(10), seen);
  ok &&= seen === want;
}
await db.close();
process.exit(ok ? 0 : 1);
JS
node probe.mjs || { echo "changed: PGlite's named locales sort otherwise" >&2; exit 1; }
