// JsonLogic's rules as json-logic-js runs them, beside what they are imported as: the same rows, or a refusal.
import assert from "node:assert/strict";
import test from "node:test";
import jsonLogic from "json-logic-js";
import { anyValue, FIELDS, imported, LISTS, NAMES, SINGLE, table, thousands, twin, valueOf } from "./lib/imports.mjs";
import { Random } from "./lib/world.mjs";

const random = new Random(17);
const { rows, found } = table(random, 60);
const OPERATORS = ["==", "!=", "===", "!==", "<", "<=", ">", ">="];
const value = (name) => anyValue(random, FIELDS[name].type);
const variable = (name) => random.one([{ var: name }, { var: [name] }, { var: name }, random.once(3) ? { var: [name, value(name)] } : { var: name }]);
const list = (name) => Array.from({ length: random.below(4) }, () => value(name));

function compare() {
  const name = random.one(SINGLE);
  const op = random.one(OPERATORS);
  const turned = (a, b) => ({ [op]: random.once(2) ? [a, b] : [b, a] });
  if (random.once(12)) return { [random.one(["<", "<="])]: [value(name), { var: name }, value(name)] };
  if (random.once(6)) return turned({ var: name }, { var: twin(name) });
  return random.once(15) ? turned(value(name), value(name)) : turned(variable(name), value(name));
}

function element(depth) {
  const word = () => (random.once(8) ? anyValue(random, "tags") : valueOf(random, "tags"));
  if (depth > 0 && random.once(3)) return { [random.one(["and", "or"])]: [element(depth - 1), element(depth - 1)] };
  return random.one([
    () => ({ [random.one(OPERATORS)]: random.once(2) ? [{ var: "" }, word()] : [word(), { var: "" }] }),
    () => ({ in: [{ var: "" }, [word(), word()]] }),
    () => ({ in: [random.one(["v", "l", "", "I"]), { var: "" }] }),
    () => ({ "!": element(0) }),
    () => random.one([true, false, { var: "" }]),
  ])();
}

function logic(depth) {
  const inner = () => logic(depth - 1);
  const some = (most) => Array.from({ length: random.below(most + 1) }, inner);
  const simple = [
    compare, compare, compare,
    () => ({ in: [variable(random.one(SINGLE)), list(random.one(SINGLE))] }),
    () => { const name = random.one(SINGLE); return { in: [{ var: name }, list(name)] }; },
    () => ({ in: [value("tags"), { var: random.one(LISTS) }] }),
    () => ({ in: [random.one(["", "a", "5", "n", "%", 5, null, true, "É"]), { var: random.one(["code", "name", "number", "score", "hot"]) }] }),
    () => ({ missing: random.one([["name"], [["score", "code"]], ["status"], [random.one(SINGLE), random.one(SINGLE)]]) }),
    () => ({ [random.one(["some", "all", "none"])]: [{ var: random.one(LISTS) }, element(1)] }),
    () => variable(random.one(NAMES)),
    () => random.one([true, false, null, 0, 1, "", "0", [], { "==": [1, 0] }, { and: [] }, { or: [] }, { if: [] }, { "<": [1, 2, 3] }]),
  ];
  if (depth === 0 || random.once(3)) return random.one(simple)();
  return random.one([
    () => ({ and: some(3) }), () => ({ or: some(3) }), () => ({ "!": inner() }), () => ({ "!": [inner()] }), () => ({ "!!": [inner()] }),
    () => ({ [random.one(["if", "?:"])]: random.once(4) ? some(5) : [inner(), inner(), inner()] }),
  ])();
}

test("thousands of random rules find the same rows", () => {
  const absent = rows.map((row) => Object.fromEntries(Object.entries(row).filter(([, cell]) => cell !== null)));
  thousands("jsonlogic", { rows, found }, { imported: 6000, some: 3000 }, () => {
    const given = logic(random.below(3));
    const nulls = random.one([undefined, "absent", "null"]);
    const forms = Object.entries({ absent, null: rows }).filter(([form]) => nulls === undefined || nulls === form);
    const fits = (row) => jsonLogic.truthy(jsonLogic.apply(given, row));
    return { given, options: nulls && { nulls }, wanted: () => forms.map(([, leads]) => leads.filter(fits)) };
  });
});

const refused = (rule, options) => imported("jsonlogic", rule, options).refused?.map(({ code, path }) => `${code} ${path}`);
const rules = (rule, options) => imported("jsonlogic", rule, options).filter?.rules;

test("what is meant", () => {
  const score = (operator, value) => ({ field: "score", operator, value });
  assert.deepEqual(rules({ ">": [{ var: "score" }, 5] }), [score(">", 5)]);
  // A constant on the left turns the operator round.
  assert.deepEqual(rules({ ">": [5, { var: "score" }] }), [score("<", 5), { field: "score", operator: "null" }]);
  // Null counts as 0.
  assert.deepEqual(rules({ "<": [{ var: "score" }, 5] }), [score("<", 5), { field: "score", operator: "null" }]);
  assert.deepEqual(rules({ "<": [{ var: "score" }, -5] }), [score("<", -5)]);
  assert.deepEqual(rules({ "==": [{ var: "score" }, "15"] }), [score("=", 15)]);
  assert.deepEqual(rules({ "===": [{ var: "score" }, "15"] }), [{ field: "id", operator: "null" }]);
  assert.deepEqual(rules({ "==": [1, 0] }), [{ field: "id", operator: "null" }]);
  assert.deepEqual(rules({ "!=": [{ var: "status" }, "won"] }), [{ field: "status", operator: "!=", value: "won" }]);
  assert.deepEqual(rules({ "==": [{ var: "lead.score" }, 1] }, { columns: { "lead.score": "score" } }), [score("=", 1)]);
  assert.deepEqual(rules({ and: [] }), [{ field: "id", operator: "null" }]);
});

test("what is refused, and where", () => {
  assert.deepEqual(refused({ and: [{ "==": [{ var: "nme" }, 1] }, { "+": [1, 2] }] }), ["unknown_field /and/0/==/0/var", "not_supported /and/1"]);
  assert.deepEqual(refused({ "==": [{ var: "name" }, "Ann"] }), ["not_exact /==/1"]);
  assert.deepEqual(refused({ "==": [{ var: "code" }, 5] }), ["not_exact /==/1"]);
  assert.deepEqual(refused({ "<": [{ var: "code" }, "😀"] }), ["not_exact /</1"]);
  assert.deepEqual(refused({ "==": [{ var: "made" }, "2026-03-08"] }), ["value_invalid /==/1"]);
  assert.deepEqual(refused({ "==": [{ var: "status" }, "new "] }), ["not_exact /==/1"]);
  assert.deepEqual(refused({ "==": [{ "%": [{ var: "score" }, 2] }, 0] }), ["not_supported /==/0"]);
  assert.deepEqual(refused({ "==": [{ var: "a.b" }, 1] }), ["unknown_field /==/0/var"]);
  assert.deepEqual(refused({ "==": [{ var: "constructor" }, 1] }), ["unknown_field /==/0/var"]);
  assert.deepEqual(refused({ "==": [{ var: "score" }, 1], "!=": [1, 1] }), ["malformed "]);
  assert.deepEqual(refused({ "!": [1, 2] }), ["malformed /!"]);
  assert.deepEqual(refused({ some: [{ var: "tags" }, { "==": [{ var: "owner" }, "ann"] }] }), ["not_supported /some/1/==/0/var"]);
  // One fault refuses all, also where something else already decides.
  assert.deepEqual(refused({ or: [true, { nonsense: 1 }] }), ["not_supported /or/1"]);
  let deep = { var: "hot" };
  for (let depth = 0; depth < 20_000; depth += 1) deep = { "!": deep };
  assert.deepEqual(refused(deep).map((fault) => fault.split(" ")[0]), ["too_deep"]);
  let wide = { var: "hot" };
  for (let depth = 0; depth < 80; depth += 1) wide = { [depth % 2 ? "and" : "or"]: [wide, { var: "sold" }] };
  assert.deepEqual(refused(wide).map((fault) => fault.split(" ")[0]), ["too_deep"]);
});

test("texts without case are equal to nothing by ignoring case", () => {
  // What makes an exact test of a field that ignores case: no character becomes, in lower case, one that has no case itself.
  for (let code = 0; code <= 0x10ffff; code += 1) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const char = String.fromCodePoint(code);
    const [lower] = char.toLowerCase();
    if (lower !== char) assert.notEqual(lower.toUpperCase(), lower, `U+${code.toString(16)}`);
  }
});
