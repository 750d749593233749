// Prints the sizes of a built package: raw and gzip, the module and the JavaScript that a host loads.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const pkg = process.argv[2];
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1).padStart(7)} KB`;
const show = (name, bytes) => console.log(`    ${name.padEnd(22)} ${kilobytes(bytes.length)}  gzip ${kilobytes(gzipSync(bytes, { level: 9 }).length)}`);

show("evenhand.wasm", readFileSync(join(pkg, "evenhand.wasm")));
const scripts = readdirSync(pkg).filter((name) => name.endsWith(".js"));
const all = (names) => Buffer.concat(names.map((name) => readFileSync(join(pkg, name))));
show("JavaScript, all entries", all(scripts.filter((name) => !name.startsWith("cli"))));
show("command line", all(scripts.filter((name) => name.startsWith("cli"))));
