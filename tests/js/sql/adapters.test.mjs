// The adapters: all of a plan or nothing, and the loser is told what it lost.
import assert from "node:assert/strict";
import test from "node:test";

import { leadsTable, pglite, postgres as server, sqlite as memory } from "./lib/databases.mjs";
import { adapters, planOf } from "./lib/engine.mjs";
import { config, FIELDS, leads, NOW, random } from "./lib/world.mjs";

const { postgres, sqlite, sqliteSync, retry } = await adapters();

const sorted = (list) => [...list].sort();
const state = (db) => db.query("SELECT key, version, value FROM evenhand_state ORDER BY key");

/** One database with each adapter that suits it. */
async function* places() {
  const lite = await memory();
  const waits = (work) => {
    // sql.js has one connection; the transaction is kept open over the awaits.
    return (async () => {
      await lite.exec("BEGIN IMMEDIATE");
      try {
        const done = await work(lite);
        await lite.exec("COMMIT");
        return done;
      } catch (error) {
        await lite.exec("ROLLBACK");
        throw error;
      }
    })();
  };
  yield ["sqlite", lite, (more) => sqlite({ table: "leads", transaction: waits, ...more })];
  yield ["sqliteSync", await memory(), (more, db) => sqliteSync({ table: "leads", transaction: db.sync, ...more })];
  yield ["postgres on PGlite", await pglite(), (more, db) => postgres({ table: "leads", transaction: db.transaction, ...more })];
  const real = await server();
  if (real !== undefined) yield ["postgres on a server", real, (more) => postgres({ table: "leads", transaction: real.transaction, ...more })];
}

for await (const [name, db, make] of places()) {
  const adapter = make({}, db);
  const rng = random(11);
  const rows = leads(rng, 30).map((row) => ({ ...row, run: null }));
  const world = config();
  delete world.lifecycle.boundary;
  const context = { actor: "ann", now: NOW };
  const ids = (from, to) => rows.slice(from, to).map(({ id }) => id);
  const assign = (from, to, user) => ({ config: world, leads: rows, command: { type: "assign", leads: { ids: ids(from, to) }, to: user }, context });
  /** An assignment of rows that this user does not hold. */
  const fresh = async () => {
    await db.exec("DROP TABLE IF EXISTS evenhand_state");
    await adapter.createTables();
    return leadsTable(db, FIELDS, rows);
  };

  test(name, async (t) => {
    await t.test("two plans of one snapshot: the second writes nothing and is told what it lost", async () => {
      for (const [a, b] of [[[0, 20], [10, 30]], [[0, 30], [0, 30]], [[3, 4], [3, 4]], [[0, 30], [7, 8]]]) {
        const table = await fresh();
        const [first, second] = [planOf(assign(...a, "cyd")), planOf(assign(...b, "bob"))];
        assert.deepEqual(await adapter.commit(first), { ok: true, changed: first.count });
        const after = await table.read();
        const kept = await state(db);
        const outcome = await adapter.commit(second);
        const both = new Set(first.changes().map(({ lead }) => lead));
        const lost = second.changes().map(({ lead }) => lead).filter((lead) => both.has(lead));
        assert.ok(lost.length > 0);
        assert.deepEqual({ ...outcome, lost: sorted(outcome.lost) }, { ok: false, done: false, lost: sorted(lost), stateLost: [] });
        assert.deepEqual(await table.read(), after, "nothing is half written");
        assert.deepEqual(await state(db), kept);
      }
    });

    await t.test("plans that do not meet are both written", async () => {
      await fresh();
      assert.equal((await adapter.commit(planOf(assign(0, 10, "cyd")))).ok, true);
      assert.equal((await adapter.commit(planOf(assign(10, 30, "bob")))).ok, true);
    });

    await t.test("a plan is written once, also after its undo", async () => {
      const table = await fresh();
      const before = await table.read();
      const plan = planOf(assign(0, 30, "cyd"));
      assert.equal((await adapter.commit(plan)).ok, true);
      const now = [...(await table.read()).values()];
      const again = await adapter.commit(plan);
      assert.equal(again.done, true);
      assert.deepEqual(again.stateLost, [`done/${plan.id}`]);
      const undo = planOf({ config: world, leads: now, command: { type: "undo", plan: plan.id }, context: { ...context, plans: { [plan.id]: plan.data } } });
      assert.deepEqual(await adapter.commit(undo), { ok: true, changed: plan.count });
      const strip = (map) => new Map([...map].map(([id, { version: _, ...row }]) => [id, row]));
      assert.deepEqual(strip(await table.read()), strip(before));
      assert.equal((await adapter.commit(plan)).done, true);
    });

    await t.test("a plan without rows leaves its mark", async () => {
      await fresh();
      const plan = planOf({ ...assign(0, 0, "cyd"), command: { type: "assign", leads: { ids: ["nobody"] }, to: "cyd" }, context: { ...context, id: "an id/with %" } });
      assert.deepEqual(await adapter.commit(plan), { ok: true, changed: 0 });
      assert.equal((await adapter.commit(plan)).done, true);
      await adapter.forgetDone(NOW);
      assert.equal((await adapter.commit(plan)).done, true);
      await adapter.forgetDone(NOW + 1);
      assert.equal((await adapter.commit(plan)).ok, true);
    });

    await t.test("state is compared and set", async () => {
      const value = { format: 1, deep: [null, { "quote\"'": "\u0000\u2028😀", n: 1e21 }] };
      const table = await fresh();
      const write = (writes, reads = [], user = "cyd") => planOf({ ...assign(0, 3, user), writes, reads, context: { ...context, id: `${Math.random()}` } });
      const put = async (...of) => adapter.commit({ ...write(...of), ...{ count: 0 } });
      const some = [["a/1", null, value], ["b/%20", null, value], ["c/3", null, null]];
      assert.equal((await put(some)).ok, true);
      const loaded = await adapter.loadState({ keys: ["a/1", "c/3", "none/1"], prefixes: ["b/"] });
      assert.deepEqual({ ...loaded }, { "a/1": { version: 1, value }, "b/%20": { version: 1, value }, "c/3": { version: 1, value: null }, "none/1": null });
      assert.equal(Object.keys(await adapter.loadState({ keys: [], prefixes: [""] })).length, 4);
      for (const row of rows) await table.put(row);

      const before = await state(db);
      const tries = [
        // There already: a tombstone, too, is written over only by its version.
        [[[["a/1", null, value]]], ["a/1"]],
        [[[["c/3", null, value]]], ["c/3"]],
        [[[["a/1", 2, value]]], ["a/1"]],
        [[[["x/1", 1, value]]], ["x/1"]],
        [[[["a/1", 1, value], ["b/%20", 5, value]]], ["b/%20"]],
        // Read and not written.
        [[[], [["a/1", 2]]], ["a/1"]],
        [[[], [["a/1", null]]], ["a/1"]],
        [[[], [["c/3", null], ["none/1", null], ["none/2", null]]], ["c/3"]],
        [[[["a/1", 1, value]], [["b/%20", 2], ["none/1", null], ["c/3", 1]]], ["b/%20"]],
        [[[["n/1", null, value]], [["a/1", 1], ["b/%20", 1], ["x/1", 1]]], ["x/1"]],
      ];
      for (const [args, stateLost] of tries) {
        const outcome = await put(...args);
        assert.deepEqual({ ...outcome, lost: [] }, { ok: false, done: false, lost: [], stateLost }, JSON.stringify(args));
        assert.deepEqual(await state(db), before);
      }
      assert.equal((await put([["a/1", 1, null], ["n/1", null, value], ["b/%20", 1, value]], [["c/3", 1], ["none/1", null], ["none/2", null]])).ok, true);
      const after = await adapter.loadState({ keys: ["a/1", "n/1", "none/1", "b/%20"], prefixes: ["none/"] });
      assert.deepEqual({ ...after }, { "a/1": { version: 2, value: null }, "n/1": { version: 1, value }, "none/1": null, "b/%20": { version: 2, value } });
    });

    await t.test("trying again plans anew", async () => {
      const table = await fresh();
      let round = 0;
      const plan = async () => {
        const now = [...(await table.read()).values()];
        // Somebody else is faster, twice.
        if ((round += 1) < 3) await table.put({ ...now[0], version: (now[0].version ?? 0) + 1, note: `${round}` });
        return planOf({ ...assign(0, 30, round > 0 ? "cyd" : "bob"), leads: now });
      };
      const { outcome } = await retry(plan, adapter);
      assert.equal(outcome.ok, true);
      assert.equal(round, 3);
      round = -5;
      assert.equal((await retry(plan, adapter, 2)).outcome.ok, false);
    });

    await t.test("a refused plan is not written", async () => {
      await fresh();
      const plan = planOf({ ...assign(0, 3, "cyd"), context: { ...context, actor: "nobody" } });
      assert.equal(plan.refused.length, 1);
      await assert.rejects(async () => adapter.commit(plan), /refused/);
      assert.equal((await state(db)).length, 0);
    });

    await t.test("an error takes everything back and is passed on", async () => {
      const table = await fresh();
      const before = await table.read();
      await assert.rejects(async () => make({ columns: { status: "no such column" } }, db).commit(planOf(assign(0, 30, "cyd"))), /no such column/);
      assert.deepEqual(await table.read(), before);
      assert.equal((await state(db)).length, 0);
    });
    await db.close();
  });
}
