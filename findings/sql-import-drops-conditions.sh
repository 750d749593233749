#!/usr/bin/env bash
# Importing a WHERE clause into react-querybuilder leaves out what it has no rule for, without a word.
#
# Surprising: parseSQL reads `status = 'New' AND lower(city) = 'oslo'` without complaint and gives a query with the
# first condition only. The same happens to arithmetic, a function on the right, IN (subquery), EXISTS and IS NOT
# TRUE; there is no exception and no list of what was lost. A clause of one such condition becomes an empty query,
# that is: all rows. Worse than lost is `city LIKE 'S%holm'`: a wildcard in the middle comes out as the equality `city
# = 'S%holm'`. Text it cannot read at all does throw, which makes one trust the rest.
# Why it matters here: saved views of a CRM are SQL fragments, and importing them as list filters is the first step of
# a migration. A filter that lost a condition selects too many leads for a bulk reassignment. Count the conditions of
# the source, or refuse what is not understood.
# Versions: @react-querybuilder/core 8.24.1. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @react-querybuilder/core@8.24.1
cat > probe.mjs <<'JS'
import { formatQuery } from "@react-querybuilder/core/formatQuery";
import { parseSQL } from "@react-querybuilder/core/parseSQL";

const lost = "(status = 'New')";
const expected = {
  "status = 'New' AND city = 'Oslo'": "(status = 'New' and city = 'Oslo')",
  "status = 'New' AND lower(city) = 'oslo'": lost,
  "status = 'New' AND amount + 1 > 10": lost,
  "status = 'New' AND created > now()": lost,
  "status = 'New' AND owner IN (SELECT id FROM users)": lost,
  "status = 'New' AND EXISTS (SELECT 1 FROM notes)": lost,
  "status = 'New' AND active IS NOT TRUE": lost,
  "lower(city) = 'oslo'": "(1 = 1)",
  "status = 'New' AND city LIKE 'S%holm'": "(status = 'New' and city = 'S%holm')",
};
let ok = true;
for (const [where, want] of Object.entries(expected)) {
  const seen = formatQuery(parseSQL(where), "sql");
  console.log(where.padEnd(52), "->", seen);
  ok &&= seen === want;
}
process.exit(ok ? 0 : 1);
JS
node probe.mjs || { echo "changed: the SQL import treats these conditions otherwise" >&2; exit 1; }
