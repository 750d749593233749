// As a namespace, because a bundler that makes an instance of the file finds no default in it: then it builds, and what comes out says what to do.
import * as module from "./evenhand.wasm?module";
import { factory, imported } from "./load.js";

export { EvenhandError } from "./errors.js";
export { readyProfiles } from "./profiles.js";

export const { createEngine, createEngineSync } = /* @__PURE__ */ factory({
  own: () => imported(module.default),
  ownSync: () => imported(module.default),
  open: (address) => fetch(address),
});
