// A made-up brokerage, random leads and random commands, the same for the same seed.

/** A small generator (mulberry32); the tests must not depend on the machine. */
export function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n) => Math.floor(next() * n);
  const pick = (list) => list[below(list.length)];
  const some = (list, most = list.length) => list.map((item) => [next(), item]).sort((a, b) => a[0] - b[0]).slice(0, below(most + 1)).map(([, item]) => item);
  return { next, below, pick, some };
}

export const FIELDS = {
  id: { type: "text" },
  version: { type: "number" },
  owner: { type: "user" },
  agent: { type: "user" },
  unit: { type: "unit" },
  access: { type: "units" },
  status: { type: "choice", choices: ["new", "open", "won"] },
  score: { type: "number" },
  hot: { type: "boolean" },
  due: { type: "date" },
  seen: { type: "datetime" },
  tags: { type: "tags" },
  note: { type: "text" },
  run: { type: "text" },
  assigned: { type: "datetime" },
  previous: { type: "tags" },
  notified: { type: "tags" },
};

const VERBS = ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.claim", "lead.mass", "plan.undo"];
export const USERS = ["ann", "bob", "cyd", "o'\"`$1\\", "__proto__", "žofie"];
export const HOSTILE = ["", " ", "'); DROP TABLE leads; --", '"`$1 ?1 :x @y', "\\", "{\"a\":null}", "😀\u2028", "NULL", "[1]", "a\nb\tc", "%_"];

export function config({ versioned = true, hasRun = true } = {}) {
  const lead = { id: "id", owner: "owner", slots: ["owner", "agent"], unit: "unit", access: "access", assignedAt: "assigned", previousOwners: "previous", notified: "notified", status: "status" };
  if (versioned) lead.version = "version";
  if (hasRun) lead.run = "run";
  const profiles = [{ id: "all", grants: [{ do: VERBS, scope: "all" }] }];
  return {
    version: 1,
    fields: FIELDS,
    lead,
    lifecycle: { onAssign: { status: "open" }, onUnassign: { status: "new", seen: null }, onDeactivate: { hot: false }, boundary: { kind: "company", mode: "duplicate" } },
    org: [{ id: "north", kind: "company" }, { id: "n1", parent: "north" }, { id: "south", kind: "company" }],
    users: USERS.map((id, at) => ({ id, unit: at % 2 ? "n1" : "south", profiles: ["all"] })),
    profiles,
  };
}

export const NOW = Date.UTC(2026, 2, 1, 9);

export function leads(rng, count) {
  const maybe = (value) => (rng.below(3) === 0 ? null : value);
  return Array.from({ length: count }, (_, at) => ({
    id: at < HOSTILE.length && HOSTILE[at].trim() !== "" ? HOSTILE[at] : `lead-${at}`,
    version: rng.pick([null, 0, 1, 7]),
    owner: maybe(rng.pick(USERS)),
    agent: maybe(rng.pick(USERS)),
    unit: maybe(rng.pick(["n1", "north", "south"])),
    access: rng.some(["north", "south"]),
    status: maybe(rng.pick(["new", "open", "won"])),
    score: maybe(rng.pick([0, -1.5, 0.1, 3, 1e-7, 2 ** 53])),
    hot: maybe(rng.pick([true, false])),
    due: maybe(rng.pick(["2026-01-31", "0001-01-01", "9999-12-31"])),
    seen: maybe(rng.pick(["2026-01-31T09:30:00.123Z", "1969-12-31T23:59:59.999Z", "0001-01-01T00:00:00.000Z"])),
    tags: rng.some(["a", "b", ...HOSTILE.filter((tag) => tag !== "")], 4),
    note: maybe(rng.pick(HOSTILE)),
    run: rng.below(4) === 0 ? "run-1" : null,
    assigned: maybe("2026-02-01T00:00:00.000Z"),
    previous: rng.some(USERS, 3),
    notified: rng.some(USERS, 3),
  }));
}

export function command(rng, rows) {
  const ids = rng.some(rows.map(({ id }) => id));
  const target = { ids };
  const patch = () => {
    const all = {
      status: rng.pick(["won", null]),
      score: rng.pick([0.1, 12, null, 2 ** 53]),
      hot: rng.pick([true, false, null]),
      due: rng.pick(["2026-03-08", null]),
      seen: rng.pick([{ relative: "now" }, "2026-05-05T05:05:05.005Z", null]),
      tags: rng.pick([{ add: [rng.pick(HOSTILE.slice(1)), "b"] }, { remove: ["a", "b"] }, ["x", "y"], null]),
      note: rng.pick([...HOSTILE, null]),
    };
    return Object.fromEntries(rng.some(Object.entries(all)));
  };
  const user = () => rng.pick(USERS);
  return rng.pick([
    () => ({ type: "assign", leads: target, to: user() }),
    () => ({ type: "assign", leads: target, slots: { owner: user(), agent: rng.pick([null, user()]) } }),
    () => ({ type: "unassign", leads: target }),
    () => ({ type: "deactivate", leads: target }),
    () => ({ type: "split", leads: target, split: { to: ["ann", "bob", "__proto__"] } }),
    () => ({ type: "mass_edit", leads: target, set: { ...patch(), score: rng.below(5) } }),
    () => ({ type: "mass_edit", leads: target, set: { hot: true, ...patch() }, note: { type: "call", text: "x" } }),
    () => ({ type: "mass_edit", leads: target, set: { tags: { add: ["z"] } }, slots: { agent: user() } }),
    () => ({ type: "reclaim", from: ["ann"], slot: "all" }),
    () => ({ type: "transfer", lead: rng.pick(rows).id, unit: rng.pick(["north", "south", "n1"]), newId: `copy-${rng.below(1e9)}`, user: user() }),
  ])();
}
