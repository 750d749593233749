// The runtimes, each as something that can be opened, asked to do a job (see `inside.mjs`), and closed.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { open as openChromium } from "./chromium.mjs";
import { open as openFirefox } from "./firefox.mjs";
import { here } from "./installed.mjs";
import { binary, open as openWorkerd } from "./workerd.mjs";

/** More versions of Node, as paths: `EVENHAND_NODES=/path/to/node22:/path/to/node24`. */
const nodes = (process.env.EVENHAND_NODES ?? "").split(delimiter).filter(Boolean);

/** A runtime that is started anew for every job. */
function child(program, ...args) {
  return async () => ({
    async run(job, cases = []) {
      const folder = mkdtempSync(join(tmpdir(), "evenhand-cases-"));
      const file = join(folder, "cases.json");
      writeFileSync(file, JSON.stringify(cases));
      try {
        const { stdout } = await promisify(execFile)(program(), [...args, join(here, "lib/child.mjs"), job, file], { cwd: here, maxBuffer: 2 ** 30 });
        return JSON.parse(stdout);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    close: async () => {},
  });
}

async function chromium() {
  const { page, close } = await openChromium();
  const run = (job, cases) =>
    page.evaluate(
      async ([job, cases]) => {
        const { runChecks, runCases } = await import("/tests/inside.mjs");
        return job === "cases" ? runCases(window.evenhand, JSON.parse(cases)) : runChecks(window.evenhand);
      },
      // As text, in which every key is a key.
      [job, JSON.stringify(cases)],
    );
  return { run, close };
}

const node = () => process.execPath;
const deno = () => binary(["@deno/linux-x64-glibc/deno", "@deno/linux-arm64-glibc/deno"]);
const bun = () => binary(["@oven/bun-linux-x64/bin/bun", "@oven/bun-linux-aarch64/bin/bun"]);

export const runtimes = {
  Node: child(node),
  Chromium: chromium,
  Firefox: openFirefox,
  workerd: openWorkerd,
  Deno: child(deno, "run", "--no-prompt", "--allow-read"),
  Bun: child(bun, "run"),
  "edge-light": child(node, "--conditions=edge-light", "--import", join(here, "lib/edge-light.mjs")),
  ...Object.fromEntries(nodes.map((path) => [path, child(() => path)])),
};
