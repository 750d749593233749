import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  // Addresses relative to the page: the folder may be served from anywhere.
  base: "./",
  resolve: { alias: { "@radix-ui/react-dialog": new URL("./src/ui/no-dialog.ts", import.meta.url).pathname } },
  worker: {
    format: "es",
    // The package's own part of the worker is a file of its own, so that it can be told from the app's.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "evenhand", test: /\/pkg\/[^/]+\.js$/ }] } } },
  },
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: false,
    // What every part needs is one file, and is not looked for twice.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "routing", test: /src\/app\/(Rules|RulesSide|Replay|Trace|Offers)\.tsx$/, includeDependenciesRecursively: false }, { name: "packages", test: /node_modules\/(react|react-dom|scheduler|@base-ui|@floating-ui|reselect|use-sync-external-store|@tanstack)\// }] } } },
    chunkSizeWarningLimit: 800 },
});
