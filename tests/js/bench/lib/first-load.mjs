// A process of its own that holds as many objects as it loads leads, and loads twice. Prints what it took as JSON.
// Usage: node --expose-gc first-load.mjs json|csv|rows ours|theirs ROWS
import { createHash } from "node:crypto";
import { PerformanceObserver } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import Papa from "papaparse";
import { createEngineSync, host } from "./evenhand.mjs";
import { Leads } from "./leads.mjs";
import { workspace } from "./world.mjs";

const [format, side, rows] = process.argv.slice(2);
const MAJOR = 4;
let collections = 0;
new PerformanceObserver((list) => {
  for (const { detail } of list.getEntries()) if (detail.kind === MAJOR) collections++;
}).observe({ entryTypes: ["gc"] });

const made = new Leads(Number(rows), 24);
// What the program holds besides; for rows it is what is loaded.
const held = made.objects();
const input = format === "rows" ? held : format === "csv" ? made.csv(held) : made.json();
const decoder = new TextDecoder();
const PEERS = {
  json: (bytes) => JSON.parse(decoder.decode(bytes)),
  csv: (bytes) => Papa.parse(decoder.decode(bytes), { header: true, skipEmptyLines: true }).data,
  rows: (rows) => structuredClone(rows),
};
const engine = createEngineSync();
const world = workspace(engine);
const load = side === "theirs" ? PEERS[format] : (data) => world.load(data, format === "csv" ? { format } : {});

/** Rows from both ends, as texts. */
function seen(loaded) {
  const text = (row) => Object.values(row).map((cell) => String(cell ?? ""));
  const ends = (size, from) => [size, ...[from(0), from(size - 200)].map((part) => part.map(text))];
  if (side === "theirs") return ends(loaded.length, (at) => loaded.slice(at, at + 200));
  const all = loaded.select(null, host);
  const found = ends(all.count, (at) => all.rows(at, 200));
  all.free();
  return found;
}

async function timed() {
  globalThis.gc();
  await setTimeout(100);
  collections = 0;
  const start = performance.now();
  const loaded = load(input);
  const took = performance.now() - start;
  await setTimeout(100);
  const answer = { took, collections, seen: createHash("sha256").update(JSON.stringify(seen(loaded))).digest("hex") };
  loaded.free?.();
  return answer;
}

const first = await timed();
const memory = engine.memory();
const second = await timed();
console.log(JSON.stringify({ first, second, memory, held: held.length }));
