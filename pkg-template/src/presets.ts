// Configurations to start from. Each is a module of its own, so that a host loads only what it copies.
export { default as lender } from "./presets/lender.js";
export { default as lists } from "./presets/lists.js";
export { default as partners } from "./presets/partners.js";
export { default as pools } from "./presets/pools.js";
export { default as realty } from "./presets/realty.js";
