// How long the first command of a new isolate takes, beside a worker without the module. In the long form; a look at the machine, so nothing fails by it.
import assert from "node:assert/strict";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { lead, LONG, prepare, seeded } from "./lib/edge.mjs";
import { Connections, quantile } from "./lib/requests.mjs";

const STARTS = 30;
const PLAIN = fileURLToPath(new URL("lib/plain.ts", import.meta.url));

test("cold start", { skip: !LONG && "it takes the long form" }, async (t) => {
  const workers = [{ name: "with Evenhand" }, { name: "a plain UPDATE" }];
  try {
    for (const one of workers) {
      Object.assign(one, { edge: await prepare(one.name === "with Evenhand" ? undefined : PLAIN), listening: [], first: [], second: [] });
      const server = await one.edge.start();
      const leads = Array.from({ length: STARTS * 2 }, (_, at) => lead(`l${at}`));
      const { as } = await seeded(server, one.edge.keys, "acme", { leads });
      one.token = (await as("a0")).token;
      await server.kill();
    }
    for (let start = 0; start < STARTS; start += 1) {
      for (const one of workers) {
        const from = performance.now();
        const server = await one.edge.start();
        one.listening.push(performance.now() - from);
        const connections = new Connections(server.url, 1);
        const claim = async (at) => {
          const asked = performance.now();
          const { status, data } = await connections.post("/v1/tenants/acme/commands", one.token, JSON.stringify({ command: { type: "claim_from_pool", lead: `l${at}` } }));
          assert.equal(status, 200, JSON.stringify(data));
          return performance.now() - asked;
        };
        one.first.push(await claim(start * 2));
        one.second.push(await claim(start * 2 + 1));
        connections.close();
        await server.kill();
      }
    }
    const half = (times) => quantile(times, 0.5);
    for (const { name, listening, first, second } of workers) {
      t.diagnostic(`${name}, medians of ${STARTS}: listens after ${half(listening).toFixed(1)} ms, first command ${half(first).toFixed(1)} ms (least ${Math.min(...first).toFixed(1)}), second ${half(second).toFixed(1)} ms`);
    }
    const [ours, plain] = workers.map(({ listening, first }) => ({ first: half(first), all: half(listening.map((time, at) => time + first[at])) }));
    t.diagnostic(`the module adds ${(ours.first - plain.first).toFixed(1)} ms to the first answered command, ${(ours.all - plain.all).toFixed(1)} ms from the start of the process to it`);
  } finally {
    for (const { edge } of workers) edge?.remove();
  }
});
