// The notices of what other people wrote and the package has compiled into it: their licences ask for them.
// Usage: node notices.mjs FILE
//
// Cargo says which crates the module is linked from; each brings its licence in its source. Where a crate leaves a choice that has MIT in it, MIT is
// chosen. The same text stands once, with all crates that it is for; nothing depends on where or when it was written.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const root = new URL("../../../..", import.meta.url).pathname;
const cargo = (...args) => execFileSync(process.env.CARGO ?? "cargo", args, { cwd: root, maxBuffer: 2 ** 28, encoding: "utf8" });
/** MIT as SPDX words it, for what brings no text of its own. */
const mit = (holders) => readFileSync(join(root, "LICENSE-MIT"), "utf8").replace(/^Copyright .*$/m, `Copyright (c) ${holders}`);

const { packages } = JSON.parse(cargo("metadata", "--format-version", "1", "--locked"));
const crate = (name, version) => packages.find((one) => one.name === name && (version === undefined || one.version === version));

/** What is not a crate of Cargo.lock: the standard library as the compiler brings it, and data. */
const OTHERS = [
  ["Rust's standard library (core, alloc, std, compiler_builtins)", "MIT", mit("The Rust Project Contributors")],
  ["dlmalloc, in Rust's standard library", "MIT", mit("2014 Alex Crichton")],
  ["hashbrown, in Rust's standard library", "MIT", ...texts(crate("hashbrown")).map(([, text]) => text)],
  ["libm, in Rust's standard library, after musl", "MIT", mit("2005-2020 Rich Felker, et al.")],
  // The crates of the tests that read the same data bring its licence.
  ["Unicode Character Database, as tables for comparing texts", "Unicode-3.0", ...texts(crate("icu_normalizer_data")).map(([, text]) => text)],
];

/** The crates that are linked into the module, without those that only write code for others; the project's own are not among them. */
function linked() {
  const tree = cargo("tree", "--locked", "--package", "evenhand", "--target", "wasm32-unknown-unknown", "--edges", "normal,no-proc-macro", "--prefix", "none", "--no-dedupe", "--format", "{p}");
  const names = [...new Set(tree.trim().split("\n").map((line) => line.split(" ").slice(0, 2).join(" ")))].sort();
  return names.map((line) => crate(...line.split(" v"))).filter(({ source }) => source !== null);
}

/** The licences that are chosen of a crate, each with its text. */
function texts({ name, version, license, authors, manifest_path }) {
  const folder = dirname(manifest_path);
  const files = readdirSync(folder).sort();
  return (license ?? "").split(/\s+AND\s+/).map((choice) => {
    const all = choice.replaceAll(/[()]/g, "").split(/\s*(?:\/|\bOR\b)\s*/);
    const id = all.includes("MIT") ? "MIT" : all[0];
    const own = files.find((file) => new RegExp(`^licen[cs]e-${id.split("-")[0]}(\\.\\w+)?$`, "i").test(file)) ?? files.find((file) => /^licen[cs]e(\.\w+)?$/i.test(file));
    if (own !== undefined) return [id, readFileSync(join(folder, own), "utf8")];
    if (id === "MIT") return [id, mit(authors.length > 0 ? authors.map((author) => author.replace(/ <.*>/, "")).join(", ") : `the authors of ${name}`)];
    throw new Error(`${name} ${version} (${license}) brings no text of its licence, and none is known here`);
  });
}

const entries = [...linked().flatMap((one) => texts(one).map(([id, text]) => [`${one.name} ${one.version}`, id, text])), ...OTHERS];
/** By the text, however its lines are broken: its licence, how it is written first, and what it is for. */
const notices = new Map();
for (const [name, id, text] of entries) {
  const same = text.replaceAll(/\s+/g, " ").trim();
  if (!notices.has(same)) notices.set(same, { id, text: text.replaceAll("\r\n", "\n").replaceAll(/[ \t]+$/gm, "").trim(), names: [] });
  notices.get(same).names.push(name);
}
const line = "-".repeat(80);
const head = `Third-party notices

The module of this package (evenhand.wasm, and the same in engine-data.js), and what connects it with JavaScript, have code of the following
compiled into them. Where a project may be used under MIT or another licence, such as "MIT OR Apache-2.0", it is used under MIT, whose text alone
is given here. The package itself is under LICENSE-MIT or LICENSE-APACHE.
`;
const parts = [...notices.values()].map(({ id, text, names }) => `${line}\n${names.join("\n")}\n\nLicence: ${id}\n\n${text}\n`);
writeFileSync(process.argv[2], [head, ...parts].join("\n"));
