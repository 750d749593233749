#!/usr/bin/env bash
# ical.js reads a rule "the last of Monday, Wednesday, Friday each week" and returns all three days.
#
# Surprising: BYSETPOS is honoured for FREQ=MONTHLY (its usual example, the last weekday of the month) and passed over
# in silence for WEEKLY, DAILY and YEARLY; BYWEEKNO likewise. A yearly rule that starts on 29 February gives 1 March
# in the years between, where RFC 5545 says that dates which do not exist are left out, and where ical.js itself,
# asked for BYMONTH=2;BYMONTHDAY=29, does leave them out. rrule.js gives the RFC's answer to all.
# Why it matters here: working hours, on-call turns and holidays come into a CRM as calendar rules. An engine that
# decides who is on duty then has people on duty on days nobody agreed to, and a rotation by turns runs three times as
# fast. A rule with a part that is not supported must be refused, not shortened.
# Versions: ical.js 2.2.1, rrule 2.8.1. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts ical.js@2.2.1 rrule@2.8.1
cat > probe.mjs <<'JS'
import ICAL from "ical.js";
import rrule from "rrule";

const byIcal = (start, rule) => {
  const iterator = ICAL.Recur.fromString(rule).iterator(ICAL.Time.fromString(start));
  return Array.from({ length: 3 }, () => iterator.next().toString().slice(0, 13)).join(" ");
};
const byRrule = (start, rule) =>
  rrule.rrulestr(`DTSTART:${start.replace(/[-:]/g, "")}Z\nRRULE:${rule}`).all((_, index) => index < 3).map((date) => date.toISOString().slice(0, 13)).join(" ");

const cases = [
  ["2026-01-30T09:00:00", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-01-30T09 2026-02-27T09 2026-03-31T09"],
  ["2026-01-05T09:00:00", "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=-1", "2026-01-05T09 2026-01-07T09 2026-01-09T09"],
  ["2026-01-05T09:00:00", "FREQ=DAILY;BYHOUR=9,13,17;BYSETPOS=-1", "2026-01-05T09 2026-01-05T13 2026-01-05T17"],
  ["2026-01-05T09:00:00", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "2026-01-05T09 2026-01-12T09 2026-01-19T09"],
  ["2024-02-29T09:00:00", "FREQ=YEARLY", "2024-02-29T09 2025-03-01T09 2026-03-01T09"],
  ["2024-02-29T09:00:00", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2024-02-29T09 2028-02-29T09 2032-02-29T09"],
];
const same = [true, false, false, false, false, true];
let ok = true;
cases.forEach(([start, rule, want], index) => {
  const seen = byIcal(start, rule);
  const other = byRrule(start, rule);
  console.log(`${rule}\n    ical.js ${seen}\n    rrule   ${other}`);
  ok &&= seen === want && (seen === other) === same[index];
});
process.exit(ok ? 0 : 1);
JS
node probe.mjs || { echo "changed: ical.js expands these rules otherwise" >&2; exit 1; }
