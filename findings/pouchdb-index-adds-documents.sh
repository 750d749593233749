#!/usr/bin/env bash
# PouchDB: after createIndex the same query finds more: `score < 10` then gives the documents without a score as well.
#
# Surprising: an index is there for speed, and find() even recommends one ("No matching index found, create an index to
# optimize query time"). With it, documents that lack the field count as null, and null sorts below all numbers and
# texts: `{ owner: null }` finds leads without any owner field, `{ score: { $lt: 10 } }` finds those without a score.
# Without it, null is found and the missing field is not. CouchDB, which PouchDB follows, leaves documents without the
# field out of such an index, so that there the index could only take documents away.
# Why it matters here: "leads of nobody" and "low scores first" are what a pool of leads is made of. An index that somebody
# adds in a release changes who is in the pool, on the devices where it has been built. Missing and null have to
# be told apart in the rule, not by the storage.
# Versions: pouchdb-core 9.0.0, pouchdb-adapter-memory 9.0.0, pouchdb-find 9.0.0. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts pouchdb-core@9.0.0 pouchdb-adapter-memory@9.0.0 pouchdb-find@9.0.0
cat > probe.cjs <<'JS'
const PouchDB = require("pouchdb-core");
for (const plugin of ["pouchdb-adapter-memory", "pouchdb-find"]) {
  const loaded = require(plugin);
  PouchDB.plugin(loaded.default ?? loaded);
}
const leads = [
  { _id: "filled", owner: "ann", score: 5 },
  { _id: "null", owner: null, score: null },
  { _id: "missing" },
  { _id: "high", owner: "bo", score: 20 },
];
let count = 0;
const find = async (field, condition, index) => {
  const db = new PouchDB(`leads${(count += 1)}`, { adapter: "memory" });
  await db.bulkDocs(leads);
  if (index) await db.createIndex({ index: { fields: [field] } });
  const found = await db.find({ selector: { [field]: condition } });
  await db.destroy();
  return found.docs.map((lead) => lead._id).sort().join(" ");
};
const cases = [
  ["owner", null, "null", "missing null"],
  ["score", { $lt: 10 }, "filled null", "filled missing null"],
  ["owner", { $lt: "b" }, "filled null", "filled missing null"],
  ["score", { $gte: 0 }, "filled high", "filled high"],
  ["score", { $exists: false }, "missing", "missing"],
];
(async () => {
  let ok = true;
  for (const [field, condition, plain, indexed] of cases) {
    const seen = [await find(field, condition, false), await find(field, condition, true)];
    console.log(JSON.stringify({ [field]: condition }).padEnd(28), `${seen[0]} | with an index: ${seen[1]}`);
    ok &&= seen[0] === plain && seen[1] === indexed;
  }
  process.exit(ok ? 0 : 1);
})();
JS
node probe.cjs || { echo "changed: PouchDB finds other documents with an index" >&2; exit 1; }
