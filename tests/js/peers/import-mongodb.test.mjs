// MongoDB's queries as mingo runs them, beside what they are imported as: the same documents, or a refusal.
import assert from "node:assert/strict";
import test from "node:test";
import { Context } from "mingo";
import { Query } from "mingo/query";
import { $and, $in, $literal, $not, $or } from "mingo/operators/expression";
import * as queries from "mingo/operators/query";
import { anyValue, FIELDS, imported, LISTS, SINGLE, table, thousands, twin, valueOf } from "./lib/imports.mjs";
import { Random } from "./lib/world.mjs";

const random = new Random(27);
const { rows, found } = table(random, 60);
const asDocument = (row) => Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, FIELDS[name].type === "datetime" && cell !== null ? new Date(cell) : cell]));
const NULL = rows.map(asDocument);
const ABSENT = NULL.map((row) => Object.fromEntries(Object.entries(row).filter(([, cell]) => cell !== null)));

/*
 * mingo compares within `$expr` only values of one type; MongoDB has all in one order, as its manual says under "Comparison/Sort Order": what is missing, null,
 * numbers, texts, …, truth values, dates. So the comparisons of `$expr` are these here.
 */
const rank = (value) => (value === undefined ? 0 : value === null ? 1 : { number: 2, string: 3, boolean: 8 }[typeof value] ?? 9);
const points = (text) => [...text].map((char) => char.codePointAt(0));
function order(a, b) {
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (typeof a === "string") {
    const [x, y] = [points(a), points(b)];
    const at = x.findIndex((point, place) => point !== y[place]);
    return at === -1 ? x.length - y.length : y[at] === undefined ? 1 : x[at] - y[at];
  }
  return a === undefined || a === null ? 0 : Number(a) - Number(b);
}
const comparison = (holds) => (document, args) => {
  const [a, b] = args.map((arg) => (typeof arg === "string" && arg.startsWith("$") ? document[arg.slice(1)] : (arg?.$literal ?? arg)));
  return holds(order(a, b));
};
const context = Context.init({
  query: queries,
  expression: {
    $and, $in, $literal, $not, $or,
    $eq: comparison((o) => o === 0), $ne: comparison((o) => o !== 0), $lt: comparison((o) => o < 0), $lte: comparison((o) => o <= 0), $gt: comparison((o) => o > 0), $gte: comparison((o) => o >= 0),
  },
});

const typed = (type, value) => (type === "datetime" && typeof value === "string" && /^\d{4}-.*Z$/.test(value) ? new Date(value) : value);
const value = (name) => { const { type } = FIELDS[name]; return typed(type, random.once(8) ? anyValue(random, type) : valueOf(random, type)); };
const list = (name) => [...Array.from({ length: random.below(4) }, () => value(name)), ...(random.once(5) ? [null] : [])];
const escaped = (text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
const pattern = () => random.one(["", "^"]) + escaped(random.one(["", "a", "5", "%_.*", "(a|b)", "é", "nn", "\n", "late", "v"]));

function operators(name) {
  const isList = LISTS.includes(name);
  const one = [
    () => ({ [random.one(["$eq", "$ne"])]: random.once(6) ? null : value(name) }),
    () => ({ [random.one(["$lt", "$lte", "$gt", "$gte"])]: value(name) }),
    () => ({ [random.one(["$lt", "$lte"])]: value(name), [random.one(["$gt", "$gte"])]: value(name) }),
    () => ({ [random.one(["$in", "$nin"])]: list(name) }),
    () => ({ $exists: random.once(2) }),
    () => ({ $not: operators(name) }),
    () => (random.once(2) ? { $regex: pattern() } : { $not: new RegExp(pattern()) }),
    ...(isList ? [() => ({ $all: list(name) }), () => ({ $size: random.below(4) }), () => ({ $elemMatch: operators("tags") })] : []),
  ];
  return random.one(one)();
}

function expression(depth) {
  const name = random.one(SINGLE);
  const op = () => random.one(["$eq", "$ne", "$lt", "$lte", "$gt", "$gte"]);
  if (depth > 0 && random.once(3)) return random.one([() => ({ $and: [expression(depth - 1), expression(depth - 1)] }), () => ({ $or: [expression(depth - 1), expression(depth - 1)] }), () => ({ $not: [expression(depth - 1)] })])();
  return random.one([
    () => { const pair = [`$${name}`, value(name)]; return { [op()]: random.once(2) ? pair : pair.reverse() }; },
    () => ({ [op()]: [`$${name}`, `$${twin(name)}`] }),
    () => ({ $in: [`$${name}`, Array.from({ length: random.below(3) }, () => value(name))] }),
    () => random.one([true, false, { $eq: [1, 0] }, { $lt: [1, 2] }]),
  ])();
}

function query(depth) {
  const inner = () => query(depth - 1);
  const name = random.one([...SINGLE, ...LISTS, ...LISTS, "code", "score"]);
  if (depth > 0 && random.once(2)) return { [random.one(["$and", "$or", "$nor"])]: Array.from({ length: random.below(4) }, inner) };
  return random.one([
    () => ({ [name]: random.once(6) ? null : value(name) }),
    () => ({ [name]: operators(name) }),
    () => ({ [name]: operators(name) }),
    () => ({ [name]: operators(name), [random.one(SINGLE)]: null }),
    () => ({ $expr: expression(2) }),
    () => (random.once(3) ? {} : { [name]: operators(name), $expr: expression(0) }),
  ])();
}

/** Texts above the surrogates are in another order in JavaScript, which mingo asks. */
const aside = (given) => /[\ud800-\uffff]/.test(JSON.stringify(given)) && /\$[lg]te?"/.test(JSON.stringify(given));

test("thousands of random queries find the same documents", () => {
  thousands("mongodb", { rows, found }, { imported: 6000, some: 3000 }, () => {
    const given = query(random.below(3));
    const nulls = random.one([undefined, "absent", "null"]);
    const forms = Object.entries({ absent: ABSENT, null: NULL }).filter(([form]) => nulls === undefined || nulls === form);
    const wanted = () => {
      const asked = new Query(given, { context });
      return forms.map(([, documents]) => documents.filter((document) => asked.test(document)));
    };
    return { given, options: nulls && { nulls }, wanted: aside(given) ? undefined : wanted };
  });
});

const refused = (given, options) => imported("mongodb", given, options).refused?.map(({ code, path }) => `${code} ${path}`);
const rules = (given, options) => imported("mongodb", given, options).filter?.rules;

test("what is meant", () => {
  const NEVER = [{ field: "id", operator: "null" }];
  const ALWAYS = [{ field: "id", operator: "notNull" }];
  assert.deepEqual(rules({ $or: [] }), NEVER);
  assert.deepEqual(rules({ $nor: [] }), ALWAYS);
  assert.deepEqual(rules({ $nor: [{ $or: [] }] }), ALWAYS);
  assert.deepEqual(rules({ $expr: false }), NEVER);
  assert.deepEqual(rules({ $expr: { $eq: [1, 0] } }), NEVER);
  assert.deepEqual(rules({ status: { $in: [] } }), NEVER);
  assert.deepEqual(rules({}), ALWAYS);
  assert.deepEqual(rules({ $comment: "all of them" }), ALWAYS);
  assert.deepEqual(rules({ $expr: { $gt: [5, "$score"] } }), [{ field: "score", operator: "<", value: 5 }, { field: "score", operator: "null" }]);
  assert.deepEqual(rules({ $expr: { $lt: [5, "$score"] } }), [{ field: "score", operator: ">", value: 5 }]);
  assert.deepEqual(rules({ score: { $lt: 5 } }), [{ field: "score", operator: "<", value: 5 }]);
  assert.deepEqual(rules({ score: "5" }), NEVER);
  assert.deepEqual(rules({ status: { $ne: "won" } }), [{ field: "status", operator: "!=", value: "won" }]);
  assert.deepEqual(rules({ tags: { $all: ["vip", "late"] } }), [{ field: "tags", operator: "contains", value: "vip" }, { field: "tags", operator: "contains", value: "late" }]);
  assert.deepEqual(rules({ made: { $gte: { $date: "2026-03-08T00:00:00-05:00" } } }), [{ field: "made", operator: ">=", value: "2026-03-08T05:00:00.000Z" }]);
  assert.deepEqual(rules({ made: { $exists: false } }, { nulls: "absent" }), [{ field: "made", operator: "null" }]);
  assert.deepEqual(rules({ code: /^a\.b/ }), [{ field: "code", operator: "beginsWith", value: "a.b" }]);
});

test("what is refused, and where", () => {
  assert.deepEqual(refused({ $or: [{ nme: 1 }, { score: { $mod: [2, 0] } }] }), ["unknown_field /$or/0/nme", "not_supported /$or/1/score/$mod"]);
  assert.deepEqual(refused({ $where: "true" }), ["not_supported /$where"]);
  assert.deepEqual(refused({ made: { $exists: true } }), ["ambiguous /made/$exists"]);
  assert.deepEqual(refused({ tags: null }), ["ambiguous /tags"]);
  assert.deepEqual(refused({ name: "Ann" }), ["not_exact /name"]);
  assert.deepEqual(refused({ code: /a$/ }), ["not_supported /code"]);
  assert.deepEqual(refused({ code: /a/i }), ["not_supported /code"]);
  assert.deepEqual(refused({ code: { $regex: "a", $options: "x" } }), ["not_supported /code/$regex"]);
  assert.deepEqual(refused({ score: { lt: 5 } }), ["not_supported /score"]);
  assert.deepEqual(refused({ score: {} }), ["not_supported /score"]);
  assert.deepEqual(refused({ score: undefined }), ["value_invalid /score"]);
  assert.deepEqual(refused({ made: "2026-03-08" }), ["value_invalid /made"]);
  assert.deepEqual(refused({ $expr: { $lt: ["$score", "$rooms"] } }), ["ambiguous /$expr/$lt"]);
  assert.deepEqual(refused({ $expr: { $gt: [{ $add: ["$score", 1] }, 5] } }), ["not_supported /$expr/$gt/0"]);
  assert.deepEqual(refused({ $and: { score: 1 } }), ["malformed /$and"]);
  assert.deepEqual(refused({ $or: [{}, { $text: { $search: "x" } }] }), ["not_supported /$or/1/$text"]);
});
