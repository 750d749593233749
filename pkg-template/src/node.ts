import { readFileSync } from "node:fs";
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
 * Where the module may lie, the likeliest first: beside this file; where a bundler took this file elsewhere, beside the bundle; and in the
 * package, as it is installed for the bundle or for the program that runs.
 */
function* places(): Generator<string> {
  const file = typeof __filename === "string" ? __filename : undefined;
  // Some bundlers put an address of theirs here, of a class that Node does not take: its text is what counts.
  const beside = attempt(() => String(new URL("./evenhand.wasm", import.meta.url)));
  if (beside?.startsWith("file:")) yield fileURLToPath(beside);
  if (file !== undefined) yield join(dirname(file), "evenhand.wasm");
  // webpack follows a `createRequire` that it knows by name, into the module.
  for (const from of [attempt(() => String(import.meta.url)), file, join(process.cwd(), "index.js")]) {
    const found = from && attempt(() => Module.createRequire(from.startsWith("/") ? pathToFileURL(from) : from).resolve("evenhand/evenhand.wasm"));
    if (found) yield found;
  }
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

/** Whether another place may be tried: a file that is there and cannot be read is told of. */
const absent = (thrown: unknown): boolean => (thrown as NodeJS.ErrnoException | undefined)?.code === "ENOENT";

function missing(cause: unknown): never {
  throw unavailable("`evenhand.wasm` is not beside the file that runs", {
    hint:
      "a bundler took the JavaScript and left the module behind: keep the package out of the bundle (`external`, in Next.js `serverExternalPackages`), " +
      "or copy `evenhand/engine.wasm` beside it, or pass its bytes as `wasm`, or import `evenhand/inline`",
    cause,
  });
}

async function own(): Promise<Uint8Array<ArrayBuffer>> {
  let cause: unknown;
  for (const place of places()) {
    try {
      return await readFile(place);
    } catch (thrown) {
      if (!absent(thrown)) throw thrown;
      cause ??= thrown;
    }
  }
  return missing(cause);
}

function ownSync(): Uint8Array<ArrayBuffer> {
  let cause: unknown;
  for (const place of places()) {
    try {
      return readFileSync(place);
    } catch (thrown) {
      if (!absent(thrown)) throw thrown;
      cause ??= thrown;
    }
  }
  return missing(cause);
}

export const { createEngine, createEngineSync } = /* @__PURE__ */ factory({
  own,
  ownSync,
  // An address is a URL or, as everywhere in Node, a path.
  open: (address) => (/^(https?|data|blob):/.test(String(address)) ? fetch(address) : readFile(String(address).startsWith("file:") ? new URL(address) : address)),
});
