// Asking a table that is loaded: the list query, a text search, a sort.
import { createEngineSync, everything, host } from "./lib/evenhand.mjs";
import { fields, Leads } from "./lib/leads.mjs";
import { duckdb } from "./lib/peers/duckdb.mjs";
import { peers } from "./lib/peers/objects.mjs";
import { sqlite } from "./lib/peers/sqlite.mjs";
import { asRules, question } from "./lib/question.mjs";
import { many, MOST } from "./lib/quick.mjs";
import { digest, race, same } from "./lib/race.mjs";
import { Random } from "./lib/random.mjs";
import { Report } from "./lib/report.mjs";
import { workspace } from "./lib/world.mjs";

const SEED = 11;
const HAND = "hand-written JS";
const report = new Report("query");
const engine = createEngineSync({ maxMemory: 2 ** 31 });
const leadsOf = (rows) => `${many(rows)} leads`;

/** Row numbers of what a query finds, in table order or sorted. Nothing of it is kept. */
function find(table, query, sort) {
  const found = table.select(query, host);
  const sorted = sort === undefined ? found : found.sort(sort);
  const rows = sorted.indexes();
  if (sorted !== found) sorted.free();
  found.free();
  return rows;
}

/** A way to find rows, which are compared and then forgotten. */
const finder = (run, rounds) => ({ run, rounds, done: digest });

async function listQuery(leads, table, text, rounds) {
  const [lite, duck] = [await sqlite(leads), await duckdb(text)];
  const { ours, ...others } = race({
    rounds: rounds.fast,
    make: question,
    check: same,
    runners: {
      ours: finder((asked) => find(table, asRules(asked))),
      ...Object.fromEntries(Object.entries(peers).map(([name, peer]) => [name, finder((asked) => peer(leads, asked), name === HAND ? rounds.fast : rounds.slow)])),
      "SQLite wasm": finder((asked) => lite.find(asked), rounds.slow),
      "DuckDB wasm": finder((asked) => duck.find(asked), rounds.slow),
    },
  });
  lite.close();
  duck.close();
  // The bar for what is written by hand is set at a million, where the objects no longer fit any cache; others must stay behind it everywhere.
  const large = leads.length === MOST;
  for (const [name, took] of Object.entries(others)) {
    report.against(`list query, ${leadsOf(leads.length)}`, ours, name, took, large || name !== HAND ? { faster: 25 } : undefined);
  }
}

function textSearch(leads, table) {
  const lowered = leads.map((lead) => lead.email.toLowerCase());
  const rows = (test) => {
    const found = [];
    for (let row = 0; row < leads.length; row++) if (test(row)) found.push(row);
    return found;
  };
  const { ours, ...others } = race({
    rounds: 8,
    // Digits in the midst of the address: few rows have them, and every address is looked at.
    make: (round) => `${new Random(round).of(["son", "er", "lace", "ski"])}${10 + round}${round % 10}`,
    check: same,
    runners: {
      ours: finder((part) => find(table, { combinator: "and", rules: [{ field: "email", operator: "contains", value: part }] })),
      "toLowerCase().includes": finder((part) => rows((row) => leads[row].email.toLowerCase().includes(part))),
      "includes, lower-cased before": finder((part) => rows((row) => lowered[row].includes(part))),
    },
  });
  for (const [name, took] of Object.entries(others)) report.against(`email contains, ${leadsOf(leads.length)}`, ours, name, took);
}

/** Names without accents, with a part that few have; the same in JS as it is usually written, and with the form made beforehand. */
function accentless(leads) {
  const own = workspace(engine, { fields: { ...fields, lastName: { type: "text", compare: "accentless" } } });
  const random = new Random(SEED);
  // Every other vowel with an accent, composed or not, and an ending of its own, as there are more names than the few hundred of the leads.
  const accent = (letter) => (random.below(2) === 0 ? letter : random.of([`${letter}\u0301`.normalize("NFC"), `${letter}\u0308`]));
  const named = leads.map((lead, at) => ({ ...lead, lastName: `${lead.lastName.replace(/[aeiou]/g, accent)}-${at % 99_991}` }));
  const table = own.load(named);
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const ready = named.map(({ lastName }) => plain(lastName));
  const rows = (test) => {
    const found = [];
    for (let row = 0; row < named.length; row++) if (test(row)) found.push(row);
    return found;
  };
  const { ours, js, before } = race({
    rounds: 4,
    make: (round) => `${new Random(round).of(["ez", "son", "er"])}-${10 + round}`,
    check: same,
    runners: {
      ours: finder((part) => find(table, { combinator: "and", rules: [{ field: "lastName", operator: "contains", value: part }] })),
      js: finder((part) => rows((row) => plain(named[row].lastName).includes(part))),
      before: finder((part) => rows((row) => ready[row].includes(part))),
    },
  });
  const work = `name contains, without accents, ${leadsOf(leads.length)}`;
  report.against(work, ours, 'normalize("NFD") and includes', js, { faster: 5 });
  report.against(work, ours, "includes, normalized before", before);
  table.free();
  own.free();
}

function sorting(leads, table) {
  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const sorts = [
    ["state, score descending", [{ field: "state" }, { field: "score", descending: true }], (a, b) => compare(a.state, b.state) || b.score - a.score],
    // The sort key of a name is its lower-cased form; a good engineer makes it once.
    ["last name, created descending", [{ field: "lastName" }, { field: "created", descending: true }], (a, b) => compare(a.key, b.key) || compare(b.created, a.created)],
  ];
  const keyed = leads.map((lead) => ({ state: lead.state, score: lead.score, created: lead.created, key: lead.lastName.toLowerCase() }));
  for (const [name, by, order] of sorts) {
    const { ours, js } = race({
      rounds: 2,
      check: same,
      runners: {
        ours: finder(() => find(table, everything, by)),
        js: finder(() => Uint32Array.from(leads.keys()).sort((a, b) => order(keyed[a], keyed[b]) || a - b), 1),
      },
    });
    report.against(`sort by ${name}, ${leadsOf(leads.length)}`, ours, "JS sort of an index", js);
  }
}

for (const rows of [MOST / 10, MOST]) {
  const large = rows === MOST;
  const made = new Leads(rows, SEED);
  const leads = made.objects();
  const table = workspace(engine).load(made.json());
  await listQuery(leads, table, made.csv(leads), large ? { fast: 20, slow: 2 } : { fast: 40, slow: 4 });
  if (large) {
    textSearch(leads, table);
    accentless(leads.slice(0, MOST / 5));
    sorting(leads, table);
  }
  table.free();
}
engine.free();
report.end();
