// The forms for CommonJS: each file by itself, so that what is shared among entries (the class of errors above all) stays shared.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import ts from "typescript";

const OPTIONS = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
/** What stands in a file for its own address. */
const ADDRESS = 'require("node:url").pathToFileURL(__filename).href';

/** Writes into `cjs/` these files, and the files that they take in. */
export function commonjs(pkg, files) {
  const done = new Set();
  const write = (name) => {
    if (done.has(name)) return;
    done.add(name);
    const to = join(pkg, "cjs", name);
    mkdirSync(dirname(to), { recursive: true });
    if (name.endsWith(".d.ts")) {
      copyFileSync(join(pkg, name), to);
      for (const other of targets(pkg, name)) write(other.replace(/\.js$/, ".d.ts"));
      return;
    }
    const source = readFileSync(join(pkg, name), "utf8").replaceAll(/"\.\/(evenhand\.\w+\.wasm)", import\.meta\.url/g, '"../$1", import.meta.url');
    const { outputText } = ts.transpileModule(source, { compilerOptions: OPTIONS });
    writeFileSync(to, outputText.replaceAll("import.meta.url", ADDRESS));
    for (const other of targets(pkg, name)) write(other);
  };
  files.forEach(write);
  writeFileSync(join(pkg, "cjs/package.json"), `${JSON.stringify({ type: "commonjs", sideEffects: false })}\n`);
}

/** The files of the package that a file names in `from "./…"` or `import("./…")`. */
function targets(pkg, name) {
  const text = readFileSync(join(pkg, name), "utf8");
  const found = [...text.matchAll(/(?:from\s*|import\s*|import\()["'](\.[^"']+)["']/g)].map(([, target]) => posix.join(posix.dirname(name), target));
  const typed = name.endsWith(".d.ts");
  return found.filter((target) => existsSync(join(pkg, typed ? target.replace(/\.js$/, ".d.ts") : target)));
}
