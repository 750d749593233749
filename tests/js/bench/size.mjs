// What a host downloads, and how soon it answers.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { pkg, entry } from "../package/lib/installed.mjs";
import { Report } from "./lib/report.mjs";
import { ready } from "./lib/workerd.mjs";

const report = new Report("size");
const zipped = (...names) => gzipSync(Buffer.concat(names.map((name) => readFileSync(join(pkg, name)))), { level: 9 }).length / 1000;

const peers = join(fileURLToPath(new URL(".", import.meta.url)), "node_modules");
const wasm = zipped("evenhand.wasm");
report.alone("evenhand.wasm, gzip", wasm, 250, "KB");
for (const [peer, path] of [["SQLite wasm", "sql.js/dist/sql-wasm.wasm"], ["Cedar wasm", "@cedar-policy/cedar-wasm/nodejs/cedar_wasm_bg.wasm"]]) {
  report.against("evenhand.wasm, gzip", wasm, peer, gzipSync(readFileSync(join(peers, path)), { level: 9 }).length / 1000, undefined, "KB");
}
report.alone("JavaScript, all entries together, gzip", zipped(...readdirSync(pkg).filter((name) => name.endsWith(".js") && !name.startsWith("cli"))), 15, "KB");

const start = fileURLToPath(new URL("lib/start.mjs", import.meta.url));
const starts = Array.from({ length: 8 }, () => Number(execFileSync(process.execPath, [start, pathToFileURL(join(pkg, entry("node"))).href])));
report.alone("ready in Node: import, engine, workspace", Math.min(...starts));

try {
  const { cold, more } = await ready(5);
  report.alone("ready in workerd: added to its cold start", cold, 10);
  report.alone("ready in workerd: an engine in a running worker", more, 10);
} catch (error) {
  report.skipped("ready in workerd", error.message);
}
report.end();
