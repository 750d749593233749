// Makes the scripts of a built package small: names inside a module, white space, comments.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { minify } from "terser";

const pkg = process.argv[2];
for (const name of readdirSync(pkg, { recursive: true }).filter((name) => name.endsWith(".js"))) {
  const file = join(pkg, name);
  const { code } = await minify(readFileSync(file, "utf8"), { module: true, ecma: 2022, compress: { passes: 2 }, mangle: true });
  writeFileSync(file, `${code}\n`);
}
