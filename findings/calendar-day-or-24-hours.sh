#!/usr/bin/env bash
# A shift of PT24H ends an hour late in two calendar readers when the clocks go back, one of P1D an hour early in a third.
#
# Surprising: RFC 5545 keeps the two apart. A duration in days goes by the calendar, one in hours by elapsed time. icalendar
# (Python) and ical.js add both to the local time, node-ical adds both to the instant, so each gets one of the two ways to
# write "a day" wrong, and the browser's reader agrees with the server's on neither. Even PT23H, all within hours, is 24 in
# two of them. icalendar also writes another duration than it read: PT36H becomes P1DT12H, and a reader that follows the
# RFC then ends the event at another hour. On all other days of the year nothing is to be seen.
# Why it matters here: shifts, leave and on-call turns reach a CRM as calendar files, and on the Saturday of the change the
# browser (ical.js) and the server (node-ical) disagree about who is on duty. Leads then go to somebody whose shift is over.
# The end of a shift should come in as an instant, never as a duration that is added later.
# Versions: node-ical 0.26.1, ical.js 2.2.1, icalendar 7.3.2 (Python). Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts node-ical@0.26.1 ical.js@2.2.1
python3 -m pip install --quiet --disable-pip-version-check --no-cache-dir --root-user-action ignore --no-warn-conflicts \
  --target lib icalendar==7.3.2
cat > write.mjs <<'JS'
import { writeFileSync } from "node:fs";

const zone = [
  "BEGIN:VTIMEZONE", "TZID:Europe/Oslo",
  "BEGIN:STANDARD", "DTSTART:19961027T030000", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "END:STANDARD",
  "BEGIN:DAYLIGHT", "DTSTART:19810329T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "END:DAYLIGHT",
  "END:VTIMEZONE",
];
for (const duration of process.argv.slice(2)) {
  const event = ["BEGIN:VEVENT", "UID:1", "DTSTAMP:20261001T000000Z", "DTSTART;TZID=Europe/Oslo:20261024T120000", `DURATION:${duration}`, "END:VEVENT"];
  const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//shifts//EN", ...zone, ...event, "END:VCALENDAR", ""];
  writeFileSync(`${duration}.ics`, lines.join("\r\n"));
}
JS
cat > node-ical.mjs <<'JS'
import ical from "node-ical";

const event = Object.values(ical.sync.parseFile(`${process.argv[2]}.ics`)).find((part) => part.type === "VEVENT");
console.log((event.end - event.start) / 3_600_000);
JS
cat > ical.mjs <<'JS'
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const calendar = new ICAL.Component(ICAL.parse(readFileSync(`${process.argv[2]}.ics`, "utf8")));
ICAL.TimezoneService.register(calendar.getFirstSubcomponent("vtimezone"));
const event = new ICAL.Event(calendar.getFirstSubcomponent("vevent"));
console.log((event.endDate.toUnixTime() - event.startDate.toUnixTime()) / 3600);
JS
cat > ical.py <<'PY'
import sys
from datetime import timezone
import icalendar

with open(sys.argv[1] + ".ics", "rb") as file:
    calendar = icalendar.Calendar.from_ical(file.read())
event = calendar.walk("VEVENT")[0]
hours = (event.end.astimezone(timezone.utc) - event.start.astimezone(timezone.utc)).total_seconds() / 3600
written = next(line for line in event.to_ical().decode().splitlines() if line.startswith("DURATION:"))
print(f"{hours:g} {written.removeprefix('DURATION:')}")
PY
ok=true
check() { # duration, its hours by the RFC, then as seen: node-ical, ical.js, icalendar and what icalendar writes
  node write.mjs "$1"
  seen="$(node node-ical.mjs "$1") $(node ical.mjs "$1") $(PYTHONPATH=lib python3 ical.py "$1")"
  read -r node ical python written <<< "$seen"
  echo "$1: by the RFC $2 hours, node-ical $node, ical.js $ical, icalendar $python; icalendar writes $written"
  [ "$seen" = "$3" ] || ok=false
}
check PT1H 1 "1 1 1 PT1H"
check PT23H 23 "23 24 24 PT23H"
check PT24H 24 "24 25 25 P1D"
check P1D 25 "24 25 25 P1D"
check PT36H 36 "36 37 37 P1DT12H"
check P1DT24H 49 "48 49 49 P2D"
check P1W 169 "168 169 169 P7D"
$ok || { echo "changed: the calendar readers take durations otherwise" >&2; exit 1; }
