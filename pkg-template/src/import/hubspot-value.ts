import { isNull, isPartly, test, type Condition, type Field } from "./condition.js";
import { at, isDay, shown, type Reader } from "./reader.js";

/** Whether a record has no value: an empty text is none. */
export const unsetOf = (field: Field): Condition => (field.type === "text" && !field.always ? test(field, "empty") : isNull(field));

/** A value as the field has it. */
export function value(field: Field, given: unknown, path: string, reader: Reader): unknown {
  const text = typeof given === "number" || typeof given === "boolean" ? String(given) : given;
  const wrong = (hint?: string) => void reader.fault("value_invalid", path, `${shown(given)} is no value of \`${field.name}\`, a ${field.type} field`, hint);
  if (typeof text !== "string" || text === "") return wrong();
  switch (field.type) {
    case "number": return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : wrong();
    case "boolean": return text === "true" ? true : text === "false" ? false : wrong("`true` or `false`");
    case "date": {
      if (isDay(text)) return text;
      // Days are written as the milliseconds of their midnight, UTC.
      const day = /^-?\d{1,15}$/.test(text) && Number(text) % 86_400_000 === 0 ? new Date(Number(text)).toISOString().slice(0, 10) : "";
      return isDay(day) ? day : wrong("a day, or the milliseconds of its midnight in UTC");
    }
    case "datetime": {
      const time = /^-?\d{1,15}$/.test(text) ? Number(text) : /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN;
      return Number.isNaN(new Date(time).getTime()) ? wrong("milliseconds, or RFC 3339 with an offset") : new Date(time).toISOString();
    }
    case "text":
      if (isPartly(field)) return void reader.partly(field, path);
      if (field.compare === "exact") return void reader.caseless(field, path);
      return /\p{Surrogate}/u.test(text) ? wrong() : text;
    default: return reader.comparable(field, text, path) ? text : undefined;
  }
}

/** The values that a filter or an operation compares with, each once: the list `values`, or `value` alone. None where one of them has a fault. */
export function valuesOf(of: Record<string, unknown>, path: string, several: boolean, reader: Reader, read: (given: unknown, path: string) => unknown): readonly unknown[] | undefined {
  const listed = several ? of["values"] : [of["value"]];
  if (!Array.isArray(listed) || listed.length === 0) return void reader.fault("malformed", at(path, "values"), "`values` is a list with one value at least");
  const values = listed.map((given: unknown, place) => read(given, several ? at(at(path, "values"), place) : at(path, "value")));
  return values.includes(undefined) ? undefined : [...new Set(values)];
}
