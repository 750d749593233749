#!/usr/bin/env bash
# Luxon reads "01:30 on 1 November 2026 in New York" as another instant in summer than in winter: it depends on today.
#
# Surprising: the local time exists twice on the night when the clocks go back. Libraries choose the first or the
# second; Luxon starts from the offset that the zone has NOW, so the same text parsed in January gives the second
# 01:30 and in July the first. A test that passes all winter fails in summer without a change of code. fromISO,
# fromFormat and fromObject all do it; Temporal takes the first, always.
# Why it matters here: end of working hours, offer deadlines and "assigned before" filters are local times of the
# agents' zones. A plan made in one season and verified in another is not equal any more, which reads as tampering.
# Local times must become instants by a fixed rule, from data, without a clock.
# Versions: luxon 3.7.2, temporal-polyfill 1.0.8. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts luxon@3.7.2 temporal-polyfill@1.0.8
cat > probe.mjs <<'JS'
import { DateTime, Settings } from "luxon";
import { Temporal } from "temporal-polyfill";

const seen = [];
for (const today of ["2026-01-15", "2026-07-15"]) {
  Settings.now = () => Date.parse(today);
  for (const [local, zone] of [["2026-11-01T01:30", "America/New_York"], ["2026-10-25T02:30", "Europe/Paris"]]) {
    const luxon = DateTime.fromISO(local, { zone }).toUTC().toFormat("HH:mm");
    const temporal = Temporal.PlainDateTime.from(local).toZonedDateTime(zone).toInstant().toString().slice(11, 16);
    console.log(`today ${today}: ${local} in ${zone} is ${luxon} UTC in luxon, ${temporal} UTC in Temporal`);
    seen.push(`${luxon} ${temporal}`);
  }
}
process.exit(seen.join() === "06:30 05:30,01:30 00:30,05:30 05:30,00:30 00:30" ? 0 : 1);
JS
TZ=UTC node probe.mjs || { echo "changed: luxon resolves repeated local times otherwise" >&2; exit 1; }
