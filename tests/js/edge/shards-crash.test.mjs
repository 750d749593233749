// The runtime is killed at random moments of commits over several objects and started again on what it left.
import assert from "node:assert/strict";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { lead, LONG, prepare } from "./lib/edge.mjs";
import { Connections, dice } from "./lib/requests.mjs";
import { id, spread } from "./lib/shards.mjs";

const KILLS = Number(process.env.EVENHAND_KILLS ?? (LONG ? 200 : 20));
const LEADS = 60;
const SEED = Number(process.env.EVENHAND_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** Every second message and answer is late, so that a kill meets each phase of a commit. */
const LATE = fileURLToPath(new URL("lib/unreliable.ts", import.meta.url));
const VARS = { VOTE_SECONDS: "1", RETRY_SECONDS: "0.2" };

test(`killed ${KILLS} times in commits over three objects, nothing acknowledged is lost and nothing is half there`, async (t) => {
  t.diagnostic(`seed ${SEED}`);
  const roll = dice(SEED);
  const edge = await prepare(LATE);
  const start = () => edge.start({ vars: VARS });
  let server = await start();
  const late = () => fetch(`${server.url}/test/COORDINATOR/acme`, { method: "POST", body: JSON.stringify({ chance: 0.5, hows: ["late"], seed: Math.floor(roll() * 2 ** 32) }) });
  const count = { acknowledged: 0, cutOff: 0, there: 0, held: 0, alarms: 0, busy: 0 };
  try {
    const { admin, as } = await spread(server, edge.keys, "acme", { leads: Array.from({ length: LEADS }, (_, at) => lead(id(at * 5), { name: "0" })) });
    const { token } = await as("lead");
    const body = (name) => JSON.stringify({ command: { type: "mass_edit", leads: { all: true }, set: { name: String(name) }, split: { to: ["a1", "a2", "a3"] } } });
    /** On a busy machine a shard may not answer in time: then nothing was written, and the command is sent again. */
    const post = async (connections, name) => {
      for (let tries = 0; ; tries += 1) {
        const answer = await connections.post("/v1/tenants/acme/shards/commands", token, body(name), { headers: { "idempotency-key": `k${name}` } });
        if (answer.status !== 503 || tries === 30) return answer;
        count.busy += 1;
        await new Promise((next) => setTimeout(next, 200));
      }
    };
    /** The last command that was acknowledged; the one whose answer did not come. */
    let done = 0;
    let open;
    let took = 100;
    const run = async (connections) => {
      for (;;) {
        open = done + 1;
        const from = performance.now();
        let answer;
        try {
          answer = await post(connections, open);
        } catch {
          return;
        }
        assert.equal(answer.status, 200, JSON.stringify(answer.data));
        done = open;
        open = undefined;
        count.acknowledged += 1;
        took = 0.8 * took + 0.2 * (performance.now() - from);
      }
    };
    /** The one name that all leads have, and how often all of them were written. */
    const whole = async () => {
      const rows = await admin.leads();
      assert.equal(rows.length, LEADS);
      const states = new Set(rows.map(({ name, version }) => `${name} ${version}`));
      assert.equal(states.size, 1, `a commit is half there: ${[...states]}`);
      const [name, version] = [...states][0].split(" ").map(Number);
      assert.equal(version, name + 1, "each command was written once");
      return name;
    };

    for (let round = 0; round < KILLS; round += 1) {
      const connections = new Connections(server.url, 1);
      await late();
      const running = run(connections);
      const flowing = count.acknowledged;
      for (let waits = 0; round % 5 > 0 && count.acknowledged === flowing && waits < 1000; waits += 1) await new Promise((next) => setTimeout(next, 2));
      // About as long as a commit takes here, so that it may be anywhere in the next one.
      await new Promise((next) => setTimeout(next, roll() * Math.min(600, 1.2 * took)));
      await server.kill("SIGKILL");
      await running;
      connections.close();

      const from = performance.now();
      server = await start();
      const slowness = performance.now() - from;
      admin.url = server.url;
      if (round % 3 === 0) {
        // Nobody asks: the alarms alone bring everything to its end, in the time that this machine needs just now.
        await new Promise((next) => setTimeout(next, Math.max(1600, 5 * slowness)));
        const alarms = server.logs.map((line) => JSON.parse(line)).filter(({ event }) => event === "alarm");
        count.alarms += alarms.length;
        count.held += alarms.filter(({ held = 0, phase = "idle" }) => held > 0 || phase !== "idle").length;
        const { phase, committed, shards } = await admin.status();
        assert.deepEqual([phase, ...shards.map(({ held, applied }) => [held, applied])], ["idle", ...Array(3).fill([0, committed])], `round ${round}`);
      }
      // The first to read sees all of it or nothing, before anything else woke the objects.
      const name = await whole();
      assert.ok(name === done || name === open, `round ${round}: ${name} is there, ${done} was acknowledged, ${open} was under way`);
      if (open !== undefined) {
        count.cutOff += 1;
        count.there += name === open;
        const again = new Connections(server.url, 1);
        const answer = await post(again, open);
        again.close();
        assert.deepEqual([answer.status, answer.data.code], name === open ? [409, "already_done"] : [200, undefined], JSON.stringify(answer.data));
        done = open;
        open = undefined;
        assert.equal(await whole(), done);
      }
    }
    await admin.quiet();
    assert.deepEqual((await admin.audit()).slice(3).map(({ plan }) => plan), Array.from({ length: done }, (_, at) => `lead/k${at + 1}`), "the log has each command once, in order");
    t.diagnostic(`${count.acknowledged} commits acknowledged; ${count.cutOff} cut off, of which ${count.there} were written; ${count.alarms} alarms with nobody there, ${count.held} of which found something to do; ${count.busy} sent again because a shard was late`);
    assert.ok(count.acknowledged > KILLS / 4, "too little happened between the kills");
  } finally {
    await server.kill("SIGKILL");
    edge.remove();
  }
});
