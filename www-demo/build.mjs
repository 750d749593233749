// Builds the app into dist/ and writes each file's compressed forms beside it. Usage: node build.mjs
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "vite";
import { write } from "./leads.mjs";

const root = fileURLToPath(new URL(".", import.meta.url));
const dist = join(root, "dist");
await write();
await build({ root, configFile: join(root, "vite.config.ts"), logLevel: "warn" });

const sizes = { "the app, JavaScript": 0, "worlds, as data": 0, "the engine's JavaScript": 0, "styles": 0 };
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(js|css|html|svg|wasm|csv)$/.test(entry.name)) continue;
  const file = join(entry.parentPath, entry.name);
  const bytes = readFileSync(file);
  const gzip = gzipSync(bytes, { level: 9 });
  writeFileSync(`${file}.gz`, gzip);
  // Of the module and of leads, the last step would take as long as all else together.
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: entry.name.endsWith(".csv") ? 5 : entry.name.endsWith(".wasm") ? 9 : 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
  if (entry.name.endsWith(".css")) sizes.styles += gzip.length;
  else if (/^(config|leads|story|names|random)-/.test(entry.name)) sizes["worlds, as data"] += gzip.length;
  else if (/^evenhand-.*\.js$/.test(entry.name)) sizes["the engine's JavaScript"] += gzip.length;
  else if (entry.name.endsWith(".js")) sizes["the app, JavaScript"] += gzip.length;
}
writeFileSync(join(dist, "sizes.json"), `${JSON.stringify(sizes, null, 2)}\n`);
for (const [what, bytes] of Object.entries(sizes)) console.log(`    ${what.padEnd(26)} gzip ${(bytes / 1000).toFixed(1).padStart(6)} KB`);
