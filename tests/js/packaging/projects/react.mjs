// The samples in JSX of the documentation, with the oldest React that the hooks are for and the newest, and with react-querybuilder's own component.
import { pages, samples } from "../../docs/lib/pages.mjs";

/** What each page's samples become here, in their order; a sample that nobody shows would be one that nobody runs. */
const NAMES = { "pkg-template/docs/react.md": ["preview.jsx", "leads.jsx"], "pkg-template/docs/query-builder.md": ["filter.jsx"] };

const files = {};
for (const { path, text } of pages()) {
  const found = samples(text).filter(({ kind }) => ["jsx", "tsx"].includes(kind));
  const names = NAMES[path] ?? [];
  if (found.length !== names.length) throw new Error(`${path} has ${found.length} samples in JSX, and ${names.length} are run`);
  found.forEach(({ code }, at) => (files[names[at]] = code));
}

const main = `
import { JSDOM } from "jsdom";
const dom = new JSDOM("<!doctype html><body></body>");
for (const [name, value] of Object.entries({ window: dom.window, document: dom.window.document, navigator: dom.window.navigator, IS_REACT_ACT_ENVIRONMENT: true })) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
for (const name of ["Element", "HTMLElement", "Node", "Event", "MouseEvent", "requestAnimationFrame", "getComputedStyle"]) globalThis[name] ??= dom.window[name];
const { createElement: h, StrictMode, useState, version } = await import("react");
const { act } = await import("./act.js");
const { createRoot } = await import("react-dom/client");
const { createEngine } = await import("evenhand");
const samples = await import("./samples.js");

const config = {
  version: 1,
  fields: { id: { type: "text" }, owner: { type: "user", label: "Owner" }, name: { type: "text", label: "Name" }, score: { type: "number", label: "Score" } },
  lead: { id: "id", owner: "owner" },
  profiles: [{ id: "lead", grants: [{ do: ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass"], scope: "all" }] }],
  users: ["nina", "ann", "bob"].map((id) => ({ id, profiles: ["lead"] })),
};
const rows = ["Eve", "Dan", "Cyd", "Bea"].map((name, at) => ({ id: String(at + 1), owner: at === 0 ? "ann" : null, name, score: at }));
const free = { rules: [{ field: "owner", operator: "null" }] };

async function mount(element) {
  const host = document.body.appendChild(document.createElement("div"));
  const root = createRoot(host);
  await act(async () => root.render(h(StrictMode, null, element)));
  return { host, close: () => act(async () => root.unmount()) };
}
async function until(page, text) {
  for (let tries = 0; !page.host.textContent.includes(text); tries += 1) {
    if (tries > 300) throw new Error("expected " + text + ", and there was " + page.host.innerHTML);
    await act(async () => new Promise((done) => setTimeout(done, 20)));
  }
}
const click = (element) => act(async () => element.dispatchEvent(new dom.window.MouseEvent("click", { bubbles: true })));

const preview = await mount(h(samples.Preview, { config, rows, actor: "nina", now: 0 }));
await until(preview, "bob");
await act(async () => new Promise((done) => setTimeout(done, 100)));
await click(preview.host.querySelectorAll("input")[2]);
await until(preview, "bob: 0 + 3 = 3");
await preview.close();

const command = { type: "split", leads: { filter: free }, split: { to: ["ann", "bob"] } };
const leads = await mount(h(samples.Leads, { config, leads: rows, query: free, command }));
await until(leads, "3 leads");
if (leads.host.querySelector("li").textContent !== "Bea") throw new Error(leads.host.innerHTML);
await click(leads.host.querySelector("button"));
await until(leads, "0 leads");
await leads.close();

let held;
function Filter() {
  const [query, setQuery] = useState({ combinator: "and", rules: [{ field: "score", operator: ">=", value: "2" }] });
  held = query;
  return h(samples.LeadFilter, { config, query, onQueryChange: setQuery });
}
const filter = await mount(h(Filter));
const labels = [...filter.host.querySelectorAll("select")].map((select) => [...select.options].map(({ textContent }) => textContent).join());
for (const label of ["Owner", "is at least"]) if (!labels.join().includes(label)) throw new Error(label + " is not among " + labels.join(" | "));
// Another operator, as a person chooses it: the engine takes what comes out.
const operators = [...filter.host.querySelectorAll("select")].find((select) => select.textContent.includes("is at least"));
await act(async () => {
  Object.getOwnPropertyDescriptor(dom.window.HTMLSelectElement.prototype, "value").set.call(operators, "<");
  operators.dispatchEvent(new dom.window.Event("change", { bubbles: true }));
});
const engine = await createEngine();
const workspace = engine.workspace(config);
const found = workspace.load(rows).select(workspace.filter(held, { incomplete: "skip" }), { actor: "nina" }).ids();
if (found.join() !== "1,2") throw new Error(JSON.stringify(held) + " finds " + found);
await filter.close();
console.log("samples of react " + version + " shown");
`;

const react = (version) => ({
  packages: { react: version, "react-dom": version, "react-querybuilder": "8.24.1", jsdom: "26.1.0", esbuild: "0.28.2" },
  files: {
    ...files,
    "samples.jsx": 'export * from "./preview.jsx";\nexport * from "./leads.jsx";\nexport * from "./filter.jsx";\n',
    // React 18 has it elsewhere.
    "act.js": 'import * as React from "react";\nexport const act = React.act ?? (await import("react-dom/test-utils")).act;\n',
    "main.js": main,
  },
  steps: [
    { run: "esbuild samples.jsx --bundle --packages=external --jsx=automatic --format=esm --outfile=samples.js", builds: true },
    { run: "node main.js", says: `samples of react ${version} shown` },
  ],
});

export const reacts = { "react 18": { ci: true, ...react("18.2.0") }, "react 19": react("19.3.1") };
