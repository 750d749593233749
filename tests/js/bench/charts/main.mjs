// Writes the charts and the README's table from `measured.json`. Usage: node main.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { chart } from "./draw.mjs";
import { read } from "./figures.mjs";
import { place, readme } from "./readme.mjs";
import { GROUPS } from "./rows.mjs";

/** Files of the repository that are made from the figures, and what each is to say. */
export function made(figures = read()) {
  const at = (name) => new URL(`../../../../${name}`, import.meta.url);
  const charts = GROUPS.map(({ id }) => ({ name: place(id), file: at(place(id)), text: chart(id, figures) }));
  return [...charts, { name: "README.md", file: at("README.md"), text: readme(readFileSync(at("README.md"), "utf8"), figures) }];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "/").href) {
  for (const { name, file, text } of made()) {
    writeFileSync(file, text);
    console.log(`  ${name}`);
  }
}
