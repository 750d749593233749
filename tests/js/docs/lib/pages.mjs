// The pages of the documentation, and the samples in them.
//
// A block of code is a sample: `js` is run, `sh` are lines with `npx evenhand`, `json`, `csv` and `jsx` with a name in brackets are files
// that later samples use, and `text` right behind a sample is what it prints. The samples of a page share a folder, in which the files of its
// comments (`<!-- file NAME`) are as well; the code of a comment `<!-- before` stands before each script. `js [continued]` goes on with what stands before it. A line `expression; // value` is held to that.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../../../", import.meta.url));
const docs = `${root}pkg-template/docs`;

/** Every page with samples: path, and its text. */
export function pages() {
  const list = readdirSync(docs).filter((name) => name.endsWith(".md")).sort().map((name) => `pkg-template/docs/${name}`);
  return ["README.md", "pkg-template/README.md", ...list].map((path) => ({ path, text: readFileSync(root + path, "utf8") }));
}

/** Files that a page's samples need and nobody has to see. */
export const hidden = (text) => [...text.matchAll(/^<!-- file (\S+)\n([^]*?)-->/gm)].map(([, name, content]) => ({ name, content }));

/** Code that stands before each script of a page: what everybody who reads it has. */
export const before = (text) => [...text.matchAll(/^<!-- before\n([^]*?)-->/gm)].map(([, code]) => code).join("");

/** Blocks that are pictures. */
const DRAWN = ["", "mermaid"];

/** The samples of a page, in order, each with the line that it begins in. */
export function samples(text) {
  const out = [];
  let end = 0;
  for (const found of text.matchAll(/^```(\w*)([^\n]*)\n([^]*?)^```$/gm)) {
    const [block, kind, info, code] = found;
    const line = text.slice(0, found.index).split("\n").length + 1;
    const name = /\[([^\]]+)\]/.exec(info)?.[1];
    const last = out.at(-1);
    const behind = last !== undefined && !/\S/.test(text.slice(end, found.index));
    end = found.index + block.length;
    if (DRAWN.includes(kind)) continue;
    if (kind === "text" && behind) last.prints = code;
    else if (name === "continued") out.push({ kind, line, code: `${out.filter((one) => one.kind === kind).map((one) => one.code).join("")}\n${code}` });
    else out.push({ kind, file: name, code, line });
  }
  return out;
}

/** The code with each `expression; // value` as a test of it. */
export function checked(code) {
  const value = String.raw`(\[.*\]|\{.*\}|"[^"]*"|true|false|null|-?\d+(?:\.\d+)?)(?:, .*)?`;
  const line = new RegExp(String.raw`^(\s*)(?!const |let |import |export |return |throw |\}|//)(?:console\.log\((.+)\)|(.+)); // ${value}$`, "gm");
  let count = 0;
  const out = code.replace(line, (_, indent, logged, plain, wanted) => {
    // A value that is cut short is there to be read.
    if (wanted.includes("…")) return _;
    count += 1;
    return `${indent}told(${logged ?? plain}, (${wanted}));`;
  });
  const tell = 'import { deepEqual as wanted$ } from "node:assert/strict";\nconst told = (value, wanted) => wanted$(JSON.parse(JSON.stringify(value ?? null)), wanted);\n';
  return { code: count === 0 ? code : tell + out, count };
}
