// The store in a Durable Object: workerd's own SQLite, with its limits, and claims of one lead at once.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { entry, pkg } from "./lib/installed.mjs";
import { reachable, serve } from "./lib/workerd.mjs";

const WORKER = `
import { DurableObject } from "cloudflare:workers";
import { createEngineSync, readyProfiles } from "evenhand/${entry("workerd")}";
import { durableStore } from "evenhand/store.js";

const fields = { id: { type: "text" }, version: { type: "number" }, owner: { type: "user" }, name: { type: "text" }, hot: { type: "boolean" }, tags: { type: "tags" }, at: { type: "datetime" } };
const people = ["ann", "bob", "cyd"].map((id) => ({ id, unit: "acme", profiles: ["agent"] }));
const config = { version: 1, fields, lead: { id: "id", version: "version", owner: "owner", assignedAt: "at" }, org: [{ id: "acme" }], users: [{ id: "nina", unit: "acme", profiles: ["officeAdmin"] }, ...people], profiles: readyProfiles };

export class Tenant extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    const engine = createEngineSync();
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS leads (id TEXT PRIMARY KEY, version INTEGER, owner TEXT, name TEXT, name_folded TEXT, hot INTEGER, tags TEXT, at INTEGER)");
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS notices (user TEXT, count INTEGER)");
    this.store = durableStore(ctx.storage, {
      engine, workspace: engine.workspace(config), table: "leads", columns: { name: { column: "name", folded: "name_folded" } },
      written(client, plan) {
        for (const { user, count } of plan.notifications) client.query("INSERT INTO notices VALUES (?, ?)", [user, count]);
        if (plan.attach.note?.text === "fail") throw new Error("taken back");
      },
    });
    this.store.createTables();
  }
  async fetch(request) {
    const [call, ...args] = await request.json();
    if (call === "notices") return Response.json(this.ctx.storage.sql.exec("SELECT user, count FROM notices ORDER BY user").toArray());
    try {
      const { plan, ...rest } = [this.store[call](...args)].flat()[0] ?? {};
      return Response.json({ ...rest, ...(plan && { plan: plan.id }) });
    } catch (error) {
      return Response.json({ thrown: error.code ?? error.message });
    }
  }
}
export default { fetch: (request, env) => env.TENANT.get(env.TENANT.idFromName("one")).fetch(request) };
`;

async function start() {
  const modules = new Map();
  for (const name of [entry("workerd"), "store.js"]) reachable(`evenhand/${name}`, (one) => join(pkg, one.replace("evenhand/", "")), modules);
  const { ask, close } = await serve({ worker: WORKER, modules, objects: { TENANT: "Tenant" } });
  return { ask: (...call) => ask(call), close };
}

test("a store in a Durable Object", async () => {
  const { ask, close } = await start();
  try {
    const leads = Array.from({ length: 300 }, (_, at) => ({ id: `L-${at}`, version: 1, owner: null, name: at === 7 ? "Émile" : `Lead ${at}`, hot: at % 2 === 0, tags: at % 3 === 0 ? ["vip"] : [], at: null }));
    await ask("put", leads);
    const nina = { actor: "nina" };
    const list = await ask("list", { ...nina, query: { rules: [{ field: "tags", operator: "contains", value: "vip" }, { field: "hot", operator: "=", value: true }] }, sort: [{ field: "name", descending: true }], limit: 2 });
    assert.deepEqual([list.count, list.rows.map(({ id }) => id)], [50, ["L-96", "L-90"]]);
    assert.deepEqual((await ask("list", { ...nina, query: { rules: [{ field: "name", operator: "=", value: "ÉMILE" }] } })).rows.map(({ id }) => id), ["L-7"]);

    // More ids than a statement takes parameters.
    const command = { type: "split", leads: { ids: leads.map(({ id }) => id) }, split: { to: ["ann", "bob", "cyd"] } };
    const done = await ask("perform", command, nina);
    assert.deepEqual([done.ok, done.changed], [true, 300]);
    const notices = await ask("notices");
    assert.deepEqual(notices, ["ann", "bob", "cyd"].map((user) => ({ user, count: 100 })));
    assert.equal((await ask("can", { ...nina, do: "lead.reassign", lead: "L-1", to: "ann" })).allowed, true);

    const failed = await ask("perform", { type: "mass_edit", leads: { ids: ["L-1"] }, set: { hot: true }, note: { type: "call", text: "fail" } }, nina);
    assert.deepEqual(failed, { thrown: "taken back" });
    assert.deepEqual(await ask("notices"), notices);
    const undone = await ask("undo", done.plan, nina);
    assert.deepEqual([undone.ok, undone.changed], [true, 300]);
    assert.equal((await ask("list", { ...nina, query: { rules: [{ field: "owner", operator: "null" }] }, limit: 0 })).count, 300);

    const claims = await Promise.all(Array.from({ length: 40 }, (_, at) => ask("perform", { type: "claim_from_pool", lead: "L-5" }, { actor: ["ann", "bob", "cyd"][at % 3] })));
    const owner = (await ask("list", { ...nina, query: { rules: [{ field: "id", operator: "=", value: "L-5" }] } })).rows[0].owner;
    assert.equal(claims.filter(({ ok, changed }) => ok && changed === 1).length, 1, JSON.stringify(claims));
    assert.ok(["ann", "bob", "cyd"].includes(owner));
    assert.deepEqual(await ask("perform", { type: "undo", plan: "nothing" }, nina), { thrown: "plan_missing" });
  } finally {
    await close();
  }
});
