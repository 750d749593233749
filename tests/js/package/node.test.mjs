// What only Node can show: addresses, what importing does, and the inner workings that no runtime lets one provoke.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { createEngine, createEngineSync, EvenhandError } from "evenhand";
import { serve } from "./lib/chromium.mjs";
import { facade, manifest, pkg } from "./lib/installed.mjs";

const path = join(pkg, "evenhand.wasm");
const bytes = readFileSync(path);

test("the module comes from wherever the host has it", async () => {
  const server = await serve();
  const sources = {
    url: pathToFileURL(path),
    "url text": pathToFileURL(path).href,
    path,
    "relative path": relative(process.cwd(), path),
    "http address": `${server.url}/pkg/evenhand.wasm`,
    bytes,
    "array buffer": new Uint8Array(bytes).buffer,
    module: new WebAssembly.Module(bytes),
    response: await fetch(`${server.url}/pkg/evenhand.wasm`),
    "response of another type": new Response(bytes),
    "promise of a response": fetch(`${server.url}/pkg/evenhand.wasm`),
    "promise of bytes": Promise.resolve(bytes),
    "promise of a module": WebAssembly.compile(bytes),
  };
  for (const [name, wasm] of Object.entries(sources)) {
    const engine = await createEngine({ wasm });
    assert.equal(engine.version, manifest.version, name);
    engine.free();
  }
  for (const wasm of [bytes, new WebAssembly.Module(bytes)]) createEngineSync({ wasm }).free();
  for (const wasm of [`${server.url}/pkg/nothing.wasm`, "nothing.wasm", fetch(`${server.url}/pkg/nothing.wasm`)]) {
    await assert.rejects(createEngine({ wasm }), { name: "EvenhandError", code: "wasm_unavailable" });
  }
  await server.close();
});

test("a module of another version is refused", async () => {
  const empty = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
  await assert.rejects(createEngine({ wasm: empty }), { code: "wasm_invalid" });
  assert.throws(() => createEngineSync({ wasm: empty }), { code: "wasm_invalid" });
});

test("what an edge bundler made of the import is a compiled module, or refused with the remedy", async () => {
  const { imported } = await import(pathToFileURL(join(facade, "load.js")).href);
  const module = new WebAssembly.Module(bytes);
  assert.equal(imported({ default: module }), module);
  for (const [given, word] of [[{ default: "/assets/evenhand-1234.wasm" }, "string"], [{ default: undefined }, "undefined"], [{ default: { memory: {} } }, "instance"], [{ memory: {}, version() {} }, "instance"]]) {
    assert.throws(() => imported(given), (error) => error.code === "wasm_unavailable" && error.message.includes(word) && error.diagnostics[0].hint.includes("`evenhand/slim`"));
  }
});

test("importing loads nothing, so rendering on a server is safe", () => {
  const entries = ["node.js", "bun.js", "deno.js", "browser.js", "default.js", "slim.js", "inline.js", "cjs/node.js", "cjs/browser.js", "cjs/inline.js"].map((file) => pathToFileURL(join(pkg, file)).href);
  const script = `
    import fs from "node:fs";
    import { syncBuiltinESMExports } from "node:module";
    const never = (name) => () => { throw new Error(name + " was called"); };
    const before = Object.keys(globalThis);
    globalThis.fetch = never("fetch");
    globalThis.WebAssembly = new Proxy({}, { get: (_, name) => never("WebAssembly." + String(name))() });
    for (const [place, name] of [[fs, "readFileSync"], [fs.promises, "readFile"]]) {
      const real = place[name];
      place[name] = (path, ...rest) => String(path).endsWith(".wasm") ? never(name)() : real(path, ...rest);
    }
    syncBuiltinESMExports();
    for (const entry of ${JSON.stringify(entries)}) await import(entry);
    if (Object.keys(globalThis).join() !== before.join()) throw new Error("a global was left behind");
    console.log("imported");`;
  assert.equal(execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }).trim(), "imported");
});

test("a first load that failed is tried again", async () => {
  const script = `
    import fs from "node:fs";
    import { syncBuiltinESMExports } from "node:module";
    const { readFile } = fs.promises;
    fs.promises.readFile = async (path, ...rest) => { if (String(path).endsWith(".wasm")) throw new Error("busy"); return readFile(path, ...rest); };
    syncBuiltinESMExports();
    const { createEngine } = await import("evenhand");
    const codes = await Promise.all([createEngine(), createEngine()].map((made) => made.catch((error) => error.code)));
    fs.promises.readFile = readFile;
    syncBuiltinESMExports();
    console.log(codes.join(), (await createEngine()).version);`;
  const printed = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8", cwd: import.meta.dirname });
  assert.equal(printed.trim(), `wasm_unavailable,wasm_unavailable ${manifest.version}`);
});

test("the files are there by their public names", () => {
  const require = createRequire(import.meta.url);
  for (const name of ["evenhand.wasm", "engine.wasm"]) assert.equal(require.resolve(`evenhand/${name}`), path);
  assert.equal(require("evenhand/package.json").version, manifest.version);
  assert.deepEqual(Object.keys(manifest.exports["."]), ["workerd", "edge-light", "bun", "deno", "node", "browser", "default"]);
  assert.equal(require.resolve("evenhand/zones"), join(pkg, "cjs/zones.js"));
  assert.equal(import.meta.resolve("evenhand/zones"), pathToFileURL(join(pkg, "zones.js")).href);
  const leaves = (target) => (typeof target === "string" ? [] : typeof target.default === "string" ? [target] : Object.values(target).flatMap(leaves));
  const all = leaves(manifest.exports);
  assert.ok(all.length > 20);
  for (const target of all) assert.deepEqual(Object.keys(target), ["types", "default"]);
});

test("memory never grows past the limit", async () => {
  const { glue, initialPages } = await import(pathToFileURL(join(facade, "glue.js")).href);
  const { memory } = glue(initialPages + 2);
  memory.grow(2);
  assert.throws(() => memory.grow(1), RangeError);
  const engine = await createEngine({ maxMemory: initialPages * 65536 });
  assert.equal(engine.memory(), initialPages * 65536);
  engine.free();
});

test("memory grows in few steps: at once for what is loaded whole, and by doubling for what comes in pieces", async () => {
  const part = (file) => import(pathToFileURL(join(facade, file)).href);
  const [{ glue }, { Instance }, { Engine }, { zones }] = await Promise.all(["glue.js", "instance.js", "engine.js", "zones-table.js"].map(part));
  const module = new WebAssembly.Module(bytes);
  const PAGE = 65536;
  const made = (pages) => {
    const all = glue(pages);
    all.start(new WebAssembly.Instance(module, all.imports));
    const engine = new Engine(new Instance(all, pages * PAGE), zones);
    const workspace = engine.workspace({ version: 1, fields: { id: { type: "text" }, name: { type: "text" }, owner: { type: "user" } }, lead: { id: "id", owner: "owner" }, org: [{ id: "firm" }], users: [], profiles: [] });
    // Whenever the memory grows, its buffer is another one.
    const sizes = [all.memory.buffer.byteLength];
    const look = () => {
      const size = all.memory.buffer.byteLength;
      if (size !== sizes.at(-1)) sizes.push(size);
      assert.ok(engine.memory() <= size && all.pages() * PAGE === engine.memory());
    };
    return { engine, workspace, sizes, look };
  };
  const lines = (count) => Array.from({ length: count }, (_, at) => `lead-${at},somebody whose name is ${at},\n`).join("");
  const csv = `id,name,owner\n${lines(200_000)}`;

  // A table of few and short columns takes more than its text does, so that one more step may be needed.
  const whole = made(2 ** 14);
  const table = whole.workspace.load(csv, { onProgress: whole.look });
  whole.look();
  assert.ok(whole.sizes.length <= 3 && whole.sizes[1] > csv.length, String(whole.sizes));
  const before = whole.sizes.length;
  table.free();
  whole.workspace.load(csv).free();
  whole.look();
  assert.equal(whole.sizes.length, before, String(whole.sizes));
  const rows = made(2 ** 14);
  rows.workspace.load(Array.from({ length: 200_000 }, (_, at) => ({ id: `lead-${at}`, name: `somebody ${at}`, owner: null })), { onProgress: rows.look });
  assert.ok(rows.sizes.length <= 3, String(rows.sizes));

  const stream = made(2 ** 14);
  const loader = stream.workspace.loader({ format: "csv" });
  for (let from = 0; from < csv.length; from += 4000) {
    loader.push(csv.slice(from, from + 4000));
    stream.look();
  }
  assert.equal(loader.finish().size, 200_000);
  assert.ok(stream.sizes.length > 3, String(stream.sizes));
  for (const [at, size] of stream.sizes.entries()) assert.ok(at === 0 || size >= stream.sizes[at - 1] * 2, String(stream.sizes));

  // Near the limit it takes what is left, and says when that is not enough.
  const small = made(100);
  assert.throws(() => small.workspace.load(csv, { onProgress: small.look }), { code: "out_of_memory" });
  small.look();
  assert.ok(small.sizes.at(-1) <= 100 * PAGE, String(small.sizes));
  assert.equal(small.workspace.load(`id,name,owner\n${lines(20_000)}`).size, 20_000);
  const streamed = made(100);
  const broken = streamed.workspace.loader({ format: "csv" });
  assert.throws(() => {
    for (let from = 0; from < csv.length; from += 4000) broken.push(csv.slice(from, from + 4000)), streamed.look();
    broken.finish();
  }, { code: "out_of_memory" });
  assert.ok(streamed.sizes.length < 12 && streamed.engine.memory() > 60 * PAGE, String(streamed.sizes));
  for (const { engine } of [whole, rows, stream, small, streamed]) engine.free();
});

test("an engine that trapped is given up, and others go on", async () => {
  const { Instance } = await import(pathToFileURL(join(facade, "instance.js")).href);
  const { EvenhandError } = await import(pathToFileURL(join(facade, "errors.js")).href);
  const memory = new WebAssembly.Memory({ initial: 1 });
  const trap = new WebAssembly.Module(
    // (module (func (export "trap") unreachable))
    new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 8, 1, 4, 116, 114, 97, 112, 0, 0, 10, 5, 1, 3, 0, 0, 11]),
  );
  const exports = { ...new WebAssembly.Instance(trap).exports, version: () => "1", deep: () => exports.deep() + 1 };
  for (const way of ["trap", "deep"]) {
    const instance = new Instance({ exports, memory, pages: () => 1 });
    assert.equal(instance.call((wasm) => wasm.version()), "1");
    assert.throws(() => instance.call((wasm) => wasm[way]()), { name: "EvenhandError", code: "engine_failed" });
    assert.throws(() => instance.call((wasm) => wasm.version()), { code: "engine_failed" });
    assert.throws(() => instance.memory, { code: "engine_failed" });
    instance.free();
    assert.throws(() => instance.memory, { code: "freed" });
  }
  const failure = { code: "config_invalid", message: "m", diagnostics: [{ severity: "error", code: "x", path: "", message: "m" }] };
  const instance = new Instance({ exports: { fail: () => { throw failure; }, host: () => { throw new TypeError("the host's own"); } }, memory, pages: () => 1 });
  assert.throws(() => instance.call((wasm) => wasm.fail()), (error) => error instanceof EvenhandError && error.code === "config_invalid");
  assert.throws(() => instance.call((wasm) => wasm.host()), TypeError);
  assert.equal(instance.memory, 65536);
});

test("input is written as JSON or refused", async () => {
  const { json } = await import(pathToFileURL(join(facade, "input.js")).href);
  const { EvenhandError } = await import(pathToFileURL(join(facade, "errors.js")).href);
  const written = json({ at: new Date(0), own: JSON.parse('{"__proto__":1}'), lone: "\ud800" });
  assert.equal(new TextDecoder().decode(written), '{"at":"1970-01-01T00:00:00.000Z","own":{"__proto__":1},"lone":"\\ud800"}');
  const cycle = {};
  cycle.self = cycle;
  assert.equal(new TextDecoder().decode(json(undefined)), "null");
  for (const bad of [cycle, { n: 1n }, () => 1, Symbol("x")]) {
    assert.throws(() => json(bad), (error) => error instanceof EvenhandError && error.code === "json_invalid" && error.diagnostics.length === 1);
  }
});

test("what lives in the module ends with `free`, or with its engine", async () => {
  const [{ Instance }, { Handle }] = await Promise.all(["instance.js", "handle.js"].map((file) => import(pathToFileURL(join(facade, file)).href)));
  class Table extends Handle {
    get size() {
      return this.call((inner) => inner.size());
    }
  }
  let freed = 0;
  const inner = () => ({ size: () => 3, free: () => (freed += 1) });
  const instance = new Instance({ exports: {}, memory: new WebAssembly.Memory({ initial: 1 }) });
  const [a, b] = [new Table(instance, inner(), "table"), new Table(instance, inner(), "table")];
  assert.equal(a.size, 3);
  a.free();
  a.free();
  assert.equal(freed, 1);
  assert.throws(() => a.size, { name: "EvenhandError", code: "freed", message: "this table was freed" });
  assert.equal(b.size, 3);
  instance.free();
  assert.throws(() => b.size, { code: "freed", message: "this engine was freed" });
  b[Symbol.dispose ?? Symbol.for("Symbol.dispose")]();
  assert.equal(freed, 1, "nothing is called in an instance that is gone");
});
