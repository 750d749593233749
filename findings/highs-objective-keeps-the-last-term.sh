#!/usr/bin/env bash
# HiGHS reads the objective 3 x + 2 x as 2 x, and the constraint 3 x + 2 x <= 20 as 5 x <= 20.
#
# Surprising: a variable that comes twice is accepted in both places, and one expects the coefficients to be added in
# both. In the objective the last one counts, so that "maximise 2 x - x" keeps x at 0. With constants it is the other way
# round: those of the objective are added up, and a constant on the left of a constraint is dropped: x + 1 <= 4
# allows x = 4. No error and no warning; the status is "optimal".
# Why it matters here: a model of a whole backlog is written as text by a program, term after term: a reward for the score
# of the lead, a penalty for the load of the rep, on the same variable. Only the last of them is optimised. Whoever writes
# LP text has to add up the coefficients first and move constants to the right.
# Versions: highs 1.15.3. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts highs@1.15.3
cat > probe.mjs <<'JS'
import highsFactory from "highs";

const highs = await highsFactory();
const cases = [
  ["3 x + 2 x", "x <= 4", 20, 8, 4],
  ["x", "3 x + 2 x <= 20", 4, 4, 4],
  ["2 x - x", "x <= 4", 4, 0, 0],
  ["x + 2 + 3", "x <= 4", 9, 9, 4],
  ["x", "x + 1 <= 4", 3, 4, 4],
];
let ok = true;
for (const [objective, constraint, meant, want, x] of cases) {
  const { Status, ObjectiveValue, Columns } = highs.solve(`Maximize\n o: ${objective}\nSubject To\n c: ${constraint}\nEnd\n`);
  const note = ObjectiveValue === meant ? "" : `  <- meant ${meant}`;
  console.log(`maximise ${objective.padEnd(10)} with ${constraint.padEnd(16)} ${Status}: ${ObjectiveValue} at x = ${Columns.x.Primal}${note}`);
  ok &&= Status === "Optimal" && ObjectiveValue === want && Columns.x.Primal === x;
}
process.exit(ok ? 0 : 1);
JS
node probe.mjs || { echo "changed: HiGHS reads repeated terms otherwise" >&2; exit 1; }
