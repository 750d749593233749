#!/usr/bin/env bash
# Day.js: with the quarterOfYear plugin loaded after duration, adding a duration of one month adds 30.4 days.
#
# Surprising: a plugin for quarters is expected to add quarters. It also turns what is added into a number, so a duration
# arrives as its milliseconds: one month after 31 January is 2 March and 20:00 where it was 28 February and 10:00, and
# one day after the last evening of summer time is 24 hours and not a calendar day. `subtract` still goes by the calendar,
# so back and forth do not cancel out. Loaded in the other order all is right. Importing any module that extends
# Day.js with quarters changes the dates of the whole process.
# Why it matters here: deadlines ("back to the pool after a month") are stored as durations, and quarters come with the
# first report. The order of two import lines then moves the deadline by days, in the server and not in the browser.
# Calendar arithmetic that others rely on needs a test that runs in the process as it is started.
# Versions: dayjs 1.11.23. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts dayjs@1.11.23
cat > probe.mjs <<'JS'
import dayjs from "dayjs";

for (const plugin of process.argv.slice(2)) dayjs.extend((await import(`dayjs/plugin/${plugin}.js`)).default);
const show = (date) => date.format("MM-DD HH:mm");
const month = dayjs.duration({ months: 1 });
const start = dayjs("2026-01-31T10:00:00");
const seen = [start.add(month), start.add(1, "month"), start.subtract(month), dayjs("2026-10-24T22:00:00").add(dayjs.duration({ days: 1 }))];
console.log(seen.map(show).join(", "));
JS
ok=true
check() { # the plugins in order, and what is expected
  seen=$(TZ=Europe/Oslo node probe.mjs $1)
  echo "$1: + month as a duration, + 1 month, - month as a duration, 24 October 22:00 + day as a duration"
  echo "    $seen"
  [ "$seen" = "$2" ] || ok=false
}
check "duration" "02-28 10:00, 02-28 10:00, 12-31 10:00, 10-25 22:00"
check "quarterOfYear duration" "02-28 10:00, 02-28 10:00, 12-31 10:00, 10-25 22:00"
check "duration quarterOfYear" "03-02 20:00, 02-28 10:00, 12-31 10:00, 10-25 21:00"
$ok || { echo "changed: the plugins of Day.js do not meet any more" >&2; exit 1; }
