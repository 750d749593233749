// Queries that are still being written: with `incomplete: "skip"` the rules that are left out are those that react-querybuilder leaves out of its
// own formats: placeholders, lists without words, bounds that are missing, and what a field's validator calls not valid.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as rqb from "@react-querybuilder/core";
import { Random, createEngineSync } from "./lib/world.mjs";

/** As its documentation has it: a rule is valid once it has a value. The empty text is a value of a text field. */
const validator = ({ operator, value }) => /^(null|notNull|in|notIn|between|notBetween)$/.test(operator) || (value !== undefined && value !== null && String(value).trim() !== "");
const there = ({ operator, value }) => /^(null|notNull|in|notIn|between|notBetween)$/.test(operator) || (value !== undefined && value !== null);
const KINDS = { name: "text", score: "number", born: "date", at: "datetime", hot: "boolean", status: "choice", who: "user", tags: "tags" };
const FIELDS = Object.entries(KINDS).map(([name, kind]) => ({ name, label: name, validator: kind === "text" ? there : validator }));
const order = ["=", "!=", "<", ">", "<=", ">=", "in", "notIn", "between", "notBetween", "null", "notNull"];
const words = ["=", "!=", "in", "notIn", "null", "notNull"];
const OPERATORS = {
  text: [...order, "contains", "doesNotContain", "beginsWith", "endsWith"], number: order, date: order, datetime: order,
  boolean: ["=", "!=", "null", "notNull"], choice: words, user: words, tags: ["contains", "doesNotContain", "in", "notIn", "null", "notNull"],
};
const VALUES = {
  text: ["a", "", " ", "b"], number: ["1", 2, "-1.5"], date: ["2026-01-01", "2026-02-03"], datetime: ["2026-01-01T00:00:00Z", "2026-02-03"],
  boolean: [true, false], choice: ["new", "won"], user: ["ann"], tags: ["vip", "late"],
};
/** A bound that is null it writes as the word; here it is one that is missing. */
const HALF = { one: [undefined, null, "", " "], list: [undefined, null, "", " ", ",", " , ", []], bounds: [undefined, null, "", ",", "x,", ",x", "x", [], [""], ["x"], ["", "x"], ["x", ""], ["", ""]] };

const config = {
  version: 1,
  fields: { id: { type: "text" }, owner: { type: "user" }, ...Object.fromEntries(Object.entries(KINDS).map(([name, type]) => [name, { type }])) },
  lead: { id: "id", owner: "owner" },
  profiles: [{ id: "all", grants: [{ do: ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass"], scope: "all" }] }],
  users: [{ id: "ann", profiles: ["all"] }],
};
const workspace = createEngineSync().workspace(config);
const table = workspace.load([{ id: "1", owner: "ann", name: "a", score: 1, born: "2026-01-01", at: null, hot: true, status: "new", who: "ann", tags: ["vip"] }, { id: "2", owner: "ann", name: null, score: null, born: null, at: null, hot: null, status: null, who: null, tags: [] }]);
const context = { actor: "ann", now: "2026-03-02T09:00:00Z" };

function rule(random) {
  const pick = (list) => list[random.below(list.length)];
  if (random.below(8) === 0) return pick([{ field: "~", operator: "=", value: "x" }, { field: "score", operator: "~", value: 1 }, { field: "score", operator: "=", value: "~" }, { field: "status", operator: "in", value: "~" }]);
  const field = pick(Object.keys(KINDS));
  const operator = pick(OPERATORS[KINDS[field]]);
  const takes = /etween/.test(operator) ? "bounds" : /^(in|notIn)$/.test(operator) ? "list" : "one";
  const one = () => pick(VALUES[KINDS[field]].filter((value) => takes === "one" || String(value).trim() !== ""));
  if (/ull$/.test(operator)) return { field, operator, value: pick([undefined, null, "", "x"]) };
  if (random.below(3) > 0) return { field, operator, value: { one: one(), list: pick([[one()], [one(), one()], `${one()}`, `${one()}, ${one()}`]), bounds: pick([[one(), one()], `${one()},${one()}`]) }[takes] };
  const value = pick(HALF[takes]);
  // What is there of two bounds is a value of the field.
  const filled = (item) => (item === "x" ? one() : item);
  return { field, operator, value: Array.isArray(value) ? value.map(filled) : typeof value === "string" ? value.replace("x", one()) : value };
}
const group = (random, depth) => ({
  combinator: ["and", "or", "xor"][random.below(3)], not: random.below(5) === 0,
  rules: Array.from({ length: 1 + random.below(4) }, () => (depth > 0 && random.below(4) === 0 ? group(random, depth - 1) : rule(random))),
});

/** Rules of a query with their places. */
const placed = ({ rules }, path = "") => rules.flatMap((node, at) => (typeof node === "string" ? [] : node.rules ? placed(node, `${path}/rules/${at}`) : [[`${path}/rules/${at}`, node]]));

/** The ids of the rules that are in its SQL. */
function kept(query, fields = FIELDS) {
  const ids = new Set();
  const ruleProcessor = (of, options) => {
    const sql = rqb.defaultRuleProcessorSQL(of, options);
    if (sql !== "") ids.add(of.id);
    return sql;
  };
  rqb.formatQuery(query, { format: "sql", fields, ruleProcessor, placeholderValueName: "~" });
  return ids;
}
const without = (query, ids) => ({ ...query, rules: query.rules.filter((node) => node.rules || ids.has(node.id)).map((node) => (node.rules ? without(node, ids) : node)) });

test("the rules that are left out are those that react-querybuilder leaves out", () => {
  const count = { queries: 0, left: 0, kept: 0, refused: 0, taken: 0 };
  const kinds = new Set();
  for (let seed = 1; seed <= 4000; seed++) {
    const query = rqb.prepareRuleGroup(group(new Random(seed), 2));
    const stays = kept(query);
    for (const [form, of] of Object.entries({ query, chained: rqb.convertToIC(query) })) {
      const filter = workspace.filter(of, { incomplete: "skip" });
      const left = new Set(filter.warnings.filter(({ code }) => code === "incomplete_rule").map(({ path }) => path));
      for (const [path, node] of placed(of)) {
        assert.equal(left.has(path), !stays.has(node.id), `${form}, seed ${seed}: ${JSON.stringify(node)} in ${JSON.stringify(of)}`);
        if (left.has(path)) kinds.add(`${KINDS[node.field]} ${node.operator}`);
        count[left.has(path) ? "left" : "kept"] += 1;
      }
      if (form === "query") assert.equal(filter.describe(), workspace.filter(without(query, stays)).describe(), JSON.stringify(query));
      count.queries += 1;
      // A command takes neither the query nor what was found without some of its rules.
      const refusal = (leads) => {
        try {
          workspace.plan(table, { type: "assign", leads, to: "ann" }, context).free();
        } catch ({ code, diagnostics }) {
          return [code, diagnostics.filter(({ severity }) => severity === "error").map((fault) => [fault.code, fault.path.replace(/^\/leads\/(filter|selection)/, "")])];
        }
      };
      const selection = table.select(filter, context);
      const [asQuery, asSelection] = [refusal({ filter: of }), refusal({ selection })];
      // A list without words is no error of a query: it finds none, or all. What is found without it is something else.
      const wordless = placed(of).some(([path, node]) => left.has(path) && ![node.field, node.operator, node.value].includes("~"));
      const told = wordless && asQuery?.[0] !== "query_invalid" ? ["query_invalid", [...left].map((path) => ["incomplete_rule", path])] : asQuery;
      assert.deepEqual(asSelection, told, JSON.stringify(of));
      count[asSelection === undefined ? "taken" : "refused"] += 1;
      selection.free();
      filter.free();
    }
  }
  assert.ok(count.left > 3000 && count.kept > 3000 && count.refused > 1000 && count.taken > 1000, JSON.stringify(count));
  for (const kind of Object.values(KINDS)) assert.ok([...kinds].some((one) => one.startsWith(kind)), `no rule of a ${kind} field was left out`);
});
