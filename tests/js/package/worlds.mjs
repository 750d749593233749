// Random worlds, as cases without expectations: an organisation made from a starting point, leads, and calls of every kind. The same number gives the same world in every
// runtime: there is nothing in here but whole numbers.

/** xorshift32 (Marsaglia, Xorshift RNGs, 2003), the triple 13, 17, 5. */
class Dice {
  #at;
  constructor(seed) {
    this.#at = Math.imul(seed + 1, 0x9e3779b1) | 1;
  }
  below(many) {
    this.#at ^= this.#at << 13;
    this.#at ^= this.#at >>> 17;
    this.#at ^= this.#at << 5;
    return (this.#at >>> 0) % many;
  }
  of(list) {
    return list[this.below(list.length)];
  }
  /** Once in so many times. */
  rarely(times) {
    return this.below(times) === 0;
  }
  some(list, most) {
    return [...new Set(Array.from({ length: 1 + this.below(most) }, () => this.of(list)))];
  }
}

const NOW = Date.UTC(2026, 2, 8, 9, 30);
const HOUR = 3_600_000;
const ZONES = ["America/Denver", "America/New_York", "Europe/Dublin", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"];
const WORDS = ["Ann", "Álvaro", "O’Neil", "lead 7", "Lead 12", "ÅSA", "straße", "李雷", "", "a,b", "100 %", "x@y.example"];
const METHODS = [
  { type: "round_robin" },
  { type: "round_robin", perRound: 2 },
  { type: "weighted" },
  { type: "least_recent", manualCounts: true },
  { type: "least_loaded" },
  { type: "least_loaded", measure: "spare" },
  { type: "fewest_in_period", period: "week" },
  { type: "sequential_offer", minutes: 5, passes: 2 },
  { type: "sequential_offer", minutes: 30, runMinutes: 45, restSeconds: 600 },
  { type: "broadcast_offer", minutes: 10, reopenMinutes: 10 },
  { type: "broadcast_offer", minutes: 10, anonymous: true },
];

/** A starting point, changed: other zones, methods and weights, people who are away or gone. */
function organisation(dice, start) {
  const users = start.users.map((user) => ({
    ...user,
    ...(dice.rarely(6) ? { paused: true } : {}),
    ...(dice.rarely(9) ? { active: false } : {}),
    ...(dice.rarely(4) ? { weight: dice.of([0, 0.5, 2, 3.25]) } : {}),
    ...(dice.rarely(5) ? { capacity: dice.below(12) } : {}),
    ...(dice.rarely(6) ? { absences: [{ from: NOW - dice.below(48) * HOUR, to: NOW + (1 + dice.below(48)) * HOUR }] } : {}),
  }));
  const groups = start.groups?.map((group) => (dice.rarely(2) ? { ...group, method: dice.of(METHODS), ...(dice.rarely(3) ? { capacity: 1 + dice.below(20) } : {}) } : group));
  return { ...start, timeZone: dice.of(ZONES), users, ...(groups === undefined ? {} : { groups }) };
}

/** A value that a field may have. */
function value(dice, { type, choices }, { users, units }) {
  const any = {
    text: () => dice.of(WORDS),
    number: () => dice.of([0, 1, -3, 250_000, 12.5, 0.1, 1e21, dice.below(1000)]),
    choice: () => dice.of(choices ?? ["Denver", "Galway", "Pune"]),
    boolean: () => dice.rarely(2),
    date: () => new Date(NOW - dice.below(900) * 24 * HOUR).toISOString().slice(0, 10),
    datetime: () => NOW - dice.below(100_000) * 60_000,
    user: () => dice.of(users),
    unit: () => dice.of(units),
    units: () => dice.some(units, 3),
    tags: () => dice.some(choices ?? [...users, "vip", "buyers"], 3),
  };
  return any[type]();
}

function row(dice, nth, config, people) {
  const { lead } = config;
  // Offers that run come of plans, and a pool is written as its id.
  const cells = Object.entries(config.fields).map(([key, field]) => {
    if (key === lead.pool) return [key, dice.rarely(2) ? dice.of(config.pools).id : null];
    return [key, key === lead.run || dice.rarely(4) ? null : value(dice, field, people)];
  });
  return { ...Object.fromEntries(cells), [lead.id]: `${nth + 1}`, ...(lead.version ? { [lead.version]: 1 } : {}) };
}

const OPERATORS = {
  text: ["=", "!=", "contains", "beginsWith", "doesNotEndWith", "null", "notEmpty"],
  number: ["=", "<", ">=", "between", "notBetween", "notNull"],
  choice: ["=", "!=", "in", "notIn", "null"],
  boolean: ["=", "!="],
  date: ["=", "<", ">=", "between", "null"],
  datetime: ["<", ">=", "between", "notNull"],
  user: ["=", "in", "null", "notIn"],
  unit: ["=", "under", "notUnder", "null"],
  units: ["under", "null", "notUnder"],
  tags: ["contains", "in", "notIn", "empty", "="],
};
const WITHOUT_VALUE = ["null", "notNull", "empty", "notEmpty"];

function query(dice, config, people, deep = 2) {
  const rules = Array.from({ length: 1 + dice.below(3) }, () => {
    if (deep > 0 && dice.rarely(4)) return query(dice, config, people, deep - 1);
    const [field, told] = dice.of(Object.entries(config.fields));
    const operator = dice.of(OPERATORS[told.type] ?? ["notNull"]);
    if (WITHOUT_VALUE.includes(operator)) return { field, operator };
    const one = () => value(dice, told, people);
    if (operator.endsWith("etween")) return { field, operator, value: [one(), one()].sort() };
    if (told.type === "units") return { field, operator, value: dice.of(people.units) };
    if (told.type === "tags") return { field, operator, value: operator === "contains" ? one()[0] : one() };
    return { field, operator, value: ["in", "notIn"].includes(operator) ? [one(), one()] : one() };
  });
  return { combinator: dice.of(["and", "or"]), ...(dice.rarely(6) ? { not: true } : {}), rules };
}

/** Commands of every kind; who may not give one is told so, which is an answer too. */
function command(dice, config, people) {
  const leads = () => (dice.rarely(3) ? { filter: query(dice, config, people) } : { ids: dice.some(people.leads, 25) });
  const some = () => dice.some(people.receivers, 4);
  const split = () => ({ to: some().map((id) => (dice.rarely(3) ? { user: id, weight: 1 + dice.below(3) } : id)), even: dice.of(["total", "dealt"]) });
  const kinds = {
    assign: () => ({ leads: leads(), to: dice.of(people.receivers) }),
    unassign: () => ({ leads: leads() }),
    split: () => ({ leads: leads(), split: split() }),
    rebalance: () => ({ users: some() }),
    reclaim: () => ({ from: some(), ...(dice.rarely(2) ? { split: split() } : {}), which: dice.of(["open", "all"]) }),
    mass_edit: () => {
      const [key, field] = dice.of(Object.entries(config.fields).filter(([key, { type }]) => type === "choice" && key !== config.lead.pool));
      return { leads: leads(), set: { [key]: value(dice, field, people) } };
    },
    route: () => ({ leads: leads() }),
    start_group: () => ({ leads: { ids: dice.some(people.leads, 4) }, group: dice.of(config.groups ?? [{ id: "nobody" }]).id }),
    claim_from_pool: () => ({ lead: dice.of(people.leads) }),
    deactivate: () => ({ leads: { ids: dice.some(people.leads, 5) } }),
    transfer: () => ({ lead: dice.of(people.leads), unit: dice.of(people.units), newId: "copy" }),
    resend_notification: () => ({ lead: dice.of(people.leads) }),
  };
  const type = dice.of(Object.keys(kinds));
  return { type, ...kinds[type]() };
}

/** One world: a case as in `tests/cases`, its steps without expectations. `starts` are the configurations to begin with. */
export function world(seed, starts) {
  const dice = new Dice(seed);
  const config = organisation(dice, starts[seed % starts.length]);
  const persons = config.users.filter(({ kind }) => kind !== "service");
  const people = { users: persons.map(({ id }) => id), receivers: persons.map(({ id }) => id), units: config.org.map(({ id }) => id), leads: [] };
  const rows = Array.from({ length: 20 + dice.below(60) }, (_, nth) => row(dice, nth, config, people));
  people.leads = rows.map((lead) => lead[config.lead.id]);
  const actors = config.users.map(({ id }) => id);
  // Whoever may do most is asked most often: a refusal says little.
  const actor = () => (dice.rarely(4) ? dice.of(actors) : actors[dice.below(3)]);
  let now = NOW;
  const steps = [{ call: "load", rows }];
  const fields = Object.keys(config.fields);
  for (let nth = 0; nth < 4; nth += 1) {
    const viewer = { actor: dice.rarely(3) ? null : actor(), now };
    const sort = Array.from({ length: 1 + dice.below(2) }, () => ({ field: dice.of(fields), descending: dice.rarely(2) }));
    const name = `s${nth}`;
    const asked = query(dice, config, people);
    steps.push({ call: "select", query: asked, viewer, sort, as: name }, { call: "rows", when: name, of: name, offset: 0, limit: 5 }, { call: "countBy", when: name, of: name, field: dice.of(fields) });
    steps.push({ call: "filter", query: asked, lead: dice.of(rows), options: viewer }, { call: "sql", query: asked, dialect: dice.of(["postgres", "sqlite"]), options: viewer });
  }
  for (let nth = 0; nth < 6; nth += 1) {
    const verb = dice.of(["lead.view", "lead.edit", "lead.reassign", "lead.claim", "lead.mass"]);
    steps.push({ call: "can", table: true, question: { actor: dice.of(actors), do: verb, lead: dice.of(people.leads), now } });
  }
  steps.push({ call: "receivers", question: { actor: actor(), lead: dice.of(people.leads), now } }, { call: "scope", actor: actor(), verb: "lead.view" });
  for (let nth = 0; nth < 6; nth += 1) {
    now += (1 + dice.below(90)) * 60_000;
    const [name, context] = [`p${nth}`, { actor: actor(), now }];
    const remembered = { remembered: true };
    steps.push({ call: "plan", command: command(dice, config, people), context, ...remembered, as: name });
    steps.push({ call: "encode", when: name, plan: name }, { call: "verify", when: name, plan: name, form: dice.of(["json", "bytes"]), context, ...remembered }, { call: "statements", when: name, plan: name, dialect: dice.of(["postgres", "sqlite"]), options: { table: "leads", stateTable: "evenhand_state" } });
    if (dice.rarely(4)) continue;
    steps.push({ call: "keep", when: name, plan: name }, { call: "apply", when: name, plan: name });
    const run = { when: name, runOf: name, remembered: true };
    if (dice.rarely(2)) {
      const type = dice.of(["claim", "claim", "decline", "cancel_run"]);
      steps.push({ call: "plan", ...run, command: { type }, context: { actor: actor(), now: now + dice.below(12) * 60_000 }, as: `c${nth}` }, { call: "keep", when: `c${nth}`, plan: `c${nth}` }, { call: "apply", when: `c${nth}`, plan: `c${nth}` });
    } else if (dice.rarely(2)) steps.push({ call: "undo", when: name, plan: name, form: "bytes", context: { ...context, now: now + 1000 }, ...remembered, as: `u${nth}` });
  }
  steps.push({ call: "plan", command: { type: "sweep" }, context: { actor: dice.of(actors), now: now + dice.below(50) * HOUR }, remembered: true, as: "sweep" });
  steps.push({ call: "explain", lead: dice.of(people.leads), context: { actor: dice.of(actors.slice(0, 3)), now }, remembered: true });
  if (config.groups !== undefined) steps.push({ call: "forecast", group: dice.of(config.groups).id, n: 5, context: { actor: actor(), now }, remembered: true });
  return { name: `world ${seed}`, config, steps };
}
