// As a whole, because a bundler that makes an instance of the file finds no default in it: so it builds, and what comes out says what to do.
import * as module from "./evenhand.wasm?module";
import { factory, imported } from "./load.js";

export { EvenhandError } from "./errors.js";
export { readyProfiles } from "./profiles.js";

export const { createEngine, createEngineSync } = /* @__PURE__ */ factory({
  own: () => imported(module),
  ownSync: () => imported(module),
  open: (address) => fetch(address),
});
