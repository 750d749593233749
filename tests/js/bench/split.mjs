// The even split: plain, among people who may not take everything, given back, evened out, proved.
import { createEngineSync, everything, host } from "./lib/evenhand.mjs";
import { Leads, OWNERS, STATES } from "./lib/leads.mjs";
import { many, MOST } from "./lib/quick.mjs";
import { race, same } from "./lib/race.mjs";
import { Random } from "./lib/random.mjs";
import { Report } from "./lib/report.mjs";
import { chief, config, now } from "./lib/world.mjs";

const report = new Report("split");
const engine = createEngineSync({ maxMemory: 2 ** 31 });
const context = { actor: chief, now };
const all = { filter: everything };

const made = new Leads(MOST, 31);
const leads = made.objects();
const text = made.json();

/** A workspace in which a question is asked of people before they are given a lead, and the table in it. */
function opened(accepts = () => undefined) {
  const base = config();
  const users = base.users.map((user) => {
    const taken = accepts(user.id);
    return taken === undefined ? user : { ...user, accepts: taken };
  });
  const workspace = engine.workspace({ ...base, users });
  return { workspace, table: workspace.load(text) };
}

/** A plan and its columns; the plan is given back for what is to be seen of it afterwards. */
function planned({ workspace, table }, command) {
  const plan = workspace.plan(table, command, context);
  return { plan, columns: plan.columns() };
}

const people = (seed, count) => new Random(seed).some(OWNERS, count);
const split = (to) => ({ type: "split", leads: all, split: { to } });

/** How many each gets who is named, those who keep what they have included. */
function shares({ columns: { rows, to, users } }, receivers) {
  const holder = leads.map((lead) => lead.owner);
  rows.forEach((row, nth) => (holder[row] = users[to[nth]]));
  const place = new Map(receivers.map((user, nth) => [user, nth]));
  return { holder, counts: holder.reduce((counts, user) => (place.has(user) && counts[place.get(user)]++, counts), receivers.map(() => 0)) };
}

const plain = opened();

// ---- plain

for (const size of [MOST / 10, MOST]) {
  const some = leads.slice(0, size);
  const world = size === MOST ? plain : { workspace: plain.workspace, table: plain.workspace.load(some) };
  const { ours, js } = race({
    rounds: size === MOST ? 8 : 40,
    make: (round) => people(round, 37),
    check: same,
    runners: {
      ours: {
        run: (receivers) => planned(world, split(receivers)),
        done: ({ plan, columns: { rows, to, users } }) => {
          const holder = some.map((lead) => lead.owner);
          rows.forEach((row, nth) => (holder[row] = users[to[nth]]));
          plan.free();
          return holder;
        },
      },
      js: {
        run: (receivers) => some.map((lead, row) => ({ id: lead.id, owner: receivers[row % receivers.length] })),
        done: (changes) => changes.map((change) => change.owner),
      },
    },
  });
  report.against(`plain split of ${many(size)} among 37, plan and columns`, ours, "i % k into objects", js, size === MOST ? { faster: 4 } : undefined);
}

// ---- proved

{
  const least = { plan: Infinity, encode: Infinity, verify: Infinity };
  const timed = (name, run) => {
    const start = performance.now();
    const result = run();
    least[name] = Math.min(least[name], performance.now() - start);
    return result;
  };
  for (let round = 0; round < 4; round++) {
    const plan = timed("plan", () => plain.workspace.plan(plain.table, split(people(100 + round, 37)), context));
    const bytes = timed("encode", () => plan.encode());
    const verdict = timed("verify", () => plain.workspace.verify(plain.table, bytes, context));
    if (!verdict.ok) throw new Error(`the plan was not accepted: ${JSON.stringify(verdict.problems)}`);
    verdict.plan.free();
    plan.free();
  }
  report.alone(`plan of ${many(MOST)} alone`, least.plan);
  report.alone(`encode of ${many(MOST)}`, least.encode);
  report.against(`verify of ${many(MOST)}`, least.verify, "plan and encode", least.plan + least.encode, { atMost: 2 });
}

// ---- given back, evened out

/** What people hold, dealt in turn to others: as objects, by hand. */
function dealt(from, receivers) {
  const gone = new Set(from);
  const changes = [];
  for (const lead of leads) if (gone.has(lead.owner)) changes.push({ id: lead.id, owner: receivers[changes.length % receivers.length] });
  return changes;
}

{
  const { ours, js } = race({
    rounds: 5,
    make: (round) => {
      const some = people(200 + round, 25);
      return { from: some.slice(0, 5), to: some.slice(5) };
    },
    check: same,
    runners: {
      ours: {
        run: ({ from, to }) => planned(plain, { type: "reclaim", from, split: { to } }),
        done: ({ plan, columns: { rows, to, users } }) => {
          plan.free();
          return Array.from(rows, (row, nth) => [leads[row].id, users[to[nth]]]);
        },
      },
      js: { run: ({ from, to }) => dealt(from, to), done: (changes) => changes.map(({ id, owner }) => [id, owner]) },
    },
  });
  report.against(`reclaim of 5 people's ${many(MOST / 50)} to 20`, ours, "by hand, into objects", js);
}

{
  const { ours } = race({
    rounds: 5,
    make: (round) => people(300 + round, 37),
    check: ({ ours }) => {
      if (ours > 1) throw new Error(`rebalance leaves a spread of ${ours}`);
    },
    runners: {
      ours: {
        run: (users) => planned(plain, { type: "rebalance", users }),
        done: ({ plan, columns }) => {
          const { users } = columns;
          const { counts } = shares({ columns }, users);
          plan.free();
          return Math.max(...counts) - Math.min(...counts);
        },
      },
    },
  });
  report.alone(`rebalance of 37 people's ${many(MOST * 0.15)}`, ours);
}
plain.table.free();

// ---- among people who may not take everything

/** Which states and from which score on each takes. */
function tastes(seed, states, scores) {
  const random = new Random(seed);
  return new Map(OWNERS.map((user) => [user, { states: random.some(STATES, states), score: scores[random.below(scores.length)] }]));
}

const asRules = ({ states, score }) => ({
  combinator: "and",
  rules: [
    { field: "state", operator: "in", value: states },
    { field: "score", operator: ">=", value: score },
  ],
});

/** Each lead in turn to whoever of those who take it has least: what is usually written. */
function greedy(rows, receivers, taste) {
  const takers = receivers.map((user) => ({ user, states: new Set(taste.get(user).states), score: taste.get(user).score, load: 0 }));
  const changes = [];
  for (let row = 0; row < rows; row++) {
    const lead = leads[row];
    let least;
    for (const taker of takers) {
      if ((least === undefined || taker.load < least.load) && lead.score >= taker.score && taker.states.has(lead.state)) least = taker;
    }
    if (least === undefined) continue;
    least.load++;
    changes.push({ id: lead.id, owner: least.user });
  }
  return { changes, spread: Math.max(...takers.map((taker) => taker.load)) - Math.min(...takers.map((taker) => taker.load)) };
}

function withEligibility(title, { rows, count, taste, rounds, target }) {
  const world = opened((user) => taste.has(user) && asRules(taste.get(user)) || undefined);
  const only = rows === MOST ? all : { filter: { combinator: "and", rules: [{ field: "id", operator: "<", value: leads[rows].id }] } };
  let spreads;
  const { ours, js } = race({
    rounds,
    make: (round) => people(400 + round, count),
    check: ({ ours, js }) => {
      if (js === undefined) return;
      spreads = [ours.spread, js.spread];
      if (ours.placed !== js.placed) throw new Error(`${ours.placed} are placed, and ${js.placed} by hand`);
      if (ours.wrong > 0) throw new Error(`${ours.wrong} go to somebody who does not take them`);
      if (ours.spread > js.spread) throw new Error(`the spread is ${ours.spread}, and ${js.spread} by hand`);
    },
    runners: {
      ours: {
        run: (receivers) => planned(world, { type: "split", leads: only, split: { to: receivers } }),
        done: ({ plan, columns: { rows: changed, to, users } }) => {
          const placed = changed.length + (plan.droppedCount.no_change ?? 0);
          const takes = users.map((user) => ({ states: new Set(taste.get(user).states), score: taste.get(user).score }));
          const wrong = changed.reduce((wrong, row, nth) => wrong + (leads[row].score < takes[to[nth]].score || !takes[to[nth]].states.has(leads[row].state)), 0);
          const { spread } = plan.split;
          plan.free();
          return { placed, wrong, spread };
        },
      },
      js: {
        run: (receivers) => greedy(rows, receivers, taste),
        rounds: 2,
        done: ({ changes, spread }) => ({ placed: changes.length, spread }),
      },
    },
  });
  report.against(title, ours, "greedy", js, target);
  ["", " of greedy"].forEach((whose, nth) => report.alone(`${title}: spread${whose}`, spreads[nth], undefined, "leads"));
  world.table.free();
}

withEligibility(`split of ${many(MOST)} among 37 who take some`, { rows: MOST, count: 37, taste: tastes(41, 25, [0, 10, 20, 30]), rounds: 12, target: { faster: 20 } });
withEligibility(`split of ${many(MOST / 10)} among 200 in 2,000 classes`, { rows: MOST / 10, count: 200, taste: tastes(42, 25, Array.from({ length: 40 }, (_, nth) => nth)), rounds: 3 });
engine.free();
report.end();
