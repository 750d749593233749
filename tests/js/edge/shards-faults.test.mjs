// Messages between the objects of one commit are lost, repeated and late, and objects die at every point of it: all shards have it or none, nobody
// sees half of it, and nothing stays locked.
import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { config, lead, LONG, prepare } from "./lib/edge.mjs";
import { dice } from "./lib/requests.mjs";
import { id, spread } from "./lib/shards.mjs";

const UNRELIABLE = fileURLToPath(new URL("lib/unreliable.ts", import.meta.url));
const ROUNDS = LONG ? 300 : 20;
const SEED = Number(process.env.EVENHAND_SEED ?? Math.floor(Math.random() * 2 ** 31));

let edge, server;
before(async () => {
  edge = await prepare(UNRELIABLE);
  server = await edge.start({ vars: { VOTE_SECONDS: "1", RETRY_SECONDS: "0.2" } });
});
after(async () => {
  await server.kill();
  edge.remove();
});

const leads = () => Array.from({ length: 30 }, (_, at) => lead(id(at * 10), { name: "0" }));
/** Every lead gets a new name and a new owner, so that a half-written one shows. */
const renamed = (name) => ({ type: "mass_edit", leads: { all: true }, set: { name: String(name) }, split: { to: ["a1", "a2", "a3"] } });

/** Tells an object how to fail. One that is just dying of an earlier fault does not hear it, and is told again. */
async function fail(of, name, faults) {
  for (let tries = 0; ; tries += 1) {
    const answer = await fetch(`${server.url}/test/${of}/${encodeURIComponent(name)}`, { method: "POST", body: JSON.stringify(faults), headers: { "content-type": "application/json" } });
    const text = await answer.text();
    if (answer.status === 200) return;
    assert.ok(answer.status === 500 && tries < 10, text);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** The one name that all leads have. */
async function nameOf(admin) {
  const rows = await admin.leads();
  const names = new Set(rows.map(({ name }) => name));
  assert.deepEqual([names.size, rows.length], [1, 30], `half of it: ${[...names]}`);
  return Number([...names][0]);
}

const POINTS = [
  ...["lost", "silent", "unanswered", "twice", "late", "dies", "dies later", "dies behind it"].flatMap((how) => ["prepare", "commit"].map((what) => ["COORDINATOR", what, how])),
  ...["dies", "dies behind it"].flatMap((how) => ["prepare", "commit"].map((what) => ["SHARD", what, how])),
];

test("at each point of a commit, each fault: all or none, told truly, and over soon", async (t) => {
  const told = [];
  await Promise.all(
    POINTS.flatMap(([of, what, how], at) =>
      (LONG ? [0, 1, 2] : [at % 3]).map(async (shard) => {
        const tenant = `p${at}-${shard}`;
        const { admin, as } = await spread(server, edge.keys, tenant, { leads: leads() });
        await admin.quiet();
        const boss = await as("lead");
        await (of === "SHARD" ? fail(of, `${tenant}/${shard}`, { list: [{ what, how, times: 1 }] }) : fail(of, tenant, { list: [{ what, how, shard, times: 1 }] }));
        const { status, text } = await boss.command(renamed(1), { key: "one" });
        assert.ok([200, 500, 503].includes(status), text);
        const point = `${of.toLowerCase()} ${what} ${how}, shard ${shard}`;
        await admin.quiet(5);
        const name = await nameOf(admin);
        if (status === 200) assert.equal(name, 1, `${point}: it was acknowledged`);
        if (status === 503) assert.equal(name, 0, `${point}: it was refused`);
        // A decision, once it can be made, is not taken back: only the votes may fail.
        if (what === "commit" && of === "SHARD") assert.deepEqual([status, name], [200, 1], point);
        if (what === "commit" && how === "dies later") assert.equal(name, 1, point);
        told.push(`${point}: ${status}, ${name === 1 ? "written" : "not written"}`);
        // Sent again it is there once.
        const again = await boss.command(renamed(1), { key: "one" });
        assert.deepEqual([again.status, again.data.code], name === 1 ? [409, "already_done"] : [200, undefined], `${point}: ${again.text}`);
        const rows = await admin.leads();
        assert.ok(rows.every(({ name, version }) => name === "1" && version === 2), point);
      }),
    ),
  );
  for (const line of told.sort()) t.diagnostic(line);
  assert.ok(told.some((line) => line.includes("503, not written")) && told.some((line) => line.includes("500, not written")), "no fault did anything");
});

test("between the votes and the last shard's write, readers see all of it or nothing", async () => {
  const { admin, as } = await spread(server, edge.keys, "between", { leads: leads() });
  const boss = await as("lead");
  const name = async (at) => {
    const { status, data, text } = await boss.ask("GET", `shards/leads/${id(at)}`);
    assert.equal(status, 200, text);
    return Number(data.name);
  };
  // One shard does not vote: the others hold their part, and everybody sees what was.
  await fail("COORDINATOR", "between", { list: [{ what: "prepare", how: "silent", shard: 2, times: 1 }] });
  const given = boss.command(renamed(1));
  let held;
  do ({ shards: held } = await admin.status());
  while (held.filter(({ held }) => held > 0).length < 2);
  assert.deepEqual([await name(0), await name(100), await name(200), await nameOf(admin)], [0, 0, 0, 0]);
  assert.ok((await admin.status()).shards.some(({ held }) => held > 0), "it was over too soon to say anything");
  const late = await given;
  assert.deepEqual([late.status, late.data.code], [503, "shards_busy"], late.text);
  await admin.quiet();
  assert.equal(await nameOf(admin), 0);
  // Two shards do not hear of the decision: it was told, so everybody sees it.
  for (const [at, way] of [() => name(100), () => nameOf(admin)].entries()) {
    const value = at + 2;
    await fail("COORDINATOR", "between", { list: [1, 2].map((shard) => ({ what: "commit", how: "silent", shard, times: 1 })) });
    assert.equal((await boss.command(renamed(value))).status, 200);
    assert.deepEqual((await admin.status()).shards.slice(1).map(({ held }) => held > 0), [true, true], "it was over too soon to say anything");
    assert.equal(await way(), value);
    assert.deepEqual([await name(0), await name(100), await name(200)], [value, value, value]);
    await admin.quiet();
  }
});

test("a list that has some shards from before a commit, and one from after it, is read again", async () => {
  const { admin, as } = await spread(server, edge.keys, "torn", { leads: leads() });
  const boss = await as("lead");
  await fail("SHARD", "torn/2", { list: [{ what: "rows", how: "after a commit", times: 1 }] });
  const listed = nameOf(admin);
  // By then the others are read.
  await new Promise((done) => setTimeout(done, 100));
  assert.equal((await boss.command(renamed(1))).status, 200);
  assert.equal(await listed, 1);
});

test("a shard that cannot carry out its part keeps the others from theirs", async () => {
  const { admin, as } = await spread(server, edge.keys, "cannot", { leads: leads() });
  const boss = await as("lead");
  // What this shard has is not what the others dealt with: it was put back to an earlier day.
  await fail("SHARD", "cannot/2", { list: [{ what: "prepare", how: "behind", times: 1 }] });
  const behind = await boss.command(renamed(1), { key: "one" });
  assert.deepEqual([behind.status, behind.data.code], [503, "shard_behind"]);
  const { shards, committed, number } = await admin.quiet();
  assert.ok(number > committed && shards.every(({ applied }) => applied === committed));
  assert.equal(await nameOf(admin), 0);
  // None of them takes a configuration that leads do not fit.
  const setting = config();
  setting.fields = { ...setting.fields, due: { type: "text" } };
  const { status, data } = await admin.ask("PUT", "admin/shards/config", { body: setting });
  assert.deepEqual([status, data.code], [409, "config_does_not_fit"]);
  await admin.quiet();
  assert.equal((await boss.command(renamed(1), { key: "one" })).status, 200);
  assert.equal(await nameOf(admin), 1);
});

test("a shard that does not confirm keeps the next command waiting, and no reader", async () => {
  const { admin, as } = await spread(server, edge.keys, "waits", { leads: leads() });
  const boss = await as("lead");
  await fail("COORDINATOR", "waits", { list: [{ what: "commit", how: "lost", shard: 2, times: 1000 }] });
  assert.equal((await boss.command(renamed(1))).status, 200);
  assert.equal((await boss.ask("GET", `shards/leads/${id(0)}`)).data.name, "1");
  const next = await boss.command(renamed(2));
  assert.deepEqual([next.status, next.data.code, next.headers.get("retry-after")], [503, "shards_busy", "1"]);
  // A reader, or its own alarm, brings the shard what was decided; the coordinator knows when a commit arrives again.
  assert.equal(await nameOf(admin), 1);
  await fail("COORDINATOR", "waits", {});
  await admin.quiet();
  assert.equal((await boss.command(renamed(2))).status, 200);
});

test(`${ROUNDS} commits with faults by chance, while others read`, async (t) => {
  t.diagnostic(`seed ${SEED}`);
  const roll = dice(SEED);
  const { admin, as } = await spread(server, edge.keys, "chance", { leads: leads() });
  const boss = await as("lead");
  const count = { written: 0, refused: 0, unsure: 0, reads: 0, failed: 0 };
  /** The newest name that anybody saw, or was told to be written. */
  let seen = 0;
  let running = true;
  const saw = (name, floor, what) => {
    assert.ok(name >= floor, `${what} shows ${name} after ${floor} was seen`);
    seen = Math.max(seen, name);
    count.reads += 1;
  };
  const reader = async (at) => {
    while (running) {
      const floor = seen;
      const { status, data } = await boss.ask("GET", `shards/leads/${id(at)}`);
      if (status === 200) saw(Number(data.name), floor, "a lead");
      else count.failed += 1;
      await new Promise((done) => setTimeout(done, 5));
    }
  };
  const lister = async () => {
    while (running) {
      const floor = seen;
      const { status, text } = await admin.ask("GET", "admin/shards/leads");
      if (status !== 200) count.failed += 1;
      else {
        const names = new Set(text.trimEnd().split("\n").map((line) => JSON.parse(line).name));
        assert.equal(names.size, 1, `half of it: ${[...names]}`);
        saw(Number([...names][0]), floor, "the list");
      }
      await new Promise((done) => setTimeout(done, 10));
    }
  };
  const reading = Promise.all([reader(0), reader(100), reader(250), lister()]);
  try {
    for (let round = 1; round <= ROUNDS; round += 1) {
      const chance = () => ({ chance: roll() < 0.3 ? 0 : 0.15, seed: Math.floor(roll() * 2 ** 32) });
      await fail("COORDINATOR", "chance", chance());
      for (const shard of [0, 1, 2]) await fail("SHARD", `chance/${shard}`, chance());
      for (let tries = 0; ; tries += 1) {
        const { status, data, text } = await boss.command(renamed(round), { key: `r${round}` });
        if (status === 200 || data.code === "already_done") {
          seen = Math.max(seen, round);
          count.written += 1;
          break;
        }
        assert.ok([500, 503].includes(status), text);
        count[status === 503 ? "refused" : "unsure"] += 1;
        assert.ok(tries < 30, `round ${round} does not get through: ${text}`);
        await new Promise((done) => setTimeout(done, 100));
      }
    }
    await Promise.all([fail("COORDINATOR", "chance", {}), ...[0, 1, 2].map((shard) => fail("SHARD", `chance/${shard}`, {}))]);
    await admin.quiet();
    assert.equal(await nameOf(admin), ROUNDS);
    assert.ok((await admin.leads()).every(({ version }) => version === ROUNDS + 1), "each was written once");
    assert.deepEqual((await admin.audit()).slice(3).map(({ plan }) => plan), Array.from({ length: ROUNDS }, (_, at) => `lead/r${at + 1}`));
  } finally {
    running = false;
    await reading;
    t.diagnostic(JSON.stringify(count));
  }
});
