// What the edge worker takes, and what it refuses: the right status, a line in the log, and nothing written.
import assert from "node:assert/strict";
import { connect } from "node:net";
import test, { after, before } from "node:test";
import { createEngine } from "../../../www-demo/edge/node_modules/evenhand/node.js";
import { Client, config, lead, logged, prepare, require, seeded } from "./lib/edge.mjs";
import { faults, judge } from "./lib/openapi.mjs";

const { generateKeyPair, UnsecuredJWT } = await import(require.resolve("jose"));

const LEADS = Array.from({ length: 60 }, (_, at) => lead(`l${at}`, at < 20 ? { owner: "a0", status: "open" } : {}));
let edge, server, document, seen, covered;
/** Two tenants with the same configuration; the second has a lead that the first has not. */
let acme, other, admin, boss, agent, engine;

before(async () => {
  edge = await prepare();
  server = await edge.start({ vars: { BODY_SECONDS: "1", MAX_BODY_BYTES: "20000" } });
  document = await (await fetch(`${server.url}/openapi.json`)).json();
  ({ seen, covered } = judge(document));
  acme = await seeded(server, edge.keys, "acme", { leads: LEADS, seen });
  other = await seeded(server, edge.keys, "other", { leads: [...LEADS, lead("theirs")], seen });
  admin = acme.admin;
  [boss, agent] = [await acme.as("lead"), await acme.as("a0")];
  engine = await createEngine();
});
after(async () => {
  await server?.kill();
  edge?.remove();
});

/** What a client with the same data plans, as it would post it. */
async function planned(client, actor, command, { now = Date.now(), setting = config(), leads, ...more } = {}) {
  const rows = leads ?? [...(await client.leads()).values()];
  const workspace = engine.workspace(setting);
  const table = workspace.load(rows);
  const plan = workspace.plan(table, command, { actor, now, state: {}, ...more });
  try {
    return { bytes: plan.encode(), outcome: plan.outcome, data: plan.toJSON(), id: plan.id };
  } finally {
    for (const handle of [plan, table, workspace]) handle.free();
  }
}

const everything = async (client) => ({ leads: await client.leads(), audit: await client.audit() });

/** Does something that must be refused: so, with this log, and with nothing written in either tenant. */
async function refused(work, status, code, { log = { code }, headers } = {}) {
  const then = [await everything(admin), await everything(other.admin)];
  const answer = await work();
  assert.deepEqual([answer.status, answer.data.code], [status, code], answer.text);
  assert.equal(answer.media, "application/problem+json");
  assert.doesNotMatch(answer.text, /\.(js|ts)\b|\n +at |Error:/, "no stack trace goes out");
  for (const name of headers ?? []) assert.ok(answer.headers.get(name), name);
  const line = await logged(server, answer.request);
  for (const [name, value] of Object.entries({ status, ...log })) assert.equal(line[name], value, name);
  assert.deepEqual([await everything(admin), await everything(other.admin)], then, "nothing was written");
  return answer;
}

test("the OpenAPI document is one", async () => {
  assert.deepEqual(await faults(document), { valid: true, errors: undefined, version: "3.1" });
});

test("a command is planned and written, with its rows, state, mark, plan and audit entry", async () => {
  const from = Date.now();
  const { status, data, request } = await boss.command({ type: "assign", leads: { ids: ["l20", "l21", "nobody"] }, to: "a1", note: "yours" });
  assert.equal(status, 200);
  assert.equal(data.changed, 2);
  assert.deepEqual(data.plan.dropped.map(({ lead, code }) => [lead, code]), [["nobody", "unknown_lead"]]);
  const leads = await admin.leads();
  for (const id of ["l20", "l21"]) {
    const { owner, version, status, assigned } = leads.get(id);
    assert.deepEqual([owner, version, status, assigned], ["a1", 2, "open", data.plan.at]);
  }
  const entry = (await admin.audit()).at(-1);
  assert.deepEqual({ ...entry, seq: 0, at: 0 }, { seq: 0, at: 0, request, actor: "lead", via: "command", action: "assign", plan: data.plan.id, changed: 2, dropped: 1 });
  assert.ok(entry.at >= from && entry.at <= Date.now());
  const line = await logged(server, request);
  assert.deepEqual([line.level, line.tenant, line.actor, line.plan, line.changed], ["info", "acme", "lead", data.plan.id, 2]);
  assert.deepEqual((await agent.ask("GET", "leads/l0")).data.owner, "a0");
  assert.equal((await agent.ask("GET", "leads/l20")).status, 404, "a lead of somebody else is not there");
});

test("every command that this build has runs over rows that `needs` names", async () => {
  const done = async (command, changed) => {
    const { status, data, text } = await boss.command(command);
    assert.equal(status, 200, `${command.type}: ${text}`);
    assert.equal(data.changed, changed, command.type);
    return data.plan;
  };
  const ids = (from, to) => ({ ids: LEADS.slice(from, to).map(({ id }) => id) });
  await done({ type: "split", leads: ids(30, 40), split: { to: ["a1", "a2", "a3"], even: "total" } }, 10);
  await done({ type: "rebalance", users: ["a1", "a2"] }, 0);
  await done({ type: "unassign", leads: ids(30, 31) }, 1);
  const plan = await done({ type: "mass_edit", leads: { filter: { rules: [{ field: "owner", operator: "=", value: "a0" }] } }, set: { hot: true, due: "2026-05-01", tags: { add: ["x"] } } }, 20);
  assert.equal((await admin.leads()).get("l3").hot, true);
  await done({ type: "undo", plan: plan.id }, 20);
  assert.deepEqual([(await admin.leads()).get("l3").hot, (await admin.leads()).get("l3").tags], [null, []]);
  // SQLite cannot fold this text as the engine does: all leads are read instead, with the same outcome.
  await done({ type: "mass_edit", leads: { filter: { rules: [{ field: "name", operator: "contains", value: "LEAD L4" }] } }, set: { seen: { relative: "now" } } }, 11);
  const held = [...(await admin.leads()).values()].filter(({ owner }) => owner === "a3");
  await done({ type: "reclaim", from: ["a3"] }, held.length);
  assert.ok(held.length >= 3);
});

test("an outcome that still holds is written, one that does not is refused", async () => {
  const command = { type: "assign", leads: { ids: ["l22"] }, to: "a4" };
  const { outcome } = await planned(admin, "lead", command, { now: Date.now() - 60_000 });
  assert.equal((await boss.command(command, { outcome })).status, 200);
  const second = { type: "assign", leads: { ids: ["l22"] }, to: "a5" };
  const saw = await planned(admin, "lead", second);
  assert.equal((await boss.command({ type: "assign", leads: { ids: ["l22"] }, to: "a6" })).status, 200);
  await refused(() => boss.command(second, { outcome: saw.outcome }), 409, "outcome_differs");
});

test("a plan is proved and written, and a replay of it refused", async () => {
  const { bytes, id, data } = await planned(admin, "lead", { type: "split", leads: { ids: ["l23", "l24", "l25", "l26"] }, split: { to: ["a1", "a2"] } });
  const written = await boss.prove(bytes);
  assert.equal(written.status, 200, written.text);
  assert.deepEqual([written.data.plan.id, written.data.plan.digest, written.data.changed], [id, data.digest, 4]);
  assert.deepEqual(written.data.plan, JSON.parse(JSON.stringify(data)), "it is the plan that the client made");
  await refused(() => boss.prove(bytes), 409, "already_done");
  assert.equal((await boss.command({ type: "undo", plan: id })).status, 200);
  await refused(() => boss.prove(bytes), 409, "already_done");
});

test("what a client plans of all its rows comes out equal of those that are read here", async () => {
  const rows = Array.from({ length: 120 }, (_, at) =>
    lead(`p${at}`, { owner: [null, "a1", "a2", "a3"][at % 4], agent: [null, "a4", "a5"][at % 3], status: ["new", "open", "won"][at % 3], due: at % 5 ? null : "2026-02-03", seen: at % 7 ? null : "2025-01-01T00:00:00Z", hot: [null, true, false][at % 3], tags: at % 2 ? ["x", "ÄÖ"] : [] }),
  );
  const setting = config();
  setting.users.find(({ id }) => id === "a3").capacity = 30;
  const { admin, as } = await seeded(server, edge.keys, "equal", { setting, leads: rows, seen });
  const boss = await as("lead");
  const where = (field, operator, value) => ({ filter: { rules: [{ field, operator, value }] } });
  const commands = [
    { type: "assign", leads: where("owner", "null"), to: "a4" },
    { type: "assign", leads: { ids: ["p1", "p2", "p2", "gone"] }, slot: "agent", to: "a6" },
    { type: "split", leads: where("status", "=", "new"), split: { to: ["a1", "a2", "a3"], even: "total" } },
    { type: "split", leads: where("hot", "=", true), split: { to: ["a4", "a5", "a6"], even: "total", slot: "agent" } },
    { type: "split", leads: where("due", "notNull"), split: { to: ["a7", { user: "a8", weight: 2 }], sort: [{ field: "name", descending: true }] } },
    { type: "rebalance", users: ["a1", "a2", "a4"] },
    { type: "reclaim", from: ["a5"], slot: "agent", split: { to: ["a6", "a7"] } },
    { type: "reclaim", from: ["a4"], slot: "all" },
    { type: "mass_edit", leads: where("tags", "contains", "ÄÖ"), set: { tags: { remove: ["x"] }, seen: { relative: "now" } } },
    { type: "mass_edit", leads: where("name", "contains", "P1"), slots: { agent: null } },
    { type: "unassign", leads: where("owner", "in", ["a8", "a7"]) },
    { type: "claim_from_pool", lead: "p0" },
  ];
  let changed = 0;
  for (const command of commands) {
    const { bytes, data } = await planned(admin, "lead", command, { setting });
    const { status, data: answer, text } = await boss.prove(bytes);
    assert.equal(status, 200, `${command.type}: ${text}`);
    assert.deepEqual(answer.plan, JSON.parse(JSON.stringify(data)), command.type);
    assert.equal(answer.changed, data.count);
    changed += answer.changed;
  }
  assert.ok(changed > 150, `${changed}`);
});

test("a plan whose outcome hangs on the clock is refused where now says otherwise", async () => {
  const now = Date.now();
  const { admin, as } = await seeded(server, edge.keys, "clock", { leads: [lead("old", { seen: now - 90_000 }), lead("young", { seen: now - 30_000 })], seen });
  const boss = await as("lead");
  const command = { type: "assign", leads: { filter: { rules: [{ field: "seen", operator: "<", value: { relative: "now" } }] } }, to: "a1" };
  const before = await planned(admin, "lead", command, { now: now - 60_000 });
  assert.equal(before.data.count, 1);
  await refused(() => boss.prove(before.bytes), 409, "time_dependent");
  assert.equal((await boss.prove((await planned(admin, "lead", command)).bytes)).data.changed, 2);
});

test("a large plan is kept whole and can be taken back", async () => {
  const name = "n".repeat(150);
  const rows = Array.from({ length: 8000 }, (_, at) => lead(`b${at}`, { name: `${at} ${name}` }));
  const { admin, as } = await seeded(server, edge.keys, "large", { leads: rows, seen });
  const boss = await as("lead");
  const edit = await boss.command({ type: "mass_edit", leads: { filter: { rules: [{ field: "status", operator: "=", value: "new" }] } }, set: { name: "short" } });
  assert.deepEqual([edit.status, edit.data.changed], [200, 8000]);
  const undo = await boss.command({ type: "undo", plan: edit.data.plan.id });
  assert.deepEqual([undo.status, undo.data.changed], [200, 8000], undo.text.slice(0, 300));
  const leads = await admin.leads();
  assert.ok(rows.every((row) => leads.get(row.id).name === row.name && leads.get(row.id).version === 3));
});

test("an idempotency key is written once, and is one actor's own", async () => {
  const command = { type: "claim_from_pool", lead: "l27" };
  assert.equal((await agent.command(command, { key: "k1" })).status, 200);
  await refused(() => agent.command(command, { key: "k1" }), 409, "already_claimed");
  // Also where the command itself would go through once more.
  const edit = { type: "mass_edit", leads: { ids: ["l27"] }, note: { type: "call", text: "spoke" } };
  assert.equal((await boss.command(edit, { key: "k2" })).status, 200);
  await refused(() => boss.command(edit, { key: "k2" }), 409, "already_done");
  assert.equal((await boss.command({ type: "assign", leads: { ids: ["l28"] }, to: "a1" }, { key: "k1" })).status, 200, "the other's key is another");
  await refused(() => boss.command(edit, { key: "k".repeat(201) }), 400, "key_invalid", { log: { code: "key_invalid" } });
});

test("a tampered plan", async () => {
  const command = { type: "assign", leads: { ids: ["l40", "l41", "l42"] }, to: "a1" };
  const { bytes } = await planned(admin, "lead", command);
  // Every byte of it, changed, in a few requests at a time: never written, never anything but a refusal.
  const then = await everything(admin);
  const codes = new Map();
  const tampered = (at) => {
    const changed = bytes.slice();
    changed[at] ^= 1 << at % 8;
    return changed;
  };
  for (let at = 0; at < bytes.length; at += 16) {
    const batch = Array.from({ length: Math.min(16, bytes.length - at) }, async (_, more) => {
      const { status, data, text } = await boss.prove(tampered(at + more));
      assert.ok([400, 403, 404, 409, 422].includes(status), `byte ${at + more}: ${text}`);
      codes.set(data.code, at + more);
    });
    await Promise.all(batch);
  }
  assert.deepEqual(await everything(admin), then);
  assert.ok(codes.has("tampered"), JSON.stringify([...codes]));
  await refused(() => boss.prove(tampered(codes.get("tampered"))), 422, "tampered");
  // Made by rules that give more than the tenant's do.
  const generous = config();
  generous.profiles[1].grants.push({ do: ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass"], scope: "all" });
  const mine = await planned(admin, "a0", { type: "assign", leads: { ids: ["l43"] }, to: "a0" }, { setting: generous });
  await refused(() => agent.prove(mine.bytes), 409, "config_changed");
  await refused(() => boss.prove(bytes.slice(0, -3)), 400, "malformed");
  await refused(() => boss.prove(new Uint8Array([1, 2, 3])), 400, "plan_malformed");
  await refused(() => boss.prove(new Uint8Array()), 400, "plan_malformed");
});

test("a plan of somebody else, too old, dated ahead, or of rows that moved on", async () => {
  const command = { type: "assign", leads: { ids: ["l44", "l45"] }, to: "a1" };
  const { bytes } = await planned(admin, "lead", command);
  await refused(() => agent.prove(bytes), 403, "actor");
  await refused(async () => boss.prove((await planned(admin, "lead", command, { now: Date.now() - 301_000 })).bytes), 409, "too_old");
  await refused(async () => boss.prove((await planned(admin, "lead", command, { now: Date.now() + 60_000 })).bytes), 422, "from_the_future");
  assert.equal((await boss.command({ type: "assign", leads: { ids: ["l45"] }, to: "a2" })).status, 200);
  const late = await refused(() => boss.prove(bytes), 409, "rows_changed");
  assert.deepEqual(late.data.problems.map(({ lead }) => lead), ["l45"]);
});

test("tokens: none, wrongly signed, of another algorithm, audience, issuer or kind, expired, without claims", async () => {
  const { keys } = edge;
  const stranger = await generateKeyPair("ES256");
  const hmac = new TextEncoder().encode(keys.jwks);
  const now = Math.floor(Date.now() / 1000);
  const unsigned = new UnsecuredJWT({ tenant: "acme" }).setSubject("lead").setIssuer("https://accounts.example").setAudience("evenhand-edge").setIssuedAt().setExpirationTime("1h").encode();
  const good = boss.token.split(".");
  const wider = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(good[1], "base64url")), scope: "admin" })).toString("base64url");
  const bad = {
    "signed by a stranger": await keys.token("lead", "acme", { key: stranger.privateKey }),
    "signed with the public key as a secret": await keys.token("lead", "acme", { key: hmac, alg: "HS256" }),
    unsigned,
    "changed after it was signed": [good[0], wider, good[2]].join("."),
    "for another audience": await keys.token("lead", "acme", { audience: "another" }),
    "from another issuer": await keys.token("lead", "acme", { from: "https://elsewhere.example" }),
    "of another kind": await keys.token("lead", "acme", { typ: "id+jwt" }),
    "without a tenant": await keys.token("lead", undefined),
    "without an actor": await keys.token(undefined, "acme"),
    "of a tenant that is no name": await keys.token("lead", "../acme"),
    nonsense: "a.b.c",
  };
  const command = { type: "assign", leads: { ids: ["l46"] }, to: "a1" };
  const headers = ["www-authenticate"];
  for (const [, token] of Object.entries(bad)) await refused(() => boss.command(command, { token }), 401, "token_invalid", { headers });
  await refused(async () => boss.command(command, { token: await keys.token("lead", "acme", { issued: now - 7200, expires: now - 1 }) }), 401, "token_expired", { headers });
  // However long it says to live: after twelve hours it is too old.
  await refused(async () => boss.command(command, { token: await keys.token("lead", "acme", { issued: now - 13 * 3600, expires: now + 3600 }) }), 401, "token_expired", { headers });
  await refused(() => boss.command(command, { token: null }), 401, "token_missing", { headers });
  await refused(() => boss.command(command, { token: "not a token" }), 401, "token_missing", { headers });
});

test("tenants are kept apart", async () => {
  const theirs = await other.as("lead");
  const command = { type: "assign", leads: { ids: ["l47"] }, to: "a1" };
  // A stolen token: of another tenant, for this one's address.
  await refused(() => boss.command(command, { token: theirs.token }), 403, "wrong_tenant", { log: { code: "wrong_tenant", tenant: "other" } });
  await refused(() => admin.ask("GET", "admin/leads", { token: other.admin.token }), 403, "wrong_tenant");
  // Another tenant's lead is one that does not exist.
  const missing = await refused(() => boss.command({ type: "assign", leads: { ids: ["theirs"] }, to: "a1" }), 404, "unknown_lead");
  const nothing = await refused(() => boss.command({ type: "assign", leads: { ids: ["nothing"] }, to: "a1" }), 404, "unknown_lead");
  assert.equal(missing.text.replaceAll("theirs", "nothing"), nothing.text);
  await refused(() => boss.ask("GET", "leads/theirs"), 404, "unknown_lead");
  // A plan of theirs does not become one of ours, and undoing it neither.
  const { bytes } = await planned(other.admin, "lead", { type: "assign", leads: { ids: ["theirs"] }, to: "a1" });
  await refused(() => boss.prove(bytes), 409, "rows_changed");
  const written = await theirs.command({ type: "assign", leads: { ids: ["l48"] }, to: "a1" });
  assert.equal(written.status, 200);
  await refused(() => boss.command({ type: "undo", plan: written.data.plan.id }), 404, "plan_missing");
  assert.equal((await admin.leads()).get("l48").owner, null);
  // The same plan of the same data is written in each on its own.
  const both = { type: "assign", leads: { ids: ["l49"] }, to: "a1" };
  for (const client of [boss, theirs]) assert.equal((await client.command(both, { key: "same" })).status, 200);
  const nobody = new Client(server.url, "empty", await edge.keys.token("lead", "empty"), seen);
  await refused(() => nobody.command(command), 404, "tenant_unknown");
});

test("permissions: what an agent may not do, and what needs the administrator's scope", async () => {
  const denied = await refused(() => agent.command({ type: "assign", leads: { ids: ["l50"] }, to: "a1" }), 403, "not_permitted");
  assert.deepEqual(denied.data.problems.map(({ lead }) => lead), ["l50"]);
  await refused(() => agent.command({ type: "claim_from_pool", lead: "l20" }), 404, "unknown_lead");
  await refused(async () => (await acme.as("zed")).command({ type: "claim_from_pool", lead: "l50" }), 403, "refused");
  await refused(async () => (await acme.as("zed")).ask("GET", "leads/l50"), 403, "unknown_actor");
  // All or nothing: refused for what became of a lead, and not for who asks.
  const whole = await refused(() => boss.command({ type: "assign", leads: { ids: ["l50", "nothing"] }, to: "a1" }, { options: { allOrNothing: true } }), 409, "refused");
  assert.equal(whole.data.problems.length, 1);
  for (const [method, path, body] of [["PUT", "admin/config", config()], ["POST", "admin/leads", [lead("x")]], ["GET", "admin/leads"], ["GET", "admin/audit"]]) await refused(() => boss.ask(method, path, { body }), 403, "admin_only");
});

test("commands that are wrong are told every place", async () => {
  const two = await refused(() => boss.command({ type: "mass_edit", leads: { ids: ["l50"] }, set: { nope: 1, id: "x" } }), 422, "command_invalid");
  assert.deepEqual(two.data.problems.map(({ pointer }) => pointer), ["/set/nope", "/set/id"]);
  await refused(() => boss.command({ type: "nope" }), 422, "command_invalid");
  await refused(() => boss.command({ type: "claim", run: "r" }), 404, "unknown_run");
  await refused(() => boss.ask("POST", "commands", { body: "{" }), 400, "not_json");
  await refused(() => boss.ask("POST", "commands", { body: new Uint8Array([0x22, 0xff, 0x22]) }), 400, "not_utf8");
  for (const body of ["[]", "null", '"x"', "{}", '{"command":1}', '{"command":{},"more":1}', '{"command":{},"options":{"now":5}}', '{"command":{},"outcome":5}']) await refused(() => boss.ask("POST", "commands", { body }), 422, "body_invalid");
  await refused(() => boss.ask("POST", "commands", { body: "{}", type: "text/plain" }), 415, "content_type", { headers: ["accept"] });
  await refused(() => boss.ask("POST", "plans", { body: "{}" }), 415, "content_type");
  const answer = await fetch(`${server.url}/v1/nowhere`);
  assert.deepEqual([answer.status, (await answer.json()).code], [404, "no_such_address"]);
});

test("a configuration or leads that do not fit are refused whole", async () => {
  await refused(() => admin.ask("PUT", "admin/config", { body: { ...config(), users: [{ id: "x", profiles: ["nope"] }] } }), 422, "config_invalid");
  const changed = config();
  changed.fields = { ...changed.fields, due: { type: "text" } };
  const fields = await refused(() => admin.ask("PUT", "admin/config", { body: changed }), 409, "config_does_not_fit");
  assert.deepEqual(fields.data.problems.map(({ code, pointer }) => [code, pointer]), [["field_type_changed", "/fields/due"]]);
  await refused(() => admin.ask("POST", "admin/leads", { body: [lead("new"), lead("bad", { hot: "perhaps" })] }), 422, "cell_invalid");
  // A further field is stored from then on; leads that are there have none of it.
  const more = config();
  more.fields = { ...more.fields, "odd `name`": { type: "number" } };
  assert.equal((await admin.ask("PUT", "admin/config", { body: more })).status, 200);
  assert.equal((await boss.command({ type: "mass_edit", leads: { ids: ["l51"] }, set: { "odd `name`": 4.5 } })).status, 200);
  assert.deepEqual([(await admin.leads()).get("l51")["odd `name`"], (await admin.leads()).get("l52")["odd `name`"]], [4.5, null]);
  assert.equal((await admin.ask("PUT", "admin/config", { body: config() })).status, 200);
});

test("a body over the limit, by its header or as it comes", async () => {
  const ids = Array.from({ length: 4000 }, (_, at) => `lead-${at}`);
  const command = { type: "assign", leads: { ids }, to: "a1" };
  await refused(() => boss.command(command), 413, "body_too_large");
  // Without a length the bytes are counted.
  const body = new Blob([JSON.stringify({ command })]).stream();
  const streamed = async () => {
    const response = await fetch(`${server.url}/v1/tenants/acme/commands`, { method: "POST", body, duplex: "half", headers: { "content-type": "application/json", authorization: `Bearer ${boss.token}` } });
    const text = await response.text();
    return { status: response.status, text, data: JSON.parse(text), media: response.headers.get("content-type"), headers: response.headers, request: response.headers.get("x-request-id") };
  };
  await refused(streamed, 413, "body_too_large");
});

test("a slow body is cut off, whether it stops or trickles", async () => {
  const slow = (trickle) => () =>
    new Promise((done, failed) => {
      const start = Date.now();
      const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
      socket.write(`POST /v1/tenants/acme/commands HTTP/1.1\r\nHost: edge\r\nContent-Type: application/json\r\nAuthorization: Bearer ${boss.token}\r\nContent-Length: 1000\r\n\r\n{`);
      const more = trickle && setInterval(() => socket.writable && socket.write(" "), 100);
      let text = "";
      socket.on("data", (data) => (text += data));
      socket.on("error", () => {});
      socket.setTimeout(8000, () => failed(new Error("the connection was left open")));
      socket.on("close", () => {
        clearInterval(more);
        assert.ok(Date.now() - start < 6000);
        const [head, body] = text.split("\r\n\r\n");
        const header = (name) => new RegExp(`^${name}: (.*)$`, "im").exec(head)?.[1];
        done({ status: Number(head.split(" ")[1]), text: body, data: JSON.parse(body), media: header("content-type"), headers: new Headers(), request: header("x-request-id") });
      });
    });
  await refused(slow(false), 408, "body_too_slow");
  await refused(slow(true), 408, "body_too_slow");
});

test("whoever asks too often waits, and nobody else does", async () => {
  const limited = await edge.start({ storage: "limited", vars: { RATE_PER_SECOND: "1", RATE_BURST: "5" } });
  try {
    const { as } = await seeded(limited, edge.keys, "acme", { leads: [lead("1")], seen });
    const [a0, a1] = [await as("a0"), await as("a1")];
    const answers = await Promise.all(Array.from({ length: 20 }, () => a0.ask("GET", "leads/1")));
    const many = answers.filter(({ status }) => status === 429);
    assert.ok(many.length >= 13 && many.length <= 15, `${many.length}`);
    assert.deepEqual([many[0].data.code, many[0].headers.get("retry-after")], ["rate_limited", "1"]);
    assert.equal((await a1.ask("GET", "leads/1")).status, 200);
    assert.equal((await logged(limited, many[0].request)).code, "rate_limited");
  } finally {
    await limited.kill();
  }
});

test("a fault of the worker's own is in the log and not in the answer", async () => {
  const broken = await edge.start({ storage: "broken", vars: { JWKS: "{ no keys" } });
  try {
    const client = new Client(broken.url, "acme", boss.token, seen);
    const { status, data, text, request } = await client.ask("GET", "leads/1");
    assert.deepEqual([status, data.code], [500, "internal"]);
    assert.doesNotMatch(text, /JSON|Syntax|\n +at |\.(js|ts)\b/);
    assert.ok(data.detail.includes(request));
    const line = await logged(broken, request);
    assert.deepEqual([line.level, line.status], ["error", 500]);
    assert.match(line.error, /^SyntaxError: /);
    assert.doesNotMatch(JSON.stringify(broken.logs), new RegExp(boss.token.split(".")[2]), "tokens are not logged");
  } finally {
    await broken.kill();
  }
});

test("the answers were held against the document, for each operation", async () => {
  assert.equal((await boss.ask("GET", "/healthz")).status, 200);
  assert.equal((await boss.ask("GET", "/openapi.json")).status, 200);
  // Addresses of tenants over several objects have a test of their own.
  const paths = Object.entries(document.paths).filter(([path]) => !path.includes("/shards"));
  const operations = paths.flatMap(([, methods]) => Object.values(methods)).map(({ operationId }) => operationId);
  for (const operation of operations) assert.ok(covered.has(`${operation} 200`), `${operation} was never answered with 200`);
  const statuses = new Set([...covered].map((pair) => pair.split(" ")[1]));
  for (const status of ["400", "401", "403", "404", "409", "413", "415", "422", "429"]) assert.ok(statuses.has(status), status);
  assert.deepEqual(server.errors, [], "the runtime had nothing to complain of");
});
