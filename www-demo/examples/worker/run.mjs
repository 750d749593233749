// Bundles the worker and runs it on workerd. Usage: node run.mjs [PORT], where 0 takes any.
import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const [port = "8787"] = process.argv.slice(2);

mkdirSync(here("dist"), { recursive: true });
copyFileSync(here("node_modules/evenhand/evenhand.wasm"), here("dist/evenhand.wasm"));
await build({ entryPoints: [here("worker.js")], outfile: here("dist/worker.js"), bundle: true, format: "esm", conditions: ["workerd", "worker"], external: ["*.wasm"] });
writeFileSync(
  here("dist/config.capnp"),
  `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main)],
  sockets = [(name = "http", address = "127.0.0.1:${Number(port)}", http = (), service = "main")]
);
const main :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js"), (name = "evenhand.wasm", wasm = embed "evenhand.wasm")],
  compatibilityDate = "2026-01-01"
);
`,
);
const program = ["linux-64", "linux-arm64"].map((platform) => here(`node_modules/@cloudflare/workerd-${platform}/bin/workerd`)).find(existsSync);
const workerd = spawn(program, ["serve", "--control-fd=3", here("dist/config.capnp")], { stdio: ["ignore", "inherit", "inherit", "pipe"] });
workerd.stdio[3].on("data", (data) => console.log(`http://127.0.0.1:${JSON.parse(data).port}`));
workerd.on("exit", (code) => process.exit(code ?? 0));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => workerd.kill());
