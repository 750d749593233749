#!/usr/bin/env bash
# In mathjs and expr-eval `not stage == 2` is false for stage 1: it is read as (not stage) == 2.
#
# Surprising: the word `not`, beside the words `and` and `or`, is SQL's and Python's, and there it negates the comparison
# that follows; only the sign `!` binds tighter. mathjs and expr-eval give the word the place of the sign. What is
# compared with 2 is then a boolean: the answer is false for every stage, and `not stage != 2` is true for every one.
# filtrex has the same order and raises an error, since it keeps booleans and numbers apart.
# Why it matters here: conditions such as "not stage == 2 and score > 50" are stored as text in CRMs, and these libraries are
# the usual way to evaluate one. The rule holds for no lead and nobody sees an error. Whoever turns rules into
# such a text should write brackets after every `not`.
# Versions: mathjs 15.2.0, expr-eval 2.0.2, filtrex 3.1.0, sql.js 1.17.0 (for comparison). Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts mathjs@15.2.0 expr-eval@2.0.2 filtrex@3.1.0 sql.js@1.17.0
cat > probe.mjs <<'JS'
import exprEval from "expr-eval";
import { compileExpression } from "filtrex";
import { evaluate } from "mathjs";
import initSqlJs from "sql.js";

const SQL = await initSqlJs();
const db = new SQL.Database();
const stages = [0, 1, 2, 3];
const languages = {
  SQLite: (text, stage) => db.exec(`select ${text} from (select ${stage} as stage)`)[0].values[0][0] === 1,
  mathjs: (text, stage) => evaluate(text, { stage }),
  "expr-eval": (text, stage) => exprEval.Parser.evaluate(text, { stage }),
  filtrex: (text, stage) => {
    const value = compileExpression(text)({ stage });
    return value instanceof Error ? "error" : value;
  },
};
const want = {
  "not stage == 2": ["0 1 3", "", "", "errors"],
  "not (stage == 2)": ["0 1 3", "0 1 3", "0 1 3", "0 1 3"],
  "not stage != 2": ["2", "0 1 2 3", "0 1 2 3", "errors"],
  "stage == 1 or stage == 2 and stage > 5": ["1", "1", "1", "1"],
};
let ok = true;
for (const [text, expected] of Object.entries(want)) {
  const seen = Object.entries(languages).map(([name, holds]) => {
    const answers = stages.map((stage) => holds(text, stage));
    return [name, answers.includes("error") ? "errors" : stages.filter((_, index) => answers[index]).join(" ")];
  });
  console.log(`${text}: of the stages 0 to 3\n    ${seen.map(([name, list]) => `${name}: ${list || "none"}`).join(" | ")}`);
  ok &&= JSON.stringify(seen.map(([, list]) => list)) === JSON.stringify(expected);
}
process.exit(ok ? 0 : 1);
JS
node probe.mjs || { echo "changed: the word not binds otherwise" >&2; exit 1; }
