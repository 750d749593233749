#!/usr/bin/env bash
# Importing JsonLogic into react-querybuilder turns `5 > amount` into `amount > 5`.
#
# Surprising: parseJsonLogic accepts a comparison whose constant stands on the left, moves the field to the left and
# keeps the operator as it was, so `<` and `>` change their meaning. The package's own SQL and CEL importers get the
# same condition right and flip the operator. A round trip through parse and format gives a rule that selects the
# complement.
# Why it matters here: lead assignment rules of older CRMs are often stored as JsonLogic, and "10 > score" is a valid
# and usual way to write one. A migration by way of this importer hands the high scores to the team that was to get
# the low ones, with no error. What is imported is to be compared row by row with what the original rule selects.
# Versions: @react-querybuilder/core 8.24.1, json-logic-js 2.0.5. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @react-querybuilder/core@8.24.1 json-logic-js@2.0.5
cat > probe.mjs <<'JS'
import { formatQuery } from "@react-querybuilder/core/formatQuery";
import { parseCEL } from "@react-querybuilder/core/parseCEL";
import { parseJsonLogic } from "@react-querybuilder/core/parseJsonLogic";
import { parseSQL } from "@react-querybuilder/core/parseSQL";
import jsonLogic from "json-logic-js";

const rows = [1, 5, 9].map((amount) => ({ amount }));
const select = (logic) => rows.filter((row) => jsonLogic.apply(logic, row)).map((row) => row.amount);
let ok = true;
for (const [operator, kept, flipped] of [[">", [1], [9]], ["<", [9], [1]], [">=", [1, 5], [5, 9]], ["<=", [5, 9], [1, 5]]]) {
  const original = { [operator]: [5, { var: "amount" }] };
  const again = formatQuery(parseJsonLogic(original), "jsonlogic");
  const before = select(original);
  const after = select(again);
  console.log(JSON.stringify(original), "selects", before, "| imported and exported", JSON.stringify(again), "selects", after);
  ok &&= String(before) === String(kept) && String(after) === String(flipped);
}
const sql = formatQuery(parseSQL("5 > amount"), "sql");
const cel = formatQuery(parseCEL("5 > amount"), "sql");
console.log("the same by way of SQL:", sql, "| of CEL:", cel);
process.exit(ok && sql === "(amount < '5')" && cel === "(amount < '5')" ? 0 : 1);
JS
node probe.mjs || { echo "changed: the JsonLogic import keeps the sides" >&2; exit 1; }
