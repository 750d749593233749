// This build against another: their kernels in one process, in turn, and how soon each answers in processes of their own.
// Usage: node main.mjs OUR-PACKAGE OTHER-PACKAGE OTHER-NAME [--quick]. Writes out/against.json.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { compare } from "./compare.mjs";
import { kernels } from "./kernels.mjs";
import { coldStarts } from "./starts.mjs";

const [ours, other, name, ...options] = process.argv.slice(2);
const quick = options.includes("--quick");
const packages = { other, ours };
const entry = (pkg) => {
  const { node } = JSON.parse(readFileSync(join(pkg, "package.json"), "utf8")).exports["."];
  return (node.import ?? node).default;
};

/** An engine of a package; its facade is a module of its own, and so is its WebAssembly. */
async function engine(pkg, query = "") {
  const { createEngineSync } = await import(pathToFileURL(join(pkg, entry(pkg))).href + query);
  return createEngineSync({ maxMemory: 2 ** 30 });
}

const three = (number) => (number >= 100 ? number.toFixed(0) : number.toPrecision(3));
const time = (ms) => (ms >= 1 ? `${three(ms)} ms` : `${three(ms * 1000)} µs`);
const held = (bytes) => (bytes === undefined ? "" : `   ${three(bytes.before / 1e6)} MB held at most before, ${three(bytes.now / 1e6)} MB now`);
const sizes = Object.fromEntries(Object.entries(packages).map(([side, pkg]) => {
  const bytes = readFileSync(join(pkg, "evenhand.wasm"));
  return [side, { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length }];
}));
console.log(`evenhand.wasm: ${three(sizes.other.gzip / 1000)} KB of gzip at ${name}, ${three(sizes.ours.gzip / 1000)} KB now`);

// The other build twice: how far its second copy is from its first is how much of a ratio is noise.
const engines = { other: await engine(other), ours: await engine(ours), again: quick ? undefined : await engine(other, "?again") };
const sides = Object.fromEntries(Object.entries(engines).filter(([, engine]) => engine !== undefined));

console.log("\nspeed now, as a part of the speed before: 1 is as fast, 2 twice as fast; of the least times, and the median of rounds");
console.log(`  ${"".padEnd(34)} ${"before".padStart(9)} ${"now".padStart(9)} ${"least".padStart(7)} ${"median".padStart(7)}${quick ? "" : "   noise: least, median"}`);
const lines = [];
let differ = 0;
for (const kernel of kernels(quick)) {
  const result = compare(kernel, sides, quick);
  lines.push({ kernel: kernel.name, ...result });
  if (result.skipped !== undefined) {
    if (result.differs) differ++;
    console.log(`  ${kernel.name.padEnd(34)} ${result.skipped}`);
    continue;
  }
  const noise = quick ? "" : `   ${three(result.noise.least)} ${three(result.noise.median)}`;
  console.log(`  ${kernel.name.padEnd(34)} ${time(result.before).padStart(9)} ${time(result.now).padStart(9)} ${three(result.least).padStart(7)} ${three(result.median).padStart(7)}${noise}${held(result.bytes)}`);
}
for (const engine of Object.values(sides)) engine.free();

console.log("\ncold start to the first plan, in processes of their own: least and median");
const starts = [];
for (const start of await coldStarts(packages, quick)) {
  starts.push(start);
  if (start.skipped !== undefined) console.log(`  ${start.runtime.padEnd(34)} not measured: ${start.skipped}`);
  else console.log(`  ${start.runtime.padEnd(34)} ${time(start.before.least)} / ${time(start.before.median)} before, ${time(start.now.least)} / ${time(start.now.median)} now (${start.samples} each)`);
}

const out = new URL("../out/", import.meta.url);
mkdirSync(out, { recursive: true });
const machine = { node: process.version, cpu: cpus()[0]?.model, cpus: cpus().length, load: loadavg() };
writeFileSync(new URL("against.json", out), `${JSON.stringify({ against: name, quick, machine, sizes, kernels: lines, starts }, null, 2)}\n`);
console.log(`\nwritten to tests/js/bench/out/against.json, in ${(performance.now() / 1000).toFixed(0)} s`);
if (differ > 0) {
  console.error(`${differ} kernels fail or answer differently`);
  process.exit(1);
}
