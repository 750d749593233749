#!/usr/bin/env bash
# Python's icalendar reads PT24H as one day: an event of 24 hours lasts 25 when the clocks go back.
#
# Surprising: RFC 5545 keeps the two apart. A duration in days goes by the calendar, one in hours by elapsed time, and a
# file that says PT24H or PT36H means hours. The library holds both as Python's timedelta, which has no such difference, and
# adds it to the local time. What it writes again is another duration as well: PT36H becomes P1DT12H, P1DT24H becomes
# P2D, and a reader that follows the RFC then ends the event at another hour. recurring_ical_events, which is built on it,
# ends it there too. On all other days of the year nothing is to be seen.
# Why it matters here: shifts, leave and on-call turns reach a CRM as calendar files, and "on duty for 24 hours" begins on the
# Saturday of the change twice a year. Leads then go to somebody whose shift is over. The end of a shift should come in
# as an instant, and a duration be kept in the units in which it was written.
# Versions: icalendar 7.3.2, recurring-ical-events 3.8.2. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m pip install --quiet --disable-pip-version-check --no-cache-dir --root-user-action ignore --target lib \
  icalendar==7.3.2 recurring-ical-events==3.8.2
cat > probe.py <<'PY'
import sys
from datetime import timezone
import icalendar
import recurring_ical_events


def calendar(duration):
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//shifts//EN", "BEGIN:VEVENT", "UID:1", "DTSTAMP:20261001T000000Z",
        "DTSTART;TZID=Europe/Oslo:20261024T120000", "DURATION:" + duration, "END:VEVENT", "END:VCALENDAR", "",
    ]
    return icalendar.Calendar.from_ical("\r\n".join(lines))


def hours(start, end):
    return (end.astimezone(timezone.utc) - start.astimezone(timezone.utc)).total_seconds() / 3600


ok = True
# the duration, its hours by RFC 5545 on the day the clocks go back, the hours here, and what is written
for duration, rfc, want, written in [
    ("PT1H", 1, 1, "PT1H"), ("PT23H", 23, 24, "PT23H"), ("PT24H", 24, 25, "P1D"), ("PT36H", 36, 37, "P1DT12H"),
    ("P1D", 25, 25, "P1D"), ("P1DT24H", 49, 49, "P2D"),
]:
    read = calendar(duration)
    event = read.walk("VEVENT")[0]
    seen = hours(event.start, event.end)
    again = next(line for line in read.to_ical().decode().splitlines() if line.startswith("DURATION")).removeprefix("DURATION:")
    [turn] = recurring_ical_events.of(read).between((2026, 10, 24), (2026, 10, 25))
    turned = hours(turn["DTSTART"].dt, turn.end)
    print(f"{duration:8} by the RFC {rfc} hours, icalendar {seen:g}, recurring_ical_events {turned:g}; written {again}")
    ok = ok and seen == want and turned == want and again == written
sys.exit(0 if ok else 1)
PY
PYTHONPATH=lib python3 probe.py || { echo "changed: icalendar reads durations otherwise" >&2; exit 1; }
