// The hooks in React itself, over jsdom, in strict mode: they follow the table, and free what they make.
import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { JSDOM } from "jsdom";
import { pkg } from "../package/lib/installed.mjs";

const dom = new JSDOM("<!doctype html><div id=root></div>");
const global = { window: dom.window, document: dom.window.document, navigator: dom.window.navigator, IS_REACT_ACT_ENVIRONMENT: true };
for (const [name, value] of Object.entries(global)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
// The package stands where React does, as it would in a host.
cpSync(pkg, fileURLToPath(new URL("./node_modules/evenhand", import.meta.url)), { recursive: true });
const { createElement: h, act, StrictMode, Component, useState } = await import("react");
const { createRoot } = await import("react-dom/client");
const { createEngine } = await import("evenhand");
const { useCan, usePlan, useRevision, useSelection, useTable, useWorkspace } = await import("evenhand/react");

const config = {
  version: 1,
  fields: { id: { type: "text" }, version: { type: "number" }, owner: { type: "user" }, status: { type: "choice", choices: ["new", "open"] } },
  lead: { id: "id", version: "version", owner: "owner" },
  users: [{ id: "nina", profiles: ["all"] }, { id: "ann", profiles: ["own"] }, { id: "bob", profiles: ["own"] }],
  profiles: [
    { id: "all", grants: [{ do: ["lead.view", "lead.edit", "lead.give", "lead.release", "lead.mass"], scope: "all" }] },
    { id: "own", grants: [{ do: ["lead.view"], scope: "own" }] },
  ],
};
const leads = Array.from({ length: 6 }, (_, at) => ({ id: `${at + 1}`, version: 1, owner: at < 2 ? "ann" : null, status: at % 2 ? "open" : "new" }));
const SORT = [{ field: "id", descending: true }];
const COUNT = ["owner"];
const FREE = { rules: [{ field: "owner", operator: "null" }] };

/** Mounts a component; `text()` is what it shows. */
async function mount(element) {
  const host = document.createElement("div");
  const root = createRoot(host);
  await act(async () => root.render(h(StrictMode, null, element)));
  return { text: () => host.textContent, render: (next) => act(async () => root.render(h(StrictMode, null, next))), unmount: () => act(async () => root.unmount()) };
}
/** Until something has been loaded: the module is compiled outside of React. */
async function until(page, condition) {
  for (let tries = 0; !condition(page.text()); tries += 1) {
    assert.ok(tries < 400, page.text());
    await act(async () => new Promise((done) => setTimeout(done, 10)));
  }
}

/** Engines that were made; a freed one refuses to be asked. */
const engines = [];
const create = async () => {
  const engine = await createEngine();
  engines.push(engine);
  return engine;
};
const freed = (engine) => {
  try {
    engine.memory();
    return false;
  } catch (error) {
    return error.code === "freed" || error.code === "engine_freed" || /freed/.test(error.message);
  }
};

const held = {};
function Page({ given = config, rows = leads, actor = "nina", command = null }) {
  const { status, workspace, error } = useWorkspace(create, given);
  const table = useTable(workspace, rows);
  const view = useSelection(table, FREE, { actor, sort: SORT, limit: 2, countBy: COUNT });
  const all = useSelection(table, null, { actor });
  const { plan, error: wrong } = usePlan(workspace, table, command, { actor });
  const may = useCan(workspace, table, { actor, do: "lead.reassign", lead: "1", to: "bob" });
  Object.assign(held, { workspace, table, plan });
  if (status !== "ready") return error?.code ?? status;
  const shown = view && `${view.rows.map(({ id }) => id)} of ${view.count} and ${all.count} ${JSON.stringify(view.counts.owner)} r${useRevisionText(table)}`;
  return `${shown} ${may?.allowed} ${plan ? `${plan.count} → ${Object.keys(plan.byAssignee())}` : (wrong?.code ?? "no plan")}`;
}
const useRevisionText = (table) => table.revision;

test("rows, counts, decisions and plans follow the table", async () => {
  const page = await mount(h(Page));
  assert.equal(page.text(), "loading");
  await until(page, (text) => text !== "loading");
  const first = held.table.revision;
  assert.equal(page.text(), `6,5 of 4 and 6 [[null,4]] r${first} true no plan`);

  await act(async () => held.table.upsert([{ id: "6", owner: "bob" }]));
  assert.equal(page.text(), `5,4 of 3 and 6 [[null,3]] r${first + 1} true no plan`);
  await act(async () => void held.table.remove(["5"]));
  assert.match(page.text(), /^4,3 of 2 and 5 /);

  // A plan is made for a command, made again when the table changes, and freed when the command goes.
  const command = { type: "split", leads: { filter: FREE }, split: { to: ["ann", "bob"] } };
  await page.render(h(Page, { command }));
  assert.match(page.text(), / 2 → ann,bob$/);
  const old = held.plan;
  await act(async () => held.table.upsert([{ id: "7", version: 1, owner: null }, { id: "8", version: 1, owner: null }]));
  assert.match(page.text(), / 4 → ann,bob$/);
  assert.throws(() => old.count, { code: "freed" });
  const bytes = held.plan.encode();
  await act(async () => void held.table.apply(held.plan));
  assert.match(page.text(), /^ of 0 and 7 \[\] r\d+ true 0 → $/);
  assert.ok(bytes.length > 0);
  const last = held.plan;
  await page.render(h(Page));
  assert.match(page.text(), / no plan$/);
  assert.throws(() => last.count, { code: "freed" });

  // A command that is wrong is an error to show, and another actor sees other rows.
  await page.render(h(Page, { command: { type: "assign" } }));
  assert.match(page.text(), / command_invalid$/);
  await page.render(h(Page, { actor: "bob" }));
  assert.match(page.text(), /^ of 0 and \d \[\] r\d+ false no plan$/);

  // Another configuration and other rows are taken in place of the old ones.
  const [table, workspace] = [held.table, held.workspace];
  await page.render(h(Page, { rows: leads.slice(0, 3) }));
  assert.match(page.text(), /^3 of 1 and 3 /);
  assert.throws(() => table.size, { code: "freed" });
  await page.render(h(Page, { given: { ...config, users: ["nina", "ann", "bob"].map((id) => ({ id })) } }));
  assert.match(page.text(), /^ of 0 and 0 /);
  assert.throws(() => workspace.digest, { code: "freed" });
  await page.render(h(Page, { given: { ...config, lead: {} } }));
  assert.equal(page.text(), "config_invalid");

  await page.unmount();
  assert.ok(engines.length >= 2, "strict mode mounts twice");
  assert.ok(engines.every(freed), "an engine was left over");
});

test("what is written where a hook is called is made once", async () => {
  const made = engines.length;
  let renders = 0;
  const seen = new Set();
  function Inline({ actor = "nina" }) {
    renders += 1;
    const { workspace } = useWorkspace(() => create(), { ...config });
    const table = useTable(workspace, leads.map((lead) => ({ ...lead })));
    const view = useSelection(table, { rules: [{ field: "owner", operator: "null" }] }, { actor, sort: [{ field: "id" }], fields: ["id"] });
    const { plan } = usePlan(workspace, table, { type: "split", leads: { filter: { ...FREE } }, split: { to: ["ann", "bob"] } }, { actor, state: {}, now: new Date(0) });
    const may = useCan(workspace, table, { actor, do: "lead.reassign", lead: { id: "1" }.id, to: "bob" });
    if (view !== null) seen.add(view);
    return `${view?.count} ${plan?.count} ${may?.allowed}`;
  }
  const page = await mount(h(Inline));
  await until(page, (text) => text === "4 4 true");
  const settled = renders;
  const views = seen.size;
  for (let nth = 0; nth < 3; nth += 1) await page.render(h(Inline));
  // Strict mode renders twice.
  assert.equal(renders, settled + 6, "a render makes no other one");
  assert.equal(seen.size, views, "nothing is asked again");
  await page.render(h(Inline, { actor: "bob" }));
  assert.match(page.text(), /^0 /);
  await page.unmount();
  assert.ok(engines.length <= made + 2, "strict mode mounts twice");
  assert.ok(engines.every(freed), "an engine was left over");
});

test("an engine that does not start, and rows that cannot be loaded", async () => {
  const failing = async () => {
    throw Object.assign(new Error("no module"), { code: "wasm_unavailable" });
  };
  function Failing() {
    const { status, error } = useWorkspace(failing, config);
    return `${status} ${error?.code}`;
  }
  const page = await mount(h(Failing));
  await until(page, (text) => !text.startsWith("loading"));
  assert.equal(page.text(), "failed wasm_unavailable");
  await page.unmount();

  class Boundary extends Component {
    state = {};
    static getDerivedStateFromError = (error) => ({ error });
    render = () => (this.state.error ? this.state.error.code : this.props.children);
  }
  const quiet = console.error;
  console.error = () => {};
  try {
    const wrong = [{ id: "1", nobody: "ann" }];
    const bounded = await mount(h(Boundary, null, h(Page, { rows: wrong })));
    await until(bounded, (text) => text !== "loading");
    assert.equal(bounded.text(), "column_missing");
    await bounded.unmount();
  } finally {
    console.error = quiet;
  }
  assert.ok(engines.every(freed), "an engine was left over");
});

test("everybody who listens is told, and nobody who has left", async () => {
  const engine = await createEngine();
  const workspace = engine.workspace(config);
  const table = workspace.load(leads);
  const calls = [];
  const listener = () => calls.push(table.revision);
  const [one, two] = [table.subscribe(listener), table.subscribe(listener)];
  table.upsert([{ id: "1", owner: "bob" }]);
  assert.equal(calls.length, 2);
  one();
  one();
  table.remove(["2"]);
  assert.equal(calls.length, 3);
  assert.throws(() => table.upsert("not json {", { format: "json" }));
  assert.equal(calls.length, 3, "what failed changed nothing");
  two();
  table.remove(["3"]);
  assert.equal(calls.length, 3);

  // A component that shows two tables in turn listens to one.
  const other = workspace.load(leads.slice(0, 1));
  let turn;
  function Turn() {
    const [shown, setShown] = useState(table);
    turn = setShown;
    return `${shown === table ? "table" : "other"} ${useRevision(shown)}`;
  }
  const page = await mount(h(Turn));
  await act(async () => turn(() => other));
  const before = page.text();
  await act(async () => void table.remove(["4"]));
  assert.equal(page.text(), before);
  await act(async () => void other.remove(["1"]));
  assert.notEqual(page.text(), before);
  await page.unmount();
  engine.free();
});
