// What a host downloads.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { pkg } from "../package/lib/installed.mjs";
import { Report } from "./lib/report.mjs";

const report = new Report("size");
const zipped = (...names) => gzipSync(Buffer.concat(names.map((name) => readFileSync(join(pkg, name)))), { level: 9 }).length / 1000;

const peers = join(fileURLToPath(new URL(".", import.meta.url)), "node_modules");
const wasm = zipped("evenhand.core.wasm");
report.alone("evenhand.core.wasm, gzip", wasm, 450, "KB");
report.alone("evenhand.deferred.wasm, gzip", zipped("evenhand.deferred.wasm"), undefined, "KB");
report.alone("evenhand.wasm, the same in one file, gzip", zipped("evenhand.wasm"), undefined, "KB");
for (const [peer, path] of [["SQLite wasm", "sql.js/dist/sql-wasm.wasm"], ["Cedar wasm", "@cedar-policy/cedar-wasm/nodejs/cedar_wasm_bg.wasm"]]) {
  report.against("evenhand.core.wasm, gzip", wasm, peer, gzipSync(readFileSync(join(peers, path)), { level: 9 }).length / 1000, undefined, "KB");
}
report.alone("JavaScript, all entries together, gzip", zipped(...readdirSync(pkg).filter((name) => name.endsWith(".js") && name !== "engine-data.js" && !name.startsWith("cli"))), undefined, "KB");

report.end();
