#!/usr/bin/env bash
# In Dexie `limit(2).last()` is the last row of the whole table, and `limit(3).filter(...)` filters before it limits.
#
# Surprising: a chain reads as steps, and each step of a Collection looks like it makes a new one. They are settings
# of one mutable object: `top = all.limit(2)` limits `all` as well; a filter written after the limit is applied before
# it, so three rows can come back from behind the first three; `last()` reverses the index and takes one, ignoring the
# limit, and with offset(2) it is the third from the end, although the page it is the last of starts at the third from
# the start.
# Why it matters here: IndexedDB is where a CRM's front end keeps its leads, and "the next two of the queue", "the
# last of this page as the cursor" are exactly such chains. A rotation fed this way skips people, and a cursor that is
# the table's last row ends the list after one page. Read the page with toArray() and go on with the array.
# Versions: dexie 4.4.7, fake-indexeddb 6.2.8. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts dexie@4.4.7 fake-indexeddb@6.2.8
cat > probe.mjs <<'JS'
import "fake-indexeddb/auto";
import Dexie from "dexie";

const db = new Dexie("queue");
db.version(1).stores({ leads: "id, rank" });
await db.leads.bulkAdd([1, 2, 3, 4, 5, 6].map((id) => ({ id, rank: id * 10, team: id % 2 ? "red" : "blue" })));
const ids = (rows) => rows.map((row) => row.id).join();
const ranked = () => db.leads.orderBy("rank");
const all = ranked();
const top = all.limit(2);
const cases = [
  ["limit(2).toArray()", ids(await ranked().limit(2).toArray()), "1,2"],
  ["limit(2).last()", String((await ranked().limit(2).last()).id), "6"],
  ["offset(2).first()", String((await ranked().offset(2).first()).id), "3"],
  ["offset(2).last()", String((await ranked().offset(2).last()).id), "4"],
  ["limit(3).filter(blue)", ids(await ranked().limit(3).filter((row) => row.team === "blue").toArray()), "2,4,6"],
  ["all.count() after top = all.limit(2)", String(await all.count()), "2"],
  ["top is all", String(top === all), "true"],
];
let ok = true;
for (const [chain, seen, want] of cases) {
  console.log(chain.padEnd(38), seen);
  ok &&= seen === want;
}
process.exit(ok ? 0 : 1);
JS
node probe.mjs || { echo "changed: Dexie's collections work in another order" >&2; exit 1; }
