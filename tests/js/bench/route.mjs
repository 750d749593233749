// Assignment rules: a batch through many rules, one lead at a time, and what more leads and more rules cost.
import { createEngineSync, everything } from "./lib/evenhand.mjs";
import { fields, Leads } from "./lib/leads.mjs";
import { jsonRulesEngine, zenEngine } from "./lib/peers/rules.mjs";
import { many, MOST, quick } from "./lib/quick.mjs";
import { digest, each, race, same } from "./lib/race.mjs";
import { Report } from "./lib/report.mjs";
import { byHand, GROUPS, groups, PEOPLE, routing, rules, turns } from "./lib/rules.mjs";
import { config, now } from "./lib/world.mjs";

const report = new Report("route");
const engine = createEngineSync({ maxMemory: 2 ** 31 });
const context = { actor: "router", now };
/** A tenth of them, where the million are too many for what stands beside. */
const TENTH = MOST / 10;

const lead = { id: "id", owner: "owner", createdAt: "created", routedBy: "rule", assignedAt: "assigned" };
const shape = { fields: { ...fields, rule: { type: "text" }, assigned: { type: "datetime" } }, lead };
const opened = (list, over = {}) => engine.workspace(config({ ...shape, ...routing(list), ...over }));

const leads = new Leads(MOST, 61).objects();
for (const lead of leads) lead.owner = null;
const group = new Map(GROUPS.map(({ id }, nth) => [id, nth]));
const person = new Map(PEOPLE.map((id, nth) => [id, nth]));
const fifty = rules(50);

/** The same by hand, into objects. */
function hand(some, list, of) {
  const [first, next] = [byHand(list), turns(of)];
  const to = list.map((rule) => next[group.get(rule.to.group)]);
  const changes = [];
  for (const lead of some) {
    const nth = first(lead);
    changes.push({ id: lead.id, owner: to[nth](), rule: list[nth].id });
  }
  return changes;
}

function routed(workspace, table) {
  const plan = workspace.plan(table, { type: "route", leads: { filter: everything } }, context);
  return { plan, columns: plan.columns() };
}

/** Who gets each lead, as a digest: by row here, in the same order by hand. */
const ours = ({ plan, columns: { rows, to, users } }) => {
  plan.free();
  const receiver = new Int32Array(rows.length);
  rows.forEach((row, nth) => (receiver[row] = person.get(users[to[nth]])));
  return digest(receiver);
};
const byObjects = (changes) => digest(changes.map(({ owner }) => person.get(owner)));

function batch(workspace, some, list, rounds, of) {
  const table = workspace.load(some);
  const best = race({
    rounds,
    check: same,
    runners: {
      ours: { run: () => routed(workspace, table), done: ours },
      js: { run: () => hand(some, list, of), done: byObjects },
    },
  });
  table.free();
  return best;
}

const workspace = opened(fifty);

// ---- one lead

{
  const few = leads.slice(0, TENTH);
  const table = workspace.load(few);
  const first = byHand(fifty);
  const [zen, jsonRules] = [zenEngine(fifty), jsonRulesEngine(fifty)];
  const rule = (plan) => {
    const [{ rule }] = plan.changes(0, 1);
    plan.free();
    return fifty.findIndex(({ id }) => id === rule);
  };
  const one = (nth) => workspace.plan(table, { type: "route", leads: { ids: [few[nth].id] } }, context);
  for (const [nth, lead] of few.slice(0, 500).entries()) {
    same({ hand: first(lead), ours: rule(one(nth)), zen: await zen(lead), jsonRules: await jsonRules(lead) });
  }
  const times = each(400, { all: 50 }, { ours: (nth) => one(nth % few.length).free() });
  // The peers answer by promises, and so are timed in a loop of their own.
  const awaited = async (calls, ask) => {
    let best = Infinity;
    for (let sample = 0; sample < (quick ? 2 : 10); sample++) {
      const start = performance.now();
      for (let nth = 0; nth < calls; nth++) await ask(few[(sample * calls + nth) % few.length]);
      best = Math.min(best, (performance.now() - start) / calls);
    }
    return best;
  };
  report.alone(`route of one lead among ${many(TENTH)}`, times.ours * 1000, 20, "µs");
  report.against(`route of one lead among ${many(TENTH)}`, times.ours, "json-rules-engine, the rule alone", await awaited(200, jsonRules), { faster: 3 });
  report.against(`route of one lead among ${many(TENTH)}`, times.ours, "zen-engine, the rule alone", await awaited(500, zen));
  table.free();
}

// ---- a batch

const most = {};
for (const [size, rounds, target] of [
  [TENTH, 24, { faster: 5 }],
  [MOST, 6, { atMost: 0.5 }],
]) {
  const best = batch(workspace, leads.slice(0, size), fifty, rounds);
  most[size] = best.ours;
  report.against(`route of ${many(size)} through 50 rules to 40`, best.ours, "by hand, into objects", best.js, target);
}
{
  const table = workspace.load(leads.slice(0, TENTH));
  const draft = { rules: [...fifty.slice(0, -1).reverse(), fifty.at(-1)] };
  const { ours } = race({ rounds: 3, runners: { ours: { run: () => workspace.simulate(table, { draft }, context), done: (simulation) => simulation.free() } } });
  report.alone(`replay of ${many(TENTH)} by what stands and by a draft`, ours);
  table.free();
}
{
  const few = leads.slice(0, TENTH);
  const loaded = groups(GROUPS.map(() => "least_loaded"));
  const users = routing(fifty).users.map((user) => (user.kind === "service" ? user : { ...user, capacity: MOST }));
  for (const [name, over, of] of [["by fewest open leads", { groups: loaded }, loaded], ["with a capacity for each", { users }, GROUPS]]) {
    const other = opened(fifty, over);
    const best = batch(other, few, fifty, 12, of);
    report.against(`route of ${many(TENTH)} ${name}`, best.ours, "by hand, into objects", best.js);
    other.free();
  }
}
report.against(`route of ${many(MOST)}`, most[MOST], `ten times ${many(TENTH)}`, most[TENTH] * 10, { atMost: 1.25 });
workspace.free();

// ---- more rules

{
  const few = leads.slice(0, TENTH);
  const more = rules(400);
  const large = opened(more);
  const best = batch(large, few, more, 12);
  report.against(`route of ${many(TENTH)} through 400 rules`, best.ours, "eight times through 50", most[TENTH] * 8, { atMost: 0.5 });
  report.against(`route of ${many(TENTH)} through 400 rules`, best.ours, "by hand, into objects", best.js);
  large.free();
}
engine.free();
report.end();
