import type * as Contract from "../evenhand.js";
import type * as Builder from "../query-builder.js";
import { wayOf } from "./compare.js";
import { fault } from "./errors.js";

type Operator = Contract.Operator;

const EQUAL: Operator[] = ["=", "!="];
const LISTS: Operator[] = ["in", "notIn"];
const ORDER: Operator[] = ["<", "<=", ">", ">=", "between", "notBetween"];
const PARTS: Operator[] = ["contains", "doesNotContain", "beginsWith", "doesNotBeginWith", "endsWith", "doesNotEndWith"];
const UNDER: Operator[] = ["under", "notUnder"];
const YEARLY: Operator[] = ["anniversaryOn", "anniversaryBetween"];
const NULLS: Operator[] = ["null", "notNull"];
const EMPTY: Operator[] = ["empty", "notEmpty"];

/** In the order in which people look for them. `null` and `empty` differ for texts only, so the others have one of them. */
const OPERATORS: Record<Contract.FieldType, Operator[]> = {
  text: [...PARTS, ...EQUAL, ...LISTS, ...ORDER, ...EMPTY, ...NULLS],
  number: [...EQUAL, ...ORDER, ...LISTS, ...NULLS],
  date: [...EQUAL, ...ORDER, ...LISTS, ...YEARLY, ...NULLS],
  datetime: [...EQUAL, ...ORDER, ...LISTS, ...YEARLY, ...NULLS],
  boolean: [...EQUAL, ...NULLS],
  choice: [...EQUAL, ...LISTS, ...NULLS],
  user: [...EQUAL, ...LISTS, ...UNDER, ...NULLS],
  unit: [...EQUAL, ...LISTS, ...UNDER, ...NULLS],
  tags: ["contains", "doesNotContain", ...LISTS, ...EQUAL, ...EMPTY],
  units: ["contains", "doesNotContain", ...LISTS, ...EQUAL, ...UNDER, ...EMPTY],
};

const WORDS: Partial<Record<Operator, string>> = {
  "=": "is", "!=": "is not", "<": "is less than", "<=": "is at most", ">": "is more than", ">=": "is at least", between: "is between", notBetween: "is not between",
  contains: "contains", doesNotContain: "does not contain", beginsWith: "begins with", doesNotBeginWith: "does not begin with", endsWith: "ends with", doesNotEndWith: "does not end with",
  in: "is one of", notIn: "is none of", under: "is in or below", notUnder: "is not in or below", anniversaryOn: "has its anniversary on", anniversaryBetween: "has its anniversary between", null: "has no value", notNull: "has a value", empty: "is empty", notEmpty: "is not empty",
};
const TIME: Partial<Record<Operator, string>> = { "<": "is before", "<=": "is not after", ">": "is after", ">=": "is not before" };
const LIST: Partial<Record<Operator, string>> = { contains: "has", doesNotContain: "does not have", in: "has any of", notIn: "has none of", "=": "has exactly", "!=": "has not exactly", under: "has one in or below", notUnder: "has none in or below" };
const OF_TYPE: Partial<Record<Contract.FieldType, Partial<Record<Operator, string>>>> = {
  text: { "<": "comes before", "<=": "comes before or is", ">": "comes after", ">=": "comes after or is" }, date: TIME, datetime: TIME, tags: LIST, units: LIST,
};

const has = (list: Operator[], operator: string) => list.includes(operator as Operator);
const isList = (type: Contract.FieldType) => type === "tags" || type === "units";

export const toQueryBuilder: typeof Builder.toQueryBuilder = (config, options = {}) => {
  const { labels = {}, onlyActive = false } = options;
  const names = options.fields ?? Object.keys(config.fields);
  const find = (name: string): Contract.FieldDef => {
    const def = Object.hasOwn(config.fields, name) ? config.fields[name] : undefined;
    if (def === undefined) throw fault("unknown_field", `there is no field \`${name}\``, { hint: `one of ${Object.keys(config.fields).map((one) => `\`${one}\``).join(", ")}` });
    return def;
  };
  // An id always compares exactly, and only texts that compare in one way can be compared with each other.
  const datatype = (name: string, def: Contract.FieldDef) => {
    const way = name === config.lead.id ? "exact" : wayOf(def);
    return def.type === "text" && way !== "caseless" ? `text, ${way}` : def.type;
  };
  const fields = names.map((name): Builder.BuilderField => {
    const def = find(name);
    return { name, label: def.label ?? name, datatype: datatype(name, def), comparator: "datatype" };
  });
  const people = config.users.filter(({ active }) => !onlyActive || active !== false).map(({ id, name }) => ({ name: id, label: name ?? id }));
  const units = (config.org ?? []).map(({ id, name }) => ({ name: id, label: name ?? id }));

  /** What can be chosen as a value, or nothing where it is written. */
  const values = ({ type, choices }: Contract.FieldDef, operator: string): Builder.BuilderOption[] | undefined => {
    if (has(UNDER, operator)) return units;
    if (type === "user") return people;
    if (type === "unit" || type === "units") return units;
    return (type === "choice" || type === "tags") && choices !== undefined ? choices.map((name) => ({ name, label: name })) : undefined;
  };
  return {
    fields,
    getOperators(name) {
      const { type } = find(name);
      const label = (operator: Operator) => labels.types?.[type]?.[operator] ?? labels[operator] ?? OF_TYPE[type]?.[operator] ?? WORDS[operator] ?? operator;
      return OPERATORS[type].map((operator) => ({ name: operator, label: label(operator) }));
    },
    getValueEditorType(name, operator) {
      const def = find(name);
      if (def.type === "boolean") return "checkbox";
      if (values(def, operator) === undefined) return "text";
      return has(LISTS, operator) || (isList(def.type) && has(EQUAL, operator)) ? "multiselect" : "select";
    },
    getValues: (name, operator) => values(find(name), operator) ?? [],
    getInputType(name, operator) {
      // Several are written in one line. (The library has two inputs for its own `between` only.)
      const { type } = find(name);
      if (operator === "anniversaryOn") return "date";
      return has(LISTS, operator) || operator === "anniversaryBetween" ? "text" : ({ number: "number", date: "date", datetime: "datetime-local" }[type as string] ?? "text");
    },
    getValueSources(name, operator) {
      const def = find(name);
      const comparable = has(EQUAL, operator) || (has(["<", "<=", ">", ">="], operator) && ["text", "number", "date", "datetime"].includes(def.type)) || (has(PARTS, operator) && def.type === "text");
      const other = !isList(def.type) && fields.some((one) => one.name !== name && one.datatype === datatype(name, def));
      return comparable && other ? ["value", "field"] : ["value"];
    },
    listsAsArrays: true,
  };
};
