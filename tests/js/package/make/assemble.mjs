// Makes a package of the compiled facade: the module as a text, the forms for CommonJS, and what `exports` says of all of them.
// Usage: node assemble.mjs FACADE PKG VERSION
//
// The facade's own code stays as the compiler wrote it: an error that nobody catches is shown with its line, and bundlers make code small
// themselves. It is 5 KB of gzip for whoever serves the package without one. Only the glue, which no person wrote, is made small.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { minify } from "terser";
import { chunk } from "./chunks.mjs";
import { commonjs } from "./commonjs.mjs";
import { expand } from "./exports.mjs";
import { schemas } from "./schema.mjs";

const [facade, pkg, version] = process.argv.slice(2);
const read = (name) => readFileSync(join(pkg, name), "utf8");
const write = (name, text) => writeFileSync(join(pkg, name), text);

const { code } = await minify(readFileSync(join(facade, "glue.js"), "utf8"), { module: true, ecma: 2022, compress: { passes: 2 }, mangle: true });
writeFileSync(join(facade, "glue.js"), `${code}\n`);
write("engine-data.js", `export const data = "${gzipSync(readFileSync(join(pkg, "evenhand.wasm")), { level: 9 }).toString("base64")}";\n`);

mkdirSync(join(pkg, "schema"));
const made = schemas(join(pkg, "evenhand.d.ts"), new URL("schema.json", import.meta.url).pathname);
for (const [name, schema] of Object.entries(made)) write(`schema/${name}.json`, `${JSON.stringify(schema, null, 1)}\n`);

// What this module answers in worlds of chance, for other installations to compare with.
const known = (expected) => writeFileSync(join(facade, "conformance-expected.js"), `export const expected = ${JSON.stringify(expected)};\n`);
known([]);
for (const name of ["evenhand.wasm", "evenhand.core.wasm", "evenhand.deferred.wasm"]) copyFileSync(join(pkg, name), join(facade, name));
const evenhand = await import(pathToFileURL(join(facade, "node.js")).href);
const { answers, WORLDS } = await import("../conformance.mjs");
const expected = [];
for (let seed = 0; seed < WORLDS; seed += 1) expected.push((await answers(evenhand, seed)).digest);
known(expected);

const manifest = JSON.parse(read("package.json"));
if (manifest.version !== version) throw new Error(`pkg-template/package.json is of version ${manifest.version}, and Cargo.toml of ${version}`);
const { exports, scripts, files } = expand(manifest.exports, facade);
// The conformance run is the cases' own; all other entries are the facade's.
const sources = { "conformance.js": new URL("../conformance.mjs", import.meta.url).pathname };
// No entry leads to the last one, but the module's own imports (see the file).
await chunk(pkg, Object.fromEntries([...scripts, manifest.bin.evenhand.slice(2), "evenhand_bg.js"].map((name) => [name, sources[name] ?? join(facade, name)])));
commonjs(pkg, files);
write("package.json", `${JSON.stringify({ ...manifest, exports }, null, 2)}\n`);
