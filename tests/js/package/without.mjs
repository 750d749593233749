// How much smaller a file's gzip is without parts of it.
// Usage: node without.mjs FILE RANGES.json, with a list of lists of [from, to]. Prints the bytes of the whole, and for each list the bytes it saves, a line each.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const [file, ranges] = process.argv.slice(2);
const bytes = readFileSync(file);
const zipped = (parts) => gzipSync(Buffer.concat(parts), { level: 9 }).length;
const whole = zipped([bytes]);
console.log(whole);
for (const list of JSON.parse(readFileSync(ranges, "utf8"))) {
  const rest = [];
  let from = 0;
  for (const [start, end] of list.sort(([a], [b]) => a - b)) {
    rest.push(bytes.subarray(from, start));
    from = end;
  }
  rest.push(bytes.subarray(from));
  console.log(whole - zipped(rest));
}
