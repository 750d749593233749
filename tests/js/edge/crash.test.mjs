// The runtime is killed at random moments of a stream of plans and started again on what it left.
import assert from "node:assert/strict";
import test from "node:test";
import { createEngine } from "../../../www-demo/edge/node_modules/evenhand/node.js";
import { config, lead, LONG, prepare, seeded } from "./lib/edge.mjs";
import { Connections, dice } from "./lib/requests.mjs";

const KILLS = LONG ? 200 : 10;
const STREAMS = 6;
/** Leads of one stream: each plan moves all of them, so a half-written one shows. */
const TOGETHER = 5;
/** People of one stream. A plan shows what its people hold, so two streams that share none do not stand in each other's way. */
const PEOPLE = 3;
const SEED = Number(process.env.EVENHAND_SEED ?? Math.floor(Math.random() * 2 ** 31));

test(`killed ${KILLS} times, nothing acknowledged is lost and nothing is half there`, async (t) => {
  t.diagnostic(`seed ${SEED}`);
  const roll = dice(SEED);
  const edge = await prepare();
  const engine = await createEngine();
  const workspace = engine.workspace(config({ agents: STREAMS * PEOPLE }));
  const ids = (stream) => Array.from({ length: TOGETHER }, (_, at) => `s${stream}-${at}`);
  let server = await edge.start();
  let unsure = 0;
  let acknowledged = 0;
  let there = 0;
  try {
    const leads = Array.from({ length: STREAMS }, (_, stream) => ids(stream).map((id) => lead(id, { owner: `a${stream * PEOPLE}` }))).flat();
    const { admin, as } = await seeded(server, edge.keys, "acme", { setting: config({ agents: STREAMS * PEOPLE }), leads });
    const { token } = await as("lead");
    /** Plans that were acknowledged, in order, by stream; the one whose answer did not come; what the rows are like after the last of them. */
    const streams = Array.from({ length: STREAMS }, (_, at) => ({ at, done: [], open: undefined, rows: leads.filter(({ id }) => id.startsWith(`s${at}-`)) }));

    /** Each stream posts one plan after the other, every second one as a command, until its connection breaks. */
    const run = async (stream, connections) => {
      for (;;) {
        const to = `a${stream.at * PEOPLE + Math.floor(roll() * PEOPLE)}`;
        const from = stream.rows[0].owner;
        if (to === from) continue;
        const command = { type: "assign", leads: { ids: ids(stream.at), seen: stream.rows.map(({ version }) => version) }, to };
        const table = workspace.load(stream.rows, { partial: true });
        const plan = workspace.plan(table, command, { actor: "lead", now: Date.now(), state: {}, load: { [from]: TOGETHER } });
        const key = `k-${stream.at}-${stream.done.length}-${Math.floor(roll() * 1e9)}`;
        const way = roll() < 0.5 ? { id: plan.id, path: "plans", body: plan.encode(), how: { type: "application/octet-stream" } } : { id: `lead/${key}`, path: "commands", body: JSON.stringify({ command }), how: { headers: { "idempotency-key": key } } };
        plan.free();
        stream.open = way;
        let answer;
        try {
          answer = await connections.post(`/v1/tenants/acme/${way.path}`, token, way.body, way.how);
        } catch {
          table.free();
          return;
        }
        assert.equal(answer.status, 200, JSON.stringify(answer.data));
        settle(stream, way.id);
        acknowledged += 1;
        table.apply(answer.data.plan);
        stream.rows = table.select(null, { actor: null }).rows();
        table.free();
      }
    };
    const settle = (stream, id) => {
      stream.done.push(id);
      stream.open = undefined;
    };

    for (let round = 0; round < KILLS; round += 1) {
      const connections = new Connections(server.url, STREAMS);
      const running = Promise.all(streams.map((stream) => run(stream, connections)));
      // Mostly while plans flow, sometimes while the objects are still being started.
      const flowing = acknowledged;
      for (let waits = 0; round % 5 > 0 && acknowledged === flowing && waits < 1000; waits += 1) await new Promise((done) => setTimeout(done, 5));
      await new Promise((done) => setTimeout(done, roll() * 100));
      await server.kill("SIGKILL");
      await running;
      connections.close();

      server = await edge.start();
      admin.url = server.url;
      const [rows, audit] = [await admin.leads(), await admin.audit()];
      const written = audit.filter(({ via }) => via !== "admin");
      const known = new Set(written.map(({ plan }) => plan));
      assert.equal(known.size, written.length, "each plan is there once");
      for (const stream of streams) {
        for (const id of stream.done) assert.ok(known.has(id), `round ${round}: ${id} was acknowledged and is gone`);
        const mine = ids(stream.at).map((id) => rows.get(id));
        assert.equal(new Set(mine.map(({ owner, version }) => `${owner} ${version}`)).size, 1, `round ${round}: a plan is half there: ${JSON.stringify(mine)}`);
        if (stream.open !== undefined) {
          // Its answer is lost: it is there as a whole, or not at all, and sending it again is harmless.
          unsure += 1;
          const { id, path, body, how } = stream.open;
          const was = known.has(id);
          there += was;
          assert.equal(mine[0].version, stream.rows[0].version + (was ? 1 : 0), `round ${round}: the rows and the audit log differ`);
          const again = new Connections(server.url, 1);
          const answer = await again.post(`/v1/tenants/acme/${path}`, token, body, how);
          again.close();
          if (was) {
            assert.equal(answer.status, 409, JSON.stringify(answer.data));
            assert.ok(["already_done", "stale"].includes(answer.data.code), answer.data.code);
          } else {
            assert.equal(answer.status, 200, JSON.stringify(answer.data));
          }
          settle(stream, id);
        }
      }
      // After all of that, the rows are what the acknowledged plans made of them.
      const after = await admin.leads();
      for (const stream of streams) {
        stream.rows = ids(stream.at).map((id) => after.get(id));
        assert.equal(stream.rows[0].version, 1 + stream.done.length, `round ${round}`);
        for (const { version, owner } of stream.rows) assert.deepEqual([version, owner], [stream.rows[0].version, stream.rows[0].owner]);
      }
    }
    t.diagnostic(`${acknowledged} plans acknowledged; ${unsure} cut off, of which ${there} were written`);
    assert.ok(acknowledged > KILLS, "too little happened between the kills");
  } finally {
    await server.kill("SIGKILL");
    edge.remove();
  }
});
