// A plan of a million leads, from its command to the database and back, as a host meets it: each step once, in a process of its own that also
// holds a million objects. Another build beside it, in turn, where `EVENHAND_AGAINST` names its package; `EVENHAND_HEAP=0` holds no objects.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { pkg } from "../package/lib/installed.mjs";
import { MOST } from "./lib/quick.mjs";
import { Report } from "./lib/report.mjs";

const ROWS = Number(process.env.EVENHAND_ROWS ?? MOST);
const ROUNDS = Number(process.env.EVENHAND_ROUNDS ?? 1);
const other = process.env.EVENHAND_AGAINST;
/** At most this part of what the build before took, by step. */
const TARGETS = { digest: 0.3, byAssignee: 0.3, toSQL: 0.3, verify: 0.4, apply: 0.4, undo: 0.2, toJSON: 0.2 };
const MEMORY = 0.4;
const program = fileURLToPath(new URL("lib/plan-run.mjs", import.meta.url));

function run(folder, world) {
  const { node } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).exports["."];
  const entry = pathToFileURL(join(folder, (node.import ?? node).default)).href;
  return JSON.parse(execFileSync(process.execPath, ["--max-old-space-size=8192", program, entry, String(ROWS), world], { maxBuffer: 2 ** 26 }));
}

/** The least of each step over all rounds; memory is the same in each. */
function least(runs) {
  const took = {};
  for (const run of runs) for (const [step, ms] of Object.entries(run.took)) took[step] = Math.min(took[step] ?? Infinity, ms);
  return { took, memory: runs[0].memory, seen: runs[0].seen };
}

const report = new Report("plan");
for (const world of ["plain", "stamped"]) {
  const sides = { ours: [], other: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const side of other === undefined ? ["ours"] : round % 2 === 0 ? ["other", "ours"] : ["ours", "other"]) sides[side].push(run(side === "ours" ? pkg : other, world));
  }
  const ours = least(sides.ours);
  const before = other === undefined ? undefined : least(sides.other);
  if (before !== undefined && JSON.stringify(before.seen) !== JSON.stringify(ours.seen)) throw new Error(`${world}: the other build answers ${JSON.stringify(before.seen)}, this one ${JSON.stringify(ours.seen)}`);
  const name = (step) => `${ROWS.toLocaleString("en")} ${world} leads: ${step}`;
  for (const [step, ms] of Object.entries(ours.took)) {
    if (before === undefined) report.alone(name(step), ms);
    else report.against(name(step), ms, "before", before.took[step], TARGETS[step] && { atMost: TARGETS[step] });
  }
  for (const [what, at] of [["memory at the end", "verify JSON"], ["encoded", "encoded"]]) {
    if (before === undefined) report.alone(name(what), ours.memory[at], undefined, "MB");
    else report.against(name(what), ours.memory[at], "before", before.memory[at], { atMost: MEMORY }, "MB");
  }
}
report.end();
