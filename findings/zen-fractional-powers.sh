#!/usr/bin/env bash
# In the decision engine ZEN the square root of 9, written 9^0.5, is 2.9999999929.
#
# Surprising: ZEN computes with decimals, so that 0.1 + 0.2 == 0.3 is true, and one takes it to be more exact than
# floats everywhere. Powers with a fractional exponent are wrong from the ninth digit on: 4^1.5 is not 8, 100^0.5 is
# not 10, and a comparison with the exact value is false. Whole exponents are exact. Nothing says that a result is an
# approximation.
# Why it matters here: decision tables are the usual place for lead scores with a curve in them ("square root of the
# deal size"), and scores decide by a threshold who gets a lead. Two engines that should agree then differ exactly at
# the boundary. An engine that assigns should compute its shares in whole numbers and let no such value decide a tie.
# Versions: @gorules/zen-engine 0.54.0. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @gorules/zen-engine@0.54.0
cat > probe.mjs <<'JS'
import { evaluateExpressionSync as evaluate } from "@gorules/zen-engine";

let ok = evaluate("0.1 + 0.2 == 0.3", {}) === true && evaluate("2^10", {}) === 1024;
for (const [expression, exact] of [["9^0.5", 3], ["100^0.5", 10], ["4^1.5", 8], ["1000000^0.5", 1000]]) {
  const seen = evaluate(expression, {});
  const reached = evaluate(`${expression} >= ${exact}`, {});
  const error = Math.abs(seen - exact) / exact;
  console.log(expression.padEnd(12), seen, `exact ${exact}, relative error ${error.toExponential(1)}, reaches ${exact}: ${reached}`);
  ok &&= reached === false && error > 1e-12 && error < 1e-6;
}
process.exit(ok ? 0 : 1);
JS
node probe.mjs || { echo "changed: fractional powers are exact" >&2; exit 1; }
