#!/usr/bin/env bash
# LokiJS: find({ score: { $gte: 40, $lte: 60 } }) is find({ score: { $gte: 40 } }).
#
# Surprising: the query language is MongoDB's, where the operators of one field all have to hold, and several fields in one
# object do all hold here. Of several operators the first is used and the rest is passed over, with an index and
# without. Exchanging the two gives other documents. `$between` and `$and` do what is meant. An index does change another
# answer: `$in: [50]` finds the text "50" too once the field is indexed, which `score: 50` does not.
# Why it matters here: a band of scores is the usual filter of a lead list, and the in-memory store of a browser shows
# the list that the server computes. The upper bound is missing only on one side, and the leads above it are handed out
# twice. Range filters need a test with a value above the band, not only below.
# Versions: lokijs 1.5.12. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts lokijs@1.5.12
cat > probe.mjs <<'JS'
import Loki from "lokijs";

const leads = [{ id: "low", score: 10 }, { id: "mid", score: 50 }, { id: "high", score: 90 }, { id: "text", score: "50" }];
const find = (query, options) => {
  const collection = new Loki("leads.db").addCollection("leads", options);
  collection.insert(leads.map((lead) => ({ ...lead })));
  return collection.find(query).map((lead) => lead.id).sort().join(" ");
};
const cases = [
  [{ score: { $gte: 40, $lte: 60 } }, "high mid text", "high mid text"],
  [{ score: { $lte: 60, $gte: 40 } }, "low mid text", "low mid text"],
  [{ $and: [{ score: { $gte: 40 } }, { score: { $lte: 60 } }] }, "mid text", "mid text"],
  [{ score: { $between: [40, 60] } }, "mid text", "mid text"],
  [{ id: { $ne: "low" }, score: { $lte: 60 } }, "mid text", "mid text"],
  [{ score: 50 }, "mid", "mid"],
  [{ score: { $in: [50] } }, "mid", "mid text"],
];
let ok = true;
for (const [query, plain, indexed] of cases) {
  const seen = [find(query), find(query, { indices: ["score"] })];
  console.log(JSON.stringify(query).padEnd(56), `${seen[0]} | with an index: ${seen[1]}`);
  ok &&= seen[0] === plain && seen[1] === indexed;
}
process.exit(ok ? 0 : 1);
JS
node probe.mjs || { echo "changed: LokiJS combines operators otherwise" >&2; exit 1; }
