// Filters of HubSpot's lists: branches, beside an oracle of what their operators are called.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FIELDS, imported, NAMES, table, thousands, valueOf } from "./lib/imports.mjs";
import { Random } from "./lib/world.mjs";

const random = new Random(41);
const { rows, found } = table(random, 60);

/** Of a set of values, and of one value, which is a set of one. */
const ENUMERATION = ["IS_ANY_OF", "IS_NONE_OF", "IS_EXACTLY", "IS_NOT_EXACTLY", "CONTAINS_ALL", "DOES_NOT_CONTAIN_ALL"];
const OPERATORS = {
  number: { NUMBER: ["IS_EQUAL_TO", "IS_NOT_EQUAL_TO", "IS_LESS_THAN", "IS_LESS_THAN_OR_EQUAL_TO", "IS_GREATER_THAN", "IS_GREATER_THAN_OR_EQUAL_TO"] },
  boolean: { BOOL: ["IS_EQUAL_TO", "IS_NOT_EQUAL_TO"], ENUMERATION },
  text: Object.fromEntries(["STRING", "MULTISTRING"].map((type) => [type, ["IS_EQUAL_TO", "IS_NOT_EQUAL_TO", "CONTAINS", "DOES_NOT_CONTAIN", "STARTS_WITH", "ENDS_WITH"]])),
};

/** A property as HubSpot holds it: one value or a set, or nothing. */
function property(row, name) {
  const cell = row[name];
  return cell === null || cell === "" || (Array.isArray(cell) && cell.length === 0) ? undefined : cell;
}

function passes({ property: name, operation: { operationType, operator, value, values = [value], includeObjectsWithNoValueSet } }, row, { caseSensitive, unset }) {
  const has = property(row, name);
  if (operator === "IS_KNOWN") return has !== undefined;
  if (operator === "IS_UNKNOWN") return has === undefined;
  const denies = /NOT|NONE/.test(operator);
  if (has === undefined) return includeObjectsWithNoValueSet ?? (denies && unset === "match");
  const plain = (text) => (caseSensitive === false && operationType.endsWith("STRING") ? text.toLowerCase() : text);
  const [mine, theirs] = [Array.isArray(has) ? has : plain(has), values.map(plain)];
  const set = (operationType === "ENUMERATION" ? [mine].flat() : []).map(String);
  switch (operator) {
    case "IS_EQUAL_TO": return theirs.some((one) => one === mine);
    case "IS_NOT_EQUAL_TO": return !theirs.some((one) => one === mine);
    case "IS_LESS_THAN": return mine < value;
    case "IS_LESS_THAN_OR_EQUAL_TO": return mine <= value;
    case "IS_GREATER_THAN": return mine > value;
    case "IS_GREATER_THAN_OR_EQUAL_TO": return mine >= value;
    case "CONTAINS": return theirs.some((one) => mine.includes(one));
    case "DOES_NOT_CONTAIN": return !theirs.some((one) => mine.includes(one));
    case "STARTS_WITH": return theirs.some((one) => mine.startsWith(one));
    case "ENDS_WITH": return theirs.some((one) => mine.endsWith(one));
    case "IS_ANY_OF": return set.some((one) => theirs.includes(one));
    case "IS_NONE_OF": return !set.some((one) => theirs.includes(one));
    case "CONTAINS_ALL": return theirs.every((one) => set.includes(one));
    case "DOES_NOT_CONTAIN_ALL": return !theirs.every((one) => set.includes(one));
    case "IS_EXACTLY": return theirs.every((one) => set.includes(one)) && set.every((one) => theirs.includes(one));
    case "IS_NOT_EXACTLY": return !(theirs.every((one) => set.includes(one)) && set.every((one) => theirs.includes(one)));
    default: throw new Error(operator);
  }
}

function holds(branch, row, options) {
  const each = [
    ...(branch.filters ?? []).map((one) => (one.filterType === "CONSTANT" ? one.shouldAccept : passes(one, row, options))),
    ...(branch.filterBranches ?? []).map((one) => holds(one, row, options)),
  ];
  const { filterBranchType: type } = branch;
  const holding = type === "AND" || type === "NOT_ALL" ? each.every(Boolean) : each.some(Boolean);
  return type.startsWith("NOT") ? !holding : holding;
}

function filter() {
  if (random.once(25)) return { filterType: "CONSTANT", shouldAccept: random.once(2) };
  const name = random.one(NAMES.filter((name) => !FIELDS[name].type.startsWith("date")));
  const { type } = FIELDS[name];
  const include = random.one([undefined, true, false, false]);
  const flag = include === undefined ? {} : { includeObjectsWithNoValueSet: include };
  if (random.once(8)) {
    const operator = random.one(["IS_KNOWN", "IS_UNKNOWN"]);
    return { filterType: "PROPERTY", property: name, operation: { operationType: "ALL_PROPERTY", operator, ...(operator === "IS_KNOWN" ? {} : flag) } };
  }
  const all = OPERATORS[type] ?? { ENUMERATION };
  const operationType = random.one(Object.keys(all));
  const one = () => valueOf(random, type);
  const several = operationType === "MULTISTRING" || operationType === "ENUMERATION";
  const values = several ? { values: Array.from({ length: 1 + random.below(3) }, () => (type === "boolean" ? String(one()) : one())) } : { value: one() };
  return { filterType: "PROPERTY", property: name, operation: { operationType, operator: random.one(all[operationType]), ...values, ...flag } };
}

function branch(depth) {
  const filters = Array.from({ length: random.below(3) }, filter);
  const filterBranches = depth === 0 ? [] : Array.from({ length: random.below(3) }, () => branch(depth - 1));
  const many = filters.length + filterBranches.length > 0;
  return { filterBranchType: many ? random.one(["AND", "OR", "AND", "OR", "NOT_ALL", "NOT_ANY"]) : "AND", filters, filterBranches };
}

test("thousands of random lists have the same records", () => {
  thousands("hubspot", { rows, found }, { imported: 4000, some: 2000 }, () => {
    const filterBranch = branch(2);
    const options = { unset: random.one(["match", "skip", "skip", undefined]), caseSensitive: random.one([undefined, true, false, false]) };
    const set = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    return { given: { filterBranch }, options: set, wanted: () => [rows.filter((row) => holds(filterBranch, row, options))] };
  });
});

test("a text whose case decides nothing needs no answer, one that has letters does", () => {
  const list = (value, property = "name") => ({ filterBranchType: "AND", filters: [{ filterType: "PROPERTY", property, operation: { operationType: "STRING", operator: "IS_EQUAL_TO", value } }] });
  const codes = (filter, options) => imported("hubspot", filter, options).refused?.map(({ code }) => code);
  assert.equal(codes(list("15")), undefined);
  assert.equal(codes(list("15", "code")), undefined);
  assert.deepEqual(codes(list("ann")), ["ambiguous"]);
  assert.equal(codes(list("ann"), { caseSensitive: false }), undefined);
  assert.deepEqual(codes(list("ann"), { caseSensitive: true }), ["not_exact"]);
  assert.deepEqual(codes(list("ann", "code"), { caseSensitive: false }), ["not_exact"]);
  assert.equal(codes(list("ann", "code"), { caseSensitive: true }), undefined);
});

test("a property of one value is a set of one", () => {
  const one = (property, operator, values) => {
    const options = { unset: "skip" };
    const filterBranch = { filterBranchType: "AND", filters: [{ filterType: "PROPERTY", property, operation: { operationType: "ENUMERATION", operator, values } }] };
    const { filter } = imported("hubspot", { filterBranch }, options);
    const wanted = rows.filter((row) => holds(filterBranch, row, options)).map(({ id }) => id);
    assert.deepEqual(found(filter), wanted, `${property} ${operator} ${values}`);
    return wanted.length;
  };
  for (const name of NAMES.filter((name) => ["boolean", "choice", "user", "unit"].includes(FIELDS[name].type))) {
    const [value, other] = [...new Set(rows.map((row) => property(row, name)).filter((cell) => cell !== undefined).map(String))];
    for (const operator of ["IS_ANY_OF", "IS_EXACTLY", "CONTAINS_ALL"]) assert.ok(one(name, operator, [value]) > 0);
    for (const operator of ["IS_NONE_OF", "IS_NOT_EXACTLY", "DOES_NOT_CONTAIN_ALL"]) assert.ok(one(name, operator, [value]) > 0);
    for (const operator of ["IS_EXACTLY", "CONTAINS_ALL"]) assert.equal(one(name, operator, [value, other]), 0);
    assert.ok(one(name, "IS_NOT_EXACTLY", [value, other]) >= one(name, "IS_ANY_OF", [value, other]));
  }
});

test("what is unknown is unknown with the flag, without it and with its opposite", () => {
  const unknown = (flag) => imported("hubspot", { filterBranchType: "AND", filters: [{ filterType: "PROPERTY", property: "score", operation: { operationType: "ALL_PROPERTY", operator: "IS_UNKNOWN", ...flag } }] }).filter;
  const wanted = rows.filter((row) => property(row, "score") === undefined).map(({ id }) => id);
  assert.ok(wanted.length > 0);
  for (const flag of [{}, { includeObjectsWithNoValueSet: false }, { includeObjectsWithNoValueSet: true }]) assert.deepEqual(found(unknown(flag)), wanted);
});

test("what is refused of a list, and where", () => {
  const refused = (filters, more = {}, options = {}) => imported("hubspot", { filterBranch: { filterBranchType: "OR", filterBranches: [{ filterBranchType: "AND", filters, ...more }] } }, options).refused?.map(({ code, path }) => `${code} ${path}`);
  const branchAt = "/filterBranch/filterBranches/0";
  const first = `${branchAt}/filters/0`;
  const score = (operation) => [{ filterType: "PROPERTY", property: "score", operation }];
  const number = { operationType: "NUMBER", operator: "IS_EQUAL_TO", value: 5 };
  assert.equal(refused(score(number)), undefined);
  assert.deepEqual(refused(score({ ...number, operator: "IS_NOT_EQUAL_TO" })), [`ambiguous ${first}/operation`]);
  assert.deepEqual(refused(score({ ...number, operator: "HAS_EVER_BEEN_EQUAL_TO" })), [`not_supported ${first}/operation/operator`]);
  assert.deepEqual(refused(score({ ...number, operator: "toString" })), [`malformed ${first}/operation/operator`]);
  assert.deepEqual(refused(score({ ...number, pruningRefineBy: {} })), [`not_supported ${first}/operation/pruningRefineBy`]);
  assert.deepEqual(refused(score({ operationType: "NUMBER_RANGED", operator: "IS_BETWEEN", lowerBound: 1, upperBound: 2 })), [`not_supported ${first}/operation/operationType`]);
  assert.deepEqual(refused(score({ operationType: "TIME_POINT", operator: "IS_AFTER" })), [`not_supported ${first}/operation/operationType`]);
  assert.deepEqual(refused(score({ operationType: "STRING", operator: "CONTAINS", value: "5" })), [`not_exact ${first}/operation/operationType`]);
  assert.deepEqual(refused(score({ ...number, value: "5x" })), [`value_invalid ${first}/operation/value`]);
  assert.deepEqual(refused(score({ operationType: "ALL_PROPERTY", operator: "IS_KNOWN", includeObjectsWithNoValueSet: true })), [`malformed ${first}/operation/includeObjectsWithNoValueSet`]);
  assert.deepEqual(refused([{ filterType: "IN_LIST", listId: "7", operator: "IN_LIST" }]), [`not_supported ${first}/filterType`]);
  assert.deepEqual(refused(score(number), { filterBranches: [{ filterBranchType: "ASSOCIATION", filters: [] }] }), [`not_supported ${branchAt}/filterBranches/0/filterBranchType`]);
  assert.deepEqual(refused(score(number), { objectTypeId: "0-1" }), [`not_supported ${branchAt}/objectTypeId`]);
  assert.deepEqual(refused(score(number), { filterBranch: {} }), [`not_supported ${branchAt}/filterBranch`]);
  assert.deepEqual(refused(score({ ...number, includeObjectsWithNoValueSet: "yes" })), [`malformed ${first}/operation/includeObjectsWithNoValueSet`]);
  assert.deepEqual(refused([{ filterType: "CONSTANT", shouldAccept: 1, more: 1 }]), [`not_supported ${first}/more`, `malformed ${first}/shouldAccept`]);
  assert.deepEqual(imported("hubspot", { filterBranch: { filterBranchType: "AND" }, name: "x" }).refused.map(({ code, path }) => `${code} ${path}`), ["not_supported /name"]);
  assert.deepEqual(refused(score(number), { filterBranchOperator: "OR" }), [`malformed ${branchAt}/filterBranchOperator`]);
  assert.deepEqual(imported("hubspot", { filterBranchType: "OR" }).refused.map(({ code }) => code), ["malformed"]);
  let deep = { filterBranchType: "AND", filters: score(number) };
  for (let level = 0; level < 80; level += 1) deep = { filterBranchType: level % 2 === 0 ? "NOT_ANY" : "OR", filters: score({ ...number, value: level }), filterBranches: [deep] };
  assert.deepEqual(imported("hubspot", deep).refused.map(({ code }) => code), ["too_deep"]);
});
