// Queries as react-querybuilder builds them: its own core library makes every query here, and each finds the rows that a reader would pick.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as rqb from "@react-querybuilder/core";
import { Random, createEngineSync } from "./lib/world.mjs";

const options = (names) => names.map((name) => ({ name, label: name }));
const STATUSES = ["new", "open", "won"];
const TAGS = ["vip", "late", "cold"];
const FIELDS = [
  { name: "name", label: "Name", valueSources: ["value", "field"], comparator: "kind", kind: "text" },
  { name: "city", label: "City", valueSources: ["value", "field"], comparator: "kind", kind: "text" },
  { name: "score", label: "Score", inputType: "number", kind: "number" },
  { name: "born", label: "Born", inputType: "date", kind: "date" },
  { name: "hot", label: "Hot", valueEditorType: "checkbox", defaultValue: false, kind: "boolean" },
  { name: "status", label: "Status", valueEditorType: "select", values: options(STATUSES), kind: "choice" },
  { name: "tags", label: "Tags", valueEditorType: "multiselect", values: options(TAGS), kind: "tags" },
];
const order = ["=", "!=", "<", ">", "<=", ">=", "in", "notIn", "between", "notBetween", "null", "notNull"];
const OPERATORS = {
  text: rqb.defaultOperators.map(({ name }) => name),
  number: order,
  date: order,
  boolean: ["=", "!=", "null", "notNull"],
  choice: ["=", "!=", "in", "notIn", "null", "notNull"],
  tags: ["contains", "doesNotContain", "in", "notIn", "null", "notNull"],
};
const kindOf = (field) => FIELDS.find(({ name }) => name === field).kind;
const builder = () => new rqb.QueryManager(undefined, { fields: FIELDS, getOperators: (field) => options(OPERATORS[kindOf(field)]) });

const LEADS = [
  { id: "1", name: "Ann Lee", city: "Lee", score: 10, born: "2001-02-03", hot: true, status: "new", tags: ["vip"] },
  { id: "2", name: "bob", city: "Bonn", score: -1.5, born: "1999-12-31", hot: false, status: "won", tags: ["vip", "late"] },
  { id: "3", name: "", city: null, score: 0, born: null, hot: null, status: null, tags: [] },
  { id: "4", name: null, city: "Ann, Arbor", score: null, born: "2001-02-03", hot: true, status: "open", tags: ["cold", "late"] },
  { id: "5", name: "100%_a.*", city: "100%_A.*", score: 10, born: "2026-11-30", hot: false, status: "won", tags: null },
  { id: "6", name: "LEE", city: "lee", score: 99, born: "2000-02-29", hot: true, status: "new", tags: ["cold", "late", "vip"] },
];
const engine = createEngineSync();
const workspace = engine.workspace({
  version: 1,
  fields: { id: { type: "text" }, owner: { type: "user" }, ...Object.fromEntries(FIELDS.map(({ name, kind }) => [name, { type: kind }])) },
  lead: { id: "id", owner: "owner" },
  profiles: [],
  users: [{ id: "someone" }],
});
const table = workspace.load(LEADS, { absent: ["owner"] });
const found = (query) => {
  const selection = table.select(query, { actor: null });
  const ids = selection.ids();
  selection.free();
  return ids;
};

// ---- what a query means, row by row

const complements = { "!=": "=", notIn: "in", doesNotContain: "contains", doesNotBeginWith: "beginsWith", doesNotEndWith: "endsWith", notNull: "null" };
const list = (value) => (Array.isArray(value) ? value : value.split(/(?<!\\),/).map((part) => part.trim().replaceAll("\\,", ",")));

function convert(kind, value) {
  if (value === null || value === undefined) return null;
  if (kind === "text") return String(value).toLowerCase();
  if (kind === "number") return Number(value);
  return kind === "boolean" ? value === true || value === "true" : value;
}

function holds(rule, lead) {
  const { field, operator, value, match } = rule;
  if (complements[operator] !== undefined && match === undefined) return !holds({ ...rule, operator: complements[operator] }, lead);
  const kind = kindOf(field);
  if (kind === "tags") {
    const tags = lead.tags ?? [];
    if (match !== undefined) {
      const some = tags.filter((tag) => group(value, tag)).length;
      const { mode, threshold } = match;
      return { all: some === tags.length, some: some > 0, none: some === 0, atLeast: some >= threshold, atMost: some <= threshold, exactly: some === threshold }[mode];
    }
    if (operator === "null") return tags.length === 0;
    return operator === "contains" ? tags.includes(value) : list(value).some((tag) => tags.includes(tag));
  }
  const cell = convert(kind, lead[field]);
  if (operator === "null") return cell === null;
  if (cell === null) return false;
  const one = (given) => convert(kind, given);
  const other = rule.valueSource === "field" ? convert(kind, lead[value]) : operator === "in" || operator.includes("etween") ? null : one(value);
  if (rule.valueSource === "field" && other === null) return false;
  const between = () => {
    const [low, high] = list(value).map(one).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return low <= cell && cell <= high;
  };
  switch (operator) {
    case "=": return cell === other;
    case "<": return cell < other;
    case ">": return cell > other;
    case "<=": return cell <= other;
    case ">=": return cell >= other;
    case "contains": return cell.includes(other);
    case "beginsWith": return cell.startsWith(other);
    case "endsWith": return cell.endsWith(other);
    case "in": return list(value).map(one).includes(cell);
    case "between": return between();
    case "notBetween": return !between();
    default: throw new Error(`the reader does not know ${operator}`);
  }
}

/** A group over a lead, or over one tag where its rules have no field. */
function group({ combinator, rules, not }, lead) {
  const verdicts = rules.filter((rule) => !empty(rule)).map((rule) => {
    if (rule.rules) return group(rule, lead);
    return typeof lead === "string" ? ofTag(rule, lead) : holds(rule, lead);
  });
  const yes = verdicts.filter(Boolean).length;
  return { and: yes === verdicts.length, or: yes > 0, xor: yes === 1 }[combinator] !== Boolean(not);
}
const empty = (rule) => rule.muted || rule.disabled || (rule.rules && rule.rules.every(empty));
const ofTag = ({ operator, value }, tag) => ({ "=": tag === value, "!=": tag !== value, contains: tag.includes(value), beginsWith: tag.startsWith(value) })[operator];
const wanted = (query) => LEADS.filter((lead) => empty(query) || group(query, lead)).map(({ id }) => id);

/** Every form in which the library hands a query out. */
function forms(query) {
  const text = rqb.formatQuery(query, "json");
  const bare = rqb.formatQuery(query, "json_without_ids");
  const chained = rqb.convertToIC(query);
  return { query, "with new ids": rqb.regenerateIDs(query), parsed: JSON.parse(text), "without ids": JSON.parse(bare), chained, "chained and back": rqb.convertFromIC(chained) };
}
function agrees(query) {
  const ids = wanted(query);
  for (const [form, of] of Object.entries(forms(query))) assert.deepEqual(found(of), ids, `${form}: ${JSON.stringify(of)}`);
  return ids.length;
}

// ---- clicks

/** A value as the editor of the field would hand it over. */
function typed(random, field, operator) {
  const pick = (list) => list[random.below(list.length)];
  const one = {
    text: () => pick(["ann", "LEE", "", "o", "100%_a.*", "%", "Lee"]),
    number: () => pick(["10", "0", "-1.5", "98.9", 10, 99]),
    date: () => pick(["2001-02-03", "1999-12-31", "2000-02-29", "2026-12-01"]),
    boolean: () => pick([true, false]),
    choice: () => pick(STATUSES),
    tags: () => pick(TAGS),
  }[kindOf(field)];
  if (operator.includes("etween")) return pick([(both) => both, (both) => both.join(",")])([one() || "a", one() || "b"]);
  if (operator === "in" || operator === "notIn") {
    const some = Array.from({ length: 1 + random.below(3) }, () => one()).filter((value) => value !== "");
    return random.below(2) === 0 ? (some.length > 0 ? some : ["a"]) : some.map((value) => String(value).replaceAll(",", "\\,")).join(", ") || "a";
  }
  return one();
}

function click(random, manager) {
  const paths = [[]];
  const rules = [];
  (function walk({ rules: list }, path) {
    list.forEach((node, at) => (node.rules ? (paths.push([...path, at]), walk(node, [...path, at])) : rules.push([...path, at])));
  })(manager.getQuery(), []);
  const pick = (list) => list[random.below(list.length)];
  const parent = pick(paths);
  const rule = rules.length > 0 ? pick(rules) : undefined;
  switch (random.below(rule === undefined ? 2 : 9)) {
    case 0: return manager.add(manager.createRuleGroup(), parent);
    case 1: case 2: case 3: {
      manager.add(manager.createRule(), parent);
      const path = [...parent, rqb.findPath(parent, manager.getQuery()).rules.length - 1];
      const { name, kind } = pick(FIELDS);
      manager.update("field", name, path);
      if (kind === "tags" && random.below(2) === 0) {
        const mode = pick(rqb.defaultMatchModes).name;
        const inner = { combinator: pick(["and", "or"]), rules: [{ field: "", operator: pick(["=", "!=", "contains", "beginsWith"]), value: pick(["vip", "l", "late"]) }] };
        return manager.update("match", { mode, threshold: random.below(3) }, path).update("value", inner, path);
      }
      const operator = pick(OPERATORS[kind]);
      manager.update("operator", operator, path);
      if (kind === "text" && !/in|In|etween|ull/.test(operator) && random.below(4) === 0) return manager.update("valueSource", "field", path).update("value", name === "name" ? "city" : "name", path);
      return operator === "null" || operator === "notNull" ? manager : manager.update("value", typed(random, name, operator), path);
    }
    case 4: return manager.update("combinator", pick(["and", "or", "xor"]), parent);
    case 5: return manager.update("not", random.below(2) === 0, parent);
    case 6: return rule.length > 1 ? manager.move(rule, [0]) : manager;
    case 7: return manager.update(pick(["muted", "disabled"]), true, rule);
    default: return rules.length > 6 ? manager.remove(rule) : manager;
  }
}

test("a new query is all rows, and a group that was just added hides none", () => {
  const manager = builder();
  assert.equal(agrees(manager.getQuery()), LEADS.length);
  manager.add(manager.createRuleGroup()).update("combinator", "or", []);
  assert.equal(agrees(manager.getQuery()), LEADS.length);
});

test("whatever is clicked together finds what it says", () => {
  let [queries, partly] = [0, 0];
  const seen = new Set();
  for (let seed = 1; seed <= 400; seed++) {
    const random = new Random(seed);
    const manager = builder();
    for (let clicks = 0; clicks < 12; clicks++) {
      click(random, manager);
      const count = agrees(manager.getQuery());
      queries++;
      if (count > 0 && count < LEADS.length) partly++;
    }
    JSON.stringify(manager.getQuery(), (key, value) => (key === "operator" || key === "mode" ? (seen.add(value), value) : value));
  }
  assert.ok(partly > queries / 4, `${partly} of ${queries} queries find some rows and not all`);
  const all = [...rqb.defaultOperators, ...rqb.defaultMatchModes].map(({ name }) => name);
  assert.deepEqual(all.filter((name) => !seen.has(name)), [], "every operator and match mode was clicked");
});

test("what was not finished is left out of a list, and is an error where it would hand out access", () => {
  const manager = builder();
  manager.add({ field: rqb.defaultPlaceholderFieldName, operator: rqb.defaultPlaceholderOperatorName, value: "" });
  manager.add({ field: "status", operator: "=", value: "won" });
  assert.deepEqual(found(manager.getQuery()), ["2", "5"]);
  const config = { ...workspace.config, users: [{ id: "someone", accepts: manager.getQuery() }] };
  assert.throws(() => engine.workspace(config), ({ code, diagnostics }) => {
    assert.deepEqual([code, ...diagnostics.map(({ path }) => path)], ["config_invalid", "/users/0/accepts/rules/0"]);
    return true;
  });
});

test("a field that the table does not have is an error that names it", () => {
  const manager = new rqb.QueryManager(undefined, { fields: options(["scor"]) });
  manager.add(manager.createRule());
  assert.throws(() => found(manager.getQuery()), ({ code, diagnostics: [{ code: what, path, hint }] }) => {
    assert.deepEqual([code, what, path], ["query_invalid", "unknown_field", "/rules/0/field"]);
    assert.match(hint, /score/);
    return true;
  });
});
