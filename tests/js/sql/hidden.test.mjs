// A store over two databases that differ in hidden fields only: its lists, counts, questions and previews say the same to who may not see them.
import assert from "node:assert/strict";
import path from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { HIDDEN, TABLES, config, rule } from "../hidden-world.mjs";
import { sqlite } from "./lib/databases.mjs";
import { root } from "./lib/root.mjs";

const load = (name) => import(pathToFileURL(path.join(root, "tests/js/package/node_modules/evenhand", name)).href);
const { createEngineSync } = await load("node.js");
const { sqliteStoreSync } = await load("store.js");
const now = "2026-03-02T09:00:00Z";

async function opened(engine, workspace, rows) {
  const db = await sqlite();
  const columns = Object.entries(config.fields).map(([name, { type }]) => `"${name}" ${type === "number" ? "REAL" : type === "datetime" ? "INTEGER" : "TEXT"}${name === "id" ? " PRIMARY KEY" : ""}`);
  await db.exec(`CREATE TABLE leads (${columns.join(", ")})`);
  const store = sqliteStoreSync({ engine, workspace, table: "leads", transaction: db.sync });
  store.createTables();
  store.put(rows);
  return { db, store };
}

test("a store tells nothing of hidden fields", async () => {
  const engine = createEngineSync();
  const workspace = engine.workspace(config);
  const worlds = await Promise.all(TABLES.map((rows) => opened(engine, workspace, rows)));
  const told = (run) => {
    try {
      return JSON.stringify(run());
    } catch (error) {
      return JSON.stringify({ thrown: error.toJSON?.() ?? String(error) });
    }
  };
  const who = { actor: "ann", now };
  const calls = [({ store }) => store.list({ ...who }), ({ store }) => store.list({ ...who, limit: 1000 }), ({ store }) => store.list({ ...who, query: { list: "rich" } }), ({ store }) => store.list({ ...who, query: { list: "all" } })];
  for (const name of ["city", "source", ...HIDDEN, "scorr"]) {
    for (const operator of ["null", "notNull"]) calls.push(({ store }) => store.list({ ...who, query: rule(name, operator) }));
    calls.push(({ store }) => store.list({ ...who, sort: [{ field: name }] }), ({ store }) => store.list({ ...who, fields: ["id", name] }));
    calls.push(({ store }) => store.preview({ type: "mass_edit", leads: { filter: rule(name, "notNull") }, set: { city: "Steyr" } }, who).preview());
  }
  for (const lead of ["l0", "l2", "l9"]) for (const verb of ["lead.view", "lead.edit"]) calls.push(({ store }) => store.can({ ...who, do: verb, lead }));
  calls.push(({ store }) => store.preview({ type: "assign", leads: { ids: ["l0", "l1"] }, to: "bob" }, who).preview());
  let answered = 0;
  for (const call of calls) {
    const [one, other] = worlds.map((world) => told(() => call(world)));
    assert.equal(one, other, String(call));
    assert.ok(!/rather long|"(score|secret|labels)":/.test(one), one);
    answered += Number(!one.includes('"thrown"'));
  }
  assert.ok(answered > 10, `${answered} of ${calls.length} were answered`);
  // Who sees the fields is told of them: the comparison is of something.
  const [one, other] = worlds.map(({ store }) => told(() => store.list({ actor: "bob", now })));
  assert.notEqual(one, other);
  for (const { db } of worlds) await db.close();
});
