// What a host can run on its own installation: random worlds whose answers are known from where the package was built.
import { expected } from "../../../pkg-template/build/facade/conformance-expected.js";
import * as presets from "../../../pkg-template/build/facade/presets.js";
import { runCases } from "./inside.mjs";
import { world } from "./worlds.mjs";

/** Enough for every command and nearly every kind of answer. */
export const WORLDS = 40;

/** FNV-1a (Fowler, Noll, Vo) over UTF-16 units, from two beginnings, as 16 hexadecimal digits: it is there to find a difference, not to keep one out. */
function digest(text) {
  const half = (start) => {
    let hash = start;
    for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, "0");
  };
  return half(0x811c9dc5) + half(0x9747b28c);
}

/** What a world comes to: how many calls it is, and the digest of every answer. */
export async function answers(evenhand, seed) {
  const made = world(seed, Object.values(presets));
  const [line] = await runCases(evenhand, [{ file: made.name, ...made }]);
  return { calls: made.steps.length, digest: digest(line) };
}

export async function conformance(evenhand) {
  const different = [];
  let calls = 0;
  for (const [seed, known] of expected.entries()) {
    const here = await answers(evenhand, seed);
    if (here.digest !== known) different.push(seed);
    calls += here.calls;
  }
  return { worlds: expected.length, calls, different };
}
