import { fault } from "./errors.js";
import { encode } from "./text.js";

/** A small input as the bytes of a JSON text. Dates become RFC 3339 text. What is missing is null. */
export const json = (value: unknown): Uint8Array => encode(jsonText(value));

/** The text itself. */
export function jsonText(value: unknown, replace?: (this: Record<string, unknown>, key: string, item: unknown) => unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value === undefined ? null : value, replace);
  } catch (cause) {
    const [path, what] = culprit(value);
    throw fault("json_invalid", `this cannot be written as JSON${what}`, { path, hint: "cycles and BigInt values have no JSON form", cause });
  }
  if (text === undefined) throw fault("json_invalid", `a value of type \`${typeof value}\` cannot be written as JSON`);
  return text;
}

/** Values that the lifecycle writes: null clears a field, and undefined writes nothing. */
const WRITTEN = /^on(Assign|Unassign|Deactivate|Retire|Copy)$/;

/**
 * The same of what grants or opens something where a key is absent. A key that is there and undefined was meant to be something, as one that is
 * null was: it is told as null, which is refused. Groups of a filter have keys of their own, and are left.
 */
export function told(value: unknown): Uint8Array {
  // First as it is: what refers to itself is found, and nearly nothing has such a key, for which each value would be looked at.
  const text = jsonText(value);
  if (!lacks(value)) return encode(text);
  const left = new Set<unknown>();
  return encode(
    jsonText(value, function (key, item) {
      const leaves = left.has(this) || (this !== value && Array.isArray(this["rules"]));
      if (typeof item === "object" && (leaves || WRITTEN.test(key))) left.add(item);
      return item === undefined && !leaves ? null : item;
    }),
  );
}

const lacks = (value: unknown): boolean => (typeof value === "object" && value !== null ? Object.values(value).some(lacks) : value === undefined);

/** A query. One that was looked up and not found is not "all". */
export function asked<T>(query: T): T {
  if (query === undefined) throw fault("query_invalid", "the query is undefined", { hint: "`null` asks for all leads that the viewer may see" });
  return query;
}

/** Where the value is that `JSON.stringify` stumbled over, and why. */
function culprit(root: unknown): [path: string, what: string] {
  const above: unknown[] = [];
  const look = (value: unknown, path: string): [string, string] | undefined => {
    if (typeof value === "bigint") return [path, ": it is a BigInt"];
    if (typeof value !== "object" || value === null) return undefined;
    if (above.includes(value)) return [path, ": it contains itself"];
    if (above.length > 256) return [path, ": it is nested too deeply"];
    above.push(value);
    for (const key of Object.keys(value)) {
      const place = `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      let item: unknown;
      try {
        item = (value as Record<string, unknown>)[key];
      } catch {
        return [place, ": reading it fails"];
      }
      const found = look(item, place);
      if (found !== undefined) return found;
    }
    above.pop();
    return undefined;
  };
  return look(root, "") ?? ["", ""];
}

/** Bytes, of whatever kind and realm; nothing else. */
export function asBytes(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  const tag = Object.prototype.toString.call(value);
  return tag === "[object ArrayBuffer]" || tag === "[object SharedArrayBuffer]" ? new Uint8Array(value as ArrayBuffer) : undefined;
}

/** First and last place of a page; without a limit, all that is left of `all`. */
export function range(all: number, offset: number | undefined, limit: number | undefined): [from: number, to: number] {
  const whole = (value: number | undefined, absent: number, name: string) => {
    if (value === undefined) return absent;
    if (!(value >= 0) || (value !== Infinity && !Number.isInteger(value))) throw fault("out_of_range", `\`${name}\` must be a whole number from 0`);
    return value;
  };
  const from = Math.min(whole(offset, 0, "offset"), all);
  return [from, Math.min(from + whole(limit, Infinity, "limit"), all)];
}

/** All items of a page. The module answers in pieces, so that a large answer never stands in its memory as a whole. */
export function pages<T>([from, to]: [number, number], ask: (from: number, to: number) => unknown): T[] {
  const out: T[] = [];
  while (from + out.length < to) {
    const piece = ask(from + out.length, to) as T[];
    if (piece.length === 0) break;
    for (const item of piece) out.push(item);
  }
  return out;
}
