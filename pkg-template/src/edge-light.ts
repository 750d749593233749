import module from "./evenhand.wasm?module";
import { factory } from "./load.js";

export { EvenhandError } from "./errors.js";
export { readyProfiles } from "./profiles.js";

export const { createEngine, createEngineSync } = /* @__PURE__ */ factory({
  own: () => module,
  ownSync: () => module,
  open: (address) => fetch(address),
});
