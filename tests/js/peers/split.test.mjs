// The even split against HiGHS, on worlds of 15 to 40 receivers: the same number placed, the same distance from the shares, the same
// moves, the same number for each.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Division } from "./lib/solver.mjs";
import { createEngineSync, Random } from "./lib/world.mjs";

const UNIT = 5_354_228_880;
const NOW = "2026-03-02T09:00:00Z";
const WORLDS = 16;

const range = (n) => Array.from({ length: n }, (_, nth) => nth);

/** People who take some states and scores, and leads that some of them hold. */
function made(seed) {
  const random = new Random(seed);
  const people = range(15 + random.below(26)).map((nth) => ({
    id: `p${nth}`,
    states: range(8).filter((state) => state === nth % 8 || random.below(10) < 4),
    score: random.below(3) * 10,
    capacity: random.once(3) ? 10 + random.below(60) : undefined,
    weight: random.once(2) ? 1 : 1 + random.below(4),
    cap: random.once(4) ? random.below(30) : undefined,
    carry: random.once(2) ? random.below(UNIT) - UNIT / 2 : 0,
  }));
  const holders = [...people.map(({ id }) => id), "other"];
  const leads = range(200 + random.below(500)).map((nth) => ({
    id: `l${String(nth).padStart(4, "0")}`,
    owner: random.once(5) ? null : holders[Math.min(random.below(holders.length), random.below(holders.length))],
    state: `s${random.below(8)}`,
    score: random.once(9) ? null : random.below(40),
  }));
  return { random, people, leads };
}

function configured({ people }) {
  const all = [{ do: ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass"], scope: "all" }];
  const user = ({ id, capacity, states, score }) => ({
    id,
    profiles: ["all"],
    ...(capacity === undefined ? {} : { capacity }),
    accepts: {
      combinator: "and",
      rules: [
        { field: "state", operator: "in", value: states.map((state) => `s${state}`) },
        { field: "score", operator: ">=", value: score },
      ],
    },
  });
  return {
    version: 1,
    fields: { id: { type: "text" }, owner: { type: "user" }, state: { type: "choice" }, score: { type: "number" } },
    lead: { id: "id", owner: "owner" },
    profiles: [{ id: "all", grants: all }],
    users: [...people.map(user), { id: "other", profiles: ["all"] }, { id: "boss", profiles: ["all"] }],
  };
}

const accepts = ({ states, score }, lead) => states.includes(Number(lead.state.slice(1))) && lead.score !== null && lead.score >= score;

/** Leads by who may take them and, where it matters, who of these has them. */
function classesOf(rows, people, keep) {
  const classes = new Map();
  for (const lead of rows) {
    const eligible = range(people.length).filter((to) => accepts(people[to], lead));
    const owner = keep ? people.findIndex(({ id }) => id === lead.owner) : -1;
    const key = `${eligible}|${owner}`;
    if (!classes.has(key)) classes.set(key, { eligible, owner, count: 0 });
    classes.get(key).count++;
  }
  return [...classes.values()];
}

/** The same question to both. */
function compared({ people, leads }, { rows, even, keep, command, remembers }) {
  const engine = createEngineSync();
  const workspace = engine.workspace(configured({ people }));
  const carry = Object.fromEntries(people.filter((person) => remembers && person.carry !== 0).map((person) => [person.id, person.carry]));
  const state = { "split/k": { version: 1, value: { format: 1, carry } } };
  const plan = workspace.plan(workspace.load(leads), command, { actor: "boss", now: NOW, state });
  assert.deepEqual(plan.refused, []);

  // Leads that nobody may take are left where they are before anything is divided.
  const divided = rows.filter((lead) => people.some((person) => accepts(person, lead)));
  const held = (id, some) => some.filter(({ owner }) => owner === id).length;
  const receivers = people.map((person) => {
    const load = held(person.id, leads) - held(person.id, divided);
    const room = person.capacity === undefined ? Infinity : Math.max(0, person.capacity - load);
    return { weight: person.weight, most: Math.min(room, person.cap ?? Infinity), load: even === "total" ? load : 0, carry: remembers ? person.carry / UNIT : 0 };
  });
  const classes = classesOf(divided, people, keep);
  const division = new Division(receivers, classes);

  // What Evenhand made of each lead: who gets it, or keeps it, of those among whom it was dealt.
  const owner = new Map(rows.map((lead) => [lead.id, lead]));
  const drops = new Map(plan.dropped().map(({ lead, code }) => [lead, code]));
  const gets = new Map(plan.changes().map(({ lead, set }) => [lead, set.owner.to]));
  for (const [lead, code] of drops) if (code === "no_change") gets.set(lead, owner.get(lead).owner);
  for (const [lead, to] of gets) assert.ok(accepts(people.find(({ id }) => id === to), owner.get(lead)), `${to} does not take ${lead}`);
  assert.equal(gets.size + [...drops.values()].filter((code) => code === "no_capacity" || code === "nobody_eligible").length, rows.length);
  const numbers = people.map(({ id }) => [...gets.values()].filter((to) => to === id).length);

  assert.equal(gets.size, division.most(), "placed");
  const shares = division.shares();
  const distance = (off) => numbers.reduce((sum, number, to) => sum + (number + off[to]) ** 2, 0);
  const plain = shares.map((share) => -share);
  const carried = shares.map((share, to) => receivers[to].carry - share);
  for (const off of even === "total" ? [plain, carried] : [carried]) {
    const best = division.nearest(off, shares);
    assert.ok(Math.abs(distance(off) - best) < 1e-4, `the distance is ${distance(off)}, and ${best} for HiGHS`);
  }
  if (keep) {
    const stays = division.stays();
    assert.equal(gets.size - plan.count, stays, "stays");
  }
  assert.deepEqual(numbers, division.greatest(), "numbers");
  if (!remembers) for (const [to, share] of shares.entries()) assert.ok(Math.abs(numbers[to] - share) < 1 - 1e-9, `${numbers[to]} of a share of ${share}`);
  engine.free();
  return { classes: classes.length, tied: new Set(shares.map((share) => share.toFixed(6))).size };
}

test("splits place, divide, keep and order leads as the programs say", () => {
  let most = 0;
  for (let seed = 1; seed <= WORLDS; seed++) {
    const world = made(seed);
    const { random, people, leads } = world;
    const even = random.once(2) ? "total" : "dealt";
    const keep = random.once(2);
    const rows = leads.filter(() => random.below(10) < 7);
    const to = people.map(({ id, weight, cap }) => ({ user: id, weight, ...(cap === undefined ? {} : { cap }) }));
    const command = { type: "split", leads: { ids: rows.map(({ id }) => id) }, split: { to, even, keep, key: "k" } };
    most = Math.max(most, compared(world, { rows, even, keep, command, remembers: random.once(2) }).classes);
  }
  assert.ok(most >= 60, `the most classes are ${most}`);
});

test("rebalances do", () => {
  for (let seed = 101; seed <= 105; seed++) {
    const world = made(seed);
    world.people.forEach((person) => (person.cap = undefined));
    const rows = world.leads.filter(({ owner }) => world.people.some(({ id }) => id === owner));
    const command = { type: "rebalance", users: world.people.map(({ id, weight }) => ({ user: id, weight })) };
    compared(world, { rows, even: "total", keep: true, command, remembers: false });
  }
});
