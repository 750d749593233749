// A worker in workerd, from its start to its answers.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { serve } from "../../package/lib/workerd.mjs";

/** A package's files as modules of a worker, under `evenhand/`; the command line is none of them. */
export const modulesOf = (pkg) => new Map(readdirSync(pkg).filter((name) => /(\.js|^evenhand\.wasm)$/.test(name) && !name.startsWith("cli")).map((name) => [`evenhand/${name}`, join(pkg, name)]));

/**
 * Starts a worker over modules (name → file) whose code has an `ask()`. Gives back milliseconds from workerd's start to its first answer, and the answer.
 */
export async function answers({ code, modules }) {
  const start = performance.now();
  const { ask, close } = await serve({ worker: `${code}\nexport default { fetch: () => Response.json(ask()) };`, modules });
  try {
    const answer = await ask({});
    const first = performance.now() - start;
    return { first, answer };
  } finally {
    await close();
  }
}
