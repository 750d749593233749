import type * as Contract from "../../evenhand.js";
import type { ImportCode, ImportOptions } from "../../import.js";
import { wayOf } from "../compare.js";
import { ELEMENT, type Condition, type Field, isPartly, isWord, test } from "./condition.js";

export const own = (object: object, key: string) => Object.prototype.hasOwnProperty.call(object, key);

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value));

export const at = (path: string, key: string | number) => `${path}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;

/** A value in the words of an error. */
export const shown = (value: unknown) => {
  const text = value instanceof Date || value instanceof RegExp ? String(value) : (JSON.stringify(value) ?? String(value));
  return `\`${text.length > 60 ? `${text.slice(0, 60)}…` : text}\``;
};

/** A civil day as tables give it back. */
export const isDay = (text: string) => !text.startsWith("0000") && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);
/** An instant as tables give it back. */
export const isInstant = (text: string) => !text.startsWith("0000") && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text;

/** How deep a foreign filter may be. */
const DEEPEST = 100;

/** What all readers need: the fields, and the faults that were found so far. A faulty part reads as `false`; whoever asked throws in the end. */
export class Reader {
  readonly faults: Contract.Diagnostic[] = [];
  constructor(readonly options: ImportOptions) {}

  fault(code: ImportCode, path: string, message: string, hint?: string): false {
    this.faults.push({ severity: "error", code, path, message, ...(hint === undefined ? {} : { hint }) });
    return false;
  }

  /** What only the host's rows can tell. */
  ambiguous(path: string): false {
    return this.fault("ambiguous", path, "a key with null and one that is missing are the same here", '`nulls: "absent"` or `nulls: "null"` says which your rows have');
  }

  /** Whether one may still go down. */
  deep(path: string): boolean {
    // Pointers hold one `/` a level, as `/` in a key is written `~1`.
    const deep = path.length > DEEPEST && path.split("/").length > DEEPEST;
    if (deep && !this.faults.some(({ code }) => code === "too_deep")) this.fault("too_deep", path, "the filter is nested too deeply");
    return deep;
  }

  /** The field that a foreign name stands for. */
  field(name: unknown, path: string): Field | undefined {
    const { config, columns = {} } = this.options;
    if (typeof name !== "string") return void this.fault("malformed", path, `a field is named by a text, not ${shown(name)}`);
    const field = own(columns, name) ? columns[name]! : name;
    const known = own(config.fields, field) ? config.fields[field] : undefined;
    if (known === undefined) return void this.fault("unknown_field", path, `there is no field ${shown(name)}`, "name the field that it stands for in `columns`");
    if (field === name && name.includes(".") && !own(columns, name)) {
      return void this.fault("not_exact", path, `${shown(name)} is a path, not a name`, "name the field that it stands for in `columns`");
    }
    const always = field === config.lead.id;
    return { name: field, type: known.type, compare: always || known.type !== "text" ? "exact" : wayOf(known), always };
  }

  /** Whether our comparison of this field with a text, for equality or a part, finds what one of code points finds. */
  comparable(field: Field, text: string, path: string): boolean {
    if (/\p{Surrogate}/u.test(text)) return this.fault("value_invalid", path, "a text holds half of a character");
    if (isPartly(field)) return this.partly(field, path);
    // What is neither upper nor lower case is nothing's other case, so no text becomes equal to it by ignoring case.
    if (field.compare === "caseless" && [...text].some((char) => char.toLowerCase() !== char || char.toUpperCase() !== char)) {
      return this.fault("not_exact", path, `\`${field.name}\` is compared without regard to case, and ${shown(text)} is not`, "set the field's `caseSensitive`");
    }
    if ((field === ELEMENT || isWord(field)) && (/^[\s\p{C}]|[\s\p{C}]$/u.test(text) || text === "~")) {
      return this.fault("not_exact", path, `the words of \`${field.name || "a list"}\` have no blanks around them, and none is \`~\``);
    }
    return true;
  }

  /** The fault of a field that is compared by a part of its text. */
  partly(field: Field, path: string) {
    return this.fault("not_exact", path, `\`${field.name}\` is compared by \`compare: "${field.compare}"\``, 'give the field `compare: "exact"`');
  }

  /** The fault of a field that is compared with regard to case, where texts are not. */
  caseless(field: Field, path: string) {
    return this.fault("not_exact", path, `\`${field.name}\` is compared with regard to case`, "leave out the field's `caseSensitive`");
  }

  /** Whether texts of this field are in an order that can be asked for. */
  ordered(field: Field, path: string): boolean {
    if (field.type === "text" && field.compare === "exact") return true;
    if (field.type !== "text") return this.fault("not_supported", path, `a ${field.type} field has no order`);
    return this.fault("not_exact", path, `\`${field.name}\` is ordered without regard to case`, "set the field's `caseSensitive`");
  }

  /** A field that is one of these values, all of the field's own form. */
  oneOf(field: Field, values: readonly unknown[]): Condition {
    if (values.length === 0) return false;
    if (field.type === "boolean") return values.includes(true) && values.includes(false) ? test(field, "notNull") : test(field, "=", values[0]);
    return values.length === 1 ? test(field, "=", values[0]) : test(field, "in", values);
  }
}
