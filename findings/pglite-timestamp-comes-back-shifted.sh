#!/usr/bin/env bash
# A Date that is written to a `timestamp` column through PGlite comes back hours away from what was written.
#
# Surprising: with `timestamp without time zone` PGlite writes a Date by its UTC clock and reads the column by the
# clock of the process, so reading what one has just written shifts it by the process's offset (four hours in New York
# in summer). Either convention alone would be consistent. `timestamptz` comes back exact, and `date` is read as
# midnight UTC whatever the zone of the process. On a machine that runs in UTC, as most CI does, nothing shows.
# Why it matters here: guards of a lead assignment engine compare the value a client has seen ("still assigned at
# 02:00") with the stored one. A developer's laptop outside UTC gets conflicts on every row, and an idle-time rule
# retires leads hours early; CI stays green. Instants belong in timestamptz, or in integers.
# Versions: @electric-sql/pglite 0.5.17. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @electric-sql/pglite@0.5.17
cat > probe.mjs <<'JS'
import { PGlite } from "@electric-sql/pglite";

const db = await PGlite.create();
const written = new Date("2026-07-02T02:00:00Z");
await db.exec("create table t(plain timestamp, zoned timestamptz, day date)");
await db.query("insert into t values ($1, $2, $3)", [written, written, written]);
const { rows } = await db.query("select plain, zoned, day, plain::text as stored from t");
await db.close();
const hours = (read) => (read - written) / 3_600_000;
const seen = `stored ${rows[0].stored}, timestamp off by ${hours(rows[0].plain)} h, timestamptz by ${hours(rows[0].zoned)} h, date read as ${rows[0].day.toISOString()}`;
console.log(`${process.env.TZ}: ${seen}`);
const want = `stored 2026-07-02 02:00:00, timestamp off by ${process.argv[2]} h, timestamptz by 0 h, date read as 2026-07-02T00:00:00.000Z`;
process.exit(seen === want ? 0 : 1);
JS
for zone in "UTC 0" "America/New_York 4" "Asia/Tokyo -9"; do
  read -r name shift <<<"$zone"
  TZ=$name node probe.mjs "$shift" || { echo "changed: PGlite reads or writes timestamps otherwise" >&2; exit 1; }
done
