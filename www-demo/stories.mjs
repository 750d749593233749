// Writes the worlds' stories as case files, so that each step runs natively and in every runtime, and comes to the same bytes.
// Usage: node stories.mjs FOLDER. Leads are at most 4,000 of each world: what is told of more is the story's own test.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createEngine } from "evenhand";
import { worlds } from "./worlds/index.js";
import { loadWorld } from "./worlds/load.js";

const folder = process.argv[2];
const MOST = 4000;
const engine = await createEngine();

/** With the zones' tables in it, which the crate by itself does not have. */
function pinned(config) {
  const workspace = engine.workspace(config);
  const zones = workspace.zones();
  workspace.free();
  return { ...config, zones };
}

/** A step of a story as steps of a case; a plan is applied, and its state kept. */
function* steps(story, start) {
  let now = Date.parse(start);
  for (const [at, step] of story.steps.entries()) {
    now += (step.minutes ?? 0) * 60_000;
    const viewer = { actor: step.actor, now };
    const written = (as) => (step.write === false ? [] : [{ call: "apply", plan: as }, { call: "keep", plan: as }]);
    const as = step.keep ?? `step ${at + 1}`;
    if (step.list) yield { call: "select", query: step.list, viewer };
    else if (step.ask) yield { call: "can", question: { ...viewer, ...step.ask }, ...(step.ask.lead !== "any" && { table: true }) };
    else if (step.receivers) yield { call: "receivers", question: { ...viewer, ...step.receivers } };
    else if (step.get) yield { call: "get", id: step.get, viewer };
    else if (step.explain) yield { call: "explain", ...step.explain, context: viewer, remembered: true };
    else if (step.forecast) yield { call: "forecast", ...step.forecast, context: { ...viewer, load: {} }, remembered: true };
    else if (step.save) yield { call: "update", patch: { lists: { put: [step.save] } } };
    else if (step.undo) yield* [{ call: "undo", plan: step.undo, form: "bytes", as, context: viewer, remembered: true }, ...written(as)];
    else if (step.runOf) yield* [{ call: "plan", as, command: step.plan, runOf: step.runOf, context: viewer, remembered: true }, ...written(as)];
    else yield* [{ call: "plan", as, command: step.plan, context: viewer, remembered: true }, ...written(as)];
  }
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const { id, count, now, title } of worlds) {
  const { config, leads, story } = await loadWorld(id);
  const given = { name: `${title}: ${story.title}`, config: pinned(config), leads: leads(Math.min(count, MOST), now), steps: [...steps(story, now)] };
  writeFileSync(join(folder, `${id}.json`), JSON.stringify(given));
}
