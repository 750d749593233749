// What `exports` says, with the forms for CommonJS beside those that pkg-template/package.json names.
//
// A target `{ types, default }` becomes three: `module`, which bundlers take however a file is asked for, so that `require` in a bundle finds
// the form whose `new URL(…)` they know; `import`; and `require`, with types of its own, because a compiler holds that types and file are of
// one kind. Runtimes that load ES modules by `require` (Bun, Deno) or have none (workerd, edge-light) keep the one form.
import { readdirSync } from "node:fs";

const ONE_FORM = ["workerd", "edge-light", "bun", "deno"];

/** The complete `exports`; the scripts that they name, and the files that have a form for CommonJS. */
export function expand(given, facade) {
  const all = readdirSync(facade, { recursive: true }).map((file) => file.replaceAll("\\", "/"));
  const [scripts, files] = [new Set(), new Set()];
  const named = (file) => {
    const [before, behind] = file.slice(2).split("*");
    return behind === undefined ? [file.slice(2)] : all.filter((name) => name.startsWith(before) && name.endsWith(behind));
  };
  const inside = (file) => {
    for (const name of named(file)) files.add(name);
    return `./cjs/${file.slice(2)}`;
  };
  const note = ({ default: file }) => {
    if (file?.endsWith(".js")) for (const name of named(file)) scripts.add(name);
  };
  const both = (target) => {
    note(target);
    if (typeof target === "string" || !target.default.endsWith(".js")) return target;
    return { module: target.default, import: target, require: { types: inside(target.types), default: inside(target.default) } };
  };
  const entries = Object.entries(given).map(([name, target]) => {
    if (typeof target === "string" || "default" in target && "types" in target) return [name, both(target)];
    return [name, Object.fromEntries(Object.entries(target).map(([condition, to]) => [condition, ONE_FORM.includes(condition) ? (note(to), to) : both(to)]))];
  });
  return { exports: Object.fromEntries(entries), scripts: [...scripts], files: [...files] };
}
