// The same checks in every runtime.
import assert from "node:assert/strict";
import { test } from "node:test";
import { runtimes } from "./lib/runtimes.mjs";

for (const [name, open] of Object.entries(runtimes)) {
  test(name, async (t) => {
    const runtime = await open();
    try {
      const results = await runtime.run("checks");
      assert.ok(results.length > 0);
      for (const { name, error } of results) await t.test(name, () => assert.equal(error, null));
      if (name === "workerd") {
        await t.test("an engine can be made while the module loads, without randomness", async () => {
          const loading = await runtime.run("loading");
          assert.deepEqual(loading.newId, "no_randomness");
          assert.match(loading.version, /^\d/);
        });
      }
    } finally {
      await runtime.close();
    }
  });
}
