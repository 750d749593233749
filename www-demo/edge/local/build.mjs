// Bundles the worker as wrangler does: one module, and the engine's wasm beside it as a module of its own.
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build as bundle } from "esbuild";

export const edge = dirname(dirname(fileURLToPath(import.meta.url)));

/** Bundles an entry into a folder; gives back the names of the modules, the worker's first. */
export async function build(folder, entry = join(edge, "src/index.ts")) {
  mkdirSync(folder, { recursive: true });
  const modules = ["worker.js"];
  const wasm = {
    name: "wasm",
    setup({ onResolve }) {
      onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
        if (!modules.includes("evenhand.wasm")) modules.push("evenhand.wasm");
        copyFileSync(join(resolveDir, path), join(folder, "evenhand.wasm"));
        return { path: "./evenhand.wasm", external: true };
      });
    },
  };
  await bundle({
    entryPoints: [entry],
    outfile: join(folder, "worker.js"),
    bundle: true,
    format: "esm",
    target: "es2022",
    conditions: ["workerd", "worker"],
    external: ["cloudflare:*"],
    plugins: [wasm],
    nodePaths: [join(edge, "node_modules")],
    logLevel: "warning",
  });
  return modules;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log((await build(join(edge, "dist"))).join("\n"));
