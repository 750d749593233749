// The package as it was packed and installed, read as a bundler would.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** This folder's parent: `tests/js/package`. */
export const here = dirname(dirname(fileURLToPath(import.meta.url)));
export const pkg = join(here, "node_modules/evenhand");
/** The facade's files before they were put together, for tests of its parts. */
export const facade = join(here, "../../../pkg-template/build/facade");
export const manifest = JSON.parse(readFileSync(join(pkg, "package.json"), "utf8"));

/** The file that `exports` names under a condition, for `import`. */
export const entry = (condition) => {
  const target = manifest.exports["."][condition];
  return (target.import ?? target).default.slice(2);
};

/** The case files of a folder, in order of their paths. */
export function cases(root = join(here, "../../cases")) {
  const files = readdirSync(root, { recursive: true }).map((file) => file.replaceAll("\\", "/"));
  return files.filter((file) => file.endsWith(".json")).sort().map((file) => ({ file, ...JSON.parse(readFileSync(join(root, file), "utf8")) }));
}
