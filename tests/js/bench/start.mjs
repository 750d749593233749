// How soon a module answers in a process, a page or a worker of its own: from its import to its first answer, beside other modules of WebAssembly.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { open } from "../package/lib/chromium.mjs";
import { entry, pkg } from "../package/lib/installed.mjs";
import { quick } from "./lib/quick.mjs";
import { Report } from "./lib/report.mjs";
import { answers, modulesOf } from "./lib/workerd.mjs";

const ROUNDS = Number(process.env.ROUNDS ?? (quick ? 1 : 12));
const here = fileURLToPath(new URL(".", import.meta.url));
const installed = (name) => join(here, "node_modules", name);
const report = new Report("start");

/**
 * What each module does first. `node` and `page` answer, and give back what they answered, which must be `answer`; `worker` is the
 * code of a worker that does the same. sql.js has no form for workerd.
 */
const EVENHAND = `const answer = (engine) => engine.workspace({ version: 1, fields: { id: { type: "text" }, owner: { type: "user" } }, lead: { id: "id", owner: "owner" }, users: [{ id: "ada" }] }).load([{ id: "1", owner: "ada" }]).size;`;
const ZEN = `const answer = (zen) => new zen.Variable({ a: 1 }).evaluateExpression("a + 1") - 1;`;
const SQL = `const answer = (SQL) => new SQL.Database().exec("select 1")[0].values[0][0];`;
const sides = {
  Evenhand: {
    node: { from: join(pkg, entry("node")), run: `${EVENHAND} return answer(await it.createEngine());` },
    page: { folder: pkg, run: `${EVENHAND} const it = await import("/peer/${entry("browser")}"); return answer(await it.createEngine());` },
    worker: { modules: modulesOf(pkg), code: `import * as it from "./evenhand/${entry("workerd")}"; ${EVENHAND} const ask = () => answer(it.createEngineSync());` },
  },
  "zen-engine wasm": {
    node: { from: installed("@gorules/zen-engine-wasm/dist/zen_engine_wasm.js"), run: `${ZEN} const { readFileSync } = await import("node:fs"); it.initSync({ module: readFileSync(from.replace(".js", "_bg.wasm")) }); return answer(it);` },
    page: { folder: installed("@gorules/zen-engine-wasm/dist"), run: `${ZEN} const it = await import("/peer/zen_engine_wasm.js"); await it.default(); return answer(it);` },
    worker: { modules: new Map(["zen_engine_wasm.js", "zen_engine_wasm_bg.wasm"].map((name) => [name, installed(`@gorules/zen-engine-wasm/dist/${name}`)])), code: `import * as it from "./zen_engine_wasm.js"; import module from "./zen_engine_wasm_bg.wasm"; ${ZEN} const ask = () => { it.initSync({ module }); return answer(it); };` },
  },
  "sql.js": {
    node: { from: installed("sql.js/dist/sql-wasm.js"), run: `${SQL} return answer(await it.default());` },
    page: { folder: installed("sql.js/dist"), run: `${SQL} await new Promise((onload, onerror) => document.head.append(Object.assign(document.createElement("script"), { src: "/peer/sql-wasm-browser.js", onload, onerror }))); return answer(await window.initSqlJs({ locateFile: (name) => "/peer/" + name }));` },
  },
};

/** A process of its own. */
function inNode({ from, run }) {
  const program = `const from = ${JSON.stringify(from)}; const start = performance.now(); const it = await import(${JSON.stringify(pathToFileURL(from).href)}); const given = await (async () => { ${run} })(); console.log(performance.now() - start, given);`;
  return execFileSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" }).trim().split(" ").map(Number);
}

/** A browser of its own, by the page's clock. */
async function inPage({ folder, run }) {
  const types = { js: "text/javascript", wasm: "application/wasm" };
  const files = readdirSync(folder).filter((name) => /\.(js|wasm)$/.test(name));
  const extra = Object.fromEntries(files.map((name) => [`/peer/${name}`, { type: types[name.split(".").at(-1)], body: readFileSync(join(folder, name)) }]));
  extra["/page.js"] = { type: types.js, body: "window.evenhand = {};" };
  extra["/ask.js"] = { type: types.js, body: `export default async function () { ${run} }` };
  const { page, close } = await open({ extra });
  try {
    return await page.evaluate(async () => {
      const { default: ask } = await import("/ask.js");
      const start = performance.now();
      const given = await ask();
      return [performance.now() - start, given];
    });
  } finally {
    await close();
  }
}

/** A workerd of its own, from its start. */
async function inWorker(side) {
  const { first, answer } = await answers(side);
  return [first, answer];
}
/** What workerd takes by itself. */
const NOTHING = { modules: new Map(), code: "const ask = () => 1;" };

/** Least time of each side, in turn. */
async function race(run, entrants) {
  const least = {};
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, side] of Object.entries(entrants)) {
      const [took, given] = await run(side);
      if (given !== 1) throw new Error(`${name} answers ${given}`);
      // The first round brings the files into the system's cache.
      if (round > 0) least[name] = Math.min(least[name] ?? Infinity, took);
    }
  }
  return least;
}

const entrants = (kind) => Object.fromEntries(Object.entries(sides).flatMap(([name, side]) => (side[kind] ? [[name, side[kind]]] : [])));

function tell(place, least, most) {
  const { Evenhand: ours, ...peers } = least;
  report.alone(`ready in ${place}`, ours, most);
  for (const [peer, took] of Object.entries(peers)) report.against(`ready in ${place}`, ours, peer, took);
}

tell("Node", await race(inNode, entrants("node")), 15);
for (const [place, run, kind, most] of [["Chromium", inPage, "page", 60], ["workerd", inWorker, "worker", 10]]) {
  try {
    const least = await race(run, kind === "worker" ? { ...entrants(kind), nothing: NOTHING } : entrants(kind));
    const { nothing = 0, ...took } = least;
    tell(place, Object.fromEntries(Object.entries(took).map(([name, ms]) => [name, ms - nothing])), most);
  } catch (error) {
    report.skipped(`ready in ${place}`, error.message);
  }
}
report.end();
