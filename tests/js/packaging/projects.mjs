// All projects, by name. One is
//   packages   name → version, beside the package itself; `node` a Node of its own
//   files      path → text; `check.mjs` is in every one
//   type       of its package.json, "module" if nothing is said
//   ci         whether CI has time for it
//   steps      what is done (see `lib/steps.mjs`)
import { bundlers } from "./projects/bundlers.mjs";
import { frameworks } from "./projects/frameworks.mjs";
import { gates } from "./projects/gates.mjs";
import { reacts } from "./projects/react.mjs";
import { runtimes } from "./projects/runtimes.mjs";
import { testers } from "./projects/testers.mjs";

export const projects = { ...gates, ...runtimes, ...testers, ...bundlers, ...frameworks, ...reacts };
