#!/usr/bin/env bash
# Two cron libraries run the same job twice, once or not at all on the days when the clocks change.
#
# Surprising: croner and cron-parser agree on a single time in the hour that exists twice (`30 1 * * *` runs once) and
# on all ordinary days, so one takes them for interchangeable. Written as a list, `15,45 1 * * *`, croner runs in both
# passes of the hour and cron-parser in the first only. In spring, for an hour that does not exist, croner drops the
# whole day for `*/30 2 * * *` where cron-parser runs at the shifted times; for the single time `30 2 * * *` both run,
# half an hour apart. With Lord Howe's half hour it is cron-parser that drops the day and croner that runs.
# Why it matters here: round robin resets, offer timeouts and working hours are scheduled by cron expressions in the
# agents' time zones. A rotation that steps on each run gives someone two turns, or none, depending on the library and
# on how the minutes are spelt. What must happen once per local day has to be keyed by that day, not by the run.
# Versions: cron-parser 5.10.6, croner 11.0.1. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts cron-parser@5.10.6 croner@11.0.1
cat > probe.mjs <<'JS'
import { CronExpressionParser } from "cron-parser";
import { Cron } from "croner";

const within = (runs, until) => runs.filter((run) => run < until).map((run) => run.slice(11, 16)).join(" ") || "none";
const parser = (expression, timeZone, from, until) => {
  const iterator = CronExpressionParser.parse(expression, { currentDate: new Date(from), tz: timeZone });
  return within(Array.from({ length: 8 }, () => iterator.next().toISOString()), until);
};
const croner = (expression, timeZone, from, until) =>
  within(new Cron(expression, { timezone: timeZone }).nextRuns(8, new Date(from)).map((run) => run.toISOString()), until);

// Expression, zone, from and until (one local day, in UTC), runs in UTC expected of cron-parser and of croner.
const newYork = "America/New_York";
const fall = ["2026-11-01T03:59:59Z", "2026-11-02T05:00"];
const spring = ["2026-03-08T04:59:59Z", "2026-03-09T04:00"];
const cases = [
  ["30 1 * * *", newYork, ...fall, "05:30", "05:30"],
  ["15,45 1 * * *", newYork, ...fall, "05:15 05:45", "05:15 05:45 06:15 06:45"],
  ["30 2 * * *", newYork, ...spring, "07:30", "07:00"],
  ["*/30 2 * * *", newYork, ...spring, "07:00 07:30", "none"],
  ["15 2 * * *", "Australia/Lord_Howe", "2026-10-03T13:29:59Z", "2026-10-04T13:00", "none", "15:30"],
];
let ok = true;
for (const [expression, zone, from, until, ofParser, ofCroner] of cases) {
  const seen = [parser(expression, zone, from, until), croner(expression, zone, from, until)];
  console.log(expression.padEnd(14), zone.padEnd(20), `cron-parser: ${seen[0]}`.padEnd(28), `croner: ${seen[1]}`);
  ok &&= seen[0] === ofParser && seen[1] === ofCroner;
}
process.exit(ok ? 0 : 1);
JS
node probe.mjs || { echo "changed: the libraries treat clock changes otherwise" >&2; exit 1; }
