import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const without = (name: string) => new URL(`./src/without/${name}.ts`, import.meta.url).pathname;
/** Screens, dialogs and forms that are not there at the start. */
const LATER = /src\/app\/(Rules|RulesSide|DraftBar|Replay|Trace|Offers|Groups|Audit|FileDialog|ListBuilder|plain)\.tsx?$|src\/engine\/(about|settings)\.ts$/;
/** With the filter's component, or with the palette's, or with the start. */
const APART = /src\/app\/(Query|Selector|ValueEditor|operators|relative|Palette|client|url)\.tsx?$/;

/** What the first screen needs is asked for with the page, and not once whoever needs it has come. */
const early: Plugin = {
  name: "early",
  transformIndexHtml: {
    order: "post",
    handler: (_, { bundle = {} }) =>
      Object.values(bundle).flatMap(({ type, name, fileName }) => {
        const href = `./${fileName}`;
        if (type === "asset") return /evenhand\.core.*\.wasm$/.test(fileName) ? [{ tag: "link", attrs: { rel: "preload", as: "fetch", type: "application/wasm", crossorigin: true, href }, injectTo: "head" as const }] : [];
        return ["desk", "packages", "rolldown-runtime"].includes(name) ? [{ tag: "link", attrs: { rel: "modulepreload", crossorigin: true, href }, injectTo: "head" as const }] : [];
      }),
  },
};

export default defineConfig({
  plugins: [react(), early],
  // Addresses relative to the page: the folder may be served from anywhere.
  base: "./",
  // Parts of packages that nothing here uses, and that no bundler can see to be unused.
  resolve: { alias: [
    { find: "@radix-ui/react-dialog", replacement: without("radix-dialog") },
    { find: "@radix-ui/react-primitive", replacement: without("radix-primitive") },
    { find: "@base-ui/utils/useScrollLock", replacement: without("scroll-lock") },
    { find: "numeric-quantity", replacement: without("numeric-quantity") },
    { find: "@reduxjs/toolkit", replacement: without("redux-toolkit") },
    { find: /^.*\/safePolygon\.mjs$/, replacement: without("safe-polygon") },
    { find: /^.*\/useHover(Reference|Floating)Interaction\.mjs$/, replacement: without("hover") },
    { find: /^use-sync-external-store\/shim$/, replacement: without("sync-store-shim") },
    { find: /^use-sync-external-store\/shim\/with-selector$/, replacement: "use-sync-external-store/with-selector" },
  ] },
  worker: {
    format: "es",
    // The package's own part of the worker is a file of its own, so that it can be told from the app's.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "evenhand", test: /\/pkg\/[^/]+\.js$/ }, { name: "names", test: /\/worlds\/(names|random)\.js$/ }] } } },
  },
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: false,
    // What every part needs is one file, and is not looked for twice; few files compress better than many.
    rolldownOptions: { output: { codeSplitting: { groups: [
      { name: "later", test: LATER, includeDependenciesRecursively: false },
      { name: "desk", test: (id) => /\/www-demo\/(src\/(root|app|ui)|worlds\/index\.js)/.test(id) && !LATER.test(id) && !APART.test(id), includeDependenciesRecursively: false },
      { name: "packages", test: /node_modules\/(react|react-dom|scheduler|@base-ui|@floating-ui|reselect|use-sync-external-store|@tanstack)\// },
    ] } } },
    chunkSizeWarningLimit: 800 },
});
