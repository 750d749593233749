#!/usr/bin/env bash
# A binary variable with bounds of its own: GLPK forgets the bounds, HiGHS forgets that it is binary.
#
# Surprising: one expects the two to be combined, since each only narrows what the variable may be. glpk.js sets each name
# in `binaries` to 0..1 after the bounds: a variable that is fixed at 0 is 1 in the optimal solution. HiGHS, reading the LP
# text, keeps the bounds: with `x <= 5` above, a variable of the section Binary is 5 in the optimal solution (without
# that line it is 1, and a fixed 0 stays 0). Both report "optimal", so a model that is moved from one to the other is
# right in both only if no variable has both.
# Why it matters here: solvers are how plans for a whole backlog are made, with one binary variable for each lead and rep,
# and the natural way to say "not to her, she is on leave" is to fix that variable at 0. Then she gets the lead. What a
# solver gives back must be checked against the rules before anybody is assigned.
# Versions: glpk.js 5.0.0, highs 1.15.3. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts glpk.js@5.0.0 highs@1.15.3
cat > probe.mjs <<'JS'
import glpkFactory from "glpk.js/node";
import highsFactory from "highs";

const glpk = await glpkFactory();
const highs = await highsFactory();
const show = (values) => Object.entries(values).map(([name, value]) => `${name} = ${value}`).join(", ");

// one lead, to ann at a cost of 1 or to bo at a cost of 5; ann is on leave, her variable is fixed at 0
const both = [{ name: "ann", coef: 1 }, { name: "bo", coef: 5 }];
const solve = (kind) => {
  const { result } = glpk.solve(
    {
      name: "lead",
      objective: { direction: glpk.GLP_MIN, name: "cost", vars: both },
      subjectTo: [{ name: "one", vars: both.map(({ name }) => ({ name, coef: 1 })), bnds: { type: glpk.GLP_FX, lb: 1, ub: 1 } }],
      bounds: [{ name: "ann", type: glpk.GLP_FX, lb: 0, ub: 0 }, { name: "bo", type: glpk.GLP_DB, lb: 0, ub: 1 }],
      [kind]: ["ann", "bo"],
    },
    { msglev: glpk.GLP_MSG_OFF },
  );
  return `${result.status === glpk.GLP_OPT ? "optimal" : result.status}: ${show(result.vars)}`;
};
const read = (text) => {
  const { Status, Columns } = highs.solve(text);
  return `${Status.toLowerCase()}: ${show(Object.fromEntries(Object.entries(Columns).map(([name, column]) => [name, column.Primal])))}`;
};
const fixed = "Minimize\n cost: ann + 5 bo\nSubject To\n one: ann + bo = 1\nBounds\n ann = 0\nBinary\n ann\n bo\nEnd\n";
const upper = (bounds) => `Maximize\n sum: x\nSubject To\n cap: x <= 10\n${bounds}Binary\n x\nEnd\n`;
const cases = [
  ["GLPK, ann fixed at 0, binaries", solve("binaries"), "optimal: ann = 1, bo = 0"],
  ["GLPK, ann fixed at 0, integers", solve("generals"), "optimal: ann = 0, bo = 1"],
  ["HiGHS, ann fixed at 0, binaries", read(fixed), "optimal: ann = 0, bo = 1"],
  ["HiGHS, a binary without bounds", read(upper("")), "optimal: x = 1"],
  ["HiGHS, a binary with x <= 5", read(upper("Bounds\n x <= 5\n")), "optimal: x = 5"],
];
let ok = true;
for (const [name, seen, want] of cases) {
  console.log(name.padEnd(34), seen);
  ok &&= seen === want;
}
process.exit(ok ? 0 : 1);
JS
node probe.mjs || { echo "changed: binaries and bounds are combined otherwise" >&2; exit 1; }
