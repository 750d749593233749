import { all, any, ELEMENT, isNull, isTags, isWord, not, pair, test, withNull, words, type Condition, type Field } from "./condition.js";
import { at, isDay, isInstant, isRecord, shown, type Reader } from "./reader.js";

/*
 * JsonLogic as json-logic-js runs it, which is JavaScript's own `==`, `<` and truth: null is less than 5 (it counts as 0), "15" is 15, and
 * `and` of nothing is false. A field without a value reads as null, whether its key is there or not. What a comparison finds without a value
 * is computed here by the same operators of JavaScript.
 *
 * Rows are as tables give them back: days and instants are texts, and texts of one form are in the order of time.
 */

type Comparison = "==" | "===" | "<" | "<=" | ">" | ">=";
type Operand = { field: Field; missing: unknown } | { constant: unknown };

const FLIPPED: Record<Comparison, Comparison> = { "==": "==", "===": "===", "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

/** What JavaScript says. */
function says(op: Comparison, a: unknown, b: unknown): boolean {
  const [x, y] = [a as number, b as number];
  switch (op) {
    case "==": return x == y;
    case "===": return x === y;
    case "<": return x < y;
    case "<=": return x <= y;
    case ">": return x > y;
    default: return x >= y;
  }
}

const isScalar = (value: unknown) => value === null || ["string", "number", "boolean"].includes(typeof value);
const truthy = (value: unknown) => (Array.isArray(value) && value.length === 0 ? false : Boolean(value));

export function jsonLogic(filter: unknown, reader: Reader): Condition {
  return new JsonLogic(reader).truth(filter, "", false);
}

class JsonLogic {
  constructor(readonly reader: Reader) {}

  /** Whether a piece of logic comes out true. Within a list of tags `scope` is set, and the only variable is the word itself. */
  truth(logic: unknown, path: string, scope: boolean): Condition {
    if (!isRecord(logic)) {
      if (Array.isArray(logic) ? !logic.some((part) => typeof part === "object" && part !== null) : isScalar(logic)) return truthy(logic);
      return this.reader.fault("malformed", path, `${shown(logic)} is no condition`);
    }
    const keys = Object.keys(logic);
    if (keys.length !== 1) return this.reader.fault("malformed", path, `an operation has one key, and this has ${keys.length}`, "JsonLogic takes anything else for data, which is always true");
    const op = keys[0]!;
    const here = at(path, op);
    if (this.reader.deep(here)) return false;
    const listed = Array.isArray(logic[op]);
    const args = listed ? (logic[op] as unknown[]) : [logic[op]];
    const where = (place: number) => (listed ? at(here, place) : here);
    const each = () => args.map((part, place) => this.truth(part, where(place), scope));
    const arity = (least: number, most = least) =>
      (args.length >= least && args.length <= most) || this.reader.fault("malformed", here, `\`${op}\` takes ${least === most ? least : `${least} to ${most}`}, and has ${args.length}`);
    switch (op) {
      case "var": return this.variable(logic, path, scope);
      // Of nothing, both give nothing.
      case "and": return args.length === 0 ? false : all(each());
      case "or": return any(each());
      case "!": return arity(1) && not(this.truth(args[0], where(0), scope));
      case "!!": return arity(1) && this.truth(args[0], where(0), scope);
      case "if": case "?:": return this.branches(each());
      case "==": case "===": return arity(2) && this.compare(op, args, where, scope);
      case "!=": return arity(2) && this.negated(this.compare("==", args, where, scope));
      case "!==": return arity(2) && this.negated(this.compare("===", args, where, scope));
      case ">": case ">=": return arity(2) && this.compare(op, args, where, scope);
      case "<": case "<=": {
        if (!arity(2, 3)) return false;
        const first = this.compare(op, args, where, scope);
        return args.length === 2 ? first : all([first, this.compare(op, args.slice(1), (place) => where(place + 1), scope)]);
      }
      case "in": return arity(2) && this.within(args, where, scope);
      case "some": case "all": case "none": return arity(2) && this.elements(op, args, where, scope);
      case "missing": return this.missing(args.length === 1 && Array.isArray(args[0]) ? [args[0], at(where(0), "")] : [args, at(here, "")], scope);
      default: return this.reader.fault("not_supported", path, `\`${op}\` cannot be imported`);
    }
  }

  /** The complement of a comparison; a faulty one stays false. */
  negated = (part: Condition): Condition => not(part);

  branches(parts: Condition[]): Condition {
    if (parts.length === 0) return false;
    if (parts.length === 1) return parts[0]!;
    const [condition, then, ...rest] = parts as [Condition, Condition, ...Condition[]];
    return any([all([condition, then]), all([not(condition), this.branches(rest)])]);
  }

  /** A variable or a constant. */
  operand(logic: unknown, path: string, scope: boolean): Operand | undefined {
    if (!isRecord(logic)) {
      if (isScalar(logic) || (Array.isArray(logic) && logic.every(isScalar))) return { constant: logic };
      return void this.reader.fault("malformed", path, `${shown(logic)} is no value`);
    }
    const [op] = Object.keys(logic);
    if (op !== "var" || Object.keys(logic).length !== 1) return void this.reader.fault("not_supported", path, `only fields and values can be compared, not what \`${op ?? "{}"}\` computes`);
    const here = at(path, "var");
    const args = Array.isArray(logic["var"]) ? (logic["var"] as unknown[]) : [logic["var"]];
    if (scope) {
      if (args.length === 1 && args[0] === "") return { field: ELEMENT, missing: null };
      return void this.reader.fault("not_supported", here, "within a list only the word itself can be asked for", '{"var": ""}');
    }
    if (args.length === 0 || args.length > 2) return void this.reader.fault("malformed", here, "`var` takes a name and perhaps what it is without a value");
    const missing = args.length === 2 ? args[1] : null;
    if (!isScalar(missing)) return void this.reader.fault("not_supported", here, `${shown(missing)} cannot stand for a missing value`);
    const field = this.reader.field(args[0], here);
    if (field === undefined) return undefined;
    // It stands for a key that is missing, and not for one that is there with null.
    const { nulls } = this.reader.options;
    if (missing !== null && nulls === undefined && !field.always) return void this.reader.ambiguous(here);
    return { field, missing: nulls === "null" ? null : missing };
  }

  /** Whether a variable is true. */
  variable(logic: unknown, path: string, scope: boolean): Condition {
    const operand = this.operand(logic, path, scope);
    if (operand === undefined || "constant" in operand) return false;
    const { field, missing } = operand;
    if (isTags(field)) return missing === null ? not(isNull(field)) : this.reader.fault("ambiguous", path, "an empty list and one that is missing are the same here");
    const there = { number: all([not(isNull(field)), test(field, "!=", 0)]), boolean: test(field, "=", true), text: test(field, "notEmpty") }[field.type as string];
    return withNull(field, there ?? true, truthy(missing));
  }

  compare(op: Comparison, args: unknown[], where: (place: number) => string, scope: boolean): Condition {
    const [a, b] = [this.operand(args[0], where(0), scope), this.operand(args[1], where(1), scope)];
    if (a === undefined || b === undefined) return false;
    if ("constant" in a) {
      if ("constant" in b) return isScalar(a.constant) && isScalar(b.constant) ? says(op, a.constant, b.constant) : this.reader.fault("not_supported", where(0), "lists cannot be compared");
      return this.against(FLIPPED[op], b, a.constant, where(0));
    }
    return "constant" in b ? this.against(op, a, b.constant, where(1)) : this.fields(op, a, b, where(1));
  }

  against(op: Comparison, { field, missing }: { field: Field; missing: unknown }, value: unknown, path: string): Condition {
    if (isTags(field) || !isScalar(value)) return this.reader.fault("not_supported", path, "lists cannot be compared", '{"in": ["a word", {"var": "a list"}]}');
    return withNull(field, this.there(op, field, value, path), says(op, missing, value));
  }

  /** A comparison of a field that has a value. */
  there(op: Comparison, field: Field, value: unknown, path: string): Condition {
    const equal = op === "==" || op === "===";
    if (field.type === "boolean") {
      const found = [true, false].filter((cell) => says(op, cell, value));
      return found.length === 2 ? true : this.reader.oneOf(field, found);
    }
    if (op === "===" && typeof value !== (field.type === "number" ? "number" : "string")) return false;
    if (field.type === "number") {
      if (value === null && equal) return false;
      const number = Number(value);
      if (Number.isNaN(number)) return false;
      return Number.isFinite(number) ? test(field, equal ? "=" : (op as "<"), number) : says(op, 0, number);
    }
    if (field.type === "date" || field.type === "datetime") {
      // A day or an instant as a number is none.
      if (typeof value !== "string") return false;
      if (!(field.type === "date" ? isDay : isInstant)(value)) return this.reader.fault("value_invalid", path, `${shown(value)} is not written as \`${field.name}\` is`, field.type === "date" ? "2026-03-08" : "2026-03-08T05:00:00.000Z");
      return test(field, equal ? "=" : (op as "<"), value);
    }
    if (equal) {
      if (value === null) return false;
      if (typeof value !== "string") return this.reader.fault("not_exact", path, `\`${field.name}\` holds texts, which ${shown(value)} would turn into numbers`, "write the value as a text");
      if (value === "" && (isWord(field) || field === ELEMENT)) return false;
      return this.reader.comparable(field, value, path) && test(field, "=", value);
    }
    if (typeof value !== "string") return this.reader.fault("not_exact", path, `\`${field.name}\` holds texts, which ${shown(value)} would turn into numbers`, "write the value as a text");
    // JavaScript's order is that of code units, which above these is another one than that of characters.
    if (/[\ud800-\uffff]/.test(value)) return this.reader.fault("not_exact", path, `JavaScript has ${shown(value)} at another place among texts`);
    return this.reader.ordered(field, path) && test(field, op as "<", value);
  }

  /** Two fields. */
  fields(op: Comparison, a: { field: Field; missing: unknown }, b: { field: Field; missing: unknown }, path: string): Condition {
    const [x, y] = [a.field, b.field];
    if (a.missing !== null || b.missing !== null || x === ELEMENT || y === ELEMENT || x.type !== y.type || isTags(x)) {
      return this.reader.fault("not_supported", path, "only fields of one type can be compared, without a default");
    }
    const both = all([isNull(x), isNull(y)]);
    if (op === "==" || op === "===") {
      if (x.compare === "exact" && y.compare === "exact") return any([pair(x, "=", y), both]);
      return this.reader.fault("not_exact", path, "texts are compared without regard to case", "set the fields' `caseSensitive`");
    }
    const orEqual = op === "<=" || op === ">=";
    const rest = orEqual ? both : false;
    if (x.type === "date" || x.type === "datetime") return any([pair(x, op, y), rest]);
    if (x.type !== "number") return this.reader.fault("not_exact", path, `two ${x.type} fields have another order in JavaScript`);
    const alone = (missing: Field, other: Field, op: Comparison) => all([isNull(missing), test(other, op as "<", 0)]);
    return any([pair(x, op, y), alone(x, y, FLIPPED[op]), alone(y, x, op), rest]);
  }

  /** A word in a text or a list, or a field in a list of values. */
  within(args: unknown[], where: (place: number) => string, scope: boolean): Condition {
    const [a, b] = [this.operand(args[0], where(0), scope), this.operand(args[1], where(1), scope)];
    if (a === undefined || b === undefined) return false;
    if ("constant" in b) {
      const list = b.constant;
      if ("constant" in a) {
        const part = a.constant;
        if (!isScalar(part)) return this.reader.fault("not_supported", where(0), "a list cannot be looked for");
        return typeof list === "string" ? list !== "" && list.includes(String(part)) : Array.isArray(list) && list.includes(part) && !Number.isNaN(part);
      }
      if (list === null || typeof list === "number" || typeof list === "boolean" || list === "") return false;
      if (!Array.isArray(list)) return this.reader.fault("not_supported", where(1), "a field cannot be looked for in a text", "write the values as a list");
      const { field, missing } = a;
      if (isTags(field)) return this.reader.fault("not_supported", where(0), "a list cannot be looked for in a list", '{"some": [{"var": "a list"}, {"in": [{"var": ""}, …]}]}');
      return withNull(field, this.listed(field, list, where(1)), list.includes(missing as never));
    }
    const { field, missing } = b;
    if (!("constant" in a) || !isScalar(a.constant)) return this.reader.fault("not_supported", where(0), "only a value can be looked for in a field");
    if (missing !== null) return this.reader.fault("not_supported", where(1), "a default cannot be searched");
    const part = a.constant;
    if (isTags(field)) {
      if (typeof part !== "string" || part === "") return false;
      return this.reader.comparable({ ...field, type: "choice" }, part, where(0)) && test(field, "contains", part);
    }
    if (field.type === "number" || field.type === "boolean") return false;
    if (field.type !== "text") return this.reader.fault("not_supported", where(1), `parts of a ${field.type} field cannot be looked for`);
    const text = String(part);
    // An empty text is no text to search in: it counts as false.
    if (text === "") return test(field, "notEmpty");
    return this.reader.comparable({ ...field, type: "text" }, text, where(0)) && test(field, "contains", text);
  }

  listed(field: Field, list: readonly unknown[], path: string): Condition {
    const values: unknown[] = [];
    const fits = { number: "number", boolean: "boolean" }[field.type as string] ?? "string";
    for (const [place, value] of list.entries()) {
      if (typeof value !== fits || (value === "" && (isWord(field) || field === ELEMENT))) continue;
      if ((typeof value === "string" ? this.there("===", field, value, at(path, place)) : true) !== false) values.push(value);
    }
    return this.reader.oneOf(field, [...new Set(values)]);
  }

  elements(op: "some" | "all" | "none", args: unknown[], where: (place: number) => string, scope: boolean): Condition {
    const operand = this.operand(args[0], where(0), scope);
    if (operand === undefined) return false;
    if ("constant" in operand || !isTags(operand.field)) return this.reader.fault("not_supported", where(0), `\`${op}\` needs a field with a list`);
    if (operand.missing !== null) return this.reader.fault("not_supported", where(0), "a default cannot be searched");
    const { field } = operand;
    const inner = this.truth(args[1], where(1), true);
    if (op === "all") return all([not(isNull(field)), words(field, "all", inner)]);
    const some = words(field, "some", inner);
    return op === "some" ? some : not(some);
  }

  missing([keys, path]: [readonly unknown[], string], scope: boolean): Condition {
    if (scope) return this.reader.fault("not_supported", path.slice(0, -1), "within a list only the word itself can be asked for");
    return any(keys.map((key, place) => {
      const field = this.reader.field(key, `${path}${place}`);
      if (field === undefined) return false;
      if (isTags(field)) return this.reader.fault("ambiguous", `${path}${place}`, "an empty list and one that is missing are the same here");
      return field.type === "text" ? test(field, "empty") : isNull(field);
    }));
  }
}
