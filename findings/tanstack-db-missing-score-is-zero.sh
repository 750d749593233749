#!/usr/bin/env bash
# TanStack DB: the least of the scores 5, 7, 10 and one that is null is 0, and their average is 5.5.
#
# Surprising: its queries follow SQL where null is met: eq(null) finds nothing, not(eq(…)) leaves null out, and count(score)
# counts three. From min and avg one expects the same, 5 and 7.33. Both take a null, and a field that is missing, for 0;
# so does max, which is 0 where the other scores are below zero. Of nothing but nulls all of them are 0, where SQL gives null.
# So avg is not sum divided by count. A condition does pass over null and then gives the right numbers.
# Why it matters here: "the rep with the least open work" and "the average answer time" are such aggregates in a browser
# that syncs its leads. A lead without a score pulls the team's least to 0, and a rep who has answered nothing yet looks
# like the fastest of all. Aggregates that decide anything need a condition on null, or the server's own.
# Versions: @tanstack/db 0.15.2. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @tanstack/db@0.15.2
cat > probe.mjs <<'JS'
import { avg, count, createCollection, createLiveQueryCollection, eq, gt, localOnlyCollectionOptions, max, min, not, or, lte, sum } from "@tanstack/db";

let made = 0;
const rows = async (leads, build) => {
  const collection = createCollection(localOnlyCollectionOptions({ id: `leads${(made += 1)}`, getKey: (lead) => lead.id, initialData: leads }));
  const live = createLiveQueryCollection({ query: (query) => build(query.from({ lead: collection })), startSync: true });
  await live.preload();
  return live.toArray;
};
const aggregates = ({ lead }) => ({ count: count(lead.score), sum: sum(lead.score), avg: avg(lead.score), min: min(lead.score), max: max(lead.score) });
const scored = (scores) => scores.map((score, id) => ({ id, team: "north", ...(score === undefined ? {} : { score }) }));
const group = async (scores, filter = (query) => query) => {
  const [row] = await rows(scored(scores), (query) => filter(query).groupBy(({ lead }) => lead.team).select(aggregates));
  return ["count", "sum", "avg", "min", "max"].map((name) => `${name} ${row[name] && Math.round(row[name] * 100) / 100}`).join(", ");
};
const known = (query) => query.where(({ lead }) => or(gt(lead.score, 0), lte(lead.score, 0)));

const cases = [
  ["5, 7, 10", await group([5, 7, 10]), "count 3, sum 22, avg 7.33, min 5, max 10"],
  ["5, 7, 10, null", await group([5, 7, 10, null]), "count 3, sum 22, avg 5.5, min 0, max 10"],
  ["5, 7, 10, missing", await group([5, 7, 10, undefined]), "count 3, sum 22, avg 5.5, min 0, max 10"],
  ["-5, -7, null", await group([-5, -7, null]), "count 2, sum -12, avg -4, min -7, max 0"],
  ["null, null", await group([null, null]), "count 0, sum 0, avg 0, min 0, max 0"],
  ["5, 7, 10, null, with a condition", await group([5, 7, 10, null], known), "count 3, sum 22, avg 7.33, min 5, max 10"],
];
let ok = true;
for (const [name, seen, want] of cases) {
  console.log(name.padEnd(34), seen);
  ok &&= seen === want;
}
const owned = [{ id: 1, owner: "ann" }, { id: 2, owner: null }, { id: 3, owner: "bo" }];
for (const [name, condition, want] of [["eq(null)", (lead) => eq(lead.owner, null), ""], ["not(eq('ann'))", (lead) => not(eq(lead.owner, "ann")), "3"]]) {
  const seen = (await rows(owned, (query) => query.where(({ lead }) => condition(lead)))).map(({ id }) => id).join(" ");
  console.log(`leads of ann, null and bo where ${name}:`, seen || "none");
  ok &&= seen === want;
}
process.exit(ok ? 0 : 1);
JS
node probe.mjs || { echo "changed: TanStack DB aggregates null otherwise" >&2; exit 1; }
