// The rules of `rules.mjs` for other engines: each tells the place of the first rule that a lead falls under.
import { Engine } from "json-rules-engine";
import { ZenEngine } from "@gorules/zen-engine";

const OPERATORS = { "=": "equal", ">=": "greaterThanInclusive", in: "in", contains: "contains", between: "span", since: "since" };

/** json-rules-engine: all rules are tried, in the order of their priority, and the first event tells. */
export function jsonRulesEngine(list) {
  const engine = new Engine();
  engine.addOperator("span", (value, [low, high]) => value >= low && value <= high);
  engine.addOperator("since", (value, from) => value >= from);
  list.forEach(({ when }, nth) => {
    const all = (when?.rules ?? []).map(({ field, operator, value }) => ({ fact: field, operator: OPERATORS[field === "created" ? "since" : operator], value }));
    engine.addRule({ conditions: { all }, event: { type: "assign", params: { nth } }, priority: list.length - nth });
  });
  return async (lead) => (await engine.run(lead)).events[0].params.nth;
}

const text = (value) => JSON.stringify(value);

function expression({ field, operator, value }) {
  if (operator === "in") return `${field} in ${text(value)}`;
  if (operator === "between") return `${field} >= ${value[0]} and ${field} <= ${value[1]}`;
  if (operator === "contains") return `contains(${field}, ${text(value)})`;
  if (field === "created") return `date(created) >= date(${text(value)})`;
  return `${field} ${operator === "=" ? "==" : operator} ${text(value)}`;
}

/** zen-engine: a decision table of expressions, of which the first row that holds tells. */
export function zenEngine(list) {
  const rows = list.map(({ when }, nth) => ({ _id: `row-${nth}`, when: (when?.rules ?? []).map(expression).join(" and "), nth: String(nth) }));
  const content = {
    contentType: "application/vnd.gorules.decision",
    nodes: [
      { id: "in", type: "inputNode", name: "in" },
      {
        id: "table",
        type: "decisionTableNode",
        name: "table",
        content: { hitPolicy: "first", inputs: [{ id: "when", name: "when" }], outputs: [{ id: "nth", name: "nth", field: "nth" }], rules: rows },
      },
      { id: "out", type: "outputNode", name: "out" },
    ],
    edges: [
      { id: "a", sourceId: "in", targetId: "table", type: "edge" },
      { id: "b", sourceId: "table", targetId: "out", type: "edge" },
    ],
  };
  const decision = new ZenEngine().createDecision(content);
  return async (lead) => (await decision.evaluate(lead)).result.nth;
}
