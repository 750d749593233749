#!/usr/bin/env bash
# Day.js: add(0.5, "day") adds a whole day, subtract(0.5, "day") subtracts nothing, add(1.5, "week") adds eleven days.
#
# Surprising: add(1.5, "hour") adds ninety minutes, so one expects half a day to be twelve hours. Days and weeks are
# rounded to whole days without a word, halves upwards, so that 0.4 days are nothing, and adding and subtracting the same
# value do not cancel out. A duration of half a day, whose own asHours() is 12, adds the whole day as well.
# Why it matters here: how long an offer stands and when a lead goes back to the pool are settings such as "0.5 days". An
# offer then lapses a day late or at once, by whether the host adds to now or subtracts from it. Spans of time belong
# in whole numbers of a small unit.
# Versions: dayjs 1.11.23. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts dayjs@1.11.23
cat > probe.mjs <<'JS'
import dayjs from "dayjs";
import duration from "dayjs/plugin/duration.js";
import utc from "dayjs/plugin/utc.js";

dayjs.extend(duration);
dayjs.extend(utc);
const start = dayjs.utc("2026-01-31T10:00:00Z");
const hours = (date) => date.diff(start, "hour", true);
const cases = [
  ["add 1.5 hours", start.add(1.5, "hour"), 1.5],
  ["add 0.4 days", start.add(0.4, "day"), 0],
  ["add 0.5 days", start.add(0.5, "day"), 24],
  ["subtract 0.5 days", start.subtract(0.5, "day"), 0],
  ["add 0.5 days, subtract 0.5 days", start.add(0.5, "day").subtract(0.5, "day"), 24],
  ["add 1.5 weeks", start.add(1.5, "week"), 11 * 24],
  ["add a duration of 0.5 days", start.add(dayjs.duration({ days: 0.5 })), 24],
];
let ok = true;
for (const [name, date, want] of cases) {
  console.log(name.padEnd(34), date.toISOString(), `${hours(date)} hours`);
  ok &&= hours(date) === want;
}
const half = dayjs.duration({ days: 0.5 }).asHours();
console.log("the duration of 0.5 days in hours:", half);
process.exit(ok && half === 12 ? 0 : 1);
JS
node probe.mjs || { echo "changed: Day.js adds fractions of days otherwise" >&2; exit 1; }
