// Builds the site into ../dist/docs: the package's pages, the API from its types, and what the policy of its scripts must allow.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Application } from "typedoc";
import { build } from "vitepress";
import { types } from "./.vitepress/config.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "../..");
const template = join(root, "pkg-template");
const pages = join(here, "pages");
const dist = join(here, "../dist/docs");

rmSync(pages, { recursive: true, force: true });
mkdirSync(join(pages, "public"), { recursive: true });
cpSync(join(template, "docs"), pages, { recursive: true });
cpSync(join(here, "../public/mark.svg"), join(pages, "public/mark.svg"));
cpSync(join(here, "../screens"), join(pages, "public/screens"), { recursive: true });
cpSync(join(here, "lead-desk.md"), join(pages, "lead-desk.md"));
// Links in these two name files of the repository; on the site they are pages.
for (const [from, to] of [["SECURITY.md", "security.md"], ["CHANGELOG.md", "changelog.md"]]) writeFileSync(join(pages, to), readFileSync(join(root, from), "utf8").replaceAll("(pkg-template/docs/", "("));

const app = await Application.bootstrapWithPlugins({
  name: "API",
  entryPoints: types.map((name) => join(template, `${name}.d.ts`)),
  tsconfig: join(here, "tsconfig.json"),
  plugin: ["typedoc-plugin-markdown"],
  readme: "none",
  excludeExternals: true,
  disableSources: true,
  hideGenerator: true,
  logLevel: "Warn",
  sort: ["source-order"],
  router: "module",
  fileExtension: ".md",
  entryFileName: "index",
  hideBreadcrumbs: true,
  hidePageHeader: true,
  useCodeBlocks: true,
  expandObjects: true,
  parametersFormat: "table",
  interfacePropertiesFormat: "table",
  propertyMembersFormat: "table",
  typeDeclarationFormat: "table",
  tableColumnSettings: { hideSources: true, hideInherited: true, hideModifiers: true },
  outputs: [{ name: "markdown", path: join(pages, "api") }],
});
const project = await app.convert();
if (project === undefined || app.logger.hasErrors()) throw new Error("the types could not be read");
await app.generateOutputs(project);

await build(here);

// A script in a page is allowed by what it says, and by nothing else.
const hashes = new Set();
for (const entry of readdirSync(dist, { recursive: true })) {
  if (!entry.endsWith(".html")) continue;
  const html = readFileSync(join(dist, entry), "utf8");
  for (const [, attributes, script] of html.matchAll(/<script([^>]*)>([^]*?)<\/script>/g)) {
    if (!/\bsrc=/.test(attributes)) hashes.add(`'sha256-${createHash("sha256").update(script).digest("base64")}'`);
  }
}
writeFileSync(join(dist, "policy.json"), `${JSON.stringify([...hashes].sort())}\n`);
console.log(`    ${readdirSync(dist, { recursive: true }).filter((name) => name.endsWith(".html")).length} pages, ${hashes.size} scripts in them`);
