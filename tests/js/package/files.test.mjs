// What is in the tarball, file by file, and what its licences and its version are. `node files.test.mjs --update` writes the list anew.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { here, manifest, pkg } from "./lib/installed.mjs";

const snapshot = join(here, "files.txt");
const root = join(here, "../../..");
const files = readdirSync(pkg, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(pkg.length + 1).replaceAll("\\", "/"))
  .sort();

if (process.argv.includes("--update")) writeFileSync(snapshot, `${files.join("\n")}\n`);

test("the tarball has these files and no others", () => {
  const known = readFileSync(snapshot, "utf8").trim().split("\n");
  assert.deepEqual({ new: files.filter((file) => !known.includes(file)), gone: known.filter((file) => !files.includes(file)) }, { new: [], gone: [] });
});

test("every file that the manifest names is there, and no file is empty", () => {
  const leaves = (target) => (typeof target === "string" ? [target] : Object.values(target).flatMap(leaves));
  const named = leaves([manifest.exports, manifest.types, manifest.bin]).filter((file) => !file.includes("*"));
  assert.ok(named.length > 30);
  for (const file of named) assert.ok(files.includes(file.slice(2)), `${file} is named and not there`);
  for (const file of files) assert.ok(readFileSync(join(pkg, file)).length > 0, `${file} is empty`);
});

test("the version is that of Cargo.toml, everywhere", () => {
  const { packages } = metadata();
  assert.equal(manifest.version, packages.find(({ name }) => name === "evenhand").version);
});

test("nothing of the package depends on anything that may not be given away", () => {
  assert.equal(manifest.dependencies ?? manifest.scripts, undefined);
  // React is the host's own, where there is one.
  assert.deepEqual([manifest.peerDependencies, manifest.peerDependenciesMeta], [{ react: ">=18" }, { react: { optional: true } }]);
  assert.ok(["LICENSE-MIT", "LICENSE-APACHE"].every((file) => files.includes(file)));
  const { packages, resolve } = metadata();
  const byId = new Map(packages.map((one) => [one.id, one]));
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  // What goes into the module: dependencies that are neither for tests nor for building.
  const inside = new Set();
  const visit = (id) => {
    if (inside.has(id)) return;
    inside.add(id);
    for (const { pkg: next, dep_kinds } of nodes.get(id).deps) if (dep_kinds.some(({ kind }) => kind === null)) visit(next);
  };
  visit(packages.find(({ name }) => name === "evenhand").id);
  const FREE = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Zlib", "0BSD", "CC0-1.0", "Unlicense", "Unicode-3.0"];
  const faults = [...inside].map((id) => byId.get(id)).filter(({ license }) => !free(license, FREE));
  assert.deepEqual(faults.map(({ name, license }) => [name, license]), []);
  // Of tools and tests it is enough that each has a licence of its own kind that this list knows.
  const others = packages.filter(({ license }) => !free(license, [...FREE, "MPL-2.0", "BSL-1.0", "CDLA-Permissive-2.0"]));
  assert.deepEqual(others.map(({ name, license }) => [name, license]), []);
});

test("the notices have every crate that is linked into the module, with its copyright, and nothing of this machine", () => {
  const text = readFileSync(join(pkg, "THIRD-PARTY-NOTICES.txt"), "utf8");
  const [head, ...parts] = text.split(`${"-".repeat(80)}\n`);
  assert.match(head, /used under MIT/);
  const notices = parts.map((part) => /^((?:.+\n)+)\nLicence: (.+)\n\n([^]+)$/.exec(part).slice(1));
  const named = notices.flatMap(([names]) => names.trim().split("\n"));
  const tree = ["tree", "--offline", "--package", "evenhand", "--target", "wasm32-unknown-unknown", "--edges", "normal,no-proc-macro", "--prefix", "none", "--no-dedupe"];
  const lines = execFileSync("cargo", tree, { cwd: root, encoding: "utf8" }).trim().split("\n");
  // Those of the project itself stand with their folder.
  const linked = new Set(lines.filter((line) => !line.includes("(/")).map((line) => line.split(" ").slice(0, 2).join(" ").replace(" v", " ")));
  assert.ok(linked.size > 20 && linked.has(`wasm-bindgen ${metadata().packages.find(({ name }) => name === "wasm-bindgen").version}`));
  assert.deepEqual([...linked].filter((name) => !named.includes(name)), []);
  const crates = named.filter((name) => / \d+\.\d+\.\d+$/.test(name));
  assert.deepEqual(crates.filter((name) => !linked.has(name)), []);
  for (const other of ["Rust's standard library", "dlmalloc", "libm", "Unicode Character Database"]) assert.ok(named.some((name) => name.startsWith(other)), other);
  // Each text grants what its licence is named for, and none stands twice.
  const GRANTS = { MIT: /Permission is hereby granted, free of charge/, Zlib: /provided 'as-is'/, "Unicode-3.0": /UNICODE LICENSE V3/ };
  for (const [names, id, words] of notices) assert.match(words.replaceAll(/\s+/g, " "), GRANTS[id], names);
  assert.equal(new Set(notices.map(([, , words]) => words.replaceAll(/\s+/g, " "))).size, notices.length);
  const whole = text.replaceAll(/\s+/g, " ");
  for (const holder of ["Alex Crichton", "The Rust Project Contributors", "Rich Felker", "Unicode, Inc."]) assert.ok(whole.includes(holder), holder);
  assert.ok(!text.includes(root) && !/\/(home|root|Users)\//.test(text));
});

/** Whether an SPDX expression leaves a choice that is among these: of `or` one part, of `and` all. */
function free(expression, known) {
  if (!expression) return false;
  const text = expression.replaceAll("/", " OR ").trim();
  const split = (word) => {
    const parts = [];
    let depth = 0;
    let part = "";
    for (const token of text.split(/(\(|\)|\s+OR\s+|\s+AND\s+)/)) {
      if (token === "(") depth += 1;
      if (token === ")") depth -= 1;
      if (depth === 0 && token.trim() === word) parts.push(part), (part = "");
      else part += token;
    }
    return [...parts, part].map((one) => one.trim());
  };
  const any = split("OR");
  if (any.length > 1) return any.some((one) => free(one, known));
  const all = split("AND");
  if (all.length > 1) return all.every((one) => free(one, known));
  return text.startsWith("(") && text.endsWith(")") ? free(text.slice(1, -1), known) : known.includes(text);
}

test("licences are read as SPDX means them", () => {
  const known = ["MIT", "Apache-2.0", "Unicode-3.0"];
  for (const good of ["MIT", "MIT OR GPL-3.0", "MIT/Apache-2.0", "(MIT OR GPL-3.0) AND Unicode-3.0", "MIT AND (Apache-2.0 OR GPL-2.0)"]) assert.ok(free(good, known), good);
  for (const bad of [null, "", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR Apache-2.0) AND GPL-2.0", "MIT WITH x"]) assert.ok(!free(bad, known), String(bad));
});

let known;
function metadata() {
  return (known ??= JSON.parse(execFileSync("cargo", ["metadata", "--format-version", "1", "--offline"], { cwd: root, maxBuffer: 2 ** 28, encoding: "utf8" })));
}
