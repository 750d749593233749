// The body of HubSpot's CRM search, beside an oracle that says what its public documentation says of each operator.
import assert from "node:assert/strict";
import test from "node:test";
import { FIELDS, imported, NAMES, table, thousands, valueOf } from "./lib/imports.mjs";
import { Random } from "./lib/world.mjs";

const random = new Random(37);
const { rows, found } = table(random, 60);

/** A property as HubSpot holds it: a text, or nothing. */
function property(row, name) {
  const cell = row[name];
  if (cell === null || cell === "" || (Array.isArray(cell) && cell.length === 0)) return undefined;
  return FIELDS[name].type === "datetime" ? String(Date.parse(cell)) : Array.isArray(cell) ? cell.join(";") : String(cell);
}
/** How two properties compare: numbers and times as numbers, days as days, texts without regard to case, choices as they are. */
const order = { number: (a, b) => a - b, datetime: (a, b) => time(a) - time(b), date: (a, b) => time(a) - time(b), text: (a, b) => (a.toLowerCase() === b.toLowerCase() ? 0 : NaN) };
const time = (text) => (/^-?\d+$/.test(text) ? Number(text) : Date.parse(text));

function holds({ propertyName, operator, value, values, highValue }, row, unset) {
  const has = property(row, propertyName);
  if (operator === "HAS_PROPERTY") return has !== undefined;
  if (operator === "NOT_HAS_PROPERTY") return has === undefined;
  if (has === undefined) return ["NEQ", "NOT_IN"].includes(operator) && unset === "match";
  const compare = order[FIELDS[propertyName].type] ?? ((a, b) => (a === b ? 0 : NaN));
  const to = (other) => compare(has, String(other));
  switch (operator) {
    case "EQ": return to(value) === 0;
    case "NEQ": return to(value) !== 0;
    case "LT": return to(value) < 0;
    case "LTE": return to(value) <= 0;
    case "GT": return to(value) > 0;
    case "GTE": return to(value) >= 0;
    case "BETWEEN": return to(value) >= 0 && to(highValue) <= 0;
    case "IN": return values.some((one) => to(one) === 0);
    case "NOT_IN": return values.every((one) => to(one) !== 0);
    default: throw new Error(operator);
  }
}

function written(name) {
  const { type } = FIELDS[name];
  const given = valueOf(random, type);
  if (type === "datetime") return random.once(2) ? String(Date.parse(given)) : given;
  if (type === "date") return random.once(2) ? String(Date.parse(given)) : given;
  return random.once(2) || type === "text" ? String(given) : given;
}

function filter() {
  const propertyName = random.one(NAMES);
  const operator = random.one(["EQ", "EQ", "NEQ", "LT", "LTE", "GT", "GTE", "BETWEEN", "IN", "NOT_IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY"]);
  const several = () => Array.from({ length: 1 + random.below(3) }, () => String(written(propertyName)));
  const values = FIELDS[propertyName].type === "text" ? several().map((text) => text.toLowerCase()) : several();
  if (operator.endsWith("PROPERTY")) return { propertyName, operator };
  if (operator.endsWith("IN")) return { propertyName, operator, values };
  return { propertyName, operator, value: written(propertyName), ...(operator === "BETWEEN" ? { highValue: written(propertyName) } : {}) };
}

test("thousands of random searches find the same records", () => {
  thousands("hubspot", { rows, found }, { imported: 5000, some: 2000 }, () => {
    const filterGroups = Array.from({ length: random.below(3) }, () => ({ filters: Array.from({ length: 1 + random.below(2) }, filter) }));
    const unset = random.one([undefined, "match", "skip"]);
    const fits = (row) => filterGroups.length === 0 || filterGroups.some(({ filters }) => filters.every((one) => holds(one, row, unset)));
    return { given: { filterGroups }, options: unset && { unset }, wanted: () => [rows.filter(fits)] };
  });
});

test("what is refused, and where", () => {
  const refused = (filters, more = {}) => imported("hubspot", { filterGroups: [{ filters }], ...more }).refused?.map(({ code, path }) => `${code} ${path}`);
  const first = "/filterGroups/0/filters/0";
  assert.deepEqual(refused([{ propertyName: "score", operator: "NEQ", value: "5" }]), [`ambiguous ${first}/operator`]);
  assert.deepEqual(refused([{ propertyName: "name", operator: "CONTAINS_TOKEN", value: "ann" }]), [`not_supported ${first}/operator`]);
  assert.deepEqual(refused([{ propertyName: "code", operator: "EQ", value: "a" }]), [`not_exact ${first}/value`]);
  assert.deepEqual(refused([{ propertyName: "name", operator: "IN", values: ["ann", "Bob"] }]), [`value_invalid ${first}/values/1`]);
  assert.deepEqual(refused([{ propertyName: "score", operator: "EQ", value: "5x" }]), [`value_invalid ${first}/value`]);
  assert.deepEqual(refused([{ propertyName: "score", operator: "HAS_PROPERTY", value: "5" }]), [`malformed ${first}/value`]);
  assert.deepEqual(refused([{ propertyName: "score", operator: "toString" }]), [`malformed ${first}/operator`]);
  assert.deepEqual(refused([]), ["malformed /filterGroups/0"]);
  assert.deepEqual(refused([{ propertyName: "score", operator: "EQ", value: "5" }], { query: "ann" }), ["not_supported /query"]);
});
