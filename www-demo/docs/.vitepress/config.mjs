// The site: the pages that are in the package, with the API beside them. `build.mjs` puts both into `pages/`.
import { readdirSync, readFileSync } from "node:fs";
import { defineConfig } from "vitepress";

const page = (text, link) => ({ text, link });

const template = new URL("../../../pkg-template/", import.meta.url);
/** Modules of the package, the main one first. */
export const types = readdirSync(template).filter((name) => name.endsWith(".d.ts") && name !== "preset.d.ts").map((name) => name.replace(".d.ts", "")).sort((a, b) => (b === "evenhand") - (a === "evenhand") || a.localeCompare(b));

export const sidebar = [
  { text: "Begin", items: [page("A first plan in 30 lines", "/"), page("The command line", "/command-line"), page("Node and SQL in 60 lines", "/node-sql"), page("React in 40 lines", "/react"), page("Presets", "/presets"), page("The Lead Desk", "/lead-desk")] },
  { text: "Tasks", items: [page("Validate at the edge", "/validate-at-the-edge"), page("Write a permission model", "/permission-model"), page("Keep state", "/keep-state"), page("Publish a configuration", "/publish-config"), page("Move from CASL, mingo, own rules", "/migrate")] },
  { text: "What things mean", items: [page("Filters", "/filters"), page("Permissions", "/permissions"), page("The even split", "/split"), page("Batches and shards", "/batches"), page("Rules and rotation", "/routing"), page("Offers", "/offers"), page("Plans", "/plans"), page("Audit", "/audit"), page("What check warns of", "/check"), page("Limits", "/limits")] },
  { text: "In operation", items: [page("The edge worker", "/edge"), page("Who is trusted with what", "/threat-model"), page("When the semantics number rises", "/semantics"), page("Measured behaviour", "/measured"), page("Security", "/security"), page("Changelog", "/changelog")] },
  { text: "API", collapsed: true, items: [page("All names", "/api/"), ...types.map((name) => page(["evenhand", "adapters"].includes(name) ? name : `evenhand/${name}`, `/api/${name}`))] },
];

// A page that has no place in the menu yet stands at the end of what things mean, under its own title.
const listed = new Set(sidebar.flatMap(({ items }) => items.map(({ link }) => link)));
for (const name of readdirSync(new URL("docs", template)).sort()) {
  const link = `/${name.replace(/\.md$/, "")}`;
  const title = /^# (.*)$/m.exec(readFileSync(new URL(`docs/${name}`, template), "utf8"))?.[1] ?? name;
  if (link !== "/start" && !listed.has(link)) sidebar[2].items.push(page(title.split(":")[0], link));
}

/** A state diagram as a table: from, to, and on what. It can be read aloud, and needs no drawing library. */
function transitions(code) {
  const cell = (text) => text.replaceAll("[*]", "–").replaceAll(/[&<>]/g, (char) => `&#${char.charCodeAt(0)};`);
  const rows = [...code.matchAll(/^\s*(\S+) --> ([^\s:]+)(?:: (.*))?$/gm)].filter(([, , , why]) => why !== undefined);
  return `<table><thead><tr><th>from</th><th>to</th><th>on</th></tr></thead><tbody>${rows.map(([, from, to, why]) => `<tr><td>${cell(from)}</td><td>${cell(to)}</td><td>${cell(why)}</td></tr>`).join("")}</tbody></table>\n`;
}

export default defineConfig({
  title: "Evenhand",
  titleTemplate: ":title · Evenhand",
  description: "Who gets which lead, and why: filters, permissions, the even split, and plans that are previewed, proved and undone.",
  srcDir: "pages",
  outDir: "../dist/docs",
  base: "/docs/",
  head: [["link", { rel: "icon", href: "/docs/mark.svg", type: "image/svg+xml" }]],
  rewrites: { "start.md": "index.md" },
  // A page's own data is a script of its own, so that a strict policy holds.
  metaChunk: true,
  markdown: {
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    config(md) {
      const fence = md.renderer.rules.fence;
      md.renderer.rules.fence = (tokens, at, ...rest) => {
        const token = tokens[at];
        if (token.info.trim() === "mermaid") return transitions(token.content);
        const file = /\[([^\]]+)\]/.exec(token.info)?.[1];
        token.info = token.info.replace(/\s*\[[^\]]+\]/, "").replace(/^csv/, "text");
        const block = fence(tokens, at, ...rest);
        return file === undefined || file === "continued" ? block : `<div class="file-name">${md.utils.escapeHtml(file)}</div>${block}`;
      };
    },
  },
  themeConfig: {
    logo: "/mark.svg",
    sidebar,
    nav: [page("The Lead Desk", "../"), page("API", "/api/")].map((one) => (one.link === "../" ? { ...one, link: "/../", target: "_self" } : one)),
    outline: { level: [2, 3], label: "On this page" },
    search: { provider: "local", options: { detailedView: true } },
    docFooter: { prev: "Before", next: "Next" },
  },
});
