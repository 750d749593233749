// Runtimes that run the package as it is.
import { client, handler, html, program, script, tell } from "./sources.mjs";

/** Every entry that `exports` names, but those of modules for React, which is not here, and those that are no JavaScript. */
const ENTRIES = "const sub = Object.keys(require('evenhand/package.json').exports).filter((name) => !/^\\.$|\\*|\\.(wasm|json)$|react/.test(name)).map((name) => name.slice(2));";
/** Every entry by `require` and by `import`: the same names, and errors of one class among the files of one form. */
const both = {
  "esm.mjs": program(),
  "cjs.cjs": script(),
  "entries.cjs": `${ENTRIES}
    const all = sub.map((name) => Object.keys(require("evenhand/" + name)).filter((key) => key !== "__esModule").sort().join());
    (async () => {
      for (const [at, name] of sub.entries()) {
        const names = Object.keys(await import("evenhand/" + name)).filter((key) => !["default", "module.exports"].includes(key)).sort().join();
        if (names !== all[at]) throw new Error(name + " has " + names + " or " + all[at]);
      }
      if (sub.length < 12) throw new Error(sub + " are few");
      const { EvenhandError } = require("evenhand");
      try { require("evenhand/slim").createEngineSync(); } catch (error) { if (!(error instanceof EvenhandError)) throw error; }
      const { answer } = await import("./check.mjs");
      console.log(await answer(require("evenhand/inline")));
      console.log(require("evenhand/presets/lender").default.version, require("evenhand/package.json").name, require.resolve("evenhand/engine.wasm").endsWith("evenhand.wasm"));
    })();`,
};
const nodeSteps = [{ run: "node esm.mjs" }, { run: "node cjs.cjs" }, { run: "node entries.cjs" }, { run: "node entries.cjs", says: "1 evenhand true" }];

export const runtimes = {
  "node 20": { ci: true, node: 20, files: both, steps: nodeSteps },
  "node 22": { ci: true, node: 22, files: both, steps: nodeSteps },
  "node 24": { ci: true, node: 24, files: both, steps: nodeSteps },
  "node, uncaught": {
    ci: true,
    files: { "index.mjs": 'import { createEngineSync } from "evenhand";\ncreateEngineSync().workspace({ version: 1, fields: {} });\n' },
    // The line that threw is one that can be read, with the faults below.
    steps: [{ run: "node index.mjs", fails: true, says: /errors-part\.js:\d+\n.{0,150}\n +\^\n[^]*EvenhandError: [^]*at Engine\.workspace [^]*index\.mjs:2:\d+[^]*code: 'config_invalid'/ }],
  },
  deno: { ci: true, packages: { "@deno/linux-x64-glibc": "2.9.6" }, files: { "index.mjs": program() }, steps: [{ run: "node_modules/@deno/linux-x64-glibc/deno run --no-prompt --allow-read --node-modules-dir=manual index.mjs" }] },
  bun: {
    ci: true,
    packages: { "@oven/bun-linux-x64": "1.4.5" },
    files: { "index.mjs": program(), "index.cjs": script() },
    steps: [{ run: "node_modules/@oven/bun-linux-x64/bin/bun run index.mjs" }, { run: "node_modules/@oven/bun-linux-x64/bin/bun run index.cjs" }],
  },
  "bun, bundled": {
    ci: true,
    packages: { "@oven/bun-linux-x64": "1.4.5" },
    files: { "index.mjs": program() },
    steps: [
      { run: "node_modules/@oven/bun-linux-x64/bin/bun build index.mjs --target=bun --outdir=out", builds: true },
      { run: "node_modules/@oven/bun-linux-x64/bin/bun run out/index.js" },
    ],
  },
  workerd: {
    ci: true,
    packages: { esbuild: "0.28.2", "@cloudflare/workerd-linux-64": "1.20261117.1" },
    files: {
      "worker.mjs": handler(),
      "config.capnp": `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = .main)], sockets = [(name = "http", http = (), service = "main")]);
const main :Workerd.Worker = (modules = [(name = "worker.js", esModule = embed "out/worker.js"), (name = "./evenhand.wasm", wasm = embed "node_modules/evenhand/evenhand.wasm")], compatibilityDate = "2026-01-01");
`,
    },
    steps: [
      { run: "esbuild worker.mjs --bundle --format=esm --conditions=workerd --external:*.wasm --outfile=out/worker.js", builds: true },
      { serve: "node_modules/@cloudflare/workerd-linux-64/bin/workerd serve --socket-addr http=127.0.0.1:{port} config.capnp", get: "/" },
    ],
  },
  wrangler: {
    node: 22,
    packages: { wrangler: "4.164.0" },
    files: { "worker.mjs": handler(), "wrangler.json": JSON.stringify({ name: "host", main: "worker.mjs", compatibility_date: "2026-01-01" }) },
    steps: [{ serve: "wrangler dev --port {port} --ip 127.0.0.1", get: "/" }],
  },
  "page, strict policy": {
    ci: true,
    files: { "site/index.html": html("/main.js"), "site/tell.js": tell, "site/main.js": client("/evenhand/browser.js", "/check.mjs") },
    steps: [
      { run: "cp -r node_modules/evenhand site/evenhand && cp check.mjs site/", builds: true },
      { page: "site", headers: { "content-security-policy": "default-src 'none'; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'" } },
      { page: "site", headers: { "content-security-policy": "default-src 'none'; connect-src 'self'; script-src 'self'" }, says: /refused wasm_invalid.*add 'wasm-unsafe-eval' to its `script-src`/ },
      { page: "site", headers: { "content-security-policy": "default-src 'none'; connect-src 'none'; script-src 'self' 'wasm-unsafe-eval'" }, says: /refused wasm_unavailable.*`connect-src`/ },
      // The module was not deployed: the server says so, or answers with the page.
      { run: "rm site/evenhand/evenhand.core.wasm", builds: true },
      { page: "site", says: /refused wasm_unavailable.*answered 404.*serve the package's file/ },
      { page: "site", fallback: true, says: /refused wasm_unavailable.*is a page.*serve the package's file/ },
    ],
  },
  firefox: {
    ci: true,
    files: { "site/index.html": html("/main.js"), "site/tell.js": tell, "site/main.js": client("/evenhand/browser.js", "/check.mjs") },
    steps: [
      { run: "cp -r node_modules/evenhand site/evenhand && cp check.mjs site/", builds: true },
      { page: "site", browser: "firefox", headers: { "content-security-policy": "default-src 'none'; connect-src 'self' http://127.0.0.1:*; script-src 'self' 'wasm-unsafe-eval'" } },
    ],
  },
  "service worker": {
    ci: true,
    files: {
      "site/index.html": html("/main.js"),
      "site/tell.js": tell,
      "site/worker.js": `
        import * as evenhand from "/evenhand/browser.js";
        import { answer } from "/check.mjs";
        addEventListener("install", (event) => event.waitUntil(skipWaiting()));
        addEventListener("activate", (event) => event.waitUntil(clients.claim()));
        addEventListener("message", async ({ ports: [port] }) => port.postMessage(await answer(evenhand)));`,
      "site/main.js": `
        import { tell } from "/tell.js";
        await navigator.serviceWorker.register("/worker.js", { type: "module" });
        const { active } = await navigator.serviceWorker.ready;
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => tell(data);
        active.postMessage("ask", [port2]);`,
    },
    steps: [{ run: "cp -r node_modules/evenhand site/evenhand && cp check.mjs site/", builds: true }, { page: "site" }],
  },
};
