// Every code that the package can give, from the sources that give them, with what is said where: the types `codes.d.ts` and the document
// `docs/codes.md`. Usage: node codes.mjs   writes both anew; `codes.test.mjs` holds that they are what the sources say.
//
// Codes in Rust are found as `tests/native/support/codes.rs` finds them, by its own lists of words that are none; those of one word also by
// how they are made. The facade's stand in calls of `fault`. Examples come from the cases, which expect each code with its words.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { COMMANDS } from "../../commands.mjs";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const read = (name) => readFileSync(join(root, name), "utf8");
const listed = (folder, end) =>
  readdirSync(join(root, folder), { recursive: true })
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .filter((name) => name.endsWith(end))
    .sort();
/** Files of tests alone, as in codes.rs; and the names of questions, which are no codes. */
const TESTS = /\/(tests|messages|sample|oracle|cases|meaning)(\/|\.rs$)|^src\/access\/decision\.rs$/;
/** By an error of its own, as the end of a run, or as a row of a table of reasons. */
const MADE = [/\b(?:Reason|Error|Diagnostic|Warning)::(?:new|error|warning)\(\s*"([a-z0-9_]+)"/g, /\bCause::\w+(?:\(_\))? => "([a-z0-9_]+)"/g, /^ +(?:\d+ [A-Z_]+|[A-Z][A-Za-z]+) "([a-z0-9_]+)" "/gm];

function fromRust() {
  const lists = read("tests/native/support/codes.rs");
  const list = (name) => [...lists.slice(lists.indexOf(`const ${name}`)).split("];")[0].matchAll(/"([a-z0-9_]+)"/g)].map(([, word]) => word);
  const none = new Set([...list("WORDS"), ...COMMANDS]);
  const found = new Set(list("SINGLE"));
  for (const name of listed("src", ".rs").filter((name) => !TESTS.test(name))) {
    const own = read(name).split("#[cfg(test)]\nmod tests {")[0].split("\n").filter((line) => !line.trimStart().startsWith("//")).join("\n");
    for (const piece of own.split(/["\n]/)) if (/^[a-z]+(_[a-z]+)+$/.test(piece) && !none.has(piece)) found.add(piece);
    for (const pattern of MADE) for (const [, word] of own.matchAll(pattern)) found.add(word);
  }
  return found;
}

/** Code → what it says, as far as that is written down beside it. */
function fromFacade() {
  const found = new Map();
  for (const name of listed("pkg-template/src", ".ts")) {
    for (const [, code, quoted] of read(name).matchAll(/\bfault\("([a-z0-9_]+)",\s*(?:(`[^`\n]*(?:\\`[^`\n]*)*`|"[^"\n]*(?:\\"[^"\n]*)*"))?/g)) {
      const says = quoted?.slice(1, -1).replaceAll("\\`", "`").replaceAll('\\"', '"').replaceAll(/`?\$\{[^}]*\}`?/g, "…");
      if (found.get(code) === undefined) found.set(code, says);
    }
  }
  for (const name of listed("pkg-template/src", ".ts")) {
    for (const [, code, says] of read(name).matchAll(/\bcode(?:: |\s*\?\? )"([a-z0-9_]+)"(?:,[^\n]*\n?\s*message: "([^"]*)")?/g)) if (found.get(code) === undefined) found.set(code, says);
  }
  // What an importer of filters says is a union of its own.
  for (const [, union] of read("pkg-template/import.d.ts").matchAll(/export type ImportCode =([^;]*);/g)) for (const [, code] of union.matchAll(/"([a-z0-9_]+)"/g)) if (!found.has(code)) found.set(code, undefined);
  if (/\bunavailable\("/.test(read("pkg-template/src/node.ts"))) found.set("wasm_unavailable", "the module could not be read: …");
  return found;
}

/** Code → the first example of the cases that has a message, and where it stood. */
function examples() {
  const found = new Map();
  const walk = (value, place) => {
    if (Array.isArray(value)) return value.forEach((item) => walk(item, place));
    if (value === null || typeof value !== "object") return;
    if (typeof value.code === "string") {
      const known = found.get(value.code) ?? { places: new Set() };
      known.places.add(place);
      if (known.message === undefined && typeof value.message === "string") Object.assign(known, { message: value.message, hint: value.hint });
      found.set(value.code, known);
    }
    for (const [key, item] of Object.entries(value)) walk(item, ["config", "leads", "command"].includes(key) ? "" : key);
  };
  for (const name of listed("tests/cases", ".json")) for (const step of JSON.parse(read(name)).steps ?? []) if (step.expect !== undefined) walk(step.expect, "");
  return found;
}

/** What no case and no text beside it says. */
const NOTES = {
  error: "an error that a host made itself and gave no code",
  zones_outdated: "the table of the time zone `Europe/Berlin` was published on 2026-10-28, and 2027-11-01 is more than a year later",
};

/** All codes, sorted, each with an example. */
export function codes() {
  const [rust, facade, told] = [fromRust(), fromFacade(), examples()];
  const all = [...new Set([...rust, ...facade.keys(), ...told.keys()])].sort();
  return all.map((code) => ({ code, rust: rust.has(code), facade: facade.has(code), message: told.get(code)?.message ?? facade.get(code) ?? NOTES[code], hint: told.get(code)?.hint }));
}

const escape = (text) => text.replaceAll("|", "\\|").replaceAll("\n", " ");

export function types(all) {
  const lines = [];
  for (const { code } of all) {
    const word = ` | "${code}"`;
    if (lines.length === 0 || lines.at(-1).length + word.length > 140) lines.push(` ${word}`);
    else lines[lines.length - 1] += word;
  }
  return `/** Every code of an error, a diagnostic, a reason or a problem; docs/codes.md has an example of each. Made from the sources: new codes may come with any version. */\nexport type Code =\n${lines.join("\n")};\n`;
}

export function document(all) {
  const rows = all.map(({ code, message, hint }) => `| \`${code}\` | ${escape(message ?? "")} | ${escape(hint ?? "")} |`);
  return `# Codes

Every failure, warning, reason and problem has a code. Codes never change their meaning; new ones may come with any version. The words are
examples: what is between backticks is of the case at hand, and \`data\` has it for hosts that write their own. A code without words is told
where its row or lead is named already (\`table.problems\`, \`plan.dropped\`), or stands for itself.

The type \`Code\` (\`codes.d.ts\`) names all of them, ${all.length} in this version.

| Code | For example | What helps |
|---|---|---|
${rows.join("\n")}
`;
}

export const files = { "pkg-template/codes.d.ts": types, "pkg-template/docs/codes.md": document };

if (import.meta.url === pathToFileURL(process.argv[1] ?? "/").href) for (const [name, make] of Object.entries(files)) writeFileSync(join(root, name), make(codes()));
