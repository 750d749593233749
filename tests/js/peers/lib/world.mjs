// Small random organisations, as data: units, users, profiles with grants, leads. The same seed makes the same world.
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { entry, pkg } from "../../package/lib/installed.mjs";

export const { createEngineSync, readyProfiles } = await import(pathToFileURL(join(pkg, entry("node"))).href);

export const SCOPES = ["none", "own", "team", "subtree", "company", "all", "unowned"];
export const STATUSES = ["new", "open", "won"];
/** The verbs that grants of these worlds are about. */
export const VERBS = ["lead.view", "lead.edit", "lead.claim", "lead.release", "lead.give"];

/** Numbers that look random and depend on the seed alone (mulberry32). */
export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  below(n) {
    return Math.floor(this.next() * n);
  }
  /** True once in so many times. */
  once(n) {
    return this.below(n) === 0;
  }
  one(list) {
    return list[this.below(list.length)];
  }
  some(list, one_in = 2) {
    return list.filter(() => this.once(one_in));
  }
}

/**
 * A condition over a lead, as data that each engine is told in its own words:
 * `["status", value]`, `["in", values]`, `["least", score]`, `["below", score]`, `["actor", slot]`, `["nobody", slot]`,
 * `["not", condition]`, `["and"|"or", …conditions]`.
 */
export function condition(random, depth = 2) {
  const leaf = [
    () => ["status", random.one(STATUSES)],
    () => ["in", random.some(STATUSES).concat("new")],
    () => ["least", random.below(10)],
    () => ["below", random.below(10)],
    () => ["actor", random.one(["owner", "lo"])],
    () => ["nobody", "lo"],
  ];
  if (depth === 0 || !random.once(3)) return random.one(leaf)();
  const inner = () => condition(random, depth - 1);
  return random.one([() => ["not", inner()], () => ["and", inner(), inner()], () => ["or", inner(), inner()]])();
}

/** The condition as a filter of Evenhand. */
export function query([kind, ...rest]) {
  const rule = (field, operator, value) => ({ combinator: "and", rules: [{ field, operator, value }] });
  const [value] = rest;
  switch (kind) {
    case "status": return rule("status", "=", value);
    case "in": return rule("status", "in", value);
    case "least": return rule("score", ">=", value);
    case "below": return rule("score", "<", value);
    case "actor": return rule(value, "=", { actor: true });
    case "nobody": return rule(value, "null");
    case "not": return { ...query(["and", value]), not: true };
    default: return { combinator: kind, rules: rest.map(query) };
  }
}

/** A world. `scopes` are those that its grants may have. */
export function world(seed, { scopes = SCOPES, users: people = 9, leads: many = 12, inactive = true } = {}) {
  const random = new Random(seed);
  const units = [];
  for (let at = 0, count = 2 + random.below(6); at < count; at += 1) {
    const above = units.filter((unit) => unit.level < 3);
    const parent = at === 0 || random.once(4) ? null : random.one(above);
    units.push({ id: `u${at}`, parent: parent?.id ?? null, level: (parent?.level ?? 0) + 1 });
  }
  const profiles = Array.from({ length: 5 }, (_, at) => ({ id: `p${at}`, grants: grants(random, scopes) }));
  const users = Array.from({ length: people }, (_, at) => ({
    id: `user${at}`,
    unit: random.once(6) ? null : random.one(units).id,
    profiles: [...new Set([random.one(profiles).id, random.one(profiles).id])],
    active: !inactive || !random.once(9),
  }));
  const person = () => (random.once(4) ? null : random.once(10) ? "ghost" : random.one(users).id);
  const place = () => (random.once(12) ? "nowhere" : random.one(units).id);
  const leads = Array.from({ length: many }, (_, at) => ({
    id: `lead${at}`,
    owner: person(),
    lo: random.once(2) ? null : person(),
    unit: random.once(4) ? null : place(),
    access: random.once(2) ? [] : [...new Set([place(), place()])],
    status: random.once(5) ? null : random.one(STATUSES),
    score: random.once(5) ? null : random.below(12),
  }));
  return { seed, random, units, users, profiles, leads };
}

function grants(random, scopes) {
  // Half of the profiles see widely, so that what else they may do matters.
  const out = random.once(2) ? [{ do: ["lead.view"], scope: random.one(["all", "company"].filter((scope) => scopes.includes(scope))) }] : [];
  for (let left = 2 + random.below(7); left > 0; left -= 1) {
    const verbs = random.some(VERBS, 3);
    const grant = { do: verbs.length > 0 ? verbs : [random.one(VERBS)], scope: random.one(scopes) };
    if (random.once(3)) grant.where = condition(random);
    if (random.once(4)) grant.deny = true;
    out.push(grant);
  }
  return out;
}

/** The world as a configuration of Evenhand. */
export function config({ units, users, profiles }, more = {}) {
  return {
    version: 1,
    fields: {
      id: { type: "text" }, version: { type: "number" }, owner: { type: "user" }, lo: { type: "user" }, unit: { type: "unit" },
      access: { type: "units" }, status: { type: "choice", choices: STATUSES }, score: { type: "number" }, note: { type: "text" },
    },
    lead: { id: "id", version: "version", owner: "owner", slots: ["lo"], unit: "unit", access: "access", status: "status" },
    org: units.map(({ id, parent }) => ({ id, parent })),
    users: users.map(({ id, unit, profiles, active }) => ({ id, profiles, active, ...(unit === null ? {} : { unit }) })),
    profiles: profiles.map(({ id, grants }) => ({ id, grants: grants.map(told) })),
    ...more,
  };
}

const told = ({ where, ...grant }) => (where === undefined ? grant : { ...grant, where: query(where) });

/** Counts of what was exercised, and a check that nothing of it was left out. */
export class Coverage {
  #counts = new Map();
  add(...words) {
    const key = words.join(" ");
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }
  of(...words) {
    return this.#counts.get(words.join(" ")) ?? 0;
  }
  toString() {
    return [...this.#counts].sort().map(([key, count]) => `${key} ${count}`).join(", ");
  }
  /** Fails unless each of the combinations was seen so many times. */
  require(least, ...lists) {
    const keys = lists.reduce((keys, list) => keys.flatMap((key) => list.map((word) => [...key, word])), [[]]);
    const rare = keys.filter((key) => this.of(...key) < least).map((key) => `${key.join(" ")}: ${this.of(...key)}`);
    if (rare.length > 0) throw new Error(`seen fewer than ${least} times: ${rare.join("; ")}`);
  }
}
