// The site as the demo serves it: every page is there and is reached, the policy holds, search finds, and it can be read in both lights.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { serve } from "../../../www-demo/serve.mjs";
import { hidden, pages, root, samples } from "./lib/pages.mjs";

const require = createRequire(join(root, "www-demo/package.json"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const dist = join(root, "www-demo/dist/docs");

let site;
let browser;
before(async () => {
  site = await serve();
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
});
after(async () => {
  await browser.close();
  site.server.close();
});

const docs = readdirSync(join(root, "pkg-template/docs")).map((name) => name.replace(/\.md$/, ""));
const built = () => readdirSync(dist, { recursive: true }).filter((name) => name.endsWith(".html"));

async function open(path, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("request", (request) => !request.url().startsWith(site.address) && !/^(data|blob):/.test(request.url()) && wrong.push(`asks ${request.url()}`));
  const answer = await page.goto(new URL(`docs/${path}`, site.address).href);
  assert.equal(answer.status(), 200, path);
  return { context, page, wrong };
}

test("every page of the package is a page of the site and stands in its menu", async () => {
  const names = new Set(built());
  for (const name of docs) assert.ok(names.has(name === "start" ? "index.html" : `${name}.html`), name);
  for (const name of ["security", "changelog", "api/index", "api/evenhand", "api/columns"]) assert.ok(names.has(`${name}.html`), name);
  const { page, context } = await open("");
  const links = await page.locator(".VPSidebar a").evaluateAll((all) => all.map((link) => new URL(link.href).pathname.replace(/^\/docs\/|\.html$/g, "")));
  for (const name of docs) assert.ok(links.includes(name === "start" ? "" : name), `${name} is not in the menu`);
  await context.close();
});

test("every link leads to a page, and to a heading that is there", () => {
  const ids = new Map(built().map((name) => [name, new Set([...readFileSync(join(dist, name), "utf8").matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))]));
  const lost = [];
  for (const name of ids.keys()) {
    if (name === "404.html") continue;
    const html = readFileSync(join(dist, name), "utf8");
    const main = html.slice(html.indexOf("<main"));
    for (const [, href] of main.matchAll(/<a [^>]*?href="([^"]+)"/g)) {
      const url = new URL(href.replaceAll("&amp;", "&"), `http://site/docs/${name}`);
      if (url.host !== "site" || !url.pathname.startsWith("/docs/")) continue;
      const file = decodeURIComponent(url.pathname.slice("/docs/".length)).replace(/\/$/, "/index.html").replace(/^$/, "index.html");
      const target = ids.get(file) ?? ids.get(`${file}.html`);
      if (target === undefined) lost.push(`${name}: ${href}`);
      else if (url.hash.length > 1 && !target.has(decodeURIComponent(url.hash.slice(1)))) lost.push(`${name}: ${href} has no such heading`);
    }
  }
  assert.deepEqual(lost, []);
});

test("pages load nothing from elsewhere, break no policy and can be read, in both lights and on a narrow screen", async () => {
  for (const [path, options] of [["", {}], ["command-line.html", { colorScheme: "dark" }], ["offers.html", {}], ["lead-desk.html", {}], ["measured.html", { viewport: { width: 390, height: 844 } }], ["api/evenhand.html", {}]]) {
    const { context, page, wrong } = await open(path, options);
    await page.locator("main h1").waitFor();
    await page.waitForLoadState("networkidle");
    assert.deepEqual(wrong, [], path);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(over <= 0, `${path} is ${over} px too wide`);
    if (path !== "api/evenhand.html") {
      // The policy would refuse the checker as it would refuse anybody: it is run beside the page's own scripts.
      const client = await context.newCDPSession(page);
      await client.send("Runtime.evaluate", { expression: axe });
      const faults = await page.evaluate(async () => (await axe.run(document.querySelector("main"), { runOnly: ["wcag2a", "wcag2aa"] })).violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}`));
      assert.deepEqual(faults, [], path);
    }
    await context.close();
  }
});

test("search finds a page by a word in it", async () => {
  const { context, page, wrong } = await open("");
  await page.keyboard.press("Control+k");
  await page.getByRole("searchbox").or(page.locator("#localsearch-input")).first().fill("tombstone");
  // Which of the pages with the word comes first changes with what is written.
  // A found part of a page may itself hold links: what opens the page is the first one.
  await page.getByRole("option", { name: /Keep state|Plans/ }).first().getByRole("link").first().click();
  await page.waitForURL(/(keep-state|plans)/);
  assert.deepEqual(wrong, []);
  await context.close();
});

test("the sample in React shows what its engine plans", async () => {
  const { text } = pages().find(({ path }) => path.endsWith("/react.md"));
  const [{ code }] = samples(text).filter(({ kind }) => kind === "jsx");
  assert.deepEqual(hidden(text), []);
  assert.ok(code.trim().split("\n").filter((line) => line.trim() !== "").length <= 40, "it says 40 lines");
  const { mkdtempSync, rmSync, symlinkSync, writeFileSync, mkdirSync } = await import("node:fs");
  const { tmpdir } = await import("node:os");
  const { createServer } = await import("node:http");
  const folder = mkdtempSync(join(tmpdir(), "evenhand-react-"));
  const { build } = await import(new URL("../../../www-demo/node_modules/vite/dist/node/index.js", import.meta.url));
  try {
    mkdirSync(join(folder, "node_modules"));
    for (const name of ["react", "react-dom", "scheduler"]) symlinkSync(join(root, "www-demo/node_modules", name), join(folder, "node_modules", name));
    symlinkSync(join(root, "tests/js/package/node_modules/evenhand"), join(folder, "node_modules/evenhand"));
    writeFileSync(join(folder, "Preview.jsx"), code);
    writeFileSync(
      join(folder, "main.jsx"),
      `import { createElement, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Preview } from "./Preview.jsx";
const config = { version: 1, fields: { id: { type: "text" }, owner: { type: "user" } }, lead: { id: "id", owner: "owner" },
  profiles: [{ id: "lead", grants: [{ do: ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass"], scope: "all" }] }],
  users: ["ann", "bob"].map((id) => ({ id, profiles: ["lead"] })) };
const rows = [1, 2, 3, 4, 5].map((id) => ({ id: String(id), owner: id < 3 ? "ann" : null }));
createRoot(document.body).render(createElement(StrictMode, null, createElement(Preview, { config, rows, actor: "ann", now: 0 })));`,
    );
    writeFileSync(join(folder, "index.html"), '<!doctype html><title>Preview</title><body><script type="module" src="/main.jsx"></script>');
    await build({ root: folder, logLevel: "error", resolve: { preserveSymlinks: true }, oxc: { jsx: { runtime: "automatic" } } });
    const types = { html: "text/html", js: "text/javascript", wasm: "application/wasm" };
    const server = createServer(({ url }, response) => {
      const name = url === "/" ? "/index.html" : url;
      const type = types[name.split(".").at(-1)];
      if (type === undefined) return response.writeHead(404).end();
      response.writeHead(200, { "content-type": type }).end(readFileSync(join(folder, "dist", name)));
    });
    await new Promise((done) => server.listen(0, "127.0.0.1", done));
    const page = await browser.newPage();
    const wrong = [];
    page.on("pageerror", (error) => wrong.push(String(error)));
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.getByRole("checkbox", { name: "bob" }).check();
    await page.getByText("bob: 0 + 3 = 3").waitFor();
    await page.getByRole("checkbox", { name: "ann" }).check();
    await page.getByText("ann: 2 + 0 = 2").waitFor();
    assert.deepEqual(wrong, []);
    await page.close();
    server.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
