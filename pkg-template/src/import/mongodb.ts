import { all, any, ELEMENT, isNull, isTags, isWord, not, pair, test, withNull, wordCount, words, type Condition, type Field } from "./condition.js";
import { at, isDay, isRecord, shown, type Reader } from "./reader.js";

/*
 * MongoDB's query documents. In a query, comparisons are within one type, and a field without a value is null: `$ne: 5` finds it, `$lt: 5`
 * does not. In `$expr`, values of all types are in one order, in which no value comes first: `$lt: ["$score", 5]` finds it. Texts are in the order of
 * their characters, as here.
 *
 * Documents are as tables give rows back, but that instants are dates. Lists of tags are lists.
 */

type Order = "<" | "<=" | ">" | ">=";
const ORDER: Record<string, Order> = { $lt: "<", $lte: "<=", $gt: ">", $gte: ">=" };

export function mongodb(filter: unknown, reader: Reader): Condition {
  return new MongoDB(reader).query(filter, "");
}

/** Instants as they come: dates, and MongoDB's extended JSON. */
function plain(value: unknown): unknown {
  if (!isRecord(value) || Object.keys(value).join() !== "$date" || typeof value["$date"] !== "string") return value;
  const date = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:?\d\d)$/.test(value["$date"]) ? new Date(value["$date"]) : undefined;
  return date === undefined || Number.isNaN(date.getTime()) ? value : date;
}

class MongoDB {
  constructor(readonly reader: Reader) {}

  query(query: unknown, path: string): Condition {
    if (!isRecord(query)) return this.reader.fault("malformed", path, `${shown(query)} is no query`);
    if (this.reader.deep(path)) return false;
    return all(Object.entries(query).map(([key, value]) => {
      const here = at(path, key);
      switch (key) {
        case "$and": return all(this.queries(value, here));
        case "$or": return any(this.queries(value, here));
        case "$nor": return not(any(this.queries(value, here)));
        case "$expr": return this.expression(value, here);
        case "$comment": return typeof value === "string" || this.reader.fault("malformed", here, "a comment is a text");
      }
      if (key.startsWith("$")) return this.reader.fault("not_supported", here, `\`${key}\` cannot be imported`);
      const field = this.reader.field(key, here);
      return field !== undefined && this.condition(field, value, here);
    }));
  }

  queries(value: unknown, path: string): Condition[] {
    if (!Array.isArray(value)) return [this.reader.fault("malformed", path, "this takes a list of queries")];
    return value.map((query: unknown, place) => this.query(query, at(path, place)));
  }

  /** What is said of one field, or of one word of a list. */
  condition(field: Field, given: unknown, path: string): Condition {
    const value = plain(given);
    if (value instanceof RegExp) return this.pattern(field, value.source, value.flags, path);
    if (!isRecord(value)) return this.equal(field, value, path);
    const keys = Object.keys(value);
    if (keys.length === 0 || keys.some((key) => !key.startsWith("$"))) return this.reader.fault("not_supported", path, "a field cannot be compared with a document");
    if (this.reader.deep(path)) return false;
    return all(keys.map((key) => this.operator(field, key, value, path)));
  }

  operator(field: Field, key: string, operators: Record<string, unknown>, path: string): Condition {
    const here = at(path, key);
    const value = plain(operators[key]);
    const malformed = (message: string) => this.reader.fault("malformed", here, message);
    switch (key) {
      case "$eq": return value instanceof RegExp ? malformed("an expression is no value") : this.equal(field, value, here);
      case "$ne": return value instanceof RegExp ? malformed("an expression is no value") : not(this.equal(field, value, here));
      case "$lt": case "$lte": case "$gt": case "$gte": return this.ordered(field, ORDER[key]!, value, here);
      case "$in": return this.listed(field, value, here);
      case "$nin": return not(this.listed(field, value, here));
      case "$not":
        if (isRecord(value) || value instanceof RegExp) return not(this.condition(field, value, here));
        return malformed("`$not` takes operators or an expression");
      case "$exists": return typeof value === "boolean" ? this.exists(field, value, here) : malformed("`$exists` takes `true` or `false`");
      case "$options": return Object.hasOwn(operators, "$regex") || malformed("`$options` goes with `$regex`");
      case "$regex": {
        const options = operators["$options"] ?? "";
        if (typeof options !== "string") return malformed("`$options` is a text");
        if (value instanceof RegExp) return this.pattern(field, value.source, options || value.flags, here);
        return typeof value === "string" ? this.pattern(field, value, options, here) : malformed("`$regex` takes an expression");
      }
    }
    if (!isTags(field)) return this.reader.fault("not_supported", here, `\`${key}\` cannot be imported for \`${field.name}\``);
    switch (key) {
      case "$all":
        if (!Array.isArray(value)) return malformed("`$all` takes a list");
        return value.length > 0 && all(value.map((one: unknown, place) => this.equal(field, one, at(here, place))));
      case "$size":
        if (!Number.isInteger(value) || (value as number) < 0) return malformed("`$size` takes a whole number");
        return value === 0 ? this.reader.fault("ambiguous", here, "an empty list and one that is missing are the same here") : wordCount(field, value as number);
      case "$elemMatch":
        if (!isRecord(value) || Object.keys(value).some((key) => !key.startsWith("$"))) return this.reader.fault("not_supported", here, "the words of a list are no documents");
        return words(field, "some", this.condition(ELEMENT, value, here));
    }
    return this.reader.fault("not_supported", here, `\`${key}\` cannot be imported`);
  }

  equal(field: Field, value: unknown, path: string): Condition {
    if (value === null) return isTags(field) ? this.reader.fault("ambiguous", path, "an empty list and one that is missing are the same here") : isNull(field);
    const fit = this.fitting(field, value, path);
    if (fit === undefined) return false;
    return isTags(field) ? test(field, "contains", fit) : test(field, "=", fit);
  }

  /** A value as a rule of ours has it; nothing where no value of the field can equal it, or where there is a fault. */
  fitting(field: Field, value: unknown, path: string): unknown {
    const wrong = (message: string, hint?: string) => void this.reader.fault("value_invalid", path, message, hint);
    const kind = value instanceof Date ? "date" : typeof value;
    if (!["string", "number", "boolean", "date"].includes(kind) || (kind === "number" && !Number.isFinite(value)) || (kind === "date" && Number.isNaN((value as Date).getTime()))) {
      return wrong(`${shown(value)} cannot be compared with \`${field.name || "a word"}\``);
    }
    switch (field.type) {
      case "number": case "boolean": return kind === field.type ? value : undefined;
      case "date":
        if (kind === "date") return wrong(`\`${field.name}\` holds days, and a date is an instant`, "write the day as a text, 2026-03-08");
        return kind !== "string" ? undefined : isDay(value as string) ? value : wrong(`${shown(value)} is no day`, "2026-03-08");
      case "datetime":
        if (kind === "string") return wrong(`\`${field.name}\` holds instants, and no text equals one`, "give a Date");
        return kind === "date" ? (value as Date).toISOString() : undefined;
    }
    if (kind !== "string" || (value === "" && field.type !== "text")) return undefined;
    if (value === "" && field === ELEMENT) return undefined;
    return this.reader.comparable(isTags(field) ? { ...field, type: "choice" } : field, value as string, path) ? value : undefined;
  }

  ordered(field: Field, op: Order, value: unknown, path: string): Condition {
    if (value === null) return this.reader.fault("not_supported", path, "null cannot be in an order");
    if (isTags(field)) return words(field, "some", this.ordered(ELEMENT, op, value, path));
    const text = typeof value === "string" && !["number", "boolean", "date", "datetime"].includes(field.type);
    if (text) return this.reader.ordered(field, path) && (/\p{Surrogate}/u.test(value) ? this.reader.fault("value_invalid", path, "a text holds half of a character") : test(field, op, value));
    const fit = this.fitting(field, value, path);
    if (fit === undefined) return false;
    return field.type === "boolean" ? this.reader.fault("not_supported", path, "a boolean field has no order") : test(field, op, fit);
  }

  listed(field: Field, list: unknown, path: string): Condition {
    if (!Array.isArray(list)) return this.reader.fault("malformed", path, "this takes a list");
    const values = new Set<unknown>();
    let without: Condition = false;
    for (const [place, one] of list.entries()) {
      const value = plain(one);
      if (value === null) without = this.equal(field, null, at(path, place));
      else {
        const fit = this.fitting(field, value, at(path, place));
        if (fit !== undefined) values.add(fit);
      }
    }
    return any([isTags(field) && values.size > 0 ? test(field, "in", [...values]) : this.reader.oneOf(field, [...values]), without]);
  }

  exists(field: Field, wanted: boolean, path: string): Condition {
    if (isTags(field)) return this.reader.fault("ambiguous", path, "an empty list and one that is missing are the same here");
    if (field.always) return wanted;
    const { nulls } = this.reader.options;
    if (nulls === undefined) return this.reader.ambiguous(path);
    return nulls === "null" ? wanted : wanted ? not(isNull(field)) : isNull(field);
  }

  /** Expressions that look for a text as it is: somewhere, or at the beginning. */
  pattern(field: Field, source: string, flags: string, path: string): Condition {
    if (isTags(field)) return words(field, "some", this.pattern(ELEMENT, source, flags, path));
    if (["number", "boolean", "datetime"].includes(field.type)) return false;
    if (field.type !== "text") return this.reader.fault("not_supported", path, `parts of a ${field.type} field cannot be looked for`);
    if (/[^gu]/.test(flags)) return this.reader.fault("not_supported", path, `the options \`${flags}\` of an expression cannot be imported`);
    const [, begin, body] = /^(\^?)([^]*)$/.exec(source)!;
    const parts = body!.match(/\\[^a-zA-Z0-9]|[^\\^$.*+?()[\]{}|]/gsu) ?? [];
    if (parts.join("") !== body) return this.reader.fault("not_supported", path, `only a text can be looked for, and ${shown(source)} says more`, "`^` at the beginning is understood, and `\\` before a sign");
    const text = parts.map((part) => (part.length > 1 && part.startsWith("\\") ? part.slice(1) : part)).join("");
    const searched: Field = { ...field, type: "text" };
    return this.reader.comparable(field === ELEMENT ? { ...searched } : searched, text, path) && test(field, begin === "" ? "contains" : "beginsWith", text);
  }

  // ---- $expr

  expression(expression: unknown, path: string): Condition {
    if (!isRecord(expression)) {
      if (typeof expression === "boolean" || expression === null || typeof expression === "number") return Boolean(expression);
      return this.reader.fault("not_supported", path, `${shown(expression)} is no condition`);
    }
    const keys = Object.keys(expression);
    if (keys.length !== 1) return this.reader.fault("malformed", path, "an expression has one operator");
    const op = keys[0]!;
    const here = at(path, op);
    if (this.reader.deep(here)) return false;
    const args = Array.isArray(expression[op]) ? (expression[op] as unknown[]) : [expression[op]];
    const each = () => args.map((part, place) => this.expression(part, at(here, place)));
    switch (op) {
      case "$and": return all(each());
      case "$or": return any(each());
      case "$not": return args.length === 1 ? not(each()[0]!) : this.reader.fault("malformed", here, "`$not` takes one expression");
      case "$literal": return typeof expression[op] === "boolean" ? (expression[op] as boolean) : this.reader.fault("not_supported", here, "only `true` and `false` are conditions");
      case "$eq": case "$ne": case "$lt": case "$lte": case "$gt": case "$gte": case "$in": break;
      default: return this.reader.fault("not_supported", here, `\`${op}\` cannot be imported`);
    }
    if (args.length !== 2) return this.reader.fault("malformed", here, `\`${op}\` takes two, and has ${args.length}`);
    const [a, b] = args.map((part, place) => this.operand(part, at(here, place))) as [Operand | undefined, Operand | undefined];
    if (a === undefined || b === undefined) return false;
    if (op === "$in") return this.within(a, b, here);
    if (op === "$ne") return not(this.compare("=", a, b, here));
    return this.compare(op === "$eq" ? "=" : ORDER[op]!, a, b, here);
  }

  operand(given: unknown, path: string): Operand | undefined {
    const value = plain(given);
    if (typeof value === "string" && value.startsWith("$")) {
      const field = value.startsWith("$$") ? void this.reader.fault("not_supported", path, `${shown(value)} cannot be imported`) : this.reader.field(value.slice(1), path);
      return field === undefined ? undefined : { field };
    }
    if (!isRecord(value)) return { constant: value };
    if (Object.keys(value).join() === "$literal") return { constant: plain(value["$literal"]) };
    return void this.reader.fault("not_supported", path, "only fields and values can be compared");
  }

  compare(op: "=" | Order, a: Operand, b: Operand, path: string): Condition {
    if ("constant" in a) {
      if ("constant" in b) return this.constants(op, a.constant, b.constant, path);
      return this.against(FLIPPED[op], b.field, a.constant, at(path, 0));
    }
    if ("constant" in b) return this.against(op, a.field, b.constant, at(path, 1));
    const [x, y] = [a.field, b.field];
    if (x.type !== y.type || isTags(x)) return this.reader.fault("not_supported", path, "only fields of one type can be compared");
    if (this.reader.options.nulls === undefined && !(x.always && y.always)) return this.reader.ambiguous(path);
    if (x.compare !== "exact" || y.compare !== "exact") return this.reader.fault("not_exact", path, "texts are compared without regard to case", "set the fields' `caseSensitive`");
    const both = all([isNull(x), isNull(y)]);
    if (op === "=") return any([pair(x, "=", y), both]);
    if (isWord(x) || x.type === "boolean") return this.reader.fault("not_supported", path, `a ${x.type} field has no order`);
    // No value comes before any.
    const first = op.startsWith("<") ? all([isNull(x), not(isNull(y))]) : all([not(isNull(x)), isNull(y)]);
    return any([pair(x, op, y), first, op.endsWith("=") ? both : false]);
  }

  constants(op: "=" | Order, a: unknown, b: unknown, path: string): Condition {
    if (typeof a !== typeof b || !["number", "string", "boolean"].includes(typeof a)) return this.reader.fault("not_supported", path, "only values of one type can be compared");
    const [x, y] = [a as number, b as number];
    if (typeof a === "string" && op !== "=" && /[\ud800-\uffff]/.test(`${x}${y}`)) return this.reader.fault("not_exact", path, "these texts have another order in JavaScript");
    return { "=": x === y, "<": x < y, "<=": x <= y, ">": x > y, ">=": x >= y }[op];
  }

  against(op: "=" | Order, field: Field, value: unknown, path: string): Condition {
    if (value === null) return this.reader.fault("ambiguous", path, "a key with null and one that is missing are the same here", "ask for null outside of `$expr`");
    if (isTags(field) || Array.isArray(value)) return this.reader.fault("not_supported", path, "lists cannot be compared");
    if (op === "=") return this.equal(field, value, path);
    const faults = this.reader.faults.length;
    const there = this.ordered(field, op, value, path);
    if (there === false && this.reader.faults.length === faults) return this.reader.fault("not_supported", path, `${shown(value)} is of another type than \`${field.name}\``);
    return withNull(field, there, op.startsWith("<") && !field.always);
  }

  within(a: Operand, b: Operand, path: string): Condition {
    if ("constant" in b && "field" in a) {
      if (Array.isArray(b.constant) && b.constant.some((one) => one === null || (typeof one === "string" && one.startsWith("$")) || isRecord(plain(one)))) {
        return this.reader.fault("not_supported", at(path, 1), "this takes a list of values");
      }
      return isTags(a.field) ? this.reader.fault("not_supported", path, "lists cannot be compared") : this.listed(a.field, b.constant, at(path, 1));
    }
    if ("constant" in a && "field" in b && isTags(b.field)) return this.reader.fault("ambiguous", path, "`$in` fails where the list is missing", "ask for the word outside of `$expr`");
    return this.reader.fault("not_supported", path, "only a field can be looked for in a list of values");
  }
}

type Operand = { field: Field } | { constant: unknown };
const FLIPPED = { "=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<=" } as const;
