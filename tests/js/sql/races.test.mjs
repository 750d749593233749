// True races: several connections to one PostgreSQL server, several processes on one SQLite file.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after } from "node:test";

import { leadsTable, postgres as server } from "./lib/databases.mjs";
import { adapters, planOf, statements } from "./lib/engine.mjs";
import { command, config, FIELDS, leads, NOW, random } from "./lib/world.mjs";

const { postgres } = await adapters();
const context = { actor: "ann", now: NOW };
const db = await server();
after(() => db?.close());

test("PostgreSQL", { skip: db === undefined && "no PostgreSQL server is installed" }, async (t) => {
  const adapter = postgres({ table: "leads", transaction: db.transaction });
  const world = config();
  delete world.lifecycle.boundary;
  const rows = leads(random(3), 40).map((row) => ({ ...row, run: null, version: row.version ?? 1, owner: row.owner === null ? null : "ann" }));
  const assign = (ids, to, more = {}) => planOf({ config: world, leads: rows, command: { type: "assign", leads: { ids }, to }, context, ...more });
  const fresh = async () => {
    await db.exec("DROP TABLE IF EXISTS evenhand_state");
    await adapter.createTables();
    return leadsTable(db, FIELDS, rows);
  };
  /** Whether a backend waits for a lock of another. */
  const waiting = async () => (await db.query("SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))[0].n > 0;
  const deadlocks = async () => {
    // What a backend counted is there once it is idle or gone.
    await new Promise((done) => setTimeout(done, 1100));
    return (await db.query("SELECT deadlocks::int AS n FROM pg_stat_database WHERE datname = 'postgres'"))[0].n;
  };
  const until = async (condition) => {
    for (let tries = 0; !(await condition()); tries += 1) {
      assert.ok(tries < 500, "nobody waits");
      await new Promise((done) => setTimeout(done, 10));
    }
  };
  /** Two transactions, one statement after the other: the first is held open while the second runs into it. */
  const against = async (first, second, end = "COMMIT") => {
    const [a, b] = [await db.connect(), await db.connect()];
    const run = async (client, plan) => {
      const counts = [];
      for (const { sql, params, expect } of plan.statements("postgres", { table: "leads", stateTable: "evenhand_state" })) counts.push((await client.query(sql, params)).length - expect);
      return counts;
    };
    await a.query("BEGIN");
    await b.query("BEGIN");
    const one = await run(a, first);
    const other = run(b, second);
    await until(waiting);
    await a.query(end);
    const two = await other;
    await b.query(two.every((count) => count === 0) ? "COMMIT" : "ROLLBACK");
    a.release();
    b.release();
    return [one, two].map((counts) => counts.every((count) => count === 0));
  };
  const all = rows.map(({ id }) => id);

  await t.test("the second waits for the row and then sees that it changed", async () => {
    for (const [a, b] of [[all, all], [[all[5]], [all[5]]], [[all[5]], all], [all, [all[5]]]]) {
      await fresh();
      assert.deepEqual(await against(assign(a, "cyd"), assign(b, "bob")), [true, false]);
      const table = await fresh();
      // Taken back, the first leaves the way free.
      assert.deepEqual(await against(assign(a, "cyd"), assign(b, "bob"), "ROLLBACK"), [true, true]);
      assert.equal([...(await table.read()).values()].filter(({ owner }) => owner === "cyd").length, 0);
    }
  });

  await t.test("the same plan twice at once is written once", async () => {
    const table = await fresh();
    const plan = assign(all, "cyd");
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => adapter.commit(plan)));
    assert.equal(outcomes.filter(({ ok }) => ok).length, 1);
    assert.ok(outcomes.every((outcome) => outcome.ok || outcome.done));
    for (const row of (await table.read()).values()) assert.equal(row.version, rows.find(({ id }) => id === row.id).version + (row.owner === "cyd" ? 1 : 0));
  });

  await t.test("state that was read holds back who writes it, there or not", async () => {
    const [x, y] = [[all[1]], [all[2]]];
    for (const present of [true, false]) {
      const version = present ? 1 : null;
      const setUp = async () => {
        await fresh();
        if (present) await db.exec(`INSERT INTO evenhand_state VALUES ('k/1', 1, '{"format":1}')`);
      };
      const reader = assign(x, "cyd", { reads: [["k/1", version]], writes: [["a/1", null, 1]] });
      const writer = assign(y, "cyd", { writes: [["k/1", version, { format: 1 }]] });
      await setUp();
      assert.deepEqual(await against(reader, writer), [true, true], "what was read stood until the reader was done");
      await setUp();
      assert.deepEqual(await against(writer, reader), [true, false], "what was read had changed");
      await setUp();
      assert.deepEqual(await against(writer, reader, "ROLLBACK"), [true, true]);
      // Two that only read do not fail each other.
      await setUp();
      const other = assign(y, "cyd", { reads: [["k/1", version]] });
      assert.deepEqual((await Promise.all([adapter.commit(reader), adapter.commit(other)])).map(({ ok }) => ok), [true, true]);
      assert.equal((await db.query("SELECT 1 FROM evenhand_state WHERE key = 'k/1'")).length, present ? 1 : 0);
      // Each reads what the other writes: one of them must lose.
      await setUp();
      await db.exec(`INSERT INTO evenhand_state VALUES ('l/1', 1, '{"format":1}')`);
      const crossed = [assign(x, "cyd", { reads: [["k/1", version]], writes: [["l/1", 1, 1]] }), assign(y, "cyd", { reads: [["l/1", 1]], writes: [["k/1", version, 1]] })];
      const outcomes = await Promise.all(crossed.map((plan) => adapter.commit(plan)));
      assert.equal(outcomes.filter(({ ok }) => ok).length, 1, JSON.stringify(outcomes));
    }
  });

  await t.test("many writers: no update is lost, nothing is half written, and nobody waits in a circle", async () => {
    const rng = random(99);
    const table = await fresh();
    let won = 0;
    let lost = 0;
    for (let round = 0; round < 25; round += 1) {
      const now = [...(await table.read()).values()];
      const requests = Array.from({ length: 6 }, (_, at) => {
        let asked = command(rng, now);
        while (asked.type === "transfer") asked = command(rng, now);
        return { config: world, leads: now, command: asked, context: { ...context, id: `${round}-${at}` }, writes: rng.below(3) ? [] : [[`k/${rng.below(3)}`, null, 1]] };
      });
      // Keys as they are by now.
      const state = await adapter.loadState({ keys: ["k/0", "k/1", "k/2"], prefixes: ["split/"] });
      for (const request of requests) {
        request.writes = request.writes.map(([key, , value]) => [key, state[key]?.version ?? null, value]);
        request.context.state = Object.fromEntries(Object.entries(state).filter(([, entry]) => entry !== null));
        if (rng.below(3) === 0) request.reads = ["k/0", "k/1", "k/2"].filter((key) => !request.writes.some(([other]) => other === key)).map((key) => [key, state[key]?.version ?? null]);
      }
      const plans = requests.map(planOf);
      const sql = plans.map((plan) => plan.statements("postgres", { table: "leads", stateTable: "evenhand_state", maxParams: 1 + rng.below(20) }));
      const outcomes = await Promise.all(plans.map((plan, at) => adapter.commit({ ...plan, statements: () => sql[at] })));
      const wanted = new Map(now.map((row) => [row.id, { ...row }]));
      const touched = new Set();
      for (const [at, outcome] of outcomes.entries()) {
        if (!outcome.ok) {
          lost += 1;
          assert.equal(outcome.done, false);
          assert.ok(outcome.lost.length + outcome.stateLost.length > 0);
          continue;
        }
        won += 1;
        for (const { lead, set } of plans[at].changes()) {
          assert.ok(!touched.has(lead), `two plans changed ${lead} over the same version`);
          touched.add(lead);
          const row = wanted.get(lead);
          row.version += 1;
          for (const [field, { to }] of Object.entries(set)) row[field] = to ?? (Array.isArray(row[field]) ? [] : null);
        }
      }
      assert.ok(outcomes.some(({ ok }) => ok), "one of them is always written");
      assert.deepEqual(await table.read(), wanted);
    }
    assert.ok(won > 30 && lost > 30, `${won} won, ${lost} lost`);
    assert.equal(await deadlocks(), 0);
  });

  await t.test("whatever way the database joins, rows are locked in one order", async () => {
    const many = Array.from({ length: 1500 }, (_, at) => ({ ...rows[0], id: `lead-${String(9999 - at)}`, version: 1, owner: null, unit: null }));
    const ids = many.map(({ id }) => id);
    // One goes by the index, in the order of its parameter; the other by the table, in which the rows stand the other way round.
    const joining = (...off) => postgres({ table: "leads", transaction: (work) => db.transaction(async (client) => {
      for (const way of off) await client.query(`SET LOCAL enable_${way} = off`, []);
      return work(client);
    }) });
    const ways = [joining("hashjoin", "mergejoin", "seqscan", "material"), joining("nestloop", "mergejoin", "indexscan", "bitmapscan")];
    await fresh();
    await leadsTable(db, FIELDS, many);
    const plans = ["bob", "cyd"].map((to) => planOf({ config: world, leads: many, command: { type: "assign", leads: { ids }, to }, context }));
    const sql = plans.map((plan) => plan.statements("postgres", { table: "leads", stateTable: "evenhand_state" }));
    const fixed = plans.map((plan, at) => ({ ...plan, statements: () => sql[at] }));
    for (let round = 0; round < 6; round += 1) {
      await db.exec("UPDATE leads SET version = 1, owner = NULL, assigned = NULL, notified = NULL; DELETE FROM evenhand_state");
      const outcomes = await Promise.all(ways.map((way, at) => way.commit(fixed[at])));
      assert.equal(outcomes.filter(({ ok }) => ok).length, 1);
      assert.equal(outcomes.find(({ ok }) => !ok).lost.length, ids.length);
    }
    assert.equal(await deadlocks(), 0);
  });
});

const cli = spawnSync("sqlite3", ["--version"], { encoding: "utf8" });
// RETURNING came with 3.35, and JSON is always there since 3.38.
const usable = cli.status === 0 && Number(cli.stdout.split(".")[1]) >= 38;

test("SQLite, two processes on one file", { skip: !usable && "no sqlite3 is installed" }, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "evenhand-lite-"));
  const file = path.join(folder, "crm.db");
  const literal = (value) => (value === null ? "NULL" : typeof value === "string" ? `CAST(x'${Buffer.from(value).toString("hex")}' AS TEXT)` : String(Number(value)));
  const process = (script) =>
    new Promise((done, fail) => {
      const child = spawn("sqlite3", ["-bail", "-cmd", ".timeout 20000", file], { stdio: ["pipe", "pipe", "pipe"] });
      let [out, err] = ["", ""];
      child.stdout.on("data", (data) => (out += data));
      child.stderr.on("data", (data) => (err += data));
      child.on("close", () => (err === "" ? done(out) : fail(new Error(err))));
      child.stdin.end(script);
    });
  const world = config({ versioned: true, hasRun: false });
  delete world.lifecycle.boundary;
  const rows = leads(random(8), 12).map((row, at) => ({ ...row, id: `'lead' ${at}`, version: 1, owner: null }));
  const columns = Object.keys(FIELDS);
  const value = (row, field) => (Array.isArray(row[field]) ? (row[field].length > 0 ? JSON.stringify(row[field]) : null) : FIELDS[field].type === "datetime" && row[field] !== null ? Date.parse(row[field]) : row[field]);
  await process(`PRAGMA journal_mode = WAL; CREATE TABLE leads (${columns.map((field) => `\`${field}\`${field === "id" ? " TEXT PRIMARY KEY" : ""}`).join(", ")});
    CREATE TABLE evenhand_state (key TEXT PRIMARY KEY, version INTEGER, value TEXT);
    CREATE TABLE counted (plan TEXT, kind TEXT, given INTEGER, expected INTEGER);
    INSERT INTO leads VALUES ${rows.map((row) => `(${columns.map((field) => literal(value(row, field))).join(", ")})`).join(", ")};`);
  // The shell has no `if`: a trigger stands for the host that takes back when a statement came short.
  await process(`CREATE TRIGGER short AFTER INSERT ON counted WHEN NEW.given <> NEW.expected BEGIN SELECT RAISE(ROLLBACK, 'lost'); END;`);
  const request = (to) => ({ config: world, leads: rows, command: { type: "assign", leads: { ids: rows.map(({ id }) => id) }, to }, context: { ...context, id: to } });
  const script = (to) => {
    const list = statements(request(to), "sqlite", { table: "leads", stateTable: "evenhand_state" });
    const lines = list.flatMap(({ sql, params, kind, expect }) => {
      const values = [...params];
      const text = sql.replace(/\?/g, () => literal(values.shift()));
      return [`${text};`, `INSERT INTO counted VALUES ('${to}', '${kind}', changes(), ${expect});`];
    });
    return `BEGIN;\n${lines.join("\n")}\nCOMMIT;\n`;
  };
  const outcomes = await Promise.allSettled(["bob", "cyd", "ann"].map((to) => process(script(to))));
  assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1, JSON.stringify(outcomes));
  for (const { reason } of outcomes.filter(({ status }) => status === "rejected")) assert.match(reason.message, /lost/);
  const left = await process("SELECT count(DISTINCT owner), min(version), max(version), (SELECT count(*) FROM evenhand_state WHERE key LIKE 'done/%') FROM leads;");
  assert.equal(left.trim(), "1|2|2|1");
  rmSync(folder, { recursive: true, force: true });
});
