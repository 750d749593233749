// Where the bytes of a module go: its crates and its largest functions, by the names that the compiler leaves in.
// Usage: node tests/js/package/functions.mjs pkg-template/build/bound.wasm [how many]
import { readFileSync } from "node:fs";

const [file, most = "25"] = process.argv.slice(2);

class Reader {
  constructor(bytes, at) {
    Object.assign(this, { bytes: Buffer.from(bytes), at });
  }
  /** An unsigned LEB128 number. */
  number() {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = this.bytes[this.at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }
  text() {
    const length = this.number();
    return this.bytes.toString("utf8", this.at, (this.at += length));
  }
  /** Calls `each(id)` at the start of every section. */
  sections(each) {
    while (this.at < this.bytes.length) {
      const id = this.bytes[this.at++];
      const end = this.number() + this.at;
      each(id, end - this.at);
      this.at = end;
    }
  }
}

const bytes = readFileSync(file);
const module = new WebAssembly.Module(bytes);
const imported = WebAssembly.Module.imports(module).filter(({ kind }) => kind === "function").length;
const functions = [];
const code = new Reader(bytes, 8);
code.sections((id, length) => {
  if (id === 11) console.log(`${String(length).padStart(8)}  data`);
  if (id !== 10) return;
  for (let left = code.number(); left > 0; left -= 1) {
    const size = code.number();
    functions.push({ size, name: `function ${imported + functions.length}` });
    code.at += size;
  }
});
const names = new Reader(WebAssembly.Module.customSections(module, "name")[0] ?? [], 0);
names.sections((id) => {
  if (id !== 1) return;
  for (let left = names.number(); left > 0; left -= 1) {
    const one = functions[names.number() - imported];
    const name = names.text();
    if (one !== undefined) one.name = name;
  }
});

const crates = new Map();
for (const { name, size } of functions) {
  const crate = /([a-z]\w*)(?:\[\w+\])?::/.exec(name)?.[1] ?? "other";
  crates.set(crate, { name: crate, size: (crates.get(crate)?.size ?? 0) + size });
}
const show = (rows, count) => {
  const largest = rows.sort((a, b) => b.size - a.size).slice(0, count);
  for (const { size, name } of largest) console.log(`${String(size).padStart(8)}  ${name}`);
};
show([...crates.values()], 12);
console.log();
show(functions, Number(most));
