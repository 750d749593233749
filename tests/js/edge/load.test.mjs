// 10,000 commands from 64 clients, and what they cost beside a worker that only updates the row. In the long form.
import assert from "node:assert/strict";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { config, lead, LONG, prepare, seeded } from "./lib/edge.mjs";
import { Connections, quantile } from "./lib/requests.mjs";

const COMMANDS = 10_000;
const CLIENTS = 64;
const ROUNDS = 5;
const LEADS = 4_000;
const AT_MOST_SECONDS = 60;
const PLAIN = fileURLToPath(new URL("lib/plain.ts", import.meta.url));

test("10,000 commands from 64 clients", { skip: !LONG && "it takes the long form" }, async (t) => {
  const workers = [["with Evenhand", await prepare()], ["a plain UPDATE", await prepare(PLAIN, ["Tenant"])]];
  const running = [];
  try {
    for (const [name, edge] of workers) {
      const server = await edge.start();
      running.push({ name, edge, server, times: [], seconds: 0, won: 0, refused: 0 });
    }
    const leads = Array.from({ length: LEADS * ROUNDS }, (_, at) => lead(`l${at}`));
    for (const one of running) {
      const { admin, as } = await seeded(one.server, one.edge.keys, "acme", { setting: config({ agents: CLIENTS }), leads });
      one.admin = admin;
      one.tokens = await Promise.all(Array.from({ length: CLIENTS }, async (_, at) => (await as(`a${at}`)).token));
    }
    // In turns, so that what else the machine does meets both.
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const one of running) {
        const connections = new Connections(one.server.url, CLIENTS);
        const each = COMMANDS / ROUNDS;
        let next = 0;
        const start = performance.now();
        const client = async (_, at) => {
          while (next < each && performance.now() - start < (AT_MOST_SECONDS / ROUNDS) * 1000) {
            // Every fifth command comes too late for its lead.
            const which = next % 5 === 4 ? next - 4 : next;
            next += 1;
            const from = performance.now();
            const { status, data } = await connections.post("/v1/tenants/acme/commands", one.tokens[at], JSON.stringify({ command: { type: "claim_from_pool", lead: `l${round * LEADS + which}` } }));
            one.times.push(performance.now() - from);
            if (status === 200) one.won += 1;
            else if ([404, 409].includes(status)) one.refused += 1;
            else assert.fail(`${one.name}: ${status} ${JSON.stringify(data)}`);
          }
        };
        await Promise.all(Array.from({ length: CLIENTS }, client));
        one.seconds += (performance.now() - start) / 1000;
        connections.close();
      }
    }
    for (const { name, times, seconds, won, refused, server } of running) {
      const ms = (share) => quantile(times, share).toFixed(1);
      t.diagnostic(`${name}: ${times.length} commands in ${seconds.toFixed(1)} s, ${Math.round(times.length / seconds)} a second; median ${ms(0.5)} ms, p99 ${ms(0.99)} ms; ${won} written, ${refused} refused`);
      assert.deepEqual(server.errors, []);
    }
    const [ours] = running;
    assert.ok(ours.won > 0 && ours.refused > 0);
    const [rows, audit] = [await ours.admin.leads(), await ours.admin.audit()];
    const owned = [...rows.values()].filter(({ owner }) => owner !== null);
    assert.equal(owned.length, ours.won);
    assert.ok(owned.every(({ version }) => version === 2));
    assert.equal(audit.filter(({ via }) => via === "command").length, ours.won);
  } finally {
    for (const { server } of running) await server.kill();
    for (const [, edge] of workers) edge.remove();
  }
});
