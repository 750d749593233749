// Leads and values for filters of other systems: every type, twice where two fields are compared.
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { pkg } from "../../package/lib/installed.mjs";
import { createEngineSync } from "./world.mjs";

export const { importFilter } = await import(pathToFileURL(join(pkg, "import.js")).href);

const text = (caseSensitive) => ({ type: "text", ...(caseSensitive ? { caseSensitive } : {}) });
export const FIELDS = {
  id: text(), owner: { type: "user" }, agent: { type: "user" }, name: text(), code: text(true), number: text(true),
  score: { type: "number" }, rooms: { type: "number" }, hot: { type: "boolean" }, sold: { type: "boolean" },
  born: { type: "date" }, due: { type: "date" }, made: { type: "datetime" }, seen: { type: "datetime" },
  status: { type: "choice" }, phase: { type: "choice" }, tags: { type: "tags" }, labels: { type: "tags" },
};
export const NAMES = Object.keys(FIELDS).filter((name) => name !== "id");
export const LISTS = ["tags", "labels"];
export const SINGLE = NAMES.filter((name) => !LISTS.includes(name));
export const twin = (name) => NAMES.find((other) => other !== name && FIELDS[other].type === FIELDS[name].type && FIELDS[other].caseSensitive === FIELDS[name].caseSensitive) ?? name;

const POOLS = {
  text: ["", "ann", "Ann", "ANN", "5", "05", "15", " 15", "100%_.*", "(a|b)", "é", "É", "😀", "\u{1f600}z", "￮", "a b", "null", "true", "a\nb"],
  number: [0, 1, -1, 5, 15, 0.5, -7.25, 2 ** 53],
  boolean: [true, false],
  date: ["2026-03-07", "2026-03-08", "2026-03-09", "1999-12-31", "9999-12-31"],
  datetime: ["2026-03-08T04:59:59.999Z", "2026-03-08T05:00:00.000Z", "1969-12-31T23:59:59.999Z", "0001-01-01T05:00:00.000Z"],
  choice: ["new", "open", "won", "New"],
  user: ["ann", "bob", "7"],
  tags: ["vip", "VIP", "late", "x,y", "é", "null", "5"],
};
export const valueOf = (random, type) => random.one(POOLS[type]);
/** A value that may be of any type, or none. */
export const anyValue = (random, type) => (random.once(5) ? random.one([null, "", true, false, 0, 5, "5", "15", "ann", "", "zzz", "1e9", " "]) : valueOf(random, type));

export function leads(random, count) {
  const cell = (name) => {
    const { type } = FIELDS[name];
    if (type === "tags") return POOLS.tags.filter(() => random.once(4));
    return random.once(4) ? null : valueOf(random, type);
  };
  return Array.from({ length: count }, (_, at) => ({ id: String(at), ...Object.fromEntries(NAMES.map((name) => [name, cell(name)])) }));
}

export const config = { version: 1, timeZone: "America/New_York", fields: FIELDS, lead: { id: "id", owner: "owner" }, users: [{ id: "ann" }, { id: "bob" }, { id: "7" }] };

/** A table of such leads; `rows` are what it gives back, and `found` the ids that a filter finds. */
export function table(random, count) {
  const workspace = createEngineSync().workspace(config);
  const loaded = workspace.load(leads(random, count));
  const all = loaded.select(null, { actor: null });
  return {
    workspace,
    rows: all.rows(),
    found(filter) {
      const selection = loaded.select(filter, { actor: null });
      const ids = selection.ids();
      selection.free();
      return ids;
    },
  };
}

/** The filter, or the codes why there is none. */
export function imported(from, filter, options = {}) {
  try {
    return { filter: importFilter(from, filter, { config, ...options }) };
  } catch (error) {
    if (error.code !== "filter_not_importable") throw error;
    return { refused: error.diagnostics };
  }
}

/**
 * Thousands of random filters of one form. `draw` gives `{ given, options, wanted }`: `wanted` lists what the filter must find, once for each way in which leads
 * are given to the other side, or is undefined where the two cannot be compared. So many at least must be imported, and find some leads and not all.
 */
export function thousands(form, { rows, found }, least, draw) {
  const counts = { imported: 0, refused: 0, some: 0 };
  for (let round = 0; round < 12_000; round += 1) {
    const { given, options, wanted } = draw();
    const { filter, refused } = imported(form, given, options);
    if (refused || wanted === undefined) {
      counts.refused += 1;
      continue;
    }
    counts.imported += 1;
    const ids = found(filter);
    if (ids.length > 0 && ids.length < rows.length) counts.some += 1;
    for (const leads of wanted()) assert.deepEqual(ids, leads.map(({ id }) => id), `${JSON.stringify(given)} as ${JSON.stringify(filter)}`);
  }
  assert.ok(counts.imported > least.imported && counts.some > least.some, JSON.stringify(counts));
}
