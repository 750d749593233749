import { onDisk } from "./builtin.js";
import { unavailable } from "./errors.js";
import { factory } from "./load.js";

export { EvenhandError } from "./errors.js";
export { readyProfiles } from "./profiles.js";

function none(): never {
  throw unavailable("`evenhand/slim` brings no module", {
    hint: "pass it as `wasm`: `evenhand/engine.wasm`, imported, read or fetched in the way that the runtime and the bundler know",
  });
}

export const { createEngine, createEngineSync } = /* @__PURE__ */ factory({ own: none, ownSync: none, open: (address) => onDisk(address) ?? fetch(address) });
