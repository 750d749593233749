// The built package, as it was packed and installed for the tests.
import { pkg, entry } from "../../package/lib/installed.mjs";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

export { pkg };
export const { createEngineSync, createEngine } = await import(pathToFileURL(join(process.env.EVENHAND_PKG ?? pkg, entry("node"))).href);

/** The host itself: reads without permissions. */
export const host = { actor: null };
export const everything = { combinator: "and", rules: [] };
