// Chromium, and the small server that it loads from.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { delimiter, extname, join, normalize } from "node:path";
import { chromium } from "playwright-core";
import { entry, here, pkg } from "./installed.mjs";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json", ".wasm": "application/wasm" };

function executable() {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const found = (process.env.PATH ?? "").split(delimiter).flatMap((folder) => names.map((name) => join(folder, name))).find(existsSync);
  const path = process.env.CHROMIUM ?? found;
  if (path === undefined) throw new Error("there is no Chromium on the path: `apt-get install chromium`");
  return path;
}

/**
 * Serves `/pkg/*` (the installed package), `/tests/*` (this folder) and what `extra` answers; keeps what was asked for.
 * `extra` maps a path to `{ status?, type?, body }`, or to what gives it for a request.
 */
export async function serve({ headers = {}, extra = {} } = {}) {
  const asked = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    asked.push(pathname);
    const set = extra[pathname] ?? file(pathname);
    const answer = typeof set === "function" ? await set(request) : set;
    response.writeHead(answer.status ?? 200, { "content-type": answer.type, ...headers });
    response.end(answer.body);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${server.address().port}`, asked, close: () => new Promise((done) => server.close(done)) };
}

function file(pathname) {
  const [, place, ...rest] = normalize(pathname).split("/");
  const path = join(place === "pkg" ? pkg : here, ...rest);
  if (!["pkg", "tests"].includes(place) || !existsSync(path)) return { status: 404, type: "text/plain", body: "not found" };
  return { type: TYPES[extname(path)] ?? "application/octet-stream", body: readFileSync(path) };
}

/** The strictest policy that the package allows. */
export const STRICTEST = "default-src 'none'; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

/** A page under that policy; `window.evenhand` is the package as a browser loads it. */
export async function open({ policy = STRICTEST, extra = {} } = {}) {
  const server = await serve({
    headers: { "content-security-policy": policy },
    extra: {
      "/": { type: "text/html", body: '<!doctype html><title>Evenhand</title><script type="module" src="/page.js"></script>' },
      "/favicon.ico": { status: 204, type: "image/x-icon", body: "" },
      "/page.js": { type: "text/javascript", body: `window.evenhand = await import("/pkg/${entry("browser")}");` },
      ...extra,
    },
  });
  const args = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-gpu"];
  // The sandbox stays off (the library's default): root cannot have it, and only this server's pages are opened.
  const browser = await chromium.launch({ executablePath: executable(), args });
  const page = await browser.newPage();
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(server.url);
  await page.waitForFunction(() => window.evenhand !== undefined);
  const close = async () => {
    await browser.close();
    await server.close();
  };
  return { page, server, complaints, close };
}
