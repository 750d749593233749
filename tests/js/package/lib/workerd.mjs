// workerd itself, with the package's files as its modules.
import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import { entry, here, pkg } from "./installed.mjs";

/** A binary that an npm package holds for this platform. */
export function binary(names) {
  const path = names.map((name) => join(here, "node_modules", name)).find(existsSync);
  if (path === undefined) throw new Error(`none of ${names.join(", ")} is installed: there is none for this platform`);
  return path;
}

const WORKER = `
import * as evenhand from "evenhand/${entry("workerd")}";
import { runChecks, runCases } from "tests/inside.mjs";

// While the module loads there is no randomness, and an engine works all the same.
const early = evenhand.createEngineSync();
const loading = { version: early.version, newId: null };
try {
  early.newId();
} catch (error) {
  loading.newId = error.code;
}

export default {
  async fetch(request) {
    const { job, cases } = await request.json();
    const jobs = { loading: () => loading, checks: () => runChecks(evenhand), cases: () => runCases(evenhand, cases) };
    return Response.json(await jobs[job]());
  },
};
`;

/** The modules that a module imports, itself first. */
export function reachable(name, read, seen = new Map()) {
  if (seen.has(name)) return seen;
  const path = read(name);
  seen.set(name, path);
  if (name.endsWith(".wasm")) return seen;
  for (const [, target] of readFileSync(path, "utf8").matchAll(/(?:from|import)\s*["'](\.[^"']+)["']/g)) reachable(posix.join(posix.dirname(name), target), read, seen);
  return seen;
}

/**
 * Runs a worker over modules, name → file; `objects` are the Durable Objects that it has, each with SQLite: binding → class; `services` are
 * entrypoints of its own: binding → class. `ask` posts JSON to it and gives back what it answers.
 */
export async function serve({ worker, modules, objects = {}, services = {} }) {
  const folder = mkdtempSync(join(tmpdir(), "evenhand-workerd-"));
  // The configuration embeds files that lie beside it.
  for (const [name, path] of modules) {
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    copyFileSync(path, join(folder, name));
  }
  writeFileSync(join(folder, "worker.js"), worker);
  mkdirSync(join(folder, "data"));
  const list = ["worker.js", ...modules.keys()].map((name) => `(name = "${name}", ${name.endsWith(".wasm") ? "wasm" : "esModule"} = embed "${name}")`);
  const classes = Object.entries(objects);
  const bindings = [
    ...classes.map(([binding, name]) => `(name = "${binding}", durableObjectNamespace = "${name}")`),
    ...Object.entries(services).map(([binding, name]) => `(name = "${binding}", service = (name = "main", entrypoint = "${name}"))`),
  ];
  const config = join(folder, "config.capnp");
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main), (name = "disk", disk = (path = "${folder}/data", writable = true))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
const main :Workerd.Worker = (
  modules = [${list.join(", ")}],
  compatibilityDate = "2026-01-01",
  durableObjectNamespaces = [${classes.map(([, name]) => `(className = "${name}", uniqueKey = "evenhand-${name}", enableSql = true)`).join(", ")}],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [${bindings.join(", ")}]
);
`,
  );
  const program = binary(["@cloudflare/workerd-linux-64/bin/workerd", "@cloudflare/workerd-linux-arm64/bin/workerd"]);
  const process = spawn(program, ["serve", "--control-fd=3", config], { stdio: ["ignore", "inherit", "inherit", "pipe"] });
  const port = await new Promise((found, failed) => {
    process.once("exit", (code) => failed(new Error(`workerd ended with code ${code}`)));
    process.stdio[3].on("data", (data) => {
      const line = data.toString().split("\n").find((text) => text.includes('"listen"'));
      if (line !== undefined) found(JSON.parse(line).port);
    });
  });
  const ask = async (body) => {
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`workerd answered ${response.status}: ${await response.text()}`);
    return response.json();
  };
  const close = async () => {
    process.removeAllListeners("exit");
    process.kill();
    rmSync(folder, { recursive: true });
  };
  return { ask, close };
}

export async function open() {
  const modules = new Map();
  reachable(`evenhand/${entry("workerd")}`, (name) => join(pkg, name.replace("evenhand/", "")), modules);
  reachable("tests/inside.mjs", (name) => join(here, name.replace("tests/", "")), modules);
  const { ask, close } = await serve({ worker: WORKER, modules });
  return { run: (job, cases) => ask({ job, cases }), close };
}
