// Bundlers: for pages, for workers, for Node, for the edge.
import { ANSWER } from "../lib/check.mjs";
import { asker, client, handler, html, program, script, tell, worker } from "./sources.mjs";

const vite = (version, extra = {}) => ({
  packages: { vite: version, ...extra },
  files: {
    "index.html": html("/main.js"),
    "main.js": client(),
    "worker/index.html": html("/worker/main.js"),
    "worker/main.js": asker('new URL("../job.js", import.meta.url)').replace("./tell.js", "../tell.js"),
    "job.js": worker,
    "tell.js": tell,
    "server.js": program(),
    "vite.config.js": 'export default { base: "./", worker: { format: "es" }, build: { target: "esnext", rollupOptions: { input: ["index.html", "worker/index.html"] } } };',
    "inside.config.js": 'export default { ssr: { noExternal: ["evenhand"] } };',
    "edge.config.js": 'export default { ssr: { target: "webworker", noExternal: true, resolve: { conditions: ["workerd"] } } };',
    "edge.js": handler(),
  },
  steps: [
    { serve: "vite --port {port} --host 127.0.0.1", open: "/" },
    { serve: "vite --port {port} --host 127.0.0.1", open: "/worker/" },
    { run: "vite build", builds: true },
    { page: "dist" },
    { run: "cp dist/worker/index.html dist/index.html && sed -i 's#\\.\\./#./#g' dist/index.html", builds: true },
    { page: "dist" },
    // For workerd without Cloudflare's plugin: the module is linked as if it were JavaScript, and what comes out says what to do instead. Vite 7 refuses by itself.
    ...(version.startsWith("7.")
      ? [{ run: "vite build --ssr edge.js --outDir edge --config edge.config.js 2>&1", fails: true, says: "vite:wasm" }]
      : [
          { run: "vite build --ssr edge.js --outDir edge --config edge.config.js", builds: true },
          { run: `node -e 'import("./edge/edge.js")'`, fails: true, says: "import `evenhand/slim` and pass the compiled module as `wasm`" },
        ]),
    { run: "vite build --ssr server.js --outDir out", builds: true },
    { run: "node out/server.js" },
    // The package is inside of the bundle, and the module in node_modules.
    { run: "vite build --ssr server.js --outDir inside --config inside.config.js", builds: true },
    { run: "node inside/server.js" },
    // Somewhere else the module is not to be found, until it is copied.
    { run: "rm -rf /tmp/evenhand-away && mkdir /tmp/evenhand-away && cp -r inside/. /tmp/evenhand-away && cd /tmp/evenhand-away && echo '{\"type\":\"module\"}' > package.json && node server.js", says: "import `evenhand/inline`" },
    { run: "cp node_modules/evenhand/evenhand.wasm /tmp/evenhand-away/$(ls inside | grep -q assets && echo assets || echo .) && cd /tmp/evenhand-away && node server.js; cd /; rm -r /tmp/evenhand-away" },
  ],
});

const webpackConfig = `
const page = { mode: "production", target: "web", entry: "./main.js", output: { path: __dirname + "/dist", filename: "main.js", publicPath: "auto", module: true }, experiments: { outputModule: true } };
const server = (entry) => ({ mode: "production", target: "node", entry, output: { path: __dirname + "/out", filename: "[name].cjs" } });
module.exports = [page, server({ esm: "./server.js" }), server({ cjs: "./script.cjs" })];
`;
/** For the edge without its own plugin: it builds, and what comes out says what to do instead. */
const webpackEdge = `
const edge = (condition) => ({ mode: "production", target: "webworker", entry: "./edge.js", resolve: { conditionNames: [condition, "import"] }, performance: false,
  output: { path: __dirname + "/edge", filename: condition + ".mjs", library: { type: "module" } }, experiments: { outputModule: true, asyncWebAssembly: true } });
module.exports = [edge("workerd"), edge("edge-light")];
`;
const webpack = (command, packages) => ({
  packages,
  files: { "edge.config.cjs": webpackEdge, "edge.js": handler(), "edge.mjs": "globalThis.self = globalThis;\nawait import(process.argv[2]);\n", "webpack.config.cjs": webpackConfig, "main.js": client(), "tell.js": tell, "server.js": program(), "script.cjs": script(), "page.html": html("/main.js") },
  steps: [
    { run: `${command} --config webpack.config.cjs && cp page.html dist/index.html`, builds: true },
    { page: "dist" },
    { run: "node out/esm.cjs" },
    { run: "node out/cjs.cjs" },
    { run: `${command} --config edge.config.cjs`, builds: true },
    ...["workerd", "edge-light"].map((condition) => ({ run: `node edge.mjs ./edge/${condition}.mjs`, fails: true, says: "import `evenhand/slim` and pass the compiled module as `wasm`" })),
  ],
});

export const bundlers = {
  "vite 8": { ci: true, ...vite("8.4.0"), node: 22 },
  "vite 7": { ...vite("7.3.8"), node: 22 },
  "webpack 5": { ci: true, ...webpack("webpack", { webpack: "5.113.0", "webpack-cli": "7.3.1" }) },
  rspack: { ...webpack("rspack build", { "@rspack/core": "2.3.3", "@rspack/cli": "2.2.8" }), node: 22 },
  esbuild: {
    ci: true,
    packages: { esbuild: "0.28.2" },
    files: { "main.js": client(), "tell.js": tell, "server.js": program(), "script.cjs": script(), "inline.js": program("evenhand/inline"), "dist/index.html": html("/main.js"), "away/index.html": html("/main.js") },
    steps: [
      { run: "esbuild main.js --bundle --format=esm --outfile=dist/main.js && cp dist/main.js away/", builds: true },
      { page: "away", says: /refused wasm_unavailable.*404.*copy it/ },
      { run: "cp node_modules/evenhand/evenhand.core.wasm node_modules/evenhand/evenhand.deferred.wasm dist/", builds: true },
      { page: "dist" },
      { run: "esbuild server.js --bundle --platform=node --format=esm --outfile=out/esm.mjs && node out/esm.mjs" },
      { run: "esbuild server.js --bundle --platform=node --format=cjs --outfile=out/server.cjs && node out/server.cjs" },
      { run: "esbuild script.cjs --bundle --platform=node --format=cjs --outfile=out/script.cjs && node out/script.cjs" },
      { run: "esbuild inline.js --bundle --platform=node --format=cjs --outfile=out/inline.cjs && cp out/inline.cjs /tmp/evenhand-inline.cjs && cd / && node /tmp/evenhand-inline.cjs; rm /tmp/evenhand-inline.cjs" },
      // Elsewhere, a bundle says what to do, and finds a module beside it.
      { run: "mkdir /tmp/evenhand-away && cp out/server.cjs /tmp/evenhand-away && cd /tmp/evenhand-away && node server.cjs", says: /refused wasm_unavailable.*keep the package out of the bundle/ },
      { run: "cp node_modules/evenhand/evenhand.wasm /tmp/evenhand-away && cd /tmp/evenhand-away && node server.cjs; rm -r /tmp/evenhand-away" },
    ],
  },
  rollup: {
    packages: { rollup: "4.68.8", "@rollup/plugin-node-resolve": "16.0.3", "@web/rollup-plugin-import-meta-assets": "2.3.3" },
    files: {
      "main.js": client(),
      "tell.js": tell,
      "server.js": program(),
      "page.html": html("/main.js"),
      "rollup.config.js": `
        import resolve from "@rollup/plugin-node-resolve";
        import { importMetaAssets } from "@web/rollup-plugin-import-meta-assets";
        export default [
          { input: "main.js", output: { dir: "dist", format: "es" }, plugins: [resolve({ browser: true }), importMetaAssets()] },
          { input: "server.js", output: { dir: "out", format: "es", entryFileNames: "[name].mjs" }, plugins: [resolve({ exportConditions: ["node"] })], external: [/^node:/] },
        ];`,
    },
    steps: [{ run: "rollup -c && cp page.html dist/index.html", builds: true }, { page: "dist" }, { run: "node out/server.mjs" }],
  },
  tsdown: {
    node: 24,
    packages: { tsdown: "0.23.7", typescript: "6.0.3" },
    files: { "server.ts": program(), "tsdown.config.ts": 'export default { entry: ["server.ts"], format: ["esm", "cjs"], platform: "node", dts: false, deps: { alwaysBundle: ["evenhand"] } };' },
    steps: [{ run: "tsdown", builds: true }, { run: "node dist/server.cjs" }, { run: "node dist/server.mjs" }],
  },
  // Bundlers for the edge without its own plugin: a module that was bundled as if it were JavaScript is refused, and another way is named.
  "slim in workerd": {
    ci: true,
    packages: { esbuild: "0.28.2", "@cloudflare/workerd-linux-64": "1.20261117.1" },
    files: {
      "worker.mjs": `import wasm from "./engine.wasm";\n${handler("evenhand/slim", ", { wasm }").replace('import wasm from "evenhand/engine.wasm";', "")}`,
      "config.capnp": `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = .main)], sockets = [(name = "http", http = (), service = "main")]);
const main :Workerd.Worker = (modules = [(name = "worker.js", esModule = embed "out/worker.js"), (name = "./engine.wasm", wasm = embed "node_modules/evenhand/evenhand.wasm")], compatibilityDate = "2026-01-01");
`,
    },
    steps: [
      { run: "esbuild worker.mjs --bundle --format=esm --conditions=workerd --external:*.wasm --outfile=out/worker.js", builds: true },
      { serve: "node_modules/@cloudflare/workerd-linux-64/bin/workerd serve --socket-addr http=127.0.0.1:{port} config.capnp", get: "/", says: ANSWER },
    ],
  },
};
