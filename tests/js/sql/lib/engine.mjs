// The crate, asked through the example `sql-engine`.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { require, root } from "./root.mjs";

const target = path.resolve(root, process.env.CARGO_TARGET_DIR ?? "target");
// As `cargo test --workspace` builds it, which has done so already where all tests run.
execFileSync(process.env.CARGO ?? "cargo", ["build", "--quiet", "--profile", "test", "--workspace", "--example", "sql-engine"], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });

/** Asks; a failure of the engine is thrown with its code. */
export function ask(request, profile = "debug") {
  const options = { input: JSON.stringify(request), encoding: "utf8", maxBuffer: 1 << 30 };
  const answer = JSON.parse(execFileSync(path.join(target, profile, "examples/sql-engine"), [], options));
  if (answer.error) throw Object.assign(new Error(JSON.stringify(answer.error)), answer.error);
  return answer;
}

/** Statements of a plan, or the error that there is instead. */
export function statements(request, dialect, options) {
  return ask({ ...request, sql: [[dialect, options]] }).statements[0];
}

/** A plan as an adapter wants it. */
export function planOf(request) {
  const { plan } = ask(request);
  return {
    ...plan,
    data: plan,
    changes: () => plan.changes,
    created: () => plan.created,
    removed: () => plan.removed,
    statements: (dialect, options) => statements(request, dialect, options),
  };
}

/** The adapters, compiled. */
export async function adapters() {
  const { default: ts } = await import(pathToFileURL(require.resolve("typescript")));
  const from = path.join(root, "pkg-template/src/adapters");
  const to = path.join(root, `target/adapters-${process.pid}`);
  mkdirSync(to, { recursive: true });
  process.on("exit", () => rmSync(to, { recursive: true, force: true }));
  writeFileSync(path.join(to, "package.json"), '{"type":"module"}');
  for (const name of readdirSync(from)) {
    const compilerOptions = { target: "ES2022", module: "ES2022", verbatimModuleSyntax: true };
    const { outputText } = ts.transpileModule(readFileSync(path.join(from, name), "utf8"), { compilerOptions });
    writeFileSync(path.join(to, name.replace(/\.ts$/, ".js")), outputText);
  }
  const load = (name) => import(pathToFileURL(path.join(to, name)));
  return { ...(await load("postgres.js")), ...(await load("sqlite.js")) };
}
