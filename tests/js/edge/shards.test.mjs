// Leads spread over several objects: what a command comes to is what it comes to in one table, and what is refused is refused by all.
import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { createEngine } from "../../../www-demo/edge/node_modules/evenhand/node.js";
import { config, lead, logged, prepare } from "./lib/edge.mjs";
import { judge } from "./lib/openapi.mjs";
import { dice } from "./lib/requests.mjs";
import { id, sample, spread, SpreadClient } from "./lib/shards.mjs";

let edge, server, engine, document, seen, covered;
const SEED = Number(process.env.EVENHAND_SEED ?? Math.floor(Math.random() * 2 ** 31));

before(async () => {
  edge = await prepare();
  server = await edge.start();
  engine = await createEngine();
  document = await (await fetch(`${server.url}/openapi.json`)).json();
  ({ seen, covered } = judge(document));
});
after(async () => {
  await server.kill();
  edge.remove();
});

/** A client's request is refused with this status and code, in the log's words too. */
async function refused(request, status, code) {
  const answer = await request;
  assert.deepEqual([answer.status, answer.data.code], [status, code], answer.text);
  assert.equal(answer.media, "application/problem+json");
  const line = await logged(server, answer.request);
  assert.deepEqual([line.status, line.code], [status, code]);
  return answer;
}

const COMMANDS = {
  "split of a filter": { type: "split", leads: { filter: { rules: [{ field: "owner", operator: "null" }] } }, split: { to: ["a4", "a5"] } },
  split: { type: "split", leads: { all: true }, split: { to: ["a1", "a2", "a3"] } },
  rebalance: { type: "rebalance", users: ["a0", "a1", "a2", "a3", "a4"] },
  reclaim: { type: "reclaim", from: ["a1"], split: { to: ["a2", "a3", "a6"] } },
  "mass edit": { type: "mass_edit", leads: { filter: { rules: [{ field: "hot", operator: "=", value: true }] } }, set: { name: "Hot" }, split: { to: ["a7", "a8"] } },
};

test("commands over shards come to what one table comes to, row by row", async (t) => {
  t.diagnostic(`seed ${SEED}`);
  const workspace = engine.workspace(config());
  const rows = sample(300, dice(SEED));
  const { admin, as } = await spread(server, edge.keys, "equal", { leads: rows, seen });
  const boss = await as("lead");
  const table = workspace.load(rows);
  const state = {};
  for (const [name, command] of Object.entries(COMMANDS)) {
    const { status, data, text } = await boss.command(command, { key: name });
    assert.equal(status, 200, `${name}: ${text}`);
    const [entry] = (await admin.audit()).slice(-1);
    const plan = workspace.plan(table, command, { actor: "lead", now: entry.at, id: `lead/${name}`, state });
    assert.ok(plan.count > 0, name);
    assert.deepEqual([data.id, data.changed, data.dropped, data.split], [plan.id, plan.count, { ...plan.droppedCount }, plan.split], name);
    const whole = JSON.parse(JSON.stringify(plan));
    assert.deepEqual(data.notifications.map(({ kind, user, count }) => [kind, user, count]), whole.notifications.map(({ kind, user, count }) => [kind, user, count]), name);
    for (const { key, version, value } of plan.state) state[key] = { version, value };
    table.apply(plan);
    plan.free();
    const wanted = table.select(null, { actor: null }).rows();
    const there = workspace.load(await admin.leads()).select(null, { actor: null }).rows();
    assert.deepEqual(JSON.parse(JSON.stringify(there)), JSON.parse(JSON.stringify(wanted)), name);
    const { shards } = await admin.quiet();
    assert.deepEqual(shards.map(({ leads }) => leads), [100, 100, 100]);
    assert.equal(data.shards.reduce((sum, { changed }) => sum + changed, 0), data.changed);
    assert.ok(data.shards.every(({ changed }) => changed > 0), "every shard has a part of it");
  }
  // One lead, from the shard that it lies in.
  const one = await boss.ask("GET", `shards/leads/${id(150)}`);
  assert.deepEqual([one.status, one.data.id], [200, id(150)]);
});

test("two commands at once: one after the other, and both whole", async () => {
  const { admin, as } = await spread(server, edge.keys, "twice", { leads: Array.from({ length: 90 }, (_, at) => lead(id(at * 3))), seen });
  const boss = await as("lead");
  const split = (...to) => boss.command({ type: "split", leads: { all: true }, split: { to } });
  const [first, second] = await Promise.all([split("a0", "a1"), split("a2", "a3", "a4")]);
  assert.deepEqual([first.status, second.status], [200, 200], first.text + second.text);
  await admin.quiet();
  // Who came last is decided by the log, and has all leads.
  const [one, two] = (await admin.audit()).slice(-2);
  assert.deepEqual([one.changed, two.changed], [90, 90]);
  const last = two.plan === first.data.id ? { a0: 45, a1: 45 } : { a2: 30, a3: 30, a4: 30 };
  const held = {};
  const rows = await admin.leads();
  for (const { owner } of rows) held[owner] = (held[owner] ?? 0) + 1;
  assert.deepEqual(held, last);
  assert.ok(rows.every(({ version }) => version === 3));
  // Ten at once, under one key: one is written.
  const many = await Promise.all(Array.from({ length: 10 }, () => boss.command({ type: "split", leads: { all: true }, split: { to: ["a5", "a6"] } }, { key: "same" })));
  assert.deepEqual(many.map(({ status }) => status).sort(), [200, ...Array(9).fill(409)]);
  assert.ok(many.every(({ status, data }) => status === 200 || data.code === "already_done"));
  await refused(boss.command({ type: "split", leads: { all: true }, split: { to: ["a7"] } }, { key: "same" }), 409, "already_done");
  assert.ok((await admin.leads()).every(({ version, owner }) => version === 4 && ["a5", "a6"].includes(owner)));
});

test("what is refused is refused as a problem, and no shard has any of it", async () => {
  const { admin, as } = await spread(server, edge.keys, "refuses", { leads: Array.from({ length: 30 }, (_, at) => lead(id(at * 10))), seen });
  const [boss, agent] = [await as("lead"), await as("a0")];
  const then = [await admin.leads(), await admin.audit()];
  const split = { type: "split", leads: { all: true }, split: { to: ["a1", "a2"] } };
  for (const [command, status, code, how] of [
    [{ ...split, leads: { ids: [id(0)] } }, 422, "not_shardable"],
    [{ ...split, split: { ...split.split, sort: [{ field: "name" }] } }, 422, "not_shardable"],
    [{ type: "claim_from_pool", lead: id(0) }, 422, "not_shardable"],
    [{ type: "mass_edit", leads: { all: true }, set: { name: "x" } }, 422, "not_shardable"],
    [{ ...split, split: { to: ["nobody"] } }, 422, "command_invalid"],
    [{ type: "nope" }, 422, "command_invalid"],
    [split, 400, "key_invalid", { key: "k".repeat(201) }],
  ]) await refused(boss.command(command, how), status, code);
  await refused(agent.command(split), 403, "refused");
  for (const more of [{ outcome: "0".repeat(64) }, { options: { pin: true } }, { options: { now: 5 } }, { more: 1 }]) await refused(boss.ask("POST", "shards/commands", { body: { command: split, ...more } }), 422, "body_invalid");
  await refused(boss.ask("POST", "shards/commands", { body: "{" }), 400, "not_json");
  await refused(boss.ask("POST", "shards/commands", { body: "{}", type: "text/plain" }), 415, "content_type");
  await refused(boss.ask("POST", "shards/commands", { body: { command: { ...split, more: "x".repeat(1 << 20) } } }), 413, "body_too_large");
  await refused(boss.command(split, { token: null }), 401, "token_missing");
  await refused(boss.ask("GET", "shards/leads/nothing"), 404, "unknown_lead");
  await refused(agent.ask("GET", "admin/shards/leads"), 403, "admin_only");
  // The administrator's: all shards or none as well.
  await refused(admin.ask("POST", "admin/shards/leads", { body: [lead(id(5)), lead(id(295), { hot: "perhaps" })] }), 422, "cell_invalid");
  await refused(admin.ask("PUT", "admin/shards", { body: { bounds: ["l150"] } }), 409, "shards_fixed");
  for (const bounds of [undefined, "x", ["b", "a"], [""], [5], Array.from({ length: 256 }, (_, at) => id(at))]) await refused(admin.ask("PUT", "admin/shards", { body: { bounds } }), 422, "body_invalid");
  await refused(admin.ask("PUT", "admin/shards/config", { body: { ...config(), users: [{ id: "x", profiles: ["nope"] }] } }), 422, "config_invalid");
  const changed = config();
  changed.fields = { ...changed.fields, due: { type: "text" } };
  await refused(admin.ask("PUT", "admin/shards/config", { body: changed }), 409, "config_does_not_fit");
  await refused(admin.ask("PUT", "admin/shards/config", { body: config({ lifecycle: { retireAfterMinutes: 60, open: { rules: [{ field: "status", operator: "!=", value: "won" }] } } }) }), 422, "not_over_shards");
  await admin.quiet();
  assert.deepEqual([await admin.leads(), await admin.audit()], then);
  // Nothing that a refusal left stands in the way.
  assert.equal((await boss.command(split)).status, 200);
  // Who may deal, but none of these: everything is left out, and why is told as one object would.
  const setting = config();
  setting.profiles.push({ id: "dealer", grants: [{ do: ["lead.view", "lead.mass"], scope: "all" }, { do: ["lead.edit", "lead.release", "lead.give"], scope: "own" }] });
  setting.users.push({ id: "dealer", unit: "acme", profiles: ["dealer"] });
  assert.equal((await admin.ask("PUT", "admin/shards/config", { body: setting })).status, 200);
  const nothing = await refused((await as("dealer")).command(split), 403, "not_permitted");
  assert.deepEqual(nothing.data.problems.map(({ code, detail }) => [code, detail]), [["not_permitted", "30 leads were left out"]]);
  await refused((await as("dealer")).command(split, { options: { allOrNothing: true } }), 409, "refused");
});

test("tenants are kept apart, and those that are not spread", async () => {
  const ours = await spread(server, edge.keys, "ours", { leads: [lead(id(1)), lead(id(150))], seen });
  const theirs = await spread(server, edge.keys, "theirs", { bounds: ["l001"], leads: [lead(id(0)), lead(id(2)), lead(id(3))], seen });
  const boss = await ours.as("lead");
  await refused(boss.command({ type: "split", leads: { all: true }, split: { to: ["a1"] } }, { token: (await theirs.as("lead")).token }), 403, "wrong_tenant");
  await refused(boss.ask("GET", `shards/leads/${id(2)}`), 404, "unknown_lead");
  assert.equal((await boss.command({ type: "split", leads: { all: true }, split: { to: ["a1"] } }, { key: "same" })).data.changed, 2);
  assert.equal((await (await theirs.as("lead")).command({ type: "split", leads: { all: true }, split: { to: ["a2"] } }, { key: "same" })).data.changed, 3);
  assert.deepEqual((await ours.admin.leads()).map(({ owner }) => owner), ["a1", "a1"]);
  assert.deepEqual((await theirs.admin.leads()).map(({ owner }) => owner), ["a2", "a2", "a2"]);
  const nobody = new SpreadClient(server.url, "nobody", await edge.keys.token("lead", "nobody", { scope: "admin" }), seen);
  await refused(nobody.command({ type: "split", leads: { all: true }, split: { to: ["a1"] } }), 404, "tenant_unknown");
  for (const path of ["admin/shards", "admin/shards/leads", "shards/leads/x"]) await refused(nobody.ask("GET", path), 404, "tenant_unknown");
  assert.equal((await nobody.ask("PUT", "admin/shards", { body: { bounds: [] } })).data.shards, 1);
  await refused(nobody.command({ type: "split", leads: { all: true }, split: { to: ["a1"] } }), 404, "tenant_unknown");
});

test("shards are ranges of code points, not of the units of JavaScript's texts", async () => {
  const [tilde, face] = ["\uff5e", "\u{1f600}"];
  const ids = ["l", tilde, `${tilde}${face}`, face];
  const { admin, as } = await spread(server, edge.keys, "points", { bounds: [tilde, face], leads: ids.map((id) => lead(id)), seen });
  assert.deepEqual((await admin.quiet()).shards.map(({ leads }) => leads), [1, 2, 1]);
  const boss = await as("lead");
  for (const id of ids) assert.equal((await boss.ask("GET", `shards/leads/${encodeURIComponent(id)}`)).data.id, id);
  await refused(admin.ask("PUT", "admin/shards", { body: { bounds: [face, tilde] } }), 422, "body_invalid");
});

test("a further field reaches all shards at once", async () => {
  const { admin, as } = await spread(server, edge.keys, "fields", { leads: [lead(id(1)), lead(id(150)), lead(id(250))], seen });
  const more = config();
  more.fields = { ...more.fields, score: { type: "number" } };
  assert.equal((await admin.ask("PUT", "admin/shards/config", { body: more })).status, 200);
  const boss = await as("lead");
  assert.equal((await boss.command({ type: "mass_edit", leads: { all: true }, set: { score: 4.5 }, split: { to: ["a1"] } })).status, 200);
  assert.deepEqual((await admin.leads()).map(({ score, owner }) => [score, owner]), Array(3).fill([4.5, "a1"]));
});

test("whoever asks too often waits", async () => {
  const limited = await edge.start({ storage: "limited", vars: { RATE_PER_SECOND: "1", RATE_BURST: "5" } });
  try {
    const { as } = await spread(limited, edge.keys, "acme", { leads: [lead(id(1))], seen });
    const agent = await as("lead");
    const answers = await Promise.all(Array.from({ length: 20 }, () => agent.ask("GET", `shards/leads/${id(1)}`)));
    assert.ok(answers.filter(({ status }) => status === 429).length >= 13);
    const asked = await Promise.all(Array.from({ length: 20 }, () => agent.command({ type: "split", leads: { all: true }, split: { to: ["a1"] } })));
    assert.ok(asked.some(({ status, data }) => status === 429 && data.code === "rate_limited"));
  } finally {
    await limited.kill();
  }
});

test("OpenAPI knew every answer, and every answer of these addresses was seen", () => {
  const paths = Object.entries(document.paths).filter(([path]) => path.includes("/shards"));
  const operations = paths.flatMap(([, methods]) => Object.values(methods)).map(({ operationId }) => operationId);
  assert.equal(operations.length, 8);
  for (const operation of operations) assert.ok(covered.has(`${operation} 200`), `${operation} was never answered`);
  for (const status of [400, 401, 403, 404, 409, 413, 415, 422, 429]) assert.ok(covered.has(`shardsCommand ${status}`), `${status} was never answered`);
  assert.deepEqual(server.errors, [], "the runtime had nothing to complain of");
});
