#!/usr/bin/env bash
# In Jexl `true || false && false` is false: && and || have one precedence and are read from the left.
#
# Surprising: Jexl's expressions look like JavaScript's, in which && binds tighter than ||, as and does in SQL and in every
# common language. Multiplication does come before addition here, so one does not suspect the rest. Two more steps of
# the ladder are missing: 2 ^ 3 ^ 2 is 64 (in JavaScript and mathematics 512), and % binds tighter than * and /, so that
# 2 * 3 % 4 is 6 and not 2.
# Why it matters here: assignment rules in CRMs are stored as such expressions and edited by people who know SQL. A rule
# "VIP, or a large deal in Norway" loses each VIP elsewhere, without an error. An import of rules from one language
# into another has to carry the tree, never the text.
# Versions: jexl 2.3.0. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts jexl@2.3.0
cat > probe.mjs <<'JS'
import jexl from "jexl";

const lead = { vip: true, amount: 5, country: "SE" };
const cases = [
  ["vip || amount > 1000 && country == 'NO'", true, false],
  ["amount > 1000 && country == 'NO' || vip", true, true],
  ["true || false && false", true, false],
  ["2 * 3 % 4", 2, 6],
  ["2 ^ 3 ^ 2", 512, 64],
  ["7 - 2 * 3", 1, 1],
];
let ok = true;
for (const [expression, javascript, want] of cases) {
  const seen = jexl.evalSync(expression, lead);
  const here = new Function("lead", `with (lead) return ${expression.replaceAll("^", "**")}`)(lead);
  console.log(expression.padEnd(42), "Jexl", String(seen).padEnd(6), "JavaScript", here, seen === here ? "" : " <-");
  ok &&= seen === want && here === javascript;
}
process.exit(ok ? 0 : 1);
JS
node probe.mjs || { echo "changed: Jexl ranks its operators otherwise" >&2; exit 1; }
