// What `exports` says, with the forms for CommonJS beside those that pkg-template/package.json names.
//
// A target `{ types, default }` becomes three: `module`, which bundlers take however a file is asked for, so that `require` in a bundle finds
// the form whose `new URL(…)` they know; `import`; and `require`, with types of its own, because a compiler holds that types and file are of
// one kind. Runtimes that load ES modules by `require` (Bun, Deno) or have none (workerd, edge-light) keep the one form.
import { readdirSync } from "node:fs";

const ONE_FORM = ["workerd", "edge-light", "bun", "deno"];

/** The complete `exports`, and the files (from the package's folder) that have a form for CommonJS. */
export function expand(given, pkg) {
  const all = readdirSync(pkg, { recursive: true }).map((file) => file.replaceAll("\\", "/"));
  const files = new Set();
  const inside = (file) => {
    const [before, behind] = file.slice(2).split("*");
    const found = behind === undefined ? [file.slice(2)] : all.filter((name) => name.startsWith(before) && name.endsWith(behind));
    for (const name of found) files.add(name);
    return `./cjs/${file.slice(2)}`;
  };
  const both = (target) => {
    if (typeof target === "string" || !target.default.endsWith(".js")) return target;
    return { module: target.default, import: target, require: { types: inside(target.types), default: inside(target.default) } };
  };
  const entries = Object.entries(given).map(([name, target]) => {
    if (typeof target === "string" || "default" in target && "types" in target) return [name, both(target)];
    return [name, Object.fromEntries(Object.entries(target).map(([condition, to]) => [condition, ONE_FORM.includes(condition) ? to : both(to)]))];
  });
  return { exports: Object.fromEntries(entries), files: [...files] };
}
