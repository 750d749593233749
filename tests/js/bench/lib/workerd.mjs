// A worker in workerd, from its start to its answers.
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { entry, pkg } from "../../package/lib/installed.mjs";
import { binary } from "../../package/lib/workerd.mjs";

/** A worker that makes an engine where it is asked to, and one without the package. */
const WITH = `
import { createEngineSync } from "./evenhand/${entry("workerd")}";
const workers = {
  "/nothing": () => "",
  "/engine": () => createEngineSync().version,
};
export default { fetch: (request) => new Response(workers[new URL(request.url).pathname]()) };
`;
const WITHOUT = `export default { fetch: () => new Response("") };`;

/** A package's files as modules of a worker; the command line is none of them. */
const files = (pkg) => readdirSync(pkg).filter((name) => /\.(js|wasm)$/.test(name) && !name.startsWith("cli"));

/** Starts a worker and asks for each path in turn; gives back the milliseconds to the first answer, and those of each answer. */
async function run(source, paths, { from = pkg, more = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "evenhand-bench-"));
  writeFileSync(join(folder, "worker.js"), source);
  // The configuration embeds files that lie beside it.
  mkdirSync(join(folder, "evenhand"));
  const names = source === WITHOUT ? [] : files(from).map((name) => `evenhand/${name}`);
  for (const name of names) copyFileSync(join(from, name.slice("evenhand/".length)), join(folder, name));
  for (const [name, text] of Object.entries(more)) writeFileSync(join(folder, name), text);
  const modules = ["worker.js", ...Object.keys(more), ...names].map((name) => `(name = "${name}", ${name.endsWith(".wasm") ? "wasm" : "esModule"} = embed "${name}")`);
  const config = join(folder, "config.capnp");
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (modules = [${modules.join(", ")}], compatibilityDate = "2026-01-01"))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
`,
  );
  const program = binary(["@cloudflare/workerd-linux-64/bin/workerd", "@cloudflare/workerd-linux-arm64/bin/workerd"]);
  const start = performance.now();
  const child = spawn(program, ["serve", "--control-fd=3", config], { stdio: ["ignore", "inherit", "inherit", "pipe"] });
  try {
    const port = await new Promise((found, failed) => {
      child.once("error", failed);
      child.once("exit", (code) => failed(new Error(`workerd ended with code ${code}`)));
      child.stdio[3].on("data", (data) => {
        const line = data.toString().split("\n").find((text) => text.includes('"listen"'));
        if (line !== undefined) found(JSON.parse(line).port);
      });
    });
    const took = {};
    let first;
    for (const path of paths) {
      const asked = performance.now();
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      if (!response.ok) throw new Error(`workerd answered ${response.status}: ${await response.text()}`);
      await response.text();
      took[path] = Math.min(took[path] ?? Infinity, performance.now() - asked);
      first ??= performance.now() - start;
    }
    return { first, took };
  } finally {
    child.removeAllListeners("exit");
    child.kill();
    rmSync(folder, { recursive: true });
  }
}

/** Milliseconds that the package adds to a cold start up to the first engine's answer, and that one more engine takes in a running worker. */
export async function ready(rounds) {
  const least = {};
  const note = (name, took) => (least[name] = Math.min(least[name] ?? Infinity, took));
  // The first round is the one in which this process learns to fetch.
  for (let round = 0; round <= rounds; round++) {
    const without = await run(WITHOUT, ["/"]);
    const cold = await run(WITH, ["/engine"]);
    const warm = await run(WITH, Array.from({ length: 10 }, () => ["/nothing", "/engine"]).flat());
    if (round === 0) continue;
    note("without", without.first);
    note("with", cold.first);
    note("nothing", warm.took["/nothing"]);
    note("engine", warm.took["/engine"]);
  }
  return { cold: least.with - least.without, more: least.engine - least.nothing };
}

/** Milliseconds from workerd's start to the answer of a worker that plans with a package; `planning` is the module that does it. */
export async function firstAnswer({ pkg, entry, planning }) {
  const source = `
import { createEngineSync } from "./evenhand/${entry}";
import { firstPlan } from "./first-plan.js";
export default { fetch: () => new Response(String(firstPlan(createEngineSync()))) };
`;
  const { first } = await run(source, ["/"], { from: pkg, more: { "first-plan.js": planning } });
  return first;
}
