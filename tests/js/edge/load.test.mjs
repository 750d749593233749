// A minute of commands from 64 clients, 10,000 or more, and what they cost beside a worker that only updates the row. In the long form.
import assert from "node:assert/strict";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { config, lead, LONG, prepare, seeded } from "./lib/edge.mjs";
import { Connections, quantile } from "./lib/requests.mjs";

/** Each worker is under load for so long, and answers so many commands at least. */
const SECONDS = 60;
const COMMANDS = 10_000;
const CLIENTS = 64;
/** A worker's turn is over after so many seconds, or when its leads are used up. */
const TURN_SECONDS = 12;
const LEADS = 10_000;
const PLAIN = fileURLToPath(new URL("lib/plain.ts", import.meta.url));

test("10,000 commands and more from 64 clients for a minute", { skip: !LONG && "it takes the long form" }, async (t) => {
  const workers = [["with Evenhand", await prepare()], ["a plain UPDATE", await prepare(PLAIN, ["Tenant"])]];
  const running = [];
  try {
    for (const [name, edge] of workers) {
      const server = await edge.start();
      running.push({ name, edge, server, times: [], seconds: 0, won: 0, refused: 0 });
    }
    for (const one of running) {
      const { admin, as } = await seeded(one.server, one.edge.keys, "acme", { setting: config({ agents: CLIENTS }) });
      one.admin = admin;
      one.tokens = await Promise.all(Array.from({ length: CLIENTS }, async (_, at) => (await as(`a${at}`)).token));
    }
    const unfinished = ({ seconds, times }) => seconds < SECONDS || times.length < COMMANDS;
    // In turns, so that what else the machine does meets both; each turn has leads of its own, so that no worker runs out of them, however fast.
    for (let turn = 0; running.some(unfinished); turn += 1) {
      for (const one of running.filter(unfinished)) {
        await one.admin.load(Array.from({ length: LEADS }, (_, at) => lead(`t${turn}-${at}`)));
        const connections = new Connections(one.server.url, CLIENTS);
        let claims = 0;
        let sent = 0;
        const start = performance.now();
        const client = async (_, at) => {
          while (claims < LEADS && performance.now() - start < TURN_SECONDS * 1000) {
            // Every fifth command comes too late for its lead.
            sent += 1;
            const which = sent % 5 === 0 ? claims - 4 : claims;
            if (sent % 5 !== 0) claims += 1;
            const from = performance.now();
            const { status, data } = await connections.post("/v1/tenants/acme/commands", one.tokens[at], JSON.stringify({ command: { type: "claim_from_pool", lead: `t${turn}-${which}` } }));
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
      assert.ok(seconds >= SECONDS && times.length >= COMMANDS, `${name} was not under load for long enough`);
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
