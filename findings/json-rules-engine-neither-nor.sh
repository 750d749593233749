#!/usr/bin/env bash
# json-rules-engine: a Date is neither greater nor less than another, and a missing list neither contains nor lacks a value.
#
# Surprising: of an operator and its opposite one expects one to hold, or an error for a fact that does not fit. The
# comparing operators take only what parseFloat can read: a Date is "not a number", so all four are false, whichever way
# the dates lie, while dates as ISO texts compare well because they begin with a digit. `contains` and `doesNotContain`
# take only lists, and both are false for a fact that is missing; `notIn` and `notEqual` are true for it. With the
# decorator `not:` in front, before and after hold both. `equal` compares two Dates by identity.
# Why it matters here: "older than thirty days" and "without the tag VIP" are conditions of most assignment rules. With facts
# straight from a database driver, which gives Dates, the first never holds; a lead with no tags at all misses the second
# and stays with nobody. Conditions need a stated answer for a value that is missing or of another type.
# Versions: json-rules-engine 7.3.1. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts json-rules-engine@7.3.1
cat > probe.mjs <<'JS'
import { Engine } from "json-rules-engine";

const holds = async (operator, fact, value) => {
  const engine = new Engine([], { allowUndefinedFacts: true });
  engine.addRule({ conditions: { all: [{ fact: "fact", operator, value }] }, event: { type: "holds" } });
  return (await engine.run(fact === undefined ? {} : { fact })).events.length === 1;
};
const early = "2026-10-01T00:00:00.000Z";
const late = "2026-11-01T00:00:00.000Z";
const date = (text) => new Date(text);
const cases = [
  ["text", early, late, { lessThan: true, greaterThan: false, lessThanInclusive: true, greaterThanInclusive: false }],
  ["Date", date(early), date(late), { lessThan: false, greaterThan: false, lessThanInclusive: false, greaterThanInclusive: false }],
  ["Date", date(early), date(late), { "not:lessThan": true, "not:greaterThan": true }],
  ["the same Date twice", date(early), date(early), { equal: false, notEqual: true, lessThanInclusive: false }],
  ["the list [new]", ["new"], "VIP", { contains: false, doesNotContain: true }],
  ["a missing fact", undefined, "VIP", { contains: false, doesNotContain: false, notEqual: true }],
  ["a missing fact", undefined, ["VIP"], { in: false, notIn: true }],
];
let ok = true;
for (const [name, fact, value, want] of cases) {
  const seen = {};
  for (const operator of Object.keys(want)) seen[operator] = await holds(operator, fact, value);
  console.log(name.padEnd(20), Object.entries(seen).map((entry) => entry.join(" ")).join(", "));
  ok &&= JSON.stringify(seen) === JSON.stringify(want);
}
process.exit(ok ? 0 : 1);
JS
node probe.mjs || { echo "changed: json-rules-engine compares these facts otherwise" >&2; exit 1; }
