// The first load of a process that holds as many objects besides, as users meet it: once, cold, beside a heap that is not empty.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { many, MOST } from "./lib/quick.mjs";
import { Report } from "./lib/report.mjs";

const PEERS = { csv: "papaparse", json: "JSON.parse", rows: "structuredClone" };
const report = new Report("first-load");
const child = fileURLToPath(new URL("lib/first-load.mjs", import.meta.url));
const run = (format, side) => JSON.parse(execFileSync(process.execPath, [...process.execArgv, child, format, side, String(MOST)], { maxBuffer: 2 ** 20 }));

for (const [format, peer] of Object.entries(PEERS)) {
  const [ours, theirs] = [run(format, "ours"), run(format, "theirs")];
  for (const answer of [ours.second, theirs.first, theirs.second]) {
    if (answer.seen !== ours.first.seen) throw new Error(`the loads of ${format} differ`);
  }
  const work = `${format === "rows" ? "JS objects" : `${format.toUpperCase()} bytes`} → table, ${many(MOST)} leads, first load`;
  report.against(work, ours.first.took, peer, theirs.first.took);
  report.alone(`${work}: time`, ours.first.took, 2000);
  report.against(`${work}, in second ones`, ours.first.took, "the second", ours.second.took, { atMost: 1.3 });
  report.alone(`${work}: full collections`, ours.first.collections, 3, "");
  report.alone(`${work}: most linear memory`, ours.memory / MOST, 110, "B a lead");
}
report.end();
