// Cold starts of two packages: each sample is a process of its own, the two in turn.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { answers, modulesOf } from "../lib/workerd.mjs";

const own = (name) => fileURLToPath(new URL(name, import.meta.url));
const entry = (pkg, condition) => {
  const target = JSON.parse(readFileSync(join(pkg, "package.json"), "utf8")).exports["."][condition];
  return (target.import ?? target).default.slice(2);
};
const TYPES = { js: "text/javascript", wasm: "application/wasm" };

async function inNode(pkg) {
  return Number(execFileSync(process.execPath, [own("start-node.mjs"), pathToFileURL(join(pkg, entry(pkg, "node"))).href]));
}

/** In a new browser: from the import of the package to its first plan, by the page's clock. */
async function inChromium(pkg) {
  const { open } = await import("../../package/lib/chromium.mjs");
  const files = readdirSync(pkg).filter((name) => /\.(js|wasm)$/.test(name));
  const extra = Object.fromEntries(files.map((name) => [`/it/${name}`, { type: TYPES[name.split(".").at(-1)], body: readFileSync(join(pkg, name)) }]));
  extra["/first-plan.js"] = { type: TYPES.js, body: readFileSync(own("first-plan.mjs")) };
  extra["/page.js"] = { type: TYPES.js, body: "window.evenhand = {};" };
  const { page, close } = await open({ extra });
  try {
    return await page.evaluate(async (path) => {
      const { firstPlan } = await import("/first-plan.js");
      const start = performance.now();
      const { createEngine } = await import(path);
      firstPlan(await createEngine());
      return performance.now() - start;
    }, `/it/${entry(pkg, "browser")}`);
  } finally {
    await close();
  }
}

/** In a new workerd: from its start to the answer. */
async function inWorkerd(pkg) {
  const code = `import { createEngineSync } from "./evenhand/${entry(pkg, "workerd")}"; import { firstPlan } from "./first-plan.js"; const ask = () => firstPlan(createEngineSync());`;
  const { first } = await answers({ code, modules: modulesOf(pkg).set("first-plan.js", own("first-plan.mjs")) });
  return first;
}

const summary = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return { least: sorted[0], median: sorted[sorted.length >> 1], all: numbers };
};

/** How long each package takes to its first plan, in each runtime. */
export async function coldStarts({ other, ours }, quick) {
  const out = [];
  for (const [runtime, run, full, short] of [["Node", inNode, 20, 8], ["Chromium", inChromium, 20, 3], ["workerd, from its own start", inWorkerd, 20, 3]]) {
    const samples = quick ? short : full;
    const took = { other: [], ours: [] };
    try {
      // The first of each is not counted: it brings the files into the system's cache.
      for (let nth = 0; nth <= samples; nth++) {
        const turn = nth % 2 === 0 ? ["other", "ours"] : ["ours", "other"];
        for (const side of turn) {
          const ms = await run(side === "ours" ? ours : other);
          if (nth > 0) took[side].push(ms);
        }
      }
      out.push({ runtime, samples, before: summary(took.other), now: summary(took.ours) });
    } catch (error) {
      out.push({ runtime, skipped: error.message.split("\n")[0] });
    }
  }
  return out;
}
