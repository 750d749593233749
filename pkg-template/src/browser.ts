import { onDisk } from "./builtin.js";
import { factory } from "./load.js";

export { EvenhandError } from "./errors.js";
export { readyProfiles } from "./profiles.js";

/** Vite 7's development server moves this file, but not the module beside it, into a folder of its own. */
const MOVED = /\/\.vite\/deps[^/]*\/evenhand\.wasm$/;

function address(): URL {
  const url = new URL("./evenhand.wasm", import.meta.url);
  return MOVED.test(url.pathname) ? new URL(url.href.replace(MOVED, "/evenhand/evenhand.wasm")) : url;
}

export const { createEngine, createEngineSync } = /* @__PURE__ */ factory({
  own: () => onDisk(address()) ?? fetch(address()),
  ownSync: () => onDisk(address()),
  open: (address) => onDisk(address) ?? fetch(address),
});
