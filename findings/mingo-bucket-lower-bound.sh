#!/usr/bin/env bash
# mingo's $bucket puts a value that equals a boundary into the bucket below it.
#
# Surprising: in MongoDB the lower bound of a bucket is inclusive and the upper exclusive, and mingo is there to answer
# as MongoDB does, on arrays. With the boundaries 0, 10, 20, 30 the value 10 is counted under 0 and 20 under 10.
# Values between the boundaries and the very first boundary are right, so a test with values of the middle passes.
# Buckets without a value are listed with a count of 0, where MongoDB leaves them out.
# Why it matters here: workload and score bands ("0-9, 10-19, 20 and up") sit in front of weighted splits, and counts
# and round scores fall on boundaries more often than anywhere else. The preview in the browser puts people into
# another band than the server does. Bands need a test at each boundary.
# Versions: mingo 7.2.7. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts mingo@7.2.7
cat > probe.mjs <<'JS'
import { aggregate } from "mingo";

const boundaries = [0, 10, 20, 30];
const band = (value) => {
  const buckets = aggregate([{ value }], [{ $bucket: { groupBy: "$value", boundaries, default: "other" } }]);
  return buckets.find((bucket) => bucket.count === 1)._id;
};
let ok = true;
for (const [value, mongodb, want] of [[0, 0, 0], [5, 0, 0], [10, 10, 0], [15, 10, 10], [20, 20, 10], [25, 20, 20], [30, "other", "other"]]) {
  const seen = band(value);
  console.log(`value ${value}: mingo's bucket ${seen}, by MongoDB's rule ${mongodb}${seen === mongodb ? "" : "  <-"}`);
  ok &&= seen === want;
}
process.exit(ok ? 0 : 1);
JS
node probe.mjs || { echo "changed: \$bucket treats its boundaries otherwise" >&2; exit 1; }
