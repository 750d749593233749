import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import Module from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { unavailable } from "./errors.js";
import { factory } from "./load.js";

export { EvenhandError } from "./errors.js";
export { readyProfiles } from "./profiles.js";

/** In a bundle of CommonJS there is no `import.meta.url`, but this. */
declare const __filename: string | undefined;

/**
 * The files in which the module lies, each with its address beside this file: the core and what comes later, or the whole where a host copied that.
 * Bundlers take along what they see named in this way, and so the whole, which nobody needs beside its parts, is not.
 */
const FILES = {
  "evenhand.core.wasm": () => new URL("./evenhand.core.wasm", import.meta.url),
  "evenhand.deferred.wasm": () => new URL("./evenhand.deferred.wasm", import.meta.url),
  "evenhand.wasm": () => new URL("evenhand.wasm", String(import.meta.url)),
};
type File = keyof typeof FILES;

/**
 * Where a file may lie, the likeliest first: beside this file; where a bundler took this file elsewhere, beside the bundle; and in the
 * package, as it is installed for the bundle or for the program that runs.
 */
function* places(name: File): Generator<string> {
  const file = typeof __filename === "string" ? __filename : undefined;
  // Some bundlers put an address of theirs here, of a class that Node does not take: its text is what counts.
  const beside = attempt(() => String(FILES[name]()));
  if (beside?.startsWith("file:")) yield fileURLToPath(beside);
  if (file !== undefined) yield join(dirname(file), name);
  // webpack follows a `createRequire` that it knows by name, into the module.
  for (const from of [attempt(() => String(import.meta.url)), file, join(process.cwd(), "index.js")]) {
    const found = from && attempt(() => Module.createRequire(from.startsWith("/") ? pathToFileURL(from) : from).resolve(`evenhand/${name}`));
    if (found) yield found;
  }
}

function find(name: File): string | undefined {
  for (const place of places(name)) if (existsSync(place)) return place;
  return undefined;
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

/** Of the module what is read at the start: the core, if the rest is there too, or else the whole. */
function start(): string {
  const core = find("evenhand.core.wasm");
  const found = core !== undefined && find("evenhand.deferred.wasm") !== undefined ? core : find("evenhand.wasm");
  if (found !== undefined) return found;
  throw unavailable("`evenhand.wasm` is not beside the file that runs", {
    hint:
      "a bundler took the JavaScript and left the module behind: keep the package out of the bundle (`external`, in Next.js `serverExternalPackages`), " +
      "or copy `evenhand/engine.wasm` beside it, or pass its bytes as `wasm`, or import `evenhand/inline`",
  });
}

export const { createEngine, createEngineSync } = /* @__PURE__ */ factory({
  own: () => readFile(start()),
  ownSync: () => readFileSync(start()),
  // An address is a URL or, as everywhere in Node, a path.
  open: (address) => (/^(https?|data|blob):/.test(String(address)) ? fetch(address) : readFile(String(address).startsWith("file:") ? new URL(address) : address)),
  deferred: {
    fetch: () => undefined,
    readNow: () => readFileSync(find("evenhand.deferred.wasm") ?? "evenhand.deferred.wasm"),
    canReadNow: () => true,
  },
});
