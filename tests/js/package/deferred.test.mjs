// The rest of the module, which comes when a call first needs it: when it does, from where, and what happens when it does not.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { open } from "./lib/chromium.mjs";
import { entry, pkg } from "./lib/installed.mjs";

const REST = "/pkg/evenhand.deferred.wasm";
const rest = { type: "application/wasm", body: readFileSync(join(pkg, "evenhand.deferred.wasm")) };

/** Calls that the core can do alone, and one that it cannot. */
const CALLS = `
  const first = (engine) => {
    const workspace = engine.workspace({ version: 1, fields: { id: { type: "text" }, owner: { type: "user" } }, lead: { id: "id", owner: "owner" }, users: [{ id: "ada" }] });
    const count = workspace.load([{ id: "1", owner: "ada" }]).select(null, { actor: null }).count;
    return { workspace, count };
  };
  const later = ({ workspace }) => workspace.filter({ combinator: "and", rules: [{ field: "owner", operator: "=", value: "ada" }] }).toSQL("postgres", { columns: { owner: "owner_id" } });`;
const SQL = /owner_id/;

/** What such a script prints. */
const printed = (script, cwd) => JSON.parse(execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8", cwd }));

for (const [what, file] of [["in Node", "node"], ["in Node by the file for browsers, as where a server renders a page,", "browser"]]) test(`${what} it is read once, when a call first needs it`, () => {
  const [before, count, text, after] = printed(
    `
    import fs from "node:fs";
    import { syncBuiltinESMExports } from "node:module";
    const read = [];
    for (const [place, name] of [[fs, "readFileSync"], [fs.promises, "readFile"]]) {
      const real = place[name];
      place[name] = (path, ...more) => { if (String(path).endsWith(".wasm")) read.push(String(path).split("/").at(-1)); return real(path, ...more); };
    }
    syncBuiltinESMExports();
    const { createEngine, createEngineSync } = await import(${JSON.stringify(pathToFileURL(join(pkg, entry(file))).href)});
    ${CALLS}
    const begun = first(await createEngine());
    await new Promise((done) => setTimeout(done, 50));
    const before = [...read];
    const text = JSON.stringify(later(begun));
    later(first(createEngineSync()));
    console.log(JSON.stringify([before, begun.count, text, read]));`,
    import.meta.dirname,
  );
  assert.deepEqual([before, count, after], [["evenhand.core.wasm"], 1, ["evenhand.core.wasm", "evenhand.deferred.wasm"]]);
  assert.match(text, SQL);
});

test("in Node one file is enough: the whole", () => {
  const folder = mkdtempSync(join(tmpdir(), "evenhand-whole-"));
  try {
    cpSync(pkg, folder, { recursive: true, dereference: true });
    const ask = `${CALLS} const { createEngineSync } = await import(${JSON.stringify(pathToFileURL(join(folder, entry("node"))).href)}); console.log(JSON.stringify(JSON.stringify(later(first(createEngineSync())))));`;
    for (const name of ["evenhand.deferred.wasm", "evenhand.core.wasm"]) {
      rmSync(join(folder, name));
      assert.match(printed(ask, folder), SQL, `without ${name}`);
    }
    rmSync(join(folder, "evenhand.wasm"));
    assert.throws(() => printed(ask, folder), /wasm_unavailable/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a rest of another version, put beside a core that runs, is refused", () => {
  const [code, message, again] = printed(
    `
    import fs from "node:fs";
    import { syncBuiltinESMExports } from "node:module";
    const { readFileSync } = fs;
    // The name of what both have in common says which build they are of.
    fs.readFileSync = (path, ...more) => {
      const bytes = readFileSync(path, ...more);
      if (!String(path).endsWith("deferred.wasm")) return bytes;
      const at = bytes.indexOf("loaded-") + "loaded-".length;
      bytes.write(bytes.toString("latin1", at, at + 16).replaceAll(/./g, (digit) => (digit === "0" ? "1" : "0")), at, "latin1");
      return bytes;
    };
    syncBuiltinESMExports();
    const { createEngine } = await import("evenhand");
    ${CALLS}
    const engine = await createEngine();
    const begun = first(engine);
    const failed = (run) => { try { return run(); } catch (error) { return error; } };
    const error = failed(() => later(begun));
    console.log(JSON.stringify([error.code, error.message, failed(() => first(engine)).code]));`,
    import.meta.dirname,
  );
  assert.deepEqual([code, again], ["wasm_unavailable", "wasm_unavailable"]);
  assert.match(message, /the rest of the module could not be loaded.*loaded-/);
});

test("a core is refused at once by an entry that has no rest for it", async () => {
  const core = new WebAssembly.Module(readFileSync(join(pkg, "evenhand.core.wasm")));
  const { createEngine, createEngineSync } = await import(pathToFileURL(join(pkg, "slim.js")).href);
  const refused = (error) => error.code === "wasm_invalid" && error.diagnostics[0].hint.includes("evenhand/engine.wasm");
  await assert.rejects(createEngine({ wasm: core }), refused);
  assert.throws(() => createEngineSync({ wasm: core }), refused);
  const { createEngine: ours } = await import(pathToFileURL(join(pkg, entry("node"))).href);
  assert.ok((await ours({ wasm: core })).version);
});

/** In a page. */
const inPage = (page, body) => page.evaluate((body) => new Function("evenhand", `return (async () => { ${body} })()`)(window.evenhand), `${CALLS} ${body}`);
const POLICY = "default-src 'none'; connect-src 'self'; worker-src 'self'; script-src 'self' 'wasm-unsafe-eval' 'unsafe-eval'";

test("in a browser a call that needs it before it is there reads it", async () => {
  const ask = "const begun = first(await evenhand.createEngine()); const start = performance.now(); const text = JSON.stringify(later(begun)); const waited = performance.now() - start; const again = performance.now(); later(begun);";
  const answer = "[begun.count, text, waited, performance.now() - again]";
  const { page, close } = await open({
    policy: POLICY,
    extra: {
      // Longer than an engine takes to start, and the first call.
      [REST]: () => new Promise((done) => setTimeout(done, 1500, rest)),
      "/worker.js": { type: "text/javascript", body: `import * as evenhand from "/pkg/${entry("browser")}"; ${CALLS} ${ask} postMessage(${answer});` },
    },
  });
  const seen = await inPage(page, `${ask} return ${answer};`);
  const worker = await page.evaluate(() => new Promise((done, failed) => { const worker = new Worker("/worker.js", { type: "module" }); worker.onmessage = ({ data }) => done(data); worker.onerror = () => failed(new Error("the worker failed")); }));
  await close();
  for (const [count, text, waited, again] of [seen, worker]) {
    assert.equal(count, 1);
    assert.match(text, SQL);
    assert.ok(waited > 300 && again < 300, `the call that needed it took ${waited} ms, and the next ${again} ms`);
  }
});

test("where nothing can be read at once, an engine is complete from the start", async () => {
  const { page, server, close } = await open({ policy: POLICY });
  const before = await inPage(page, "delete window.XMLHttpRequest; window.begun = first(await evenhand.createEngine()); return [begun.count];");
  const asked = server.asked.filter((path) => path === REST).length;
  assert.deepEqual([before, asked], [[1], 1]);
  assert.match(await inPage(page, "return JSON.stringify(later(window.begun));"), SQL);
  await close();
});

test("where it is not to be had, the call says so, and the engine is given up", async () => {
  let there = false;
  const { page, close } = await open({ policy: POLICY, extra: { [REST]: () => (there ? rest : { status: 404, type: "text/plain", body: "not found" }) } });
  const told = await inPage(
    page,
    `const engine = await evenhand.createEngine();
     window.begun = first(engine);
     const failed = (run) => { try { return run(); } catch (error) { return error.toJSON(); } };
     return [failed(() => later(begun)), failed(() => first(engine))];`,
  );
  for (const error of told) {
    assert.equal(error.code, "wasm_unavailable");
    assert.match(error.message, /the rest of the module.*404/);
    assert.match(error.diagnostics[0].hint, /evenhand\.deferred\.wasm/);
  }
  there = true;
  assert.match(await inPage(page, "return JSON.stringify(later(first(await evenhand.createEngine())));"), SQL);
  await close();
});
