#!/usr/bin/env bash
# date-fns-tz maps 02:00 to an instant BEFORE that of 01:59 on the night when the clocks go forward.
#
# Surprising: a local time inside the missing hour has no instant, and Temporal, Luxon and the newer @date-fns/tz move
# it forward (02:30 becomes 03:30). fromZonedTime of date-fns-tz moves it back to 01:30, so the mapping is not
# monotonic: 01:59, 02:00, 03:00 come out in the order 02:00, 01:59, 03:00. And in the hour that exists twice it takes
# the first pass in New York but the second in Paris, although both calls run in the same process (TZ=UTC).
# Why it matters here: working hours and offer windows are pairs of local times. A window from 01:45 to 02:15 gets an
# end that lies before its start, an offer expires before it was made, and agents of two offices are treated by two
# rules. Bounds must be mapped by one monotonic rule, and compared after mapping.
# Versions: date-fns-tz 3.2.0, date-fns 4.4.0, @date-fns/tz 1.5.0, temporal-polyfill 1.0.8. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts date-fns-tz@3.2.0 date-fns@4.4.0 @date-fns/tz@1.5.0 temporal-polyfill@1.0.8
cat > probe.mjs <<'JS'
import { TZDate } from "@date-fns/tz";
import { fromZonedTime } from "date-fns-tz";
import { Temporal } from "temporal-polyfill";

const clock = (milliseconds) => new Date(milliseconds).toISOString().slice(11, 16);
const newYork = "America/New_York";
// Local time, zone, and the UTC times expected of date-fns-tz, of @date-fns/tz and of Temporal.
const cases = [
  ["2026-03-08T01:59", newYork, "06:59 06:59 06:59"],
  ["2026-03-08T02:00", newYork, "06:00 07:00 07:00"],
  ["2026-03-08T02:30", newYork, "06:30 07:30 07:30"],
  ["2026-03-08T03:00", newYork, "07:00 07:00 07:00"],
  ["2026-11-01T01:30", newYork, "05:30 05:30 05:30"],
  ["2026-10-25T02:30", "Europe/Paris", "01:30 01:30 00:30"],
];
let ok = true;
for (const [local, zone, want] of cases) {
  const [year, month, day, hour, minute] = local.match(/\d+/g).map(Number);
  const seen = [
    clock(fromZonedTime(local, zone).getTime()),
    clock(new TZDate(year, month - 1, day, hour, minute, zone).getTime()),
    clock(Temporal.PlainDateTime.from(local).toZonedDateTime(zone).epochMilliseconds),
  ].join(" ");
  console.log(`${local} ${zone.padEnd(18)} in UTC by date-fns-tz, @date-fns/tz, Temporal: ${seen}`);
  ok &&= seen === want;
}
process.exit(ok ? 0 : 1);
JS
TZ=UTC node probe.mjs || { echo "changed: date-fns-tz maps local times otherwise" >&2; exit 1; }
