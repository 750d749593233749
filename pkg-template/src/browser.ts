import { factory } from "./load.js";

export { EvenhandError } from "./errors.js";
export { readyProfiles } from "./profiles.js";

export const { createEngine, createEngineSync } = /* @__PURE__ */ factory({
  own: () => fetch(new URL("./evenhand.wasm", import.meta.url)),
  open: (address) => fetch(address),
});
