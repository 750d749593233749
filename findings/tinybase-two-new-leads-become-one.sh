#!/usr/bin/env bash
# TinyBase: two peers each add a lead, the stores merge, and there is one lead with the name of one and the phone of the other.
#
# Surprising: a MergeableStore is the one that is made for peers which work apart, and addRow gives the row its id, so one
# expects an id that is good on all peers. It is the next free number of the own store, 0 on both, and merging goes cell by
# cell: where both rows have a cell the later one counts, and a cell that only one of them has stays. So neither lead
# is left as it was, no conflict is reported, and both peers agree on the mixture. It happens again for each pair of rows
# that is added between two syncs. With ids that the caller makes both are kept.
# Why it matters here: a new lead is what people add on the road. Two customers are then one record, with the mail address
# of one and the owner of the other, and whoever calls reaches the wrong person. Ids of leads have to be made by the
# host, and an engine should take them as given.
# Versions: tinybase 10.0.1. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts tinybase@10.0.1
cat > probe.mjs <<'JS'
import { createMergeableStore } from "tinybase";

const wait = () => new Promise((resolve) => setTimeout(resolve, 10));
const entries = (object) => Object.keys(object).sort().map((key) => [key, object[key]]);
const sorted = (table) => JSON.stringify(entries(table).map(([id, row]) => [id, Object.fromEntries(entries(row))]));
const acme = { company: "Acme", phone: "555-0101" };
const bolt = { company: "Bolt", email: "office@bolt.example" };
const merged = async (add) => {
  const stores = [createMergeableStore("ann"), createMergeableStore("bo")];
  const results = [];
  for (const round of ["first", "second"]) {
    add(stores[0], acme, `ann-${round}`);
    await wait();
    add(stores[1], bolt, `bo-${round}`);
    stores[0].merge(stores[1]);
    const [one, other] = stores.map((store) => sorted(store.getTable("leads")));
    results.push(one === other ? one : "the peers differ");
  }
  return results;
};
const mixture = '{"company":"Bolt","email":"office@bolt.example","phone":"555-0101"}';
const added = await merged((store, row) => store.addRow("leads", row));
console.log("addRow, after one merge: ", added[0]);
console.log("addRow, after two merges:", added[1]);
const named = await merged((store, row, id) => store.setRow("leads", id, row));
console.log("setRow with own ids:     ", named[0]);
const want = [`[["0",${mixture}]]`, `[["0",${mixture}],["1",${mixture}]]`];
const kept = `[["ann-first",${JSON.stringify(acme)}],["bo-first",${JSON.stringify(bolt)}]]`;
process.exit(added[0] === want[0] && added[1] === want[1] && named[0] === kept ? 0 : 1);
JS
node probe.mjs || { echo "changed: TinyBase merges added rows otherwise" >&2; exit 1; }
