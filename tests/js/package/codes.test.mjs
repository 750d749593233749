// Types and document name every code that the sources can give, and none besides.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { codes, files } from "./make/codes.mjs";

const all = codes();

test("the types and the document are what the sources say", () => {
  for (const [name, make] of Object.entries(files)) {
    const stands = readFileSync(new URL(`../../../${name}`, import.meta.url), "utf8");
    assert.ok(stands === make(all), `${name} is not what the sources say: \`node tests/js/package/make/codes.mjs\` writes it anew`);
  }
});

test("codes are found where they are made", () => {
  const by = new Map(all.map((one) => [one.code, one]));
  for (const code of ["config_invalid", "out_of_memory", "not_utf8", "granted", "cancelled", "needs_review", "tampered"]) assert.ok(by.get(code)?.rust, code);
  for (const code of ["wasm_unavailable", "engine_failed", "wrong_engine", "json_invalid"]) assert.ok(by.get(code)?.facade, code);
  for (const word of ["round_robin", "split", "mass_edit", "evenhand_state"]) assert.equal(by.get(word), undefined, word);
  // Each code that a case expects is made by something that was found.
  assert.deepEqual(all.filter(({ rust, facade }) => !rust && !facade).map(({ code }) => code), []);
});
