// A process of its own: milliseconds until the package has planned here, printed.
import { firstPlan } from "./first-plan.mjs";

const start = performance.now();
const { createEngine } = await import(process.argv[2]);
const moved = firstPlan(await createEngine());
const took = performance.now() - start;
if (moved !== 200) throw new Error(`the first plan moves ${moved} leads`);
console.log(took);
