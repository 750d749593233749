#!/usr/bin/env bash
# uDSV types a CSV column by its LAST filled row: one number there and all texts above it are null.
#
# Surprising: inferSchema gets the whole sample, and one expects a type that fits each value of it. It looks at the
# last value that is not empty. `alpha, beta, 7` is a number column, and typedObjs gives null, null, 7. A last value
# of `yes` makes a boolean whose only true spelling is `yes`, so `true` and `TRUE` in earlier rows become false; a
# last city called `Y` makes every other city false. The order `7, alpha` keeps both as text. No error, no count of
# what was lost.
# Why it matters here: CSV exports of leads mix spellings within a column, and a free-text field that ends in a number
# is ordinary. Consent flags that turn from true to false and notes that vanish on load decide who may be called. A
# loader must fix a column's type from the schema or from all rows, and report what does not fit.
# Versions: udsv 0.7.3. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts udsv@0.7.3
cat > probe.mjs <<'JS'
import { inferSchema, initParser } from "udsv";

const load = (values) => {
  const csv = `id,value\n${values.map((value, row) => `${row},${value}\n`).join("")}`;
  const schema = inferSchema(csv);
  return `${schema.cols[1].type} ${JSON.stringify(initParser(schema).typedObjs(csv).map((row) => row.value))}`;
};
const cases = [
  [["alpha", "beta", "7"], "n [null,null,7]"],
  [["7", "beta", "alpha"], 's ["7","beta","alpha"]'],
  [["true", "TRUE", "no", "yes"], "b:yes [false,false,false,true]"],
  [["Paris", "Oslo", "Y"], "b:Y [false,false,true]"],
];
let ok = true;
for (const [values, want] of cases) {
  const seen = load(values);
  console.log(values.join(", ").padEnd(24), "->", seen);
  ok &&= seen === want;
}
process.exit(ok ? 0 : 1);
JS
node probe.mjs || { echo "changed: uDSV infers types otherwise" >&2; exit 1; }
