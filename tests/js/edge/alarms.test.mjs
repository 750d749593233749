// Offers over HTTP, and the alarm that takes their time forward: also when it is late, comes twice, fails, or never comes.
import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { config, FIELDS, lead, LONG, prepare, seeded } from "./lib/edge.mjs";
import { Connections } from "./lib/requests.mjs";

/** A minute of an offer takes a second. */
const RATE = 60;
const VARS = { CLOCK_FROM: String(Date.now()), CLOCK_RATE: String(RATE), SWEEP_SECONDS: "60" };
const AGENTS = 100;
const KILLS = LONG ? 200 : 10;
let edge, server;

before(async () => {
  edge = await prepare(fileURLToPath(new URL("lib/clock.ts", import.meta.url)));
  server = await edge.start({ vars: VARS });
});
after(async () => {
  await server?.kill("SIGKILL");
  edge?.remove();
});

const users = (from, to) => Array.from({ length: to - from }, (_, at) => `a${from + at}`);

/** Groups that offer leads: to one after the other, or to all at once. Whoever is nobody's sweeps. */
function offering({ minutes = 1, members = users(0, 3), ...more } = {}) {
  const setting = config({ agents: AGENTS });
  setting.fields = { ...FIELDS, run: { type: "text" }, created: { type: "datetime" } };
  setting.lead = { ...setting.lead, run: "run", createdAt: "created" };
  setting.profiles[0].grants[0].do.push("group.trigger", "group.cancel");
  setting.profiles.push({ id: "time", grants: [{ do: ["lead.view", "rule.run"], scope: "all" }] });
  setting.users.push({ id: "sweeper", kind: "service", unit: "acme", profiles: ["time"] });
  setting.groups = [
    { id: "next", name: "Next up", members: { users: members }, defaultAssignee: "lead", method: { type: "sequential_offer", minutes, passes: 1 } },
    { id: "blast", name: "Blast", members: { users: users(0, AGENTS) }, defaultAssignee: "lead", method: { type: "broadcast_offer", minutes: 1000 } },
    { id: "short", name: "Short", members: { users: users(0, 2) }, defaultAssignee: "lead", method: { type: "broadcast_offer", minutes: 1 } },
  ];
  return { ...setting, ...more };
}

const offered = (id, more) => lead(id, { run: null, created: null, ...more });
const start = (group, ...ids) => ({ type: "start_group", leads: { ids }, group });
const poke = async (tenant, method, value = null) => {
  const response = await fetch(`${server.url}/test/${tenant}/${method}`, { method: "POST", body: JSON.stringify(value) });
  assert.equal(response.status, 200);
  return response.json();
};

async function until(what, found, seconds = 20) {
  for (const end = Date.now() + seconds * 1000; ; await new Promise((done) => setTimeout(done, 50))) {
    const value = await found();
    if (value) return value;
    assert.ok(Date.now() < end, `${what} did not happen in ${seconds} s`);
  }
}

const swept = async (admin) => (await admin.audit()).filter(({ via }) => via === "alarm");
const alarms = (object) => server.logs.map((line) => JSON.parse(line)).filter((line) => line.event === "alarm" && (object === undefined || line.object === object));

test("offers, claims and declines", async () => {
  // The windows are long here: nothing runs out meanwhile.
  const { admin, as } = await seeded(server, edge.keys, "hands", { setting: offering({ minutes: 1000 }), leads: ["one", "two", "three"].map((id) => offered(id)) });
  const [boss, ann, bob, cyd] = await Promise.all(["lead", "a0", "a1", "a2"].map((who) => as(who)));
  const refused = async (answer, status, code) => {
    const { status: got, data, text } = await answer;
    assert.deepEqual([got, data.code], [status, code], text);
  };
  const { status, data, text } = await boss.command(start("next", "one"));
  assert.equal(status, 200, text);
  const [{ id: run, offeredTo }] = data.plan.runs;
  assert.deepEqual(offeredTo, ["a0"]);
  assert.equal((await admin.leads()).get("one").run, run);
  await refused(boss.command({ type: "assign", leads: { ids: ["one"] }, to: "a5" }), 409, "locked");
  // Who was never asked is not told that there is such a run.
  await refused(as("a50").then((other) => other.command({ type: "decline", run: "nothing" })), 404, "unknown_run");
  await refused(boss.command({ type: "claim", run }), 409, "not_offered");
  const declined = await ann.command({ type: "decline", run, reason: "on holiday" });
  assert.deepEqual([declined.status, declined.data.plan.runs[0].offeredTo], [200, ["a1"]], declined.text);
  assert.deepEqual(declined.data.plan.runs[0].history.map(({ user, outcome, reason }) => [user, outcome, reason]), [["a0", "declined", "on holiday"]]);
  await refused(ann.command({ type: "claim", run }), 409, "not_offered");
  const claimed = await bob.command({ type: "claim", run });
  assert.deepEqual([claimed.status, claimed.data.plan.runs[0].status], [200, "claimed"], claimed.text);
  assert.equal((await bob.command({ type: "claim", run })).status, 200, "the winner may say it twice");
  await refused(ann.command({ type: "claim", run }), 409, "already_claimed");
  await refused(bob.command({ type: "decline", run }), 409, "already_claimed");
  const one = (await admin.leads()).get("one");
  assert.deepEqual([one.owner, one.run, one.version, one.status], ["a1", null, 3, "open"]);

  const second = (await boss.command(start("next", "two"))).data.plan.runs[0].id;
  const cancelled = await boss.command({ type: "cancel_run", run: second, to: "a7" });
  assert.deepEqual([cancelled.status, cancelled.data.plan.runs[0].status], [200, "cancelled"], cancelled.text);
  assert.equal((await admin.leads()).get("two").owner, "a7");
  await refused(cyd.command({ type: "claim", run: second }), 409, "run_ended");
});

test("1,000 claims of one offer to a hundred people", async () => {
  const setting = offering();
  // Who loses sees whose the lead is; to somebody who may not see that, there is no such run any more.
  setting.profiles[1].grants.push({ do: ["lead.view"], scope: "all" });
  const { admin, as } = await seeded(server, edge.keys, "blast", { setting, leads: [offered("one")] });
  const run = (await (await as("lead")).command(start("blast", "one"))).data.plan.runs[0].id;
  const tokens = await Promise.all(users(0, AGENTS).map(async (who) => (await as(who)).token));
  const connections = new Connections(server.url, 1000);
  const body = JSON.stringify({ command: { type: "claim", run } });
  const answers = await Promise.all(Array.from({ length: 1000 }, (_, at) => connections.post("/v1/tenants/blast/commands", tokens[at % AGENTS], body)));
  connections.close();
  // The winner's other nine are empty successes: nothing is written by them.
  const won = answers.filter(({ status }) => status === 200);
  const winner = won[0].data.plan.actor;
  assert.ok(won.length >= 1 && won.length <= 10 && won.every(({ data }) => data.plan.actor === winner), `${won.length}`);
  assert.equal(won.filter(({ data }) => data.plan.count > 0).length, 1);
  assert.equal(answers.filter(({ status, data }) => status === 409 && data.code === "already_claimed").length, 1000 - won.length, JSON.stringify(answers.find(({ status }) => status !== 200)));
  const one = (await admin.leads()).get("one");
  assert.deepEqual([one.owner, one.version, one.run], [winner, 3, null]);
});

test("an alarm moves each offer when its time is over, to the default assignee at last", async () => {
  const { admin, as } = await seeded(server, edge.keys, "time", { setting: offering(), leads: ["one", "two", "three"].map((id) => offered(id)) });
  const boss = await as("lead");
  assert.equal(await poke("time", "armed"), null, "nothing is due, and no alarm is set");
  for (const id of ["one", "two", "three"]) {
    assert.equal((await boss.command(start("next", id))).status, 200);
    assert.ok((await poke("time", "armed")) > 0);
  }
  await until("the end of all runs", async () => [...(await admin.leads()).values()].every(({ owner }) => owner === "lead"));
  for (const one of (await admin.leads()).values()) assert.deepEqual([one.run, one.version], [null, 3], one.id);
  const audit = await swept(admin);
  // Three people hold one offer each, a minute long, and pass them round: each step is a sweep of its own.
  assert.ok(audit.length >= 3, `${audit.length}`);
  assert.ok(audit.every(({ actor, action }) => actor === "sweeper" && action === "sweep"));
  assert.equal(audit.reduce((sum, { changed }) => sum + changed, 0), 3, "one ending each");
  assert.equal(await poke("time", "armed"), null, "nothing is due any more");
  const mine = alarms().filter(({ request }) => audit.some((entry) => entry.request === request));
  assert.equal(mine.length, audit.length);
  assert.ok(mine.every(({ level, object, action }) => level === "info" && object !== "" && action === "sweep"));
});

test("alarms that ring many times at once, or fail, move an offer once", async () => {
  const { admin, as } = await seeded(server, edge.keys, "twice", { setting: offering({ minutes: 2 }), leads: [offered("one")] });
  const boss = await as("lead");
  const run = (await boss.command(start("next", "one"))).data.plan.runs[0].id;
  await poke("twice", "ring", 20);
  assert.equal((await swept(admin)).length, 0, "too early: nothing moved");
  await poke("twice", "fail", ["in the work", "behind it"]);
  await until("the first step", async () => (await swept(admin)).length > 0);
  await poke("twice", "ring", 20);
  assert.equal((await swept(admin)).length, 1, "the first moved it, the others found nothing");
  const failed = alarms().filter(({ error }) => error !== undefined);
  assert.deepEqual(failed.map(({ level, error }) => [level, error]), [["error", "Error: the work of this alarm failed"]]);
  const late = await (await as("a0")).command({ type: "claim", run });
  assert.deepEqual([late.status, late.data.code], [409, "offer_expired"], late.text);
  const claimed = await (await as("a1")).command({ type: "claim", run });
  assert.equal(claimed.status, 200, claimed.text);
  assert.deepEqual(claimed.data.plan.runs[0].history.map(({ user, outcome }) => [user, outcome]), [["a0", "expired"], ["a1", "claimed"]]);
});

test("an alarm that was lost is set again by the next call; one that is late expires only who was asked", async () => {
  const { admin, as } = await seeded(server, edge.keys, "lost", { setting: offering(), leads: [offered("one"), offered("two")] });
  const boss = await as("lead");
  const run = (await boss.command(start("next", "one"))).data.plan.runs[0].id;
  await poke("lost", "lose");
  await server.kill("SIGKILL");
  server = await edge.start({ vars: VARS });
  // Five windows go by, and nobody looks.
  await new Promise((done) => setTimeout(done, 5000));
  assert.deepEqual(alarms("lost"), []);
  const { token } = await as("a0");
  const ask = (command, who = token) => fetch(`${server.url}/v1/tenants/lost/commands`, { method: "POST", body: JSON.stringify({ command }), headers: { "content-type": "application/json", authorization: `Bearer ${who}` } });
  const claim = await ask({ type: "claim", run });
  assert.deepEqual([claim.status, (await claim.json()).code], [409, "offer_expired"], "an offer is over without any alarm");
  admin.url = server.url;
  const [first] = await until("a sweep", async () => (await swept(admin)).length > 0 && swept(admin));
  const next = (await ask({ type: "claim", run }, (await as("a1")).token)).status;
  assert.equal(next, 200, "the second one was asked when the sweep came, and has a whole window from then");
  assert.equal(first.changed, 0, "the lead itself did not change");
});

test("leads that wait and leads that lie idle are looked at again and again", async () => {
  const setting = offering();
  setting.lifecycle.retireAfterMinutes = 3;
  setting.lifecycle.open = { rules: [{ field: "owner", operator: "notNull" }] };
  setting.groups.push({ id: "turns", name: "Turns", members: { users: ["a0"] }, method: { type: "round_robin" }, capacity: 1, onNobody: [{ to: "hold" }] });
  setting.rules = [{ id: "all", to: { group: "turns" } }];
  setting.profiles[0].grants[0].do.push("rule.run");
  const { admin, as } = await seeded(server, edge.keys, "idle", { setting, leads: [offered("one"), offered("two")] });
  const boss = await as("lead");
  const routed = await boss.command({ type: "route", leads: { ids: ["one", "two"] } });
  assert.equal(routed.status, 200, routed.text);
  const held = [...(await admin.leads()).values()].find(({ owner }) => owner === null).id;
  // The first one retires after three minutes, which gives the one that waits its turn, and so on.
  await until("the turn of the one that waits", async () => (await admin.leads()).get(held).owner === "a0");
  assert.ok((await swept(admin)).some(({ changed }) => changed > 0));
});

test("a capacity is that of the slot which a group fills, whichever slots others fill", async () => {
  for (const [tenant, mixed] of [["slots", false], ["mixed", true]]) {
    const setting = offering();
    setting.lead.slots = ["owner", "agent"];
    setting.groups = setting.groups.slice(0, mixed ? 3 : 1).map((group) => (group.id === "next" ? { ...group, slot: "agent" } : group));
    setting.users.find(({ id }) => id === "a1").capacity = 1;
    setting.users.find(({ id }) => id === "a2").capacity = 1;
    // The next one owns two leads and is nobody's agent; the one behind has the one lead that they may be the agent of.
    const leads = [offered("one"), offered("two", { owner: "a1" }), offered("three", { owner: "a1" }), offered("four", { agent: "a2" })];
    const { admin, as } = await seeded(server, edge.keys, tenant, { setting, leads });
    const { status, data, text } = await (await as("lead")).command(start("next", "one"));
    assert.equal(status, 200, text);
    assert.deepEqual(data.plan.runs[0].offeredTo, ["a0"]);
    await until("the next offer", async () => (await swept(admin)).length > 0);
    const claimed = await (await as("a1")).command({ type: "claim", run: data.plan.runs[0].id });
    assert.deepEqual([claimed.status, (await admin.leads()).get("one").agent], [200, "a1"], claimed.text);
  }
});

test("who is no longer there loses an offer as soon as the configuration says so", async () => {
  const { admin, as } = await seeded(server, edge.keys, "gone", { setting: offering({ minutes: 1000 }), leads: [offered("one")] });
  const run = (await (await as("lead")).command(start("next", "one"))).data.plan.runs[0].id;
  const setting = offering({ minutes: 1000 });
  setting.users.find(({ id }) => id === "a0").active = false;
  assert.equal((await admin.ask("PUT", "admin/config", { body: setting })).status, 200);
  await until("a sweep", async () => (await swept(admin)).length > 0);
  const claimed = await (await as("a1")).command({ type: "claim", run });
  assert.deepEqual(claimed.data.plan?.runs[0].history.map(({ user, outcome }) => [user, outcome]), [["a0", "revoked"], ["a1", "claimed"]], claimed.text);
});

test("a configuration in which things run out needs somebody who sweeps, and one who may", async () => {
  const setting = offering();
  setting.users.pop();
  const { admin } = await seeded(server, edge.keys, "nobody", {});
  const { status, data } = await admin.ask("PUT", "admin/config", { body: setting });
  assert.deepEqual([status, data.code, data.problems[0].pointer], [422, "sweeper_missing", "/users"]);
  // One without rights is told in the log, and tried again after a while, not at once.
  const weak = offering();
  weak.profiles.find(({ id }) => id === "time").grants = [{ do: ["lead.view"], scope: "all" }];
  const denied = await seeded(server, edge.keys, "weak", { setting: weak, leads: [offered("one")] });
  const before = alarms().length;
  assert.equal((await (await denied.as("lead")).command(start("next", "one"))).status, 200);
  const line = await until("a refusal in the log", () => alarms().slice(before).find(({ level }) => level === "error"));
  assert.equal(line.code, "refused");
  assert.ok((await poke("weak", "armed")) > Date.now() - 500, "armed again");
  assert.equal((await denied.admin.leads()).get("one").version, 2);
});

test(`killed ${KILLS} times while offers run out: each run ends once`, async (t) => {
  const LEADS = KILLS * 5;
  const leads = Array.from({ length: LEADS }, (_, at) => offered(`l${at}`));
  const { admin, as } = await seeded(server, edge.keys, "kills", { setting: offering(), leads });
  const [{ token }, ann] = [await as("lead"), await as("a0")];
  const started = new Set();
  const claimed = new Set();
  let next = 0;
  for (let round = 0; round < KILLS; round += 1) {
    const connections = new Connections(server.url, 1);
    let stop = false;
    const flowing = (async () => {
      for (; !stop && next < LEADS; next += 1) {
        try {
          const post = (who, command) => connections.post("/v1/tenants/kills/commands", who, JSON.stringify({ command }));
          const { status, data } = await post(token, start("short", `l${next}`));
          assert.equal(status, 200, JSON.stringify(data));
          started.add(`l${next}`);
          if (Math.random() < 0.3) {
            const { status } = await post(ann.token, { type: "claim", run: data.plan.runs[0].id });
            if (status === 200) claimed.add(`l${next}`);
          }
        } catch (error) {
          if (error instanceof assert.AssertionError) throw error;
          next += 1;
          return;
        }
        await new Promise((done) => setTimeout(done, Math.random() * 200));
      }
    })();
    // Mostly once something runs, sometimes while the object is still being started.
    const running = started.size;
    for (let waits = 0; round % 5 > 0 && next < LEADS && started.size === running && waits < 1000; waits += 1) await new Promise((done) => setTimeout(done, 5));
    await new Promise((done) => setTimeout(done, Math.random() * 1200));
    await server.kill("SIGKILL");
    stop = true;
    await flowing;
    connections.close();
    server = await edge.start({ vars: VARS });
    admin.url = server.url;
  }
  // Nobody asks any more: what is open ends by alarms alone.
  const ended = await until("the end of all runs", async () => {
    const all = [...(await admin.leads()).values()];
    return all.every(({ run }) => run === null) && all;
  }, 300);
  const audit = await admin.audit();
  const by = (id) => ended.find((one) => one.id === id);
  for (const id of started) assert.equal(by(id).version, 3, `${id} was started and ended once`);
  for (const id of claimed) assert.equal(by(id).owner, "a0", `the claim of ${id} was acknowledged`);
  for (const one of ended) assert.ok(one.version === 1 ? one.owner === null : one.version === 3 && ["a0", "lead"].includes(one.owner), JSON.stringify(one));
  const changed = audit.filter(({ via }) => via === "alarm").reduce((sum, one) => sum + one.changed, 0);
  assert.equal(changed, ended.filter(({ owner }) => owner === "lead").length, "whoever did not claim in time lost it to the alarm");
  assert.ok(started.size > KILLS / 2, "too little happened between the kills");
  t.diagnostic(`${started.size} runs acknowledged, ${claimed.size} claims; ${changed} ended by ${audit.filter(({ via }) => via === "alarm").length} sweeps`);
});
