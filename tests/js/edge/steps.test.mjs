// The worker's machines make every step that the model checker saw, and no other: `tests/native/commit` writes the file, and is held against it too.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { edge } from "../../../www-demo/edge/local/build.mjs";
import { require } from "./lib/edge.mjs";

test("the worker's machines are those that were checked", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "evenhand-steps-"));
  try {
    const outfile = join(folder, "protocol.mjs");
    await require("esbuild").build({ entryPoints: [join(edge, "src/shards/protocol.ts")], bundle: true, format: "esm", outfile });
    const { coordinate, tell } = await import(pathToFileURL(outfile).href);
    const steps = readFileSync(new URL("lib/steps.ndjson", import.meta.url), "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
    for (const { shards, before, event, after, do: words } of steps) {
      const step = shards === undefined ? tell(before, event) : coordinate(before, event, shards);
      assert.deepEqual(step, { state: after, do: words }, JSON.stringify({ before, event }));
    }
    t.diagnostic(`${steps.length} steps`);
    assert.ok(steps.length > 500, `${steps.length} steps are too few to say anything`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
