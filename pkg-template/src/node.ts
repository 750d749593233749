import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { factory } from "./load.js";

export { EvenhandError } from "./errors.js";
export { readyProfiles } from "./profiles.js";

const url = (): URL => new URL("./evenhand.wasm", import.meta.url);

export const { createEngine, createEngineSync } = /* @__PURE__ */ factory({
  own: () => readFile(url()),
  ownSync: () => readFileSync(url()),
  // An address is a URL or, as everywhere in Node, a path.
  open: (address) => (/^(https?|data|blob):/.test(String(address)) ? fetch(address) : readFile(String(address).startsWith("file:") ? new URL(address) : address)),
});
