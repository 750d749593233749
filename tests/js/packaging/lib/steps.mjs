// The kinds of steps: a command that ends, a server that is asked, a folder that a browser opens.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as listen } from "node:net";
import { extname, join, normalize } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { title } from "./browsers.mjs";
import { ANSWER } from "./check.mjs";
import { environment } from "./project.mjs";

const MOST = 180_000;

/** Takes one step of a project:
 *  - `{ run, says?, fails? }`: a command; what it prints has `says` (the answer, unless it only builds).
 *  - `{ serve, get? | open? }`: a server, on `{port}`; what it answers at `get`, or the page at `open`, has `says`.
 *  - `{ page, headers?, fallback?, browser? }`: a folder as a static server has it, opened.
 */
export async function take(step, folder, project) {
  const env = environment(folder, project);
  if (step.run !== undefined) return run(step, folder, env);
  if (step.serve !== undefined) return serve(step, folder, env);
  return page(step, folder);
}

function holds(text, { says = ANSWER }) {
  const found = says instanceof RegExp ? says.test(text) : text.includes(says);
  if (!found) throw new Error(`expected ${says}, and there was:\n${text.slice(-3000)}`);
}

async function run(step, cwd, env) {
  const child = start(step.run, cwd, env);
  const [code] = await Promise.race([once(child.process, "exit"), sleep(MOST, ["it did not end"], { ref: false })]);
  child.stop();
  if ((code !== 0) !== (step.fails === true)) throw new Error(`it ended with ${code}:\n${child.text().slice(-4000)}`);
  if (step.says !== undefined || !step.builds) holds(child.text(), step);
}

function start(command, cwd, env) {
  // A group of its own, so that what the command starts ends with it.
  const process_ = spawn(command, { cwd, env, shell: true, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [process_.stdout, process_.stderr]) stream.setEncoding("utf8").on("data", (piece) => (text += piece));
  const stop = () => {
    try {
      process.kill(-process_.pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  };
  return { process: process_, text: () => text, stop };
}

async function freePort() {
  const server = listen().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

async function serve(step, cwd, env) {
  const port = await freePort();
  // In place of the shell, so that it is gone when it is told to be: Vite starts no second server beside one that is there.
  const child = start(`exec ${step.serve.replaceAll("{port}", String(port))}`, cwd, env);
  try {
    const address = `http://127.0.0.1:${port}`;
    const until = Date.now() + MOST;
    let last = "";
    // A server that is there may still be building: what it answers is asked for until it is right.
    while (Date.now() < until && child.process.exitCode === null) {
      const response = await fetch(address + (step.get ?? step.open)).catch(() => undefined);
      last = response === undefined ? last : await response.text();
      if (response?.ok && (step.open !== undefined || last.replaceAll("&quot;", '"').includes(step.says ?? ANSWER))) break;
      await sleep(300);
    }
    if (child.process.exitCode !== null) throw new Error(`the server ended with ${child.process.exitCode} and said:\n${child.text().slice(-3000)}`);
    const shown = step.open === undefined ? last.replaceAll("&quot;", '"') : await title(address + step.open, step);
    try {
      holds(shown, step);
    } catch (error) {
      throw new Error(`${error.message}\nthe server said:\n${child.text().slice(-3000)}`);
    }
  } finally {
    child.stop();
    if (child.process.exitCode === null && child.process.signalCode === null) await once(child.process, "exit");
  }
}

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".json": "application/json" };

async function page(step, folder) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const file = join(folder, step.page, normalize(pathname === "/" ? "/index.html" : pathname));
    const found = existsSync(file) && extname(file) !== "";
    // Where files are missing, many servers answer with the page.
    const shown = found ? file : join(folder, step.page, "index.html");
    const status = found || step.fallback ? 200 : 404;
    response.writeHead(status, { "content-type": status === 200 ? (TYPES[extname(shown)] ?? "application/octet-stream") : "text/plain", ...step.headers });
    response.end(status === 200 ? readFileSync(shown) : "not found");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    holds(await title(`http://127.0.0.1:${server.address().port}/`, step), step);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
