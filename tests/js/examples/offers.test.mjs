// The offers of the PostgreSQL example, raced over its own pool: on a server with many connections, and on PGlite with one.
import assert from "node:assert/strict";
import test from "node:test";
import { listen, offers } from "../../../www-demo/examples/postgres/offers.mjs";
import * as places from "../../../www-demo/examples/postgres/pool.mjs";
import { offering } from "../../../www-demo/examples/postgres/sample.mjs";
import { createEngine } from "../../../www-demo/examples/postgres/node_modules/evenhand/node.js";
import { server } from "./postgres.mjs";

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 2, 2, 10);
const PEOPLE = Array.from({ length: 12 }, (_, at) => `p${at}`);
const people = (profiles) => PEOPLE.map((id) => ({ id, unit: "acme", profiles }));
const setting = { ...offering, users: [...offering.users, ...people(["agent", "sees"])], groups: offering.groups.map((group) => ({ ...group, members: { users: PEOPLE } })) };

/** The example's database on a server of this test's own, or nothing where none is installed. */
async function postgres() {
  const started = server();
  if (started === undefined) return undefined;
  const { PGHOST: host, PGUSER: user, PGDATABASE: database } = started.env;
  const db = await places.server({ host, user, database, max: 12 });
  const close = async () => {
    await db.close();
    started.stop();
  };
  return { ...db, close };
}

for (const [name, open] of [["PostgreSQL", postgres], ["PGlite", () => places.pglite("memory://")]]) {
  test(name, async (t) => {
    const db = await open();
    if (db === undefined) return t.skip("no PostgreSQL server is installed");
    const engine = await createEngine();
    try {
      const workspace = engine.workspace(setting);
      const host = offers({ workspace, transaction: db.transaction, sweeper: "clock" });
      /** Leads that nobody has, and no state. */
      const fresh = async (count) => {
        for (const table of ["leads", "evenhand_state"]) await db.query(`DROP TABLE IF EXISTS ${table}`);
        await db.query("CREATE TABLE leads (id text PRIMARY KEY, version integer NOT NULL, owner text, status text NOT NULL, run text)");
        await db.query(`INSERT INTO leads SELECT 'l' || n, 1, NULL, 'new', NULL FROM generate_series(1, $1::int) n`, [count]);
        await host.createTables();
      };
      const rows = async () => new Map((await db.query("SELECT * FROM leads")).map((row) => [row.id, row]));
      const start = async (lead, group, now = NOW) => {
        const { ok, refused, runs } = await host.command({ type: "start_group", leads: { ids: [lead] }, group }, { actor: "nina", now });
        assert.ok(ok, refused.join());
        return runs[0].id;
      };
      const claim = (run, actor, now) => host.command({ type: "claim", run }, { actor, now });

      await t.test("all claim one lead at once: one has it", async () => {
        for (let round = 0; round < 5; round += 1) {
          await fresh(1);
          const run = await start("l1", "all");
          const answers = await Promise.all(PEOPLE.map((actor) => claim(run, actor, NOW + MINUTE)));
          assert.equal(answers.filter(({ ok }) => ok).length, 1);
          for (const { ok, refused } of answers) assert.deepEqual(refused, ok ? [] : ["already_claimed"]);
          const { owner, version, run: lock } = (await rows()).get("l1");
          assert.deepEqual([owner, version, lock], [PEOPLE[answers.findIndex(({ ok }) => ok)], 3, null]);
        }
        // What a backend counted is there once it is idle. Whoever loses locks keys in the same order as whoever wins, so nobody waits in a circle.
        await new Promise((done) => setTimeout(done, 1100));
        const [{ deadlocks }] = await db.query("SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()");
        assert.equal(deadlocks, 0);
      });

      await t.test("sweeps at once, and claims beside them: each run ends once", async () => {
        for (const before of [-1, 0, 1]) {
          await fresh(10);
          const runs = await Promise.all(Array.from({ length: 10 }, (_, at) => start(`l${at + 1}`, "all")));
          // Claims a millisecond before the end, at it, and behind it, while six sweep at their end.
          const now = NOW + 5 * MINUTE;
          const claims = runs.flatMap((run, at) => [0, 1].map((more) => claim(run, PEOPLE[at + more], now + before)));
          const swept = await Promise.all([...Array.from({ length: 6 }, () => host.sweep({ now, limit: 3 })), ...claims]);
          const won = swept.slice(6).filter(({ ok }) => ok).length;
          if (before >= 0) assert.equal(won, 0, "the offer is over at its expiry");
          for (const { refused } of swept.slice(0, 6)) assert.ok(refused.every((code) => code === "lost"), refused.join());
          // Whoever lost too often leaves the rest to the next one.
          assert.equal((await host.sweep({ now })).refused.length, 0);
          const after = [...(await rows()).values()];
          for (const { id, owner, version, run } of after) assert.deepEqual([version, run, owner !== null], [3, null, true], id);
          assert.equal(after.filter(({ owner }) => owner !== "nina").length, won);
          assert.deepEqual(await host.sweep({ now }), { moved: 0, refused: [] });
        }
      });

      await t.test("a late sweep expires who was asked, and nobody else", async () => {
        await fresh(1);
        const run = await start("l1", "turns");
        const late = NOW + 60 * MINUTE;
        assert.deepEqual((await claim(run, "p0", late)).refused, ["offer_expired"]);
        assert.deepEqual(await host.sweep({ now: late }), { moved: 1, refused: [] });
        assert.deepEqual((await claim(run, "p0", late)).refused, ["offer_expired"]);
        assert.equal((await claim(run, "p1", late + 4 * MINUTE)).ok, true);
        assert.equal((await rows()).get("l1").owner, "p1");
      });

      await t.test("notices leave with the commit, and none without one", async () => {
        await fresh(2);
        const heard = [];
        const stop = await listen(db, (notice) => heard.push(notice));
        const settled = async () => {
          // Notices come in the order of commits: behind a last one there is nothing more.
          await db.query("SELECT pg_notify('evenhand_offers', '\"end\"')");
          while (heard.at(-1) !== "end") await new Promise((done) => setTimeout(done, 5));
          return heard.splice(0).slice(0, -1);
        };
        const run = await start("l1", "turns");
        assert.deepEqual(await settled(), [{ user: "p0", kind: "offered", run, count: 1 }]);
        await Promise.all(PEOPLE.map((actor) => claim(run, actor, NOW)));
        assert.deepEqual(await settled(), [{ user: "p0", kind: "claimed", run, count: 1 }], "of twelve who tried, the winner's plan was committed");
        const other = offers({
          workspace,
          sweeper: "clock",
          // Everything is done, people are told, and then the connection breaks.
          transaction: (work) =>
            db.transaction(async (client) => {
              let told = false;
              const query = (sql, params) => {
                told ||= sql.includes("pg_notify");
                return client.query(sql, params);
              };
              const done = await work({ query });
              if (told) throw new Error("gone");
              return done;
            }),
        });
        await assert.rejects(other.command({ type: "start_group", leads: { ids: ["l2"] }, group: "turns" }, { actor: "nina", now: NOW }), /gone/);
        assert.deepEqual(await settled(), []);
        await stop();
      });

      await t.test("who may not sweep is told so", async () => {
        await fresh(1);
        await start("l1", "turns");
        const other = offers({ workspace, transaction: db.transaction, sweeper: "p3" });
        const { moved, refused } = await other.sweep({ now: NOW + 60 * MINUTE });
        assert.deepEqual([moved, refused.length > 0], [0, true]);
      });
    } finally {
      await db.close();
      engine.free();
    }
  });
}
