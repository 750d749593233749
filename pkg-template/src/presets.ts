// Configurations to start from. Each is a module of its own, so that a host loads only what it copies; and each is whole, with nothing shared
// among them, so that what is copied can be read and changed by itself.
export { default as lender } from "./presets/lender.js";
export { default as lists } from "./presets/lists.js";
export { default as partners } from "./presets/partners.js";
export { default as pools } from "./presets/pools.js";
export { default as realty } from "./presets/realty.js";
