// Getting leads into a table, changing them there, and what they take.
import Papa from "papaparse";
import { inferSchema, initParser } from "udsv";
import { createEngineSync, host } from "./lib/evenhand.mjs";
import { Leads, OWNERS, STATUS } from "./lib/leads.mjs";
import { many, MOST } from "./lib/quick.mjs";
import { race, same } from "./lib/race.mjs";
import { Random } from "./lib/random.mjs";
import { Report } from "./lib/report.mjs";
import { workspace } from "./lib/world.mjs";

const ROWS = MOST / 10;
const report = new Report("load");
const decoder = new TextDecoder();

/** Sizes of what was loaded, and rows from its ends. */
const ends = (rows) => [rows.length, ...rows.slice(0, 200), ...rows.slice(-200)];

const engine = createEngineSync({ maxMemory: 2 ** 31 });
const world = workspace(engine);

/** A table's rows as the peer has them. The table is freed. */
function rowsOf(table) {
  const all = table.select(null, host);
  const [size, first, last] = [all.count, all.rows(0, 200), all.rows(all.count - 200)];
  all.free();
  table.free();
  return [size, ...first, ...last];
}

/** CSV has texts only; what stands for null is empty, and lists are joined. */
const asCsv = (rows) => rows.map((row) => (typeof row === "number" ? row : Object.values(row).map((cell) => String(cell ?? ""))));

/** A load against a peer that makes objects. */
function compare(work, peer, target, { inputs, load, parse, see = (rows) => rows }) {
  const { ours, theirs } = race({
    rounds: 6,
    make: (round) => inputs[round % inputs.length],
    // What the round before has left behind is not this round's to clear away.
    between: globalThis.gc,
    check: same,
    runners: { ours: { run: load, done: (table) => see(rowsOf(table)) }, theirs: { run: parse, done: (rows) => see(ends(rows)) } },
  });
  report.against(`${work}, ${many(ROWS)} leads`, ours, peer, theirs, target);
}

const made = [21, 22].map((seed) => new Leads(ROWS, seed));
compare("JSON bytes → table", "JSON.parse", { atMost: 0.2 }, {
  inputs: made.map((leads) => leads.json()),
  load: (bytes) => world.load(bytes),
  parse: (bytes) => JSON.parse(decoder.decode(bytes)),
});
compare("NDJSON bytes → table", "JSON.parse by line", undefined, {
  inputs: made.map((leads) => leads.ndjson()),
  load: (bytes) => world.load(bytes, { format: "ndjson" }),
  parse: (bytes) => decoder.decode(bytes).trimEnd().split("\n").map((line) => JSON.parse(line)),
});
compare("JS objects → table", "structuredClone", { atMost: 0.15 }, {
  inputs: made.map((leads) => leads.objects()),
  load: (rows) => world.load(rows),
  parse: (rows) => structuredClone(rows),
});
const csv = { inputs: made.map((leads) => leads.csv()), load: (bytes) => world.load(bytes, { format: "csv" }), see: asCsv };
compare("CSV bytes → table", "papaparse", { faster: 8 }, {
  ...csv,
  parse: (bytes) => Papa.parse(decoder.decode(bytes), { header: true, skipEmptyLines: true }).data,
});
compare("CSV bytes → table", "uDSV", { faster: 4 }, {
  ...csv,
  parse(bytes) {
    const text = decoder.decode(bytes);
    return initParser(inferSchema(text)).stringObjs(text);
  },
});
made.length = 0;

/** All of linear memory that a load has taken, in bytes for each lead. */
function resident(text, rows) {
  const alone = createEngineSync({ maxMemory: 2 ** 31 });
  const owner = workspace(alone);
  const before = alone.memory();
  const table = owner.load(text);
  report.alone(`resident lead, ${many(rows)} of them, linear memory`, (alone.memory() - before) / rows, 110, "B");
  alone.free();
  return table;
}
resident(new Leads(ROWS, 23).json(), ROWS);

const most = new Leads(MOST, 24);
const text = most.json();
resident(text, MOST);

const start = performance.now();
const table = world.load(text);
report.alone(`JSON bytes → table, ${many(MOST)} leads, once`, performance.now() - start);

// A host that keeps objects has a map beside them.
const leads = most.objects();
const byId = new Map(leads.map((lead) => [lead.id, lead]));

const idOf = (number) => leads[number].id;
const changes = (round) => {
  const random = new Random(5000 + round);
  const one = () => ({ id: idOf(random.below(MOST)), status: random.of(STATUS), owner: random.of(OWNERS), score: random.below(101), tags: ["called"] });
  return Array.from({ length: 1000 }, one);
};
const upserted = race({
  rounds: 20,
  make: changes,
  check: (answers, rows) => same(Object.fromEntries(Object.keys(answers).map((name) => [name, rows.slice(0, 50).map(({ id }) => (name === "ours" ? table.get(id, host) : byId.get(id)))]))),
  runners: {
    ours: (rows) => table.upsert(rows),
    js: (rows) => rows.forEach((row) => Object.assign(byId.get(row.id), row)),
  },
});
report.against(`upsert of 1,000 among ${many(MOST)}`, upserted.ours, "Object.assign through a Map", upserted.js);

const removed = race({
  rounds: 4,
  make: (round) => [...new Set(Array.from({ length: 1000 }, (_, nth) => ((round * 1000 + nth) * 97) % MOST).map(idOf))],
  check: same,
  runners: {
    ours: { run: (ids) => table.remove(ids), done: () => table.size },
    js: {
      run: (ids) => {
        ids.forEach((id) => byId.delete(id));
        return leads.filter((lead) => byId.has(lead.id));
      },
      done: (left) => left.length,
    },
  },
});
report.against(`remove 1,000 of ${many(MOST)}`, removed.ours, "filter through a Map", removed.js);
engine.free();
report.end();
