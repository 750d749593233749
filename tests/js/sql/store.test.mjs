// The store: from a command to what is written, on real databases, one after the other and many at once.
import assert from "node:assert/strict";
import test from "node:test";
import { pathToFileURL } from "node:url";
import path from "node:path";
import { pglite, postgres as server, quote, sqlite as memory } from "./lib/databases.mjs";
import { root } from "./lib/root.mjs";
import { FIELDS, NOW, config, leads, random } from "./lib/world.mjs";

const load = (name) => import(pathToFileURL(path.join(root, "tests/js/package/node_modules/evenhand", name)).href);
const { createEngineSync } = await load("node.js");
const { httpStatus } = await load("host.js");
const { durableStore, orderBy, postgresStore, sqliteStore, sqliteStoreSync } = await load("store.js");

const TYPES = {
  postgres: { number: "double precision", boolean: "boolean", date: "date", datetime: "timestamptz", tags: "text[]", units: "text[]" },
  sqlite: { number: "REAL", boolean: "INTEGER", datetime: "INTEGER" },
};
/** Columns of other names than the fields, of other forms than the usual ones, and one that holds the folded text. */
const COLUMNS = {
  postgres: { note: "note_text", status: { column: "lead_status", type: "text" }, seen: { column: "seen_ms", as: "epoch_ms" }, score: { column: "points" }, access: { column: "access_json", as: "json" } },
  sqlite: { note: { column: "note_text", folded: "note_folded" }, status: "lead_status", assigned: { column: "assigned_text", as: "text" } },
};
const SHAPES = { postgres: { seen: "bigint", access: "jsonb" }, sqlite: {} };

async function tables(db, given) {
  const q = (name) => quote(db.dialect, name);
  await db.exec("DROP TABLE IF EXISTS leads");
  await db.exec("DROP TABLE IF EXISTS timeline");
  await db.exec("DROP TABLE IF EXISTS evenhand_state");
  await db.exec("DROP TABLE IF EXISTS evenhand_plans");
  const columns = Object.entries(FIELDS).map(([field, { type }]) => {
    const name = given[field]?.column ?? given[field] ?? field;
    return `${q(name)} ${SHAPES[db.dialect][field] ?? TYPES[db.dialect][type] ?? "text"}${field === "id" ? " PRIMARY KEY" : ""}`;
  });
  const folded = given.note.folded === undefined ? [] : ["note_folded text"];
  await db.exec(`CREATE TABLE leads (${[...columns, ...folded].join(", ")})`);
  await db.exec("CREATE TABLE timeline (lead text, body text)");
}

/** Every database with each store that suits it. */
async function* places() {
  const one = await memory();
  const waits = async (work) => {
    await one.exec("BEGIN IMMEDIATE");
    try {
      const done = await work(one);
      await one.exec("COMMIT");
      return done;
    } catch (error) {
      await one.exec("ROLLBACK");
      throw error;
    }
  };
  yield ["sqliteStore", one, (options) => sqliteStore({ ...options, transaction: waits })];
  const two = await memory();
  yield ["sqliteStoreSync", two, (options) => sqliteStoreSync({ ...options, transaction: two.sync })];
  const three = await memory();
  const storage = {
    transactionSync: (work) => three.sync((client) => ((storage.client = client), work())),
    sql: {
      exec(sql, ...params) {
        assert.ok(params.length <= 100, `${params.length} parameters`);
        return { toArray: () => storage.client.query(sql, params) };
      },
    },
  };
  yield ["durableStore", three, (options) => durableStore(storage, options)];
  const four = await pglite();
  yield ["postgresStore on PGlite", four, (options) => postgresStore({ ...options, transaction: four.transaction })];
  const real = await server();
  if (real !== undefined) yield ["postgresStore on a server", real, (options) => postgresStore({ ...options, pool: real.pool })];
}

const engine = createEngineSync();
const VERBS = ["rule.edit", "group.trigger", "rule.run", "lead.export"];
function worldOf() {
  const world = config();
  delete world.lifecycle.boundary;
  world.lifecycle.open = { rules: [{ field: "status", operator: "!=", value: "won" }, { field: "note", operator: "notNull" }] };
  world.profiles[0].grants.push({ do: VERBS, scope: "all" });
  world.profiles.push({ id: "own", grants: [{ do: ["lead.view"], scope: "own" }] });
  world.users.push({ id: "eve", unit: "n1", profiles: ["own"] });
  world.groups = [{ id: "round", name: "Round", members: { users: ["ann", "bob", "cyd"] }, method: { type: "round_robin" } }];
  world.rules = [{ id: "all", to: { group: "round" } }];
  return world;
}
const who = { actor: "ann", now: NOW };

for await (const [name, db, make] of places()) {
  const world = worldOf();
  const workspace = engine.workspace(world);
  const columns = { ...COLUMNS[db.dialect] };
  // The lower case of before PostgreSQL 17 is not the engine's.
  if (db.connect !== undefined) columns.note = COLUMNS.sqlite.note;
  const options = { engine, workspace, table: "leads", columns };
  const store = make(options);
  // An id that is read back has no blanks around it, and no row may lack one.
  const rows = leads(random(5), 60).map((row) => ({ ...row, run: null, version: row.version ?? 1, owner: row.owner ?? (Number(row.id.slice(5)) % 3 === 0 ? "eve" : null) }));
  const canonical = () => {
    const table = workspace.load(rows);
    const all = table.select(null, { actor: null });
    const found = all.rows();
    all.free();
    table.free();
    return found;
  };
  const byId = (list) => new Map(list.map((row) => [row.id, row]));
  const inside = async (actor = "ann") => (await store.list({ actor, now: NOW, limit: 200 })).rows;
  const fresh = async () => {
    await tables(db, columns);
    await store.createTables();
    assert.equal(await store.put(rows), rows.length);
  };
  const timeline = async () => (await db.query("SELECT lead, body FROM timeline")).length;

  test(name, async (t) => {
    await t.test("what is put is what is read", async () => {
      await fresh();
      assert.deepEqual(byId(await inside()), byId(canonical()));
      assert.equal(await store.put([{ ...rows[0], note: "other" }]), 1);
      assert.equal((await inside()).find(({ id }) => id === rows[0].id).note, "other");
      await assert.rejects(async () => store.put([{ id: "x", score: "many" }]), { name: "EvenhandError" });
    });

    await t.test("lists: rows, order and count are the table's", async () => {
      await fresh();
      const table = workspace.load(rows);
      const rng = random(8);
      const fields = ["status", "score", "hot", "due", "seen", "note", "owner", "version", "id", "unit"];
      const queries = [null, { rules: [] }, { rules: [{ field: "score", operator: ">", value: 0 }] }, { combinator: "or", rules: [{ field: "note", operator: "contains", value: "A" }, { field: "hot", operator: "!=", value: true }, { field: "tags", operator: "contains", value: "a" }] }];
      for (let round = 0; round < 60; round += 1) {
        const query = rng.pick(queries);
        const actor = rng.pick(["ann", "eve"]);
        const ordered = (field) => (field === "status" ? rng.pick([{}, { order: "choices" }, { order: "natural" }]) : ["note", "owner", "id", "unit"].includes(field) ? rng.pick([{}, { order: "natural" }]) : {});
        const sort = rng.some(fields, 3).map((field) => ({ field, ...(rng.below(2) ? { descending: true } : {}), ...(rng.below(2) ? { nulls: rng.pick(["first", "last"]) } : {}), ...ordered(field) }));
        const selection = table.select(query, { actor, now: NOW }).sort([...sort, { field: "id" }]);
        const [offset, limit] = [rng.below(10), 1 + rng.below(20)];
        const page = await store.list({ actor, now: NOW, query, sort, offset, limit, fields: ["id", "note"] });
        assert.deepEqual(page, { rows: selection.rows(offset, limit, ["id", "note"]), count: selection.count }, JSON.stringify({ query, sort, actor }));
        selection.free();
      }
      table.free();
      await assert.rejects(async () => store.list({ actor: "ann", sort: [{ field: "tags" }] }), { code: "sql_inexact" });
      await assert.rejects(async () => store.list({ actor: "ann", sort: [{ field: "nothing" }] }), { code: "unknown_field" });
      await assert.rejects(async () => store.list({ actor: "ann", limit: -1 }), { code: "options_invalid" });
      // More than a page is for whoever may export it.
      assert.equal((await store.list({ actor: "ann", now: NOW, limit: 201 })).rows.length, (await inside()).length);
      await assert.rejects(async () => store.list({ actor: "eve", limit: 201 }), { code: "not_permitted" });
    });

    await t.test("a preview is the plan over all leads, what is written is what it says, and an undo takes it back", async () => {
      const ids = rows.map(({ id }) => id);
      const commands = [
        { type: "assign", leads: { ids: ids.slice(0, 12) }, to: "cyd" },
        { type: "split", leads: { filter: { rules: [{ field: "hot", operator: "=", value: true }] } }, split: { to: ["ann", "bob", "cyd"], even: "total" } },
        { type: "mass_edit", leads: { filter: { rules: [{ field: "score", operator: "notNull" }] } }, set: { note: "ÄÖ Text", tags: { add: ["z"] }, hot: false, due: "2026-03-08", seen: null } },
        { type: "reclaim", from: ["bob"], slot: "all" },
        { type: "route", leads: { filter: { rules: [{ field: "owner", operator: "null" }] } } },
        { type: "unassign", leads: { all: true } },
      ];
      for (const command of commands) {
        await fresh();
        const before = byId(await inside());
        // Rows are read in the order of their ids.
        const table = workspace.load(canonical().sort((a, b) => (a.id < b.id ? -1 : 1)));
        const state = {};
        const wanted = workspace.plan(table, command, { ...who, state });
        const preview = await store.preview(command, who);
        assert.deepEqual(preview.changes(), wanted.changes(), JSON.stringify(command));
        assert.equal(preview.outcome, wanted.outcome, JSON.stringify(command));
        assert.deepEqual(byId(await inside()), before);
        const done = await store.perform(command, { ...who, outcome: preview.outcome });
        assert.equal(done.ok, true, JSON.stringify({ ...done, plan: null }));
        assert.equal(done.changed, wanted.count);
        table.apply(wanted);
        const all = table.select(null, { actor: null });
        assert.deepEqual(byId(await inside()), byId(all.rows()));
        if (columns.note.folded !== undefined) {
          // The folded text follows its field.
          for (const { note_text: note, note_folded: folded } of await db.query("SELECT note_text, note_folded FROM leads")) assert.equal(folded, note && [...note].map((char) => [...char.toLowerCase()][0]).join(""));
        }
        const undone = await store.undo(done.plan.id, who);
        assert.equal(undone.ok, true, JSON.stringify(undone.reasons));
        const strip = (map) => [...map].map(([id, { version: _, ...row }]) => [id, row]);
        assert.deepEqual(strip(byId(await inside())), strip(before));
        for (const one of [preview, wanted, all, table, done.plan, undone.plan]) one.free();
      }
    });

    await t.test("what is not written says why", async () => {
      await fresh();
      const assign = { type: "assign", leads: { ids: [rows[9].id] }, to: rows[9].owner === "cyd" ? "bob" : "cyd" };
      const seen = await store.preview(assign, who);
      assert.equal((await store.perform(assign, { ...who, id: "key 1" })).ok, true);
      assert.equal((await store.perform(assign, { ...who, id: "key 1" })).code, "already_done");
      const again = await store.perform(assign, { ...who, outcome: seen.outcome });
      assert.equal(again.code, "outcome_differs");
      const nothing = await store.perform({ ...assign, leads: { ids: ["no such lead"] } }, { ...who, id: "key 2" });
      assert.deepEqual([nothing.code, nothing.dropped.map(({ code }) => code)], ["nothing_to_do", ["unknown_lead"]]);
      assert.deepEqual([httpStatus(nothing), httpStatus(again), httpStatus({ ok: true })], [404, 409, 200]);
      const refused = await store.perform(assign, { ...who, actor: "nobody" });
      assert.deepEqual([refused.code, httpStatus(refused)], ["refused", 403]);
      await assert.rejects(async () => store.undo("no such plan", who), { code: "plan_missing" });
      await assert.rejects(async () => store.perform({ type: "assign" }, who), { code: "command_invalid" });
      assert.equal((await db.query("SELECT 1 FROM evenhand_plans")).length, 1);
      // What is as asked already is done.
      assert.deepEqual((({ ok, changed }) => ({ ok, changed }))(await store.perform(assign, who)), { ok: true, changed: 0 });
    });

    await t.test("a posted plan is derived again", async () => {
      await fresh();
      const assign = { type: "assign", leads: { ids: rows.slice(0, 5).map(({ id }) => id) }, to: "cyd" };
      const plan = await store.preview(assign, who);
      const bytes = plan.encode();
      const other = await store.prove(bytes, { ...who, actor: "bob" });
      assert.deepEqual([other.ok, other.problems[0].code, httpStatus(other)], [false, "actor", 403]);
      assert.equal((await store.prove(bytes, { ...who, now: NOW + 10 })).ok, true);
      assert.equal((await store.prove(bytes, who)).problems[0].code, "already_done");
      const late = await store.preview({ type: "unassign", leads: assign.leads }, who);
      await store.perform({ type: "assign", leads: assign.leads, to: "bob" }, who);
      assert.equal((await store.prove(late.encode(), who)).problems[0].code, "rows_changed");
    });

    await t.test("what the host adds is in the same transaction", async () => {
      await fresh();
      const param = (place) => (db.dialect === "postgres" ? `$${place}` : "?");
      const insert = (client, { lead, text }) => client.query(`INSERT INTO timeline VALUES (${param(1)}, ${param(2)})`, [lead, text]);
      const isSync = ["sqliteStoreSync", "durableStore"].includes(name);
      const written = isSync ? (client, plan) => plan.timeline().forEach((entry) => insert(client, entry)) : async (client, plan) => { for (const entry of plan.timeline()) await insert(client, entry); };
      const assign = { type: "assign", leads: { ids: rows.slice(0, 5).map(({ id }) => id) }, to: "cyd" };
      const done = await make({ ...options, written }).perform(assign, who);
      assert.equal(await timeline(), done.plan.count);
      const before = byId(await inside());
      const full = () => { throw new Error("the mail is full"); };
      const failing = isSync ? (client, plan) => { written(client, plan); full(); } : (client, plan) => written(client, plan).then(full);
      await assert.rejects(async () => make({ ...options, written: failing }).perform({ ...assign, to: "bob" }, who), /the mail is full/);
      assert.equal(await timeline(), done.plan.count);
      assert.deepEqual(byId(await inside()), before);
    });

    await t.test("questions about one lead", async () => {
      await fresh();
      const owned = rows.find(({ owner }) => owner === "eve");
      const other = rows.find(({ owner }) => owner === "bob");
      const may = async (actor, lead, to) => (await store.can({ actor, do: "lead.reassign", lead, to, now: NOW })).allowed;
      assert.deepEqual([await may("ann", owned.id, "bob"), await may("eve", owned.id, "bob"), await may("ann", "no such lead", "bob")], [true, false, false]);
      assert.equal((await store.can({ actor: "eve", do: "lead.view", lead: owned.id })).allowed, true);
      assert.equal((await store.can({ actor: "eve", do: "lead.view", lead: other.id })).allowed, false);
    });

    await t.test("plans and marks are forgotten", async () => {
      await fresh();
      const done = await store.perform({ type: "assign", leads: { ids: [rows[0].id] }, to: rows[0].owner === "cyd" ? "bob" : "cyd" }, who);
      await store.forget(NOW);
      assert.equal((await db.query("SELECT 1 FROM evenhand_plans")).length, 1);
      await store.forget(NOW + 1);
      assert.equal((await db.query("SELECT 1 FROM evenhand_plans")).length, 0);
      await assert.rejects(async () => store.undo(done.plan.id, who), { code: "plan_missing" });
    });

    await t.test("many at once: each lead goes to one, each turn is taken once", { skip: name !== "postgresStore on a server" && "one connection" }, async () => {
      await fresh();
      await store.perform({ type: "unassign", leads: { all: true } }, who);
      const claims = await Promise.all(["ann", "bob", "cyd", "ann", "bob", "cyd", "ann", "bob"].map((actor) => store.perform({ type: "claim_from_pool", lead: rows[3].id }, { actor, now: NOW, attempts: 1 })));
      assert.equal(claims.filter(({ ok }) => ok).length, 1, JSON.stringify(claims.map(({ ok, code }) => code ?? ok)));

      // Each routes one lead by a turn that all of them read and write.
      const some = rows.filter((_, at) => at !== 3).slice(0, 30);
      const routed = await Promise.all(some.map(({ id }) => store.perform({ type: "route", leads: { ids: [id] } }, { actor: "ann", now: NOW, attempts: 40 })));
      assert.deepEqual(routed.filter(({ ok }) => !ok).map(({ code, lost, stateLost }) => ({ code, lost, stateLost })), []);
      assert.ok(routed.some(({ attempts }) => attempts > 1), "nobody was slower");
      const owners = new Map();
      for (const { id, owner } of await inside()) if (some.some((one) => one.id === id)) owners.set(owner, (owners.get(owner) ?? 0) + 1);
      assert.deepEqual([...owners].sort(), [["ann", 10], ["bob", 10], ["cyd", 10]]);
    });

    await t.test("what PostgreSQL ends is tried again", { skip: name !== "postgresStore on a server" && "one connection" }, async () => {
      await fresh();
      await store.perform({ type: "unassign", leads: { all: true } }, who);
      let begun = 0;
      const serializable = postgresStore({
        ...options,
        transaction: (work) => db.transaction(async (client) => {
          begun += 1;
          await client.query("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", []);
          return work(client);
        }),
      });
      const parts = [0, 6, 12, 18].map((from) => rows.slice(from, from + 6).map(({ id }) => id));
      const done = await Promise.all(parts.map((ids) => serializable.perform({ type: "split", leads: { ids }, split: { to: ["ann", "bob"], even: "total" } }, { ...who, attempts: 10 })));
      assert.deepEqual(done.map(({ ok }) => ok), [true, true, true, true]);
      assert.ok(begun > parts.length, "nothing was tried again");
    });
    await db.close();
    workspace.free();
  });
}

test("an order names its columns", () => {
  const workspace = engine.workspace(worldOf());
  const order = (sort, dialect, more = {}) => orderBy(sort, dialect, { config: workspace.config, columns: COLUMNS[dialect], ...more });
  assert.equal(order([{ field: "note" }], "sqlite", { alias: "l" }), "`l`.`note_folded` COLLATE BINARY NULLS LAST, `l`.`id` COLLATE BINARY");
  assert.equal(order([{ field: "score", descending: true, nulls: "first" }, { field: "id" }], "postgres"), '"points" DESC NULLS FIRST, "id"::text COLLATE "C" NULLS LAST');
  assert.throws(() => orderBy([{ field: "note" }], "sqlite", { config: workspace.config }), { code: "sql_inexact" });
  for (const compare of ["accentless", "digits"]) {
    const config = { ...workspace.config, fields: { ...workspace.config.fields, note: { type: "text", compare } } };
    assert.throws(() => orderBy([{ field: "note" }], "postgres", { config }), { code: "sql_inexact" });
    assert.match(orderBy([{ field: "note" }], "postgres", { config, columns: { note: { column: "note", folded: "note_folded" } } }), /^"note_folded"::text COLLATE "C" NULLS LAST/);
  }
  workspace.free();
});
