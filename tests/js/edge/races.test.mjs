// Many at once for one lead: one of them gets it, every other is told why not.
import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { config, lead, prepare, seeded } from "./lib/edge.mjs";
import { Connections } from "./lib/requests.mjs";

const AGENTS = 100;
let edge, server, connections;

before(async () => {
  edge = await prepare();
  server = await edge.start();
  connections = new Connections(server.url, 1000);
});
after(async () => {
  connections?.close();
  await server?.kill();
  edge?.remove();
});

test("1,000 claims of one lead at once", async (t) => {
  const { admin, as } = await seeded(server, edge.keys, "acme", { setting: config({ agents: AGENTS }), leads: [lead("one"), lead("two")] });
  const agents = await Promise.all(Array.from({ length: AGENTS }, (_, at) => as(`a${at}`)));
  const body = JSON.stringify({ command: { type: "claim_from_pool", lead: "one" } });
  const start = performance.now();
  const answers = await Promise.all(Array.from({ length: 1000 }, (_, at) => connections.post("/v1/tenants/acme/commands", agents[at % AGENTS].token, body)));
  t.diagnostic(`${Math.round(performance.now() - start)} ms for all`);
  const won = answers.filter(({ status }) => status === 200);
  assert.equal(won.length, 1);
  // An agent sees their own leads and those that nobody owns: to the others this one is no longer there.
  const refused = answers.filter(({ status, data }) => (status === 409 && data.code === "already_claimed") || (status === 404 && data.code === "unknown_lead"));
  assert.equal(refused.length, 999, JSON.stringify(answers.find((one) => !won.includes(one) && !refused.includes(one))));
  const leads = await admin.leads();
  const winner = won[0].data.plan.actor;
  assert.deepEqual([leads.get("one").owner, leads.get("one").version, leads.get("two").version], [winner, 2, 1]);
  assert.equal((await admin.audit()).filter(({ via }) => via === "command").length, 1);
});

test("1,000 who all may see it", async () => {
  const setting = config({ agents: AGENTS });
  setting.profiles[1].grants = [{ do: ["lead.view", "lead.claim"], scope: "all" }];
  const { admin, as } = await seeded(server, edge.keys, "open", { setting, leads: [lead("one")] });
  const agents = await Promise.all(Array.from({ length: AGENTS }, (_, at) => as(`a${at}`)));
  const body = JSON.stringify({ command: { type: "claim_from_pool", lead: "one" } });
  const answers = await Promise.all(Array.from({ length: 1000 }, (_, at) => connections.post("/v1/tenants/open/commands", agents[at % AGENTS].token, body)));
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  assert.equal(answers.filter(({ status, data }) => status === 409 && data.problems[0].code === "already_claimed").length, 999);
  assert.equal((await admin.leads()).get("one").version, 2);
});

test("1,000 assignments of one lead, each of what its sender saw", async () => {
  const { admin, as } = await seeded(server, edge.keys, "given", { setting: config({ agents: AGENTS }), leads: [lead("one")] });
  const boss = await as("lead");
  const assign = (at) => JSON.stringify({ command: { type: "assign", leads: { ids: ["one"], seen: [1] }, to: `a${at % AGENTS}` } });
  const answers = await Promise.all(Array.from({ length: 1000 }, (_, at) => connections.post("/v1/tenants/given/commands", boss.token, assign(at))));
  const won = answers.filter(({ status }) => status === 200);
  assert.equal(won.length, 1);
  assert.equal(answers.filter(({ status, data }) => status === 409 && data.code === "stale").length, 999);
  const one = (await admin.leads()).get("one");
  assert.deepEqual([one.version, one.owner], [2, won[0].data.plan.changes[0].set.owner.to]);
});
