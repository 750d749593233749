import type * as Contract from "../../evenhand.js";
import type { Way } from "../compare.js";

/*
 * A condition on its way from a foreign filter to ours. Constants are folded while it is built, because an empty group, which would say
 * "true" or "false", is left out of lists by whoever reads it. What is left of a constant filter is a test of the id, which is never null.
 *
 * All tests that are made here are false of a field without a value, but for those of `isNull` and what is negated. So a reader only has to say
 * what the foreign language finds there.
 */
export type Condition = boolean | Test | { all: readonly Condition[] } | { any: readonly Condition[] } | { not: Condition };

interface Test {
  field: string;
  operator: Contract.Operator;
  value?: unknown;
  valueSource?: "field";
  match?: NonNullable<Contract.FilterRule["match"]>;
}

/** A field as tests need it; `element` is one word of a list of tags, whose field has no name. */
export interface Field {
  name: string;
  type: Contract.FieldType;
  /** How it compares; what is no text, exactly. */
  compare: Way;
  /** There always is a value. */
  always: boolean;
}

export const ELEMENT: Field = { name: "", type: "text", compare: "exact", always: true };

/** Compared by a part of its text alone. */
export const isPartly = ({ compare }: Field) => compare === "accentless" || compare === "digits";
export const isTags = ({ type }: Field) => type === "tags" || type === "units";
/** Fields of words that compare exactly and have no order. */
export const isWord = ({ type }: Field) => type === "choice" || type === "user" || type === "unit";

export function all(parts: readonly Condition[]): Condition {
  if (parts.includes(false)) return false;
  const left = parts.filter((part) => part !== true).flatMap((part) => (typeof part === "object" && "all" in part ? part.all : [part]));
  return left.length === 0 ? true : left.length === 1 ? left[0]! : { all: left };
}

export function any(parts: readonly Condition[]): Condition {
  if (parts.includes(true)) return true;
  const left = parts.filter((part) => part !== false).flatMap((part) => (typeof part === "object" && "any" in part ? part.any : [part]));
  return left.length === 0 ? false : left.length === 1 ? left[0]! : { any: left };
}

/** Operators and their exact complements. */
const COMPLEMENTS: Partial<Record<Contract.Operator, Contract.Operator>> = {
  "=": "!=", in: "notIn", contains: "doesNotContain", beginsWith: "doesNotBeginWith", endsWith: "doesNotEndWith", null: "notNull", empty: "notEmpty",
};
for (const [one, other] of Object.entries(COMPLEMENTS)) COMPLEMENTS[other] = one as Contract.Operator;

export function not(part: Condition): Condition {
  if (typeof part === "boolean") return !part;
  if ("not" in part) return part.not;
  const other = "operator" in part && part.match === undefined ? COMPLEMENTS[part.operator] : undefined;
  return other === undefined ? { not: part } : { ...(part as Test), operator: other };
}

export const test = ({ name }: Field, operator: Contract.Operator, value?: unknown): Condition =>
  value === undefined ? { field: name, operator } : { field: name, operator, value };

export const isNull = (field: Field): Condition => (field.always ? false : test(field, isTags(field) ? "empty" : "null"));

/** A condition on fields with a value, and what is found where there is none. */
export const withNull = (field: Field, there: Condition, without: boolean): Condition =>
  without ? any([there, isNull(field)]) : there === true ? not(isNull(field)) : there;

/** Two fields of one type. */
export const pair = (a: Field, operator: Contract.Operator, b: Field): Condition => ({ field: a.name, operator, value: b.name, valueSource: "field" });

/** At least one word of a list, every word of it, or just so many: `inner` is about `ELEMENT`. */
export function words(field: Field, mode: "some" | "all", inner: Condition): Condition {
  if (inner === true) return mode === "all" ? true : not(isNull(field));
  if (inner === false) return mode === "all" ? isNull(field) : false;
  return { field: field.name, operator: "=", match: { mode }, value: written(inner, "", 1) };
}
export const wordCount = (field: Field, count: number): Condition => ({
  field: field.name, operator: "=", match: { mode: "exactly", threshold: count }, value: written(test(ELEMENT, "notNull"), "", 1),
});

const DEEPEST = 60;
/** Thrown where a filter has more groups in one another than ours may have. */
export class TooDeep extends Error {}

/** The group that says a condition. `id` is a field that is never null. */
export function written(condition: Condition, id: string, depth = 0): Contract.RuleGroup {
  if (depth > DEEPEST) throw new TooDeep();
  const rule = (part: Condition) => (typeof part === "object" && "operator" in part ? (part as Contract.FilterRule) : written(part, id, depth + 1));
  if (typeof condition === "boolean") return { combinator: "and", rules: [{ field: id, operator: condition ? "notNull" : "null" }] };
  if ("all" in condition) return { combinator: "and", rules: condition.all.map(rule) };
  if ("any" in condition) return { combinator: "or", rules: condition.any.map(rule) };
  if (!("not" in condition)) return { combinator: "and", rules: [rule(condition)] };
  const inner = rule(condition.not);
  return "rules" in inner && inner.not !== true ? { ...inner, not: true } : { combinator: "and", not: true, rules: [inner] };
}
