// The work that is compared between builds. Each opens what it needs on an engine and gives a function to be timed.
import * as firm from "../lib/firm.mjs";
import { Leads, OWNERS, STATES } from "../lib/leads.mjs";
import { asRules, question } from "../lib/question.mjs";
import { digest } from "../lib/race.mjs";
import { Random } from "../lib/random.mjs";
import { chief, config, now } from "../lib/world.mjs";

/** The host itself: reads without permissions. */
const host = { actor: null };
const everything = { combinator: "and", rules: [] };
const context = { actor: chief, now };
const rule = (field, operator, value) => ({ combinator: "and", rules: [{ field, operator, value }] });
const split = (to) => ({ type: "split", leads: { filter: everything }, split: { to } });
const people = (seed, count) => new Random(seed).some(OWNERS, count);
const VERBS = { view: "lead.view", edit: "lead.edit" };

/** Bytes as a short text. */
const bytes = (data) => ({ ...digest(data), length: data.length });

/** The kernels; `quick` takes fewer leads. */
export function kernels(quick) {
  const rows = quick ? 40_000 : 100_000;
  const made = new Leads(rows, 61);
  const few = new Leads(quick ? 20_000 : 40_000, 62);
  const objects = few.objects();
  const texts = { json: few.json(), csv: few.csv(objects) };
  const json = made.json();
  // Leads that are there get the values of the lead behind them, and their own again.
  const news = new Leads(few.rows / 4, 64).objects().map((lead, nth) => ({ ...lead, id: `new-${nth}` }));
  const upserts = [0, 1].map((shift) => objects.slice(0, few.rows / 4).map((lead, nth) => ({ ...objects[(nth + shift) % objects.length], id: lead.id })).concat(news));
  const text = (leads) => new TextEncoder().encode(JSON.stringify(leads));

  /** A workspace with the leads in a table, and how to let go of both. */
  function world(engine, over = {}) {
    const workspace = engine.workspace(config(over));
    const table = workspace.load(json);
    const close = () => (table.free(), workspace.free());
    return { workspace, table, close };
  }

  /** Finding rows, which are made into a list and let go. */
  const finding = (name, ask) => ({
    name,
    open(engine) {
      const { table, close } = world(engine);
      const run = (nth) => {
        const { query, sort } = ask(nth);
        const found = table.select(query, host);
        const sorted = sort === undefined ? found : found.sort(sort);
        const rows = sorted.indexes();
        if (sorted !== found) sorted.free();
        found.free();
        return rows;
      };
      return { run, see: digest, close };
    },
  });

  const loading = (name, input, options) => ({
    name,
    inputs: 1,
    open(engine) {
      const workspace = engine.workspace(config());
      const free = (table) => table.free();
      const see = (table) => {
        const all = table.select(null, host);
        const seen = [all.count, all.rows(0, 300), all.rows(all.count - 300)];
        all.free();
        free(table);
        return seen;
      };
      return { run: () => workspace.load(input, options), see, free, close: () => workspace.free() };
    },
  });

  /** Half of the rows are leads that are there, with other values each time, the others are new. What was added goes again, outside of the clock. */
  const upserting = (name, inputs) => ({
    name,
    inputs: 2,
    open(engine) {
      const workspace = engine.workspace(config());
      const table = workspace.load(texts.json);
      const fresh = news.map(({ id }) => id);
      const free = () => table.remove(fresh);
      const see = ({ added }) => {
        const all = table.select(null, host);
        const seen = [added, all.count, all.rows(0, 300), all.rows(all.count - 300)];
        all.free();
        free();
        return seen;
      };
      // The most: at any one time it depends on how many came since the table was last made dense.
      let held = 0;
      const run = (nth) => {
        const done = table.upsert(inputs[nth % 2]);
        held = Math.max(held, table.bytes);
        return done;
      };
      return { run, see, free, bytes: () => held, close: () => (table.free(), workspace.free()) };
    },
  });

  const planning = (name, over, command) => ({
    name,
    open(engine) {
      const { workspace, table, close } = world(engine, over());
      const free = (plan) => plan.free();
      const see = (plan) => {
        const seen = bytes(plan.encode());
        free(plan);
        return seen;
      };
      return { run: (nth) => workspace.plan(table, command(nth % 4), context), see, free, close };
    },
  });

  /** People who take some states and from some score on. */
  function picky() {
    const random = new Random(63);
    const accepts = () => ({
      combinator: "and",
      rules: [
        { field: "state", operator: "in", value: random.some(STATES, 25) },
        { field: "score", operator: ">=", value: random.below(4) * 10 },
      ],
    });
    const base = config();
    return { users: base.users.map((user) => (user.id === chief ? user : { ...user, accepts: accepts() })) };
  }

  /** May somebody do something with a lead, given as an object or as a row of a table? */
  const asking = (name, ofTable) => ({
    name,
    inputs: 1000,
    open(engine) {
      const workspace = engine.workspace(firm.config);
      const table = workspace.load(firm.leads);
      const run = (nth) => {
        const { person, verb, lead } = firm.questions[nth % firm.questions.length];
        // Written out: a copy of an object by `...` takes several times as long as the answer.
        const [actor, asked] = [person.id, VERBS[verb]];
        return workspace.can(ofTable ? { actor, do: asked, lead: lead.id, leads: table } : { actor, do: asked, lead }).allowed;
      };
      return { run, close: () => (table.free(), workspace.free()) };
    },
  });

  const questions = Array.from({ length: 16 }, (_, nth) => asRules(question(nth)));
  const part = (nth) => `${["son", "er", "lace", "ski"][nth % 4]}${10 + (nth % 80)}`;
  return [
    finding("list query", (nth) => ({ query: questions[nth % 16] })),
    finding("e-mail contains", (nth) => ({ query: rule("email", "contains", part(nth)) })),
    finding("sort by state and score", () => ({ query: everything, sort: [{ field: "state" }, { field: "score", descending: true }] })),
    finding("sort by name and created", () => ({ query: everything, sort: [{ field: "lastName" }, { field: "created", descending: true }] })),
    loading("load of JSON", texts.json),
    loading("load of CSV", texts.csv, { format: "csv" }),
    loading("load of rows", objects),
    upserting("upsert of JSON", upserts.map(text)),
    upserting("upsert of rows", upserts),
    planning("plan: split, plain", () => ({}), (nth) => split(people(100 + nth, 37))),
    planning("plan: split, with eligibility", picky, (nth) => split(people(200 + nth, 37))),
    {
      name: "plan and encode",
      open(engine) {
        const { workspace, table, close } = world(engine);
        const run = (nth) => {
          const plan = workspace.plan(table, split(people(100 + (nth % 4), 37)), context);
          const encoded = plan.encode();
          plan.free();
          return encoded;
        };
        return { run, see: bytes, close };
      },
    },
    {
      name: "verify",
      open(engine) {
        const { workspace, table, close } = world(engine);
        const plans = Array.from({ length: 4 }, (_, nth) => {
          const plan = workspace.plan(table, split(people(100 + nth, 37)), context);
          const encoded = plan.encode();
          plan.free();
          return encoded;
        });
        const free = (verdict) => verdict.plan?.free();
        const see = (verdict) => {
          const seen = [verdict.ok, verdict.problems, verdict.plan?.id];
          free(verdict);
          return seen;
        };
        return { run: (nth) => workspace.verify(table, plans[nth % 4], context), see, free, close };
      },
    },
    asking("can, of an object", false),
    asking("can, of a table's row", true),
    {
      name: "compile 2,000 users",
      inputs: 2,
      open(engine) {
        const org = Array.from({ length: 400 }, (_, nth) => ({ id: `unit-${nth}`, parent: nth === 0 ? null : `unit-${Math.floor((nth - 1) / 6)}` }));
        const user = (nth, round) => ({ id: `person-${nth}`, name: `Person ${nth}`, unit: `unit-${(nth + round) % 400}`, profiles: ["everything"], tags: [`tag-${nth % 20}`], capacity: 50 + round });
        const large = [0, 1].map((round) => config({ org, users: Array.from({ length: 2000 }, (_, nth) => user(nth, round)) }));
        const free = (workspace) => workspace.free();
        const see = (workspace) => {
          const seen = workspace.digest;
          free(workspace);
          return seen;
        };
        return { run: (nth) => engine.workspace(large[nth % 2]), see, free };
      },
    },
  ];
}
