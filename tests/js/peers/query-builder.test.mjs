// What `toQueryBuilder` hands to react-querybuilder: its core builds every rule that can be clicked together, and the engine takes each.
import assert from "node:assert/strict";
import { test } from "node:test";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as rqb from "@react-querybuilder/core";
import { pkg } from "../package/lib/installed.mjs";
import { createEngineSync } from "./lib/world.mjs";

const { toQueryBuilder } = await import(pathToFileURL(join(pkg, "query-builder.js")).href);

const config = {
  version: 1,
  fields: {
    id: { type: "text", label: "Lead" },
    owner: { type: "user", label: "Owner" },
    agent: { type: "user" },
    name: { type: "text", label: "Name" },
    city: { type: "text" },
    code: { type: "text", caseSensitive: true },
    score: { type: "number" },
    rooms: { type: "number" },
    hot: { type: "boolean" },
    born: { type: "date" },
    made: { type: "datetime" },
    status: { type: "choice", choices: ["new", "open, waiting"] },
    phase: { type: "choice" },
    unit: { type: "unit" },
    tags: { type: "tags", choices: ["vip", "late"] },
    words: { type: "tags" },
    access: { type: "units" },
  },
  lead: { id: "id", owner: "owner" },
  org: [{ id: "north", name: "North office" }, { id: "n1", parent: "north" }],
  users: [{ id: "ann", name: "Ann Abbott", unit: "n1" }, { id: "bob", active: false }],
};
const engine = createEngineSync();
const workspace = engine.workspace(config);
const props = toQueryBuilder(config);
const names = ({ name }) => name;

/** A value as the editor that is shown gives it. */
function value(field, operator) {
  const editor = props.getValueEditorType(field, operator);
  const choices = props.getValues(field, operator).map(names);
  if (editor === "checkbox") return true;
  if (editor === "select") return choices[0];
  if (editor === "multiselect") return choices.slice(0, 2);
  if (operator === "anniversaryBetween") return "2026-12-24, 2027-01-06";
  const typed = { number: "5", date: "2026-03-08", "datetime-local": "2026-03-08T10:29" }[props.getInputType(field, operator)] ?? { number: "5", date: "2026-03-08", datetime: "2026-03-08T10:29" }[config.fields[field].type] ?? "a";
  return operator.includes("etween") || operator === "in" || operator === "notIn" ? [typed, typed] : typed;
}

test("every rule that can be clicked together is one", () => {
  const manager = new rqb.QueryManager(undefined, { fields: props.fields, getOperators: props.getOperators, getValueEditorType: props.getValueEditorType, getValues: props.getValues, getValueSources: props.getValueSources });
  let count = 0;
  for (const { name: field } of props.fields) {
    for (const { name: operator, label } of props.getOperators(field)) {
      assert.match(label, /^[a-z][a-z ]+$/);
      for (const valueSource of props.getValueSources(field, operator)) {
        const others = rqb.filterFieldsByComparator(props.fields.find((one) => one.name === field), props.fields, operator).map(names);
        if (valueSource === "field") assert.ok(others.length > 0, `${field} ${operator}`);
        for (const other of valueSource === "field" ? others : [null]) {
          const rule = { ...manager.createRule(), field, operator, valueSource, value: other ?? value(field, operator) };
          const query = rqb.prepareRuleGroup({ combinator: "and", rules: [rule] });
          const filter = workspace.filter(query);
          assert.deepEqual(filter.warnings, [], JSON.stringify(rule));
          filter.free();
          count += 1;
        }
      }
    }
  }
  assert.ok(count > 150, String(count));
});

test("every operator that the engine has for a type is there", () => {
  const OPERATORS = ["=", "!=", "<", ">", "<=", ">=", "contains", "beginsWith", "endsWith", "doesNotContain", "doesNotBeginWith", "doesNotEndWith", "null", "notNull", "in", "notIn", "between", "notBetween", "empty", "notEmpty", "under", "notUnder", "anniversaryOn", "anniversaryBetween"];
  // Of two that mean the same for a type one is enough.
  const same = { empty: "null", notEmpty: "notNull", null: "empty", notNull: "notEmpty" };
  for (const { name: field } of props.fields) {
    const shown = props.getOperators(field).map(names);
    for (const operator of OPERATORS) {
      let codes = [];
      try {
        workspace.filter({ rules: [{ field, operator, value: null }] }).free();
      } catch (error) {
        codes = error.diagnostics.map(({ code }) => code);
      }
      const fits = !codes.includes("operator_not_for_type");
      assert.equal(shown.includes(operator) || (fits && shown.includes(same[operator])), fits, `${field} ${operator}`);
    }
  }
});

test("editors, choices and words for people", () => {
  const label = (field, operator) => props.getOperators(field).find((one) => one.name === operator).label;
  assert.deepEqual(props.fields[0], { name: "id", label: "Lead", datatype: "text, exact", comparator: "datatype" });
  assert.equal(props.fields.find(({ name }) => name === "agent").label, "agent");
  assert.deepEqual([label("score", "<"), label("born", "<"), label("tags", "contains"), label("name", "contains")], ["is less than", "is before", "has", "contains"]);
  assert.deepEqual(props.getValues("owner", "="), [{ name: "ann", label: "Ann Abbott" }, { name: "bob", label: "bob" }]);
  assert.deepEqual(props.getValues("owner", "under"), [{ name: "north", label: "North office" }, { name: "n1", label: "n1" }]);
  assert.deepEqual(["=", "in"].map((operator) => props.getValueEditorType("status", operator)), ["select", "multiselect"]);
  assert.deepEqual(["=", "in"].map((operator) => props.getValueEditorType("phase", operator)), ["text", "text"]);
  assert.deepEqual(["contains", "=", "in"].map((operator) => props.getValueEditorType("tags", operator)), ["select", "multiselect", "multiselect"]);
  assert.deepEqual([props.getInputType("score", "="), props.getInputType("score", "in"), props.getInputType("made", "<")], ["number", "text", "datetime-local"]);
  assert.deepEqual([props.getValueSources("name", "contains"), props.getValueSources("code", "="), props.getValueSources("hot", "="), props.getValueSources("owner", "<")], [["value", "field"], ["value", "field"], ["value"], ["value"]]);

  const other = toQueryBuilder(config, { fields: ["owner", "score"], onlyActive: true, labels: { "=": "ist", types: { number: { "=": "gleich" } } } });
  assert.deepEqual(other.fields.map(names), ["owner", "score"]);
  assert.deepEqual(other.getValues("owner", "=").map(names), ["ann"]);
  assert.deepEqual(["owner", "score"].map((field) => other.getOperators(field)[0].label), ["ist", "gleich"]);
  assert.deepEqual(other.getValueSources("owner", "="), ["value"]);
  assert.throws(() => toQueryBuilder(config, { fields: ["nobody"] }), { code: "unknown_field" });
});
