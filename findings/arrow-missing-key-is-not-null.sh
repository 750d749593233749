#!/usr/bin/env bash
# Apache Arrow: tableFromJSON makes a missing key NaN, "" or false, depending on the column, and counts no null.
#
# Surprising: in JSON a field without a value is left out as often as it is null, and in Arrow, where each column has a
# bitmap for just that, one expects both to be null. Only null is. A missing number is NaN (a sum over the column is then
# NaN), a missing text is the empty text, a missing boolean is false, and all count as valid, through writing and reading
# too. A missing date or 64-bit integer raises an error. A key that the first record lacks is kept as a column.
# Why it matters here: leads come from an API as JSON and go to the browser or to DuckDB as Arrow. "Without an owner" finds
# nobody after that, "not opted in" finds those who were never asked, and the average score is no number. Each record
# has to be given all keys before it is turned into columns.
# Versions: apache-arrow 21.2.0. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts apache-arrow@21.2.0
cat > probe.mjs <<'JS'
import { tableFromIPC, tableFromJSON, tableToIPC } from "apache-arrow";

const column = (records) => {
  try {
    const values = tableFromIPC(tableToIPC(tableFromJSON(records))).getChild("value");
    return `${[...values].map((value) => (typeof value === "string" ? JSON.stringify(value) : String(value))).join(", ")}; nulls ${values.nullCount}`;
  } catch (error) {
    return error.constructor.name;
  }
};
const cases = [
  ["a number", 5, "5, NaN; nulls 0", "5, null; nulls 1"],
  ["a text", "ann", '"ann", ""; nulls 0', '"ann", null; nulls 1'],
  ["a boolean", true, "true, false; nulls 0", "true, null; nulls 1"],
  ["a date", new Date(5), "TypeError", "5, null; nulls 1"],
];
let ok = true;
for (const [name, value, missing, empty] of cases) {
  const seen = [column([{ id: 1, value }, { id: 2 }]), column([{ id: 1, value }, { id: 2, value: null }])];
  console.log(name.padEnd(10), `key missing: ${seen[0].padEnd(24)} null: ${seen[1]}`);
  ok &&= seen[0] === missing && seen[1] === empty;
}
const late = column([{ id: 1 }, { id: 2, value: 5 }]);
console.log("a key that comes in the second record:", late);
process.exit(ok && late === "NaN, 5; nulls 0" ? 0 : 1);
JS
node probe.mjs || { echo "changed: Arrow treats missing keys otherwise" >&2; exit 1; }
