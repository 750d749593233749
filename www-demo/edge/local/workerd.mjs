// The worker on workerd itself, on this machine: the runtime that runs it in production, without wrangler.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { edge } from "./build.mjs";

/** What wrangler.jsonc sets, for a local start. */
export const VARS = { ISSUER: "https://accounts.example", AUDIENCE: "evenhand-edge", MAX_BODY_BYTES: "1048576", MAX_LOAD_BYTES: "8388608", BODY_SECONDS: "10", RATE_PER_SECOND: "20", RATE_BURST: "60", SWEEPER: "sweeper", SWEEP_LIMIT: "1000", SWEEP_SECONDS: "300", VOTE_SECONDS: "30", RETRY_SECONDS: "2" };

/** The classes of the worker's objects. */
const CLASSES = ["Tenant", "Coordinator", "Shard"];

const program = () => {
  const names = ["linux-64", "linux-arm64"].map((platform) => join(edge, `node_modules/@cloudflare/workerd-${platform}/bin/workerd`));
  const found = names.find(existsSync);
  if (found === undefined) throw new Error("workerd is not installed for this platform");
  return found;
};

/**
 * Starts workerd over a folder that `build` filled, with a folder for the objects' storage. `classes` are those that the worker has.
 * Resolves when it listens: `{ url, pid, logs, ended, kill(signal) }`; `logs` are the worker's lines of JSON, as they come.
 */
export async function start({ folder, modules, storage, vars, port = 0, onLog, classes = CLASSES }) {
  mkdirSync(storage, { recursive: true });
  const text = JSON.stringify;
  const namespaces = classes.map((name) => `(className = ${text(name)}, uniqueKey = ${text(`evenhand-${name.toLowerCase()}`)}, enableSql = true)`);
  const objects = classes.map((name) => `(name = ${text(name.toUpperCase())}, durableObjectNamespace = ${text(name)})`);
  const bindings = Object.entries({ ...VARS, ...vars }).map(([name, value]) => `(name = ${text(name)}, text = ${text(String(value))})`);
  const config = join(folder, `workerd-${process.pid}-${(starts += 1)}.capnp`);
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main), (name = "disk", disk = (path = ${text(storage)}, writable = true))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
const main :Workerd.Worker = (
  modules = [${modules.map((name) => `(name = ${text(name)}, ${name.endsWith(".wasm") ? "wasm" : "esModule"} = embed ${text(name)})`).join(", ")}],
  compatibilityDate = "2026-01-01",
  durableObjectNamespaces = [${namespaces.join(", ")}],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [${[...objects, ...bindings].join(", ")}]
);
`,
  );
  const child = spawn(program(), ["serve", "--control-fd=3", config], { stdio: ["ignore", "pipe", "pipe", "pipe"] });
  const logs = [];
  const errors = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    logs.push(line);
    onLog?.(line);
  });
  createInterface({ input: child.stderr }).on("line", (line) => errors.push(line));
  const ended = new Promise((done) => child.once("exit", (code, signal) => done({ code, signal })));
  const listening = new Promise((found) => {
    createInterface({ input: child.stdio[3] }).on("line", (line) => {
      const { event, port } = JSON.parse(line);
      if (event === "listen") found(port);
    });
  });
  const there = await Promise.race([listening, ended]);
  if (typeof there !== "number") throw new Error(`workerd ended (${there.code ?? there.signal}):\n${errors.join("\n")}`);
  const kill = async (signal = "SIGTERM") => {
    child.kill(signal);
    await ended;
  };
  return { url: `http://127.0.0.1:${there}`, pid: child.pid, logs, errors, ended, kill };
}

let starts = 0;
