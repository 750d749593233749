// Does one job in the runtime that runs this file; the package is resolved as that runtime does. Prints JSON.
import * as evenhand from "evenhand";
import { readFileSync } from "node:fs";
import { runCases, runChecks } from "../inside.mjs";

const jobs = {
  checks: () => runChecks(evenhand),
  cases: () => runCases(evenhand, JSON.parse(readFileSync(process.argv[3], "utf8"))),
};
console.log(JSON.stringify(await jobs[process.argv[2]]()));
