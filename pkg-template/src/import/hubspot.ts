import { all, any, isTags, not, test, type Condition, type Field } from "./condition.js";
import { list } from "./hubspot-list.js";
import { unsetOf, value, valuesOf } from "./hubspot-value.js";
import { at, isRecord, shown, type Reader } from "./reader.js";

/*
 * The body of HubSpot's CRM search: groups of filters, of which one must hold whole. Values are texts. Texts compare without regard to case, and
 * without a value nothing is found but by NOT_HAS_PROPERTY; of NEQ and NOT_IN that is not documented, so the host says it. An empty text is no value.
 */
export function hubspot(filter: unknown, reader: Reader): Condition {
  const malformed = (path: string, message: string) => reader.fault("malformed", path, message);
  if (!isRecord(filter)) return malformed("", "a search is an object with `filterGroups`, and a list one with `filterBranch`");
  if ("filterBranch" in filter || "filterBranchType" in filter) return list(filter, reader);
  let whole = true;
  for (const key of Object.keys(filter)) {
    if (key !== "filterGroups") whole = reader.fault("not_supported", at("", key), `\`${key}\` cannot be imported`, "import `filterGroups` alone; sorting and paging are not part of a filter");
  }
  const groups = filter["filterGroups"] ?? [];
  if (!Array.isArray(groups)) return malformed("/filterGroups", "`filterGroups` is a list");
  // No groups ask nothing.
  if (groups.length === 0) return whole;
  return any(groups.map((group: unknown, place) => {
    const path = at("/filterGroups", place);
    if (!isRecord(group) || Object.keys(group).some((key) => key !== "filters") || !Array.isArray(group["filters"]) || group["filters"].length === 0) {
      return malformed(path, "a group is an object with `filters`, one at least, and nothing else");
    }
    return all(group["filters"].map((one: unknown, place) => single(one, at(at(path, "filters"), place), reader)));
  }));
}

const KEYS: Record<string, readonly string[]> = {
  EQ: ["value"], NEQ: ["value"], LT: ["value"], LTE: ["value"], GT: ["value"], GTE: ["value"], BETWEEN: ["value", "highValue"], IN: ["values"], NOT_IN: ["values"],
  HAS_PROPERTY: [], NOT_HAS_PROPERTY: [],
};
const ORDER = { LT: "<", LTE: "<=", GT: ">", GTE: ">=" } as const;

function single(filter: unknown, path: string, reader: Reader): Condition {
  if (!isRecord(filter)) return reader.fault("malformed", path, `${shown(filter)} is no filter`);
  const operator = String(filter["operator"]);
  if (operator.endsWith("CONTAINS_TOKEN")) return reader.fault("not_supported", at(path, "operator"), `how \`${operator}\` parts texts into words is not documented`, "`contains` finds parts of a text");
  const keys = Object.hasOwn(KEYS, operator) ? KEYS[operator]! : undefined;
  if (keys === undefined) return reader.fault("malformed", at(path, "operator"), `there is no operator ${shown(filter["operator"])}`);
  for (const key of Object.keys(filter)) {
    if (!["propertyName", "operator", ...keys].includes(key)) return reader.fault("malformed", at(path, key), `\`${operator}\` has no \`${key}\``);
  }
  const field = reader.field(filter["propertyName"], at(path, "propertyName"));
  if (field === undefined) return false;
  const unset = unsetOf(field);
  if (operator === "HAS_PROPERTY") return not(unset);
  if (operator === "NOT_HAS_PROPERTY") return unset;
  if (isTags(field)) return reader.fault("not_supported", path, `how \`${operator}\` compares several values at once is not documented`);
  const given = (key: string) => value(field, filter[key], at(path, key), reader);

  if (operator === "BETWEEN") {
    const [low, high] = [given("value"), given("highValue")];
    return low !== undefined && high !== undefined && sorted(field, path, reader) && all([test(field, ">=", low), test(field, "<=", high)]);
  }
  if (Object.hasOwn(ORDER, operator)) {
    const bound = given("value");
    return bound !== undefined && sorted(field, path, reader) && test(field, ORDER[operator as "LT"], bound);
  }
  const several = operator.endsWith("IN");
  const values = valuesOf(filter, path, several, reader, (one, where) => {
    const text = value(field, one, where, reader);
    if (!several || field.type !== "text" || text === undefined || String(text).toLowerCase() === text) return text;
    // Such a list is looked for in lower-cased texts as it is, so it would find nothing.
    return void reader.fault("value_invalid", where, `texts of \`${operator}\` are in lower case, and ${shown(text)} is not`);
  });
  if (values === undefined) return false;
  const found = reader.oneOf(field, values);
  if (operator === "EQ" || operator === "IN") return found;
  if (reader.options.unset === undefined) {
    return reader.fault("ambiguous", at(path, "operator"), `whether \`${operator}\` finds records without a value is not documented`, '`unset: "match"` or `unset: "skip"` says it');
  }
  return reader.options.unset === "match" ? any([not(found), unset]) : all([not(found), not(unset)]);
}

const sorted = (field: Field, path: string, reader: Reader) =>
  ["number", "date", "datetime"].includes(field.type) || reader.fault("not_supported", at(path, "operator"), `the order of ${field.type} fields is not documented`);
