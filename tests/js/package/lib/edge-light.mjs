// Does in Node what an edge bundler does with `x.wasm?module`: the import is a compiled module.
import { register } from "node:module";

const hooks = `
import { readFileSync } from "node:fs";
export async function load(url, context, next) {
  if (!url.endsWith(".wasm?module")) return next(url, context);
  const path = JSON.stringify(url.slice(0, -"?module".length));
  const source = 'import { readFileSync } from "node:fs"; export default new WebAssembly.Module(readFileSync(new URL(' + path + ')));';
  return { format: "module", source, shortCircuit: true };
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
