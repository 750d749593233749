// Writes random worlds as case files, with the tables of their zones in them, which the crate by itself does not have.
// Usage: node worlds.mjs FOLDER COUNT
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createEngineSync } from "evenhand";
import * as presets from "evenhand/presets";
import { world } from "../worlds.mjs";

const [folder, count] = process.argv.slice(2);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const engine = createEngineSync();
for (let seed = 0; seed < Number(count); seed += 1) {
  const made = world(seed, Object.values(presets));
  const workspace = engine.workspace(made.config);
  const config = { ...made.config, zones: workspace.zones() };
  workspace.free();
  writeFileSync(join(folder, `${String(seed).padStart(5, "0")}.json`), JSON.stringify({ ...made, config }));
}
