// The operators that a type of field has, in words; the same table as the engine's documents.
import type { FieldType } from "evenhand";
import { OPERATORS } from "./format";

const pick = (...names: string[]) => names.map((name) => [name, OPERATORS[name] ?? name] as const);
const order = pick("=", "!=", "<", ">", "<=", ">=", "in", "notIn", "between", "notBetween");
const substring = pick("contains", "doesNotContain");
const nulls = pick("null", "notNull");
const tree = pick("under", "notUnder");
const before: Record<string, string> = { "<": "is before", ">": "is after", "<=": "is on or before", ">=": "is on or after" };

const table: Record<FieldType, readonly (readonly [string, string])[]> = {
  text: pick("contains", "doesNotContain", "beginsWith", "endsWith", "=", "!=", "in", "notIn"),
  number: order,
  date: order.map(([name, label]) => [name, before[name] ?? label] as const),
  datetime: order.map(([name, label]) => [name, before[name] ?? label] as const),
  boolean: pick("=", "!="),
  choice: pick("=", "!=", "in", "notIn"),
  tags: [...substring, ["in", "has any of"], ["notIn", "has none of"]],
  user: [...pick("=", "!=", "in", "notIn"), ["under", "is somebody in or below"], ["notUnder", "is nobody in or below"]],
  unit: [...pick("=", "!=", "in", "notIn"), ...tree],
  units: [...substring, ["in", "has any of"], ["notIn", "has none of"], ...tree],
};

export const operators = (type: FieldType) => [...table[type], ...nulls].map(([name, label]) => ({ name, value: name, label }));
