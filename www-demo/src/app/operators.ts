// The operators that a type of field has, in words; the same table as the engine's documents.
import type { FieldType } from "evenhand";

const order = [
  ["=", "is"],
  ["!=", "is not"],
  ["<", "is below"],
  [">", "is above"],
  ["<=", "is at most"],
  [">=", "is at least"],
  ["in", "is one of"],
  ["notIn", "is none of"],
  ["between", "is between"],
  ["notBetween", "is not between"],
] as const;
const substring = [
  ["contains", "contains"],
  ["doesNotContain", "does not contain"],
  ["beginsWith", "begins with"],
  ["endsWith", "ends with"],
] as const;
const nulls = [
  ["null", "is empty"],
  ["notNull", "is not empty"],
] as const;
const tree = [
  ["under", "is in or below"],
  ["notUnder", "is not in or below"],
] as const;
const before: Record<string, string> = { "<": "is before", ">": "is after", "<=": "is on or before", ">=": "is on or after" };

const pick = (...names: string[]) => order.filter(([name]) => names.includes(name));

const table: Record<FieldType, readonly (readonly [string, string])[]> = {
  text: [...substring, ...pick("=", "!=", "in", "notIn")],
  number: order,
  date: order.map(([name, label]) => [name, before[name] ?? label] as const),
  datetime: order.map(([name, label]) => [name, before[name] ?? label] as const),
  boolean: pick("=", "!="),
  choice: pick("=", "!=", "in", "notIn"),
  tags: [substring[0], substring[1], ["in", "has any of"], ["notIn", "has none of"]],
  user: [...pick("=", "!=", "in", "notIn"), ["under", "is somebody in or below"], ["notUnder", "is nobody in or below"]],
  unit: [...pick("=", "!=", "in", "notIn"), ...tree],
  units: [substring[0], substring[1], ["in", "has any of"], ["notIn", "has none of"], ...tree],
};

export const operators = (type: FieldType) => [...table[type], ...nulls].map(([name, label]) => ({ name, value: name, label }));
