import { all, any, ELEMENT, isPartly, isTags, isWord, not, test, words, type Condition, type Field } from "./condition.js";
import { unsetOf, value, valuesOf } from "./hubspot-value.js";
import { at, isRecord, own, shown, type Reader } from "./reader.js";

/*
 * The filters of HubSpot's lists: branches of filters and branches. What a filter finds of records without a value stands in it
 * (`includeObjectsWithNoValueSet`). Whether its texts compare with regard to case is not documented, so the host says it, unless the text has none.
 */
const BRANCH = ["filterBranchType", "filterBranchOperator", "filterBranches", "filters"];

export function list(filter: Record<string, unknown>, reader: Reader): Condition {
  if (!("filterBranch" in filter)) return branch(filter, "", reader);
  known(filter, "", ["filterBranch"], reader);
  return branch(filter["filterBranch"], "/filterBranch", reader);
}

/** Notes the keys that an object has besides these. */
function known(object: Record<string, unknown>, path: string, keys: readonly string[], reader: Reader): void {
  for (const key of Object.keys(object)) {
    if (!keys.includes(key)) reader.fault("not_supported", at(path, key), `\`${key}\` cannot be imported`);
  }
}

const truth = (given: unknown, path: string, reader: Reader): boolean => (typeof given === "boolean" ? given : reader.fault("malformed", path, "`true` or `false`"));

function branch(given: unknown, path: string, reader: Reader): Condition {
  if (!isRecord(given)) return reader.fault("malformed", path, `${shown(given)} is no branch`);
  if (reader.deep(path)) return false;
  const type = given["filterBranchType"];
  if (typeof type !== "string") return reader.fault("malformed", at(path, "filterBranchType"), "a branch has its type");
  if (!["AND", "OR", "NOT_ALL", "NOT_ANY"].includes(type)) {
    return reader.fault("not_supported", at(path, "filterBranchType"), `a branch \`${type}\` is about other records or events`);
  }
  if ((given["filterBranchOperator"] ?? type) !== type) return reader.fault("malformed", at(path, "filterBranchOperator"), "it is not the branch's type");
  known(given, path, BRANCH, reader);
  const parts = (["filters", "filterBranches"] as const).flatMap((key): Condition[] => {
    const several = given[key] ?? [];
    if (!Array.isArray(several)) return [reader.fault("malformed", at(path, key), `\`${key}\` is a list`)];
    return several.map((one: unknown, place) => (key === "filters" ? single : branch)(one, at(at(path, key), place), reader));
  });
  if (parts.length === 0 && type !== "AND") return reader.fault("malformed", path, `a branch \`${type}\` of nothing`);
  const asked = type === "AND" || type === "NOT_ALL" ? all(parts) : any(parts);
  return type.startsWith("NOT") ? not(asked) : asked;
}

function single(given: unknown, path: string, reader: Reader): Condition {
  const type = isRecord(given) ? given["filterType"] : undefined;
  if (!isRecord(given) || typeof type !== "string") return reader.fault("malformed", path, `${shown(given)} is no filter`);
  if (type === "CONSTANT") {
    known(given, path, ["filterType", "shouldAccept", "source"], reader);
    return truth(given["shouldAccept"], at(path, "shouldAccept"), reader);
  }
  if (type !== "PROPERTY") return reader.fault("not_supported", at(path, "filterType"), `a filter \`${type}\` is about other records or events`);
  known(given, path, ["filterType", "property", "operation"], reader);
  const field = reader.field(given["property"], at(path, "property"));
  const operation = given["operation"];
  if (!isRecord(operation)) return reader.fault("malformed", at(path, "operation"), `${shown(operation)} is no operation`);
  return field !== undefined && compared(field, operation, at(path, "operation"), reader);
}

/** Operators by the type of their operation: what each asks, `!` before what it denies. */
const TEXT = {
  IS_EQUAL_TO: "=", IS_NOT_EQUAL_TO: "!=", CONTAINS: "contains", DOES_NOT_CONTAIN: "!contains", STARTS_WITH: "beginsWith", ENDS_WITH: "endsWith",
};
const OPERATIONS: Record<string, Record<string, string>> = {
  ALL_PROPERTY: { IS_KNOWN: "!", IS_UNKNOWN: "" },
  BOOL: { IS_EQUAL_TO: "=", IS_NOT_EQUAL_TO: "!=" },
  NUMBER: { IS_EQUAL_TO: "=", IS_NOT_EQUAL_TO: "!=", IS_LESS_THAN: "<", IS_LESS_THAN_OR_EQUAL_TO: "<=", IS_GREATER_THAN: ">", IS_GREATER_THAN_OR_EQUAL_TO: ">=" },
  STRING: TEXT,
  MULTISTRING: TEXT,
  ENUMERATION: { IS_ANY_OF: "=", IS_NONE_OF: "!=", IS_EXACTLY: "exactly", IS_NOT_EXACTLY: "!exactly", CONTAINS_ALL: "all", DOES_NOT_CONTAIN_ALL: "!all" },
};
/** Which types of operations are about a field. */
const TYPES: Record<string, RegExp> = { text: /STRING$/, number: /^NUM/, boolean: /^BOOL|^ENUM/, date: /^$/, datetime: /^$/ };

function compared(field: Field, operation: Record<string, unknown>, path: string, reader: Reader): Condition {
  const [type, operator] = [String(operation["operationType"]), String(operation["operator"])];
  const operators = own(OPERATIONS, type) ? OPERATIONS[type]! : undefined;
  if (operators === undefined) return reader.fault("not_supported", at(path, "operationType"), `${shown(type)} cannot be imported`, "two filters say which numbers, and a search says which times");
  if (!own(operators, operator)) {
    return reader.fault(/^HAS_(EVER|NEVER)_/.test(operator) ? "not_supported" : "malformed", at(path, "operator"), `there is no operator ${shown(operator)} for what is`);
  }
  const several = type === "MULTISTRING" || type === "ENUMERATION";
  const plain = type === "ALL_PROPERTY";
  known(operation, path, ["operationType", "operator", "includeObjectsWithNoValueSet", ...(plain ? [] : [several ? "values" : "value"])], reader);
  const denied = operators[operator]!.startsWith("!");
  const unset = unsetOf(field);
  const include = operation["includeObjectsWithNoValueSet"];
  const flag = at(path, "includeObjectsWithNoValueSet");
  if (include !== undefined) truth(include, flag, reader);
  if (plain) {
    // Without the flag it is false, and lists are written with `false` beside IS_UNKNOWN: which records it finds is no matter of the flag.
    if (denied && include === true) return reader.fault("malformed", flag, "a record without a value is not known");
    return denied ? not(unset) : unset;
  }
  if (!(isWord(field) || isTags(field) ? /^ENUM/ : TYPES[field.type]!).test(type)) return reader.fault("not_exact", at(path, "operationType"), `\`${field.name}\` is a ${field.type} field`);
  const values = valuesOf(operation, path, several, reader, (one, where) =>
    field.type === "text" || isTags(field) ? text(isTags(field) ? ELEMENT : field, one, where, reader) : value(field, one, where, reader));
  if (values === undefined) return false;
  const found = finds(field, operators[operator]!.slice(denied ? 1 : 0), values, reader);
  const asked = denied ? not(found) : found;
  if (include === true || (denied && include === undefined && reader.options.unset === "match")) return any([asked, unset]);
  if (denied && include === undefined && reader.options.unset === undefined) {
    return reader.fault("ambiguous", path, "whether it finds records without a value is not said", '`includeObjectsWithNoValueSet`, or `unset: "match"` or `unset: "skip"` says it');
  }
  return denied ? all([asked, not(unset)]) : asked;
}

/** What is found of records with a value. */
function finds(field: Field, operator: string, values: readonly unknown[], reader: Reader): Condition {
  const every = operator === "all" || operator === "exactly";
  if (!every && operator !== "=") return any(values.map((one) => test(field, operator as "<", one)));
  // One value is never two.
  if (!isTags(field)) return (!every || values.length === 1) && reader.oneOf(field, values);
  if (!every) return words(field, "some", reader.oneOf(ELEMENT, values));
  const each = values.map((one) => words(field, "some", test(ELEMENT, "=", one)));
  return all(operator === "all" ? each : [...each, words(field, "all", reader.oneOf(ELEMENT, values))]);
}

/** A text, where its case decides nothing or it is said what it decides. */
function text(field: Field, given: unknown, path: string, reader: Reader): string | undefined {
  if (typeof given !== "string" || given === "" || /\p{Surrogate}/u.test(given)) return void reader.fault("value_invalid", path, `${shown(given)} is no text to look for`);
  const { caseSensitive } = reader.options;
  if (field === ELEMENT || isPartly(field) || caseSensitive === true) return reader.comparable(field, given, path) ? given : undefined;
  if ([...given].every((char) => char.toLowerCase() === char && char.toUpperCase() === char)) return given;
  if (caseSensitive === undefined) return void reader.fault("ambiguous", path, `whether lists regard the case of ${shown(given)} is not documented`, "`caseSensitive` says it");
  return field.compare === "exact" ? void reader.caseless(field, path) : given;
}
