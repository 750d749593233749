// What only a browser can show. The page has a content security policy that allows 'wasm-unsafe-eval' and nothing else.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { open } from "./lib/chromium.mjs";
import { manifest, pkg } from "./lib/installed.mjs";

let chromium;
const bytes = readFileSync(join(pkg, "evenhand.wasm"));
const extra = { "/octets.wasm": { type: "application/octet-stream", body: bytes }, "/worker.js": { type: "text/javascript", body: WORKER() } };

function WORKER() {
  return `
    import { createEngine } from "/pkg/browser.js";
    const engine = await createEngine();
    try {
      engine.workspace({});
    } catch (error) {
      postMessage({ version: engine.version, error: error.toJSON() });
    }`;
}

before(async () => (chromium = await open({ extra, policy: "default-src 'none'; connect-src 'self'; worker-src 'self'; script-src 'self' 'wasm-unsafe-eval'" })));
after(() => chromium.close());

test("importing asks for nothing; the first engines ask for the module once", async () => {
  const modules = () => chromium.server.asked.filter((path) => path.endsWith(".wasm"));
  assert.deepEqual(modules(), []);
  // No module was compiled yet, and a page cannot read one synchronously.
  assert.equal(await chromium.page.evaluate(() => { try { window.evenhand.createEngineSync(); } catch (error) { return error.code; } }), "wasm_unavailable");
  await chromium.page.evaluate(async () => { await Promise.all([1, 2, 3].map(() => window.evenhand.createEngine())); await window.evenhand.createEngine(); });
  // The core, and behind it what it leaves out.
  await chromium.page.waitForFunction(() => performance.getEntriesByType("resource").some(({ name, responseEnd }) => name.endsWith("/evenhand.deferred.wasm") && responseEnd > 0));
  assert.deepEqual(modules(), ["/pkg/evenhand.core.wasm", "/pkg/evenhand.deferred.wasm"]);
});

test("the module comes from wherever the host has it", async () => {
  const versions = await chromium.page.evaluate(async () => {
    const { createEngine, createEngineSync } = window.evenhand;
    const address = "/pkg/evenhand.wasm";
    const bytes = await (await fetch(address)).arrayBuffer();
    const module = await WebAssembly.compile(bytes);
    const sources = [address, new URL(address, location.href), "/octets.wasm", await fetch(address), fetch(address), fetch("/octets.wasm"), bytes, new Uint8Array(bytes), module, Promise.resolve(module), Promise.resolve(bytes)];
    const engines = await Promise.all(sources.map((wasm) => createEngine({ wasm })));
    return [...engines, createEngineSync({ wasm: module })].map((engine) => engine.version);
  });
  assert.deepEqual(new Set(versions), new Set([manifest.version]));
  const code = await chromium.page.evaluate(() => window.evenhand.createEngine({ wasm: "/nothing.wasm" }).catch((error) => error.code));
  assert.equal(code, "wasm_unavailable");
});

test("errors cross from a worker to the page", async () => {
  const [version, error, isError] = await chromium.page.evaluate(
    () =>
      new Promise((done, failed) => {
        const worker = new Worker("/worker.js", { type: "module" });
        worker.onerror = () => failed(new Error("the worker failed"));
        worker.onmessage = ({ data }) => {
          const error = window.evenhand.EvenhandError.fromJSON(data.error);
          done([data.version, error.toJSON(), error instanceof Error]);
        };
      }),
  );
  assert.deepEqual([version, error.code, error.diagnostics.length > 1, isError], [manifest.version, "config_invalid", true, true]);
});

test("the strict policy had nothing to complain of", () => {
  assert.deepEqual(chromium.complaints.filter((text) => !text.includes("404")), []);
});

test("without 'wasm-unsafe-eval' the error says what is missing", async () => {
  const { page, close } = await open({ policy: "default-src 'none'; connect-src 'self'; script-src 'self'" });
  const error = await page.evaluate(() => window.evenhand.createEngine().catch((error) => error.toJSON()));
  await close();
  assert.equal(error.code, "wasm_invalid");
  assert.match(error.diagnostics[0].hint, /wasm-unsafe-eval/);
});
