// Serves dist/ as a host would: right types, a strict Content-Security-Policy, files that are compressed already.
// Usage: node serve.mjs [port]
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const dist = fileURLToPath(new URL("dist/", import.meta.url));
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".csv": "text/csv; charset=utf-8",
  ".svg": "image/svg+xml",
  ".webp": "image/webp",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};
/** Nothing from elsewhere, no inline code; compiling the module is all that is allowed beyond. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data: blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The one style that VitePress writes by a script: it stops transitions while the light changes. */
const STILL = "'sha256-skqujXORqzxt1aE0NNXxujEanPTX6raoqSscTV/Ww/Y='";
/**
 * What pages of the documentation may besides: the scripts that stand in them, each by what it says (`docs/build.mjs` writes the list), and styles on
 * single words, for the colours of code.
 */
function docsPolicy() {
  const list = join(dist, "docs/policy.json");
  const scripts = existsSync(list) ? JSON.parse(readFileSync(list, "utf8")) : [];
  return POLICY.replace("'wasm-unsafe-eval'", scripts.join(" ")).replace("style-src 'self'", `style-src 'self' ${STILL}; style-src-attr 'unsafe-inline'`);
}

/** What answers under `/edge/`: the edge worker on this machine, started when it is first asked for. */
function edge() {
  let starting;
  const there = () => (starting ??= import("./edge/local/desk.mjs").then(({ desk }) => desk()));
  return {
    async answer(request, response) {
      try {
        await (await there()).answer(request, response);
      } catch (error) {
        console.error(`the edge worker: ${error.message}`);
        if (!response.headersSent) response.writeHead(503, { "content-type": "application/json" });
        response.end(JSON.stringify({ message: "the edge worker does not run here", hint: "`npm install` in www-demo/edge installs it" }));
      }
    },
    stop: async () => (await starting?.catch(() => {}))?.stop(),
  };
}

export function serve(port = 0) {
  const worker = edge();
  const server = createServer((request, response) => {
    if (request.url.startsWith("/edge/")) {
      void worker.answer(request, response);
      return;
    }
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname)).replace(/^(\.\.[/\\])+/, "");
    if (path === "/docs") {
      response.writeHead(308, { location: "/docs/" }).end();
      return;
    }
    const file = join(dist, path.endsWith("/") ? `${path}index.html` : path);
    const type = TYPES[extname(file)];
    if (!file.startsWith(dist) || type === undefined || !existsSync(file) || (request.method !== "GET" && request.method !== "HEAD")) {
      response.writeHead(404, { "content-type": "text/plain" }).end("there is no such file\n");
      return;
    }
    const accepted = String(request.headers["accept-encoding"] ?? "");
    const [end, encoding] = [[".br", "br"], [".gz", "gzip"]].find(([end, name]) => accepted.includes(name) && existsSync(file + end)) ?? ["", ""];
    const headers = {
      "content-type": type,
      "content-length": statSync(file + end).size,
      "content-security-policy": path.startsWith("/docs/") ? docsPolicy() : POLICY,
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      vary: "accept-encoding",
      // What is named by its content never changes.
      "cache-control": /^\/(docs\/)?assets\//.test(path) ? "public, max-age=31536000, immutable" : "no-cache",
    };
    if (encoding) headers["content-encoding"] = encoding;
    response.writeHead(200, headers);
    if (request.method === "HEAD") response.end();
    else createReadStream(file + end).pipe(response);
  });
  server.once("close", () => void worker.stop());
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve({ server, address: `http://localhost:${server.address().port}/` }));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { server, address } = await serve(Number(process.argv[2] ?? 4173)).catch(() => serve(0));
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => {
      server.close();
      server.closeAllConnections();
    });
  }
  console.log(`the Lead Desk is at ${address}${existsSync(join(dist, "docs/index.html")) ? `, the documentation at ${address}docs/` : ""} (Ctrl C ends it)`);
}
