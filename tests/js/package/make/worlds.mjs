// Writes random worlds as case files.
// Usage: node worlds.mjs FOLDER COUNT
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as presets from "evenhand/presets";
import { world } from "../worlds.mjs";

const [folder, count] = process.argv.slice(2);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (let seed = 0; seed < Number(count); seed += 1) writeFileSync(join(folder, `${String(seed).padStart(5, "0")}.json`), JSON.stringify(world(seed, Object.values(presets))));
