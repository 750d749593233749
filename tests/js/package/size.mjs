// Prints the sizes of a built package: raw and gzip, the module and the JavaScript that a host loads (minified, as bundlers do).
// With `--within FILE` it ends with an error when one of them has grown past that file's bytes of gzip.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { minify } from "terser";

const [pkg, option, file] = process.argv.slice(2);
const most = option === "--within" ? JSON.parse(readFileSync(file, "utf8")).gzip : {};
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1).padStart(7)} KB`;
const wrong = [];

function show(key, name, bytes) {
  const zipped = gzipSync(bytes, { level: 9 }).length;
  console.log(`    ${name.padEnd(23)} ${kilobytes(bytes.length)}  gzip ${kilobytes(zipped)}${key in most ? ` of ${kilobytes(most[key]).trim()}` : ""}`);
  if (option === "--within" && !(zipped <= most[key])) wrong.push(`${name}: ${zipped} bytes of gzip, at most ${most[key]} (\`${key}\` in ${file})`);
}

for (const [key, name] of [["core", "evenhand.core.wasm"], ["deferred", "evenhand.deferred.wasm"], ["wasm", "evenhand.wasm"]]) show(key, name, readFileSync(join(pkg, name)));
// The module as a text is the module once more.
const scripts = readdirSync(pkg).filter((name) => name.endsWith(".js") && name !== "engine-data.js");
// As a host's bundler makes it.
const small = async (name) => (await minify(readFileSync(join(pkg, name), "utf8"), { module: true, ecma: 2022, compress: { passes: 2 }, mangle: true })).code;
const all = async (names) => Buffer.from((await Promise.all(names.map(small))).join("\n"));
show("javascript", "JavaScript, all entries", await all(scripts.filter((name) => !name.startsWith("cli"))));
show("cli", "command line", await all(scripts.filter((name) => name.startsWith("cli"))));
if (wrong.length > 0) {
  console.error(wrong.join("\n"));
  process.exit(1);
}
