#!/usr/bin/env bash
# JSONata: leads[contacts.role = 'buyer'] finds a lead with one contact and loses it when it gets a second.
#
# Surprising: a path through a list gives all its values, and one expects a comparison with a value to hold if any of them
# fits (as in XPath, on which JSONata is modelled), or never. It depends on the length: a list of one is the value itself
# and may be equal, a list of two is a list and is equal to no text, not even if both are buyers. The other way round
# `!=` holds for the lead whose contacts are all buyers. Written as a plain array of texts, `tags = 'vip'`, even the list
# of one does not fit.
# Why it matters here: mappings and conditions of integration tools are JSONata, and a condition is tried on a lead with
# one contact. As the customer grows, the rule that routes it stops to match. `'buyer' in contacts.role` means what
# is meant; conditions over lists need "any", "all" or "none" spelled out.
# Versions: jsonata 2.2.2. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts jsonata@2.2.2
cat > probe.mjs <<'JS'
import jsonata from "jsonata";

const contacts = { one: ["buyer"], mixed: ["buyer", "user"], two: ["buyer", "buyer"], user: ["user"], none: [] };
const leads = Object.entries(contacts).map(([id, roles]) => ({ id, tags: roles, contacts: roles.map((role) => ({ role })) }));
const cases = [
  ["leads[contacts.role = 'buyer'].id", "one"],
  ["leads[contacts.role != 'buyer'].id", "mixed two user"],
  ["leads['buyer' in contacts.role].id", "one mixed two"],
  ["leads[contacts[role = 'buyer']].id", "one mixed two"],
  ["leads[tags = 'buyer'].id", ""],
  ["leads['buyer' in tags].id", "one mixed two"],
];
let ok = true;
for (const [expression, want] of cases) {
  const seen = [].concat((await jsonata(expression).evaluate({ leads })) ?? []).join(" ");
  console.log(expression.padEnd(38), seen || "(none)");
  ok &&= seen === want;
}
process.exit(ok ? 0 : 1);
JS
node probe.mjs || { echo "changed: JSONata compares lists otherwise" >&2; exit 1; }
