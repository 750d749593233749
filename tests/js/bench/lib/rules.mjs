// Fifty assignment rules over the leads of `leads.mjs`, forty people in four groups, and the same written by hand.
import { FILE, SOURCE, STATES, STATUS, TAGS } from "./leads.mjs";
import { Random } from "./random.mjs";

export const PEOPLE = Array.from({ length: 40 }, (_, nth) => `agent-${String(nth).padStart(2, "0")}`);
const weight = (nth) => 1 + (nth % 3);

/** Four groups of ten, with these methods. */
export const groups = (methods) =>
  methods.map((type, nth) => ({
    id: `group-${nth}`,
    name: `Group ${nth}`,
    members: { users: PEOPLE.slice(nth * 10, nth * 10 + 10) },
    method: { type },
  }));

export const GROUPS = groups(["round_robin", "weighted", "least_recent", "round_robin"]);

/** Conditions as people write them: one to three tests, all of which must hold. */
function conditions(random) {
  const month = `${2023 + random.below(3)}-0${1 + random.below(9)}-01T00:00:00.000Z`;
  const low = random.below(900_000);
  const tests = [
    { field: "state", operator: "in", value: random.some(STATES, 4) },
    { field: "source", operator: "=", value: random.of(SOURCE) },
    { field: "status", operator: "in", value: random.some(STATUS, 3) },
    { field: "score", operator: ">=", value: 40 + random.below(50) },
    { field: "value", operator: "between", value: [low, low + 300_000] },
    { field: "fileType", operator: "=", value: random.of(FILE) },
    { field: "tags", operator: "contains", value: random.of(TAGS) },
    { field: "created", operator: ">=", value: month },
  ];
  return random.some(tests, 2 + random.below(2));
}

/** So many rules; the last is for every lead. */
export function rules(count, seed = 61) {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, nth) => ({
    id: `rule-${nth}`,
    to: { group: GROUPS[nth % GROUPS.length].id },
    ...(nth < count - 1 && { when: { combinator: "and", rules: conditions(random) } }),
  }));
}

/** A test as a line of JavaScript. An instant compares as its text does, which is written the same in every lead. */
function line({ field, operator, value }) {
  const at = `lead.${field}`;
  if (operator === "in") return `(${value.map((one) => `${at} === ${JSON.stringify(one)}`).join(" || ")})`;
  if (operator === "between") return `${at} >= ${value[0]} && ${at} <= ${value[1]}`;
  if (operator === "contains") return `${at}.includes(${JSON.stringify(value)})`;
  return `${at} ${operator === "=" ? "===" : operator} ${JSON.stringify(value)}`;
}

const program = (list) => list.map(({ when }, nth) => (when ? `if (${when.rules.map(line).join(" && ")}) return ${nth};` : `return ${nth};`)).join("\n");

/** The rules as a function by hand: the place of the first that a lead falls under. */
export const byHand = (list) => new Function("lead", program(list));

/** The groups' turns by hand: whose turn it is, from group to group. */
export function turns(of = GROUPS) {
  const [last, open] = [new Map(), new Map()];
  let stamp = 0;
  const take = (user) => {
    last.set(user, ++stamp);
    return user;
  };
  return of.map(({ members: { users }, method: { type } }) => {
    let next = 0;
    if (type === "round_robin") return () => take(users[next++ % users.length]);
    if (type === "least_recent") {
      return () => {
        let longest = users[0];
        for (const user of users) if ((last.get(user) ?? 0) < (last.get(longest) ?? 0)) longest = user;
        return take(longest);
      };
    }
    if (type === "least_loaded") {
      return () => {
        let least = users[0];
        for (const user of users) {
          const order = (open.get(user) ?? 0) - (open.get(least) ?? 0) || (last.get(user) ?? 0) - (last.get(least) ?? 0);
          if (order < 0) least = user;
        }
        open.set(least, (open.get(least) ?? 0) + 1);
        return take(least);
      };
    }
    const entries = users.map((user) => ({ user, weight: weight(PEOPLE.indexOf(user)), credit: 0 }));
    const sum = entries.reduce((sum, entry) => sum + entry.weight, 0);
    return () => {
      let best;
      for (const entry of entries) {
        entry.credit += entry.weight;
        if (best === undefined || entry.credit > best.credit) best = entry;
      }
      best.credit -= sum;
      return take(best.user);
    };
  });
}

/** What a configuration needs besides fields: the people, their groups and the rules. */
export const routing = (list) => ({
  users: [
    ...PEOPLE.map((id, nth) => ({ id, unit: "firm", profiles: ["agent"], weight: weight(nth) })),
    { id: "router", kind: "service", unit: "firm", profiles: ["router"] },
  ],
  profiles: [
    { id: "agent", grants: [{ do: ["lead.view"], scope: "all" }] },
    { id: "router", grants: [{ do: ["lead.view", "lead.mass", "rule.run", "rule.edit"], scope: "all" }] },
  ],
  groups: GROUPS,
  rules: list,
});
