#!/usr/bin/env bash
# later (the scheduler under Bree): "every 90 mins" and "every 120 mins" run each hour, "every 36 hours" runs each day.
#
# Surprising: "every 15 mins" is what it says, so one expects every interval to be, or to be refused. An interval is
# only a list of minutes within the hour (or of hours within the day, of days within the month), begun anew each hour: of
# 0, 90, 180 the 0 is left. The text is parsed without an error. "every 45 mins" runs at :00 and :45, with gaps of 45 and
# 15 minutes, and "every 5 hours" has a gap of four at midnight. As a cron expression, day of month and weekday both
# have to fit, where cron takes either.
# Why it matters here: sweeps that give lapsed leads back, and reports, are set by people in such words. "Every two hours"
# in minutes sends everything twice, and offers that are to stand 45 minutes are taken back after 15. An interval is a
# number of seconds since the last run, not a pattern on the dial.
# Versions: @breejs/later 4.2.0. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @breejs/later@4.2.0
cat > probe.mjs <<'JS'
import later from "@breejs/later";

later.date.UTC();
const next = (schedule, from = "2026-11-28T20:00:00Z") => later.schedule(schedule).next(6, new Date(from));
const minutes = (times) => times.slice(1).map((time, index) => (time - times[index]) / 60_000).join(" ");
const cases = [
  ["every 15 mins", "15 15 15 15 15"],
  ["every 45 mins", "45 15 45 15 45"],
  ["every 90 mins", "60 60 60 60 60"],
  ["every 120 mins", "60 60 60 60 60"],
  ["every 5 hours", "240 300 300 300 300"],
  ["every 36 hours", "1440 1440 1440 1440 1440"],
];
let ok = true;
for (const [text, want] of cases) {
  const schedule = later.parse.text(text);
  const seen = minutes(next(schedule));
  console.log(text.padEnd(16), `parsed without an error: ${schedule.error === -1}, minutes between runs: ${seen}`);
  ok &&= schedule.error === -1 && seen === want;
}
const days = next(later.parse.cron("0 9 1 * 1")).slice(0, 2).map((time) => time.toISOString().slice(0, 16)).join(", ");
console.log("cron 0 9 1 * 1  ", days);
process.exit(ok && days === "2027-02-01T09:00, 2027-03-01T09:00" ? 0 : 1);
JS
node probe.mjs || { echo "changed: later reads intervals otherwise" >&2; exit 1; }
