// Runs the case files in every runtime and holds the outcomes, byte for byte, against the native ones.
// Usage: node run-cases.mjs NATIVE.jsonl [FOLDER] (written by `EVENHAND_CASES_OUT=NATIVE.jsonl cargo test --test cases`)
import { readFileSync } from "node:fs";
import { cases } from "./lib/installed.mjs";
import { runtimes } from "./lib/runtimes.mjs";

const native = readFileSync(process.argv[2], "utf8").split("\n").filter((line) => line !== "");
const all = cases(process.argv[3]);
let passed = 0;
let failed = 0;
for (const [name, open] of Object.entries(runtimes)) {
  const runtime = await open();
  const lines = await runtime.run("cases", all);
  await runtime.close();
  for (let i = 0; i < Math.max(native.length, lines.length); i += 1) {
    if (native[i] === lines[i]) {
      passed += 1;
      continue;
    }
    failed += 1;
    console.error(`${name} differs from native:\n  native ${native[i]}\n  ${name} ${lines[i]}`);
  }
}
console.log(`${all.length} cases in ${Object.keys(runtimes).join(", ")}:`);
console.log(`cases: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
