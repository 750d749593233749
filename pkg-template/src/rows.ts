import { fault } from "./errors.js";
import type { bound } from "./glue.js";

// Objects become columns on this side, because a call for each cell would cost more than all the rest: what repeats is
// sent once, with a code for each row, and all texts of a column as one.

/** Rows that are read at once. */
const BATCH = 4096;
/** Characters of a batch behind which it is read in halves. */
const MOST_TEXT = 2 ** 24;
/** Longer texts are refused by the module; so much of one shows that. */
const LONG = 2 ** 17;
const MISSING = 2 ** 32 - 1;

type Send = (loader: bound.Loader) => void;
interface Shape {
  fields: [name: string, type: string][];
  keys: [key: string, place: number][];
}

/** One field: where its cells are in a row, and what they have been like. */
interface Field {
  place: number;
  key: string;
  /** Where else they may be. */
  others: string[];
  type: string;
  /** Whether nearly every text is another one, so that coding them gains nothing. */
  various: boolean;
  cells: unknown[];
}

const encoder = /* @__PURE__ */ new TextEncoder();
const none = /* @__PURE__ */ new Uint32Array();

/** Texts end to end, as the module takes them. */
function texts(list: string[]): [text: Uint8Array, lengths: Uint32Array, lone: Uint32Array] {
  let all = list.join("");
  let text = encoder.encode(all);
  let lone = none;
  // Without anything but ASCII there is no surrogate, and one without its other half must not find it in the next text.
  if (text.length !== all.length && /[\ud800-\udfff]/.test(all)) {
    const broken = list.flatMap((item, at) => (/\p{Surrogate}/u.test(item) ? [at] : []));
    if (broken.length > 0) {
      lone = Uint32Array.from(broken);
      all = list.map((item) => item.replace(/\p{Surrogate}/gu, "\ufffd")).join("");
      text = encoder.encode(all);
    }
  }
  const lengths = new Uint32Array(list.length);
  for (let at = 0; at < lengths.length; at += 1) lengths[at] = list[at]!.length;
  return [text, lengths, lone];
}

/** Codes for texts, in the order of their first use. */
class Codes {
  readonly #known = new Map<string, number>();
  readonly list: string[] = [];
  /** Of all of them together. */
  length = 0;

  of(text: string): number {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const code = this.list.push(cut(text));
    this.#known.set(text, code);
    this.length += text.length;
    return code;
  }
}

/** A text, no longer than it takes to see that it is too long. */
function cut(text: string): string {
  return text.length > LONG ? text.slice(0, LONG) : text;
}

/** Reads objects into a loader. */
export class Rows {
  readonly #loader: bound.Loader;
  readonly #upsert: boolean;
  readonly #fields: Field[];
  #length = 0;

  constructor(loader: bound.Loader, upsert: boolean) {
    const shape = loader.shape() as Shape;
    this.#loader = loader;
    this.#upsert = upsert;
    this.#fields = shape.fields.map(([name, type], place) => {
      const keys = shape.keys.filter(([, of]) => of === place).map(([key]) => key);
      // A row may have both the field's name and its label.
      keys.sort((a, b) => Number(b === name) - Number(a === name));
      const [key = name, ...others] = keys;
      return { place, key, others, type, various: false, cells: [] };
    });
  }

  /** Sends rows from `from` on, at most one batch of them; gives back where it ended. `call` runs what calls the module. */
  push(rows: readonly object[], from: number, call: (run: () => void) => void): number {
    for (let count = Math.min(BATCH, rows.length - from); ; count = Math.ceil(count / 2)) {
      this.#read(rows, from, count);
      this.#length = 0;
      const sends = this.#fields.map((field) => this.#column(field, count));
      if (this.#length > MOST_TEXT && count > 1) continue;
      call(() => {
        for (const send of sends) send?.(this.#loader);
        this.#loader.endBatch(count);
      });
      return from + count;
    }
  }

  /** Takes the cells out of the rows. What a host's own getters throw comes with its place. */
  #read(rows: readonly object[], from: number, count: number): void {
    this.#from = from;
    const fields = this.#fields;
    const keys = fields.map(({ key }) => key);
    const columns = fields.map(({ cells }) => cells);
    // Objects have some names by birth, and a few fields may be under several: those take the longer way.
    const odd = fields.filter(({ key, others }) => key in Object.prototype || others.length > 0);
    let at = 0;
    let field = 0;
    try {
      for (; at < count; at += 1) {
        const row = rows[from + at] as Record<string, unknown>;
        if (typeof row !== "object" || row === null || Array.isArray(row)) {
          field = -1;
          throw fault("row_invalid", `row ${from + at} is not an object`, { path: `/${from + at}` });
        }
        for (field = 0; field < keys.length; field += 1) columns[field]![at] = row[keys[field]!];
        for (const { key, others, cells } of odd) cells[at] = [key, ...others].map((name) => own(row, name)).find((cell) => cell !== undefined);
      }
    } catch (cause) {
      throw field < 0 ? cause : unreadable(from + at, keys[field] ?? "", cause);
    }
    for (const cells of columns) cells.length = count;
  }

  #from = 0;

  #column(field: Field, count: number): Send | undefined {
    const { cells } = field;
    const sample = cells.find((cell) => cell !== undefined && cell !== null);
    if (sample === undefined && (!this.#upsert || !cells.includes(null))) return undefined;
    return (
      (typeof sample === "string" ? this.#texts(field, count) : undefined) ??
      (typeof sample === "number" || isDate(sample) ? this.#numbers(field, count) : undefined) ??
      (typeof sample === "boolean" ? this.#flags(field, count) : undefined) ??
      (Array.isArray(sample) ? this.#lists(field, count) : undefined) ??
      this.#json(field)
    );
  }

  #numbers({ cells, place, type }: Field, count: number): Send | undefined {
    const out = new Float64Array(count);
    for (let at = 0; at < count; at += 1) {
      const cell = cells[at];
      if (typeof cell === "number") out[at] = cell + 0;
      else if (cell === null || (cell === undefined && !this.#upsert)) out[at] = NaN;
      else if (type === "datetime" && isDate(cell)) out[at] = Date.prototype.getTime.call(cell);
      else return undefined;
    }
    return (loader) => loader.numbers(place, out);
  }

  #texts(field: Field, count: number): Send | undefined {
    if (field.various) {
      const send = this.#various(field, count);
      if (send !== undefined) return send;
    }
    const { cells, place } = field;
    const codes = new Uint32Array(count);
    const words = new Codes();
    for (let at = 0; at < count; at += 1) {
      const cell = cells[at];
      if (typeof cell === "string") codes[at] = words.of(cell);
      else if (cell === null) codes[at] = 0;
      else if (cell === undefined) codes[at] = MISSING;
      else return undefined;
    }
    this.#length += words.length;
    field.various = words.list.length > count / 2;
    const [text, lengths, lone] = texts(words.list);
    return (loader) => loader.coded(place, codes, text, lengths, lone);
  }

  #various({ cells, place }: Field, count: number): Send | undefined {
    const list: string[] = new Array(count);
    const nulls: number[] = [];
    let length = 0;
    for (let at = 0; at < count; at += 1) {
      const cell = cells[at];
      if (typeof cell === "string") {
        list[at] = cut(cell);
        length += cell.length;
      }
      else if (cell === null || (cell === undefined && !this.#upsert)) {
        list[at] = "";
        nulls.push(at);
      } else return undefined;
    }
    this.#length += length;
    const [text, lengths, lone] = texts(list);
    return (loader) => loader.texts(place, Uint32Array.from(nulls), text, lengths, lone);
  }

  #flags({ cells, place, type }: Field, count: number): Send | undefined {
    if (type !== "boolean") return undefined;
    const codes = new Uint32Array(count);
    for (let at = 0; at < count; at += 1) {
      const cell = cells[at];
      if (typeof cell === "boolean") codes[at] = cell ? 2 : 1;
      else if (cell === null) codes[at] = 0;
      else if (cell === undefined) codes[at] = MISSING;
      else return undefined;
    }
    const [text, lengths, lone] = texts(["false", "true"]);
    return (loader) => loader.coded(place, codes, text, lengths, lone);
  }

  #lists({ cells, place }: Field, count: number): Send | undefined {
    const each = new Uint32Array(count);
    const codes: number[] = [];
    const words = new Codes();
    for (let at = 0; at < count; at += 1) {
      const cell = cells[at];
      if (cell === null || (cell === undefined && !this.#upsert)) continue;
      if (!Array.isArray(cell)) return undefined;
      for (let item = 0; item < cell.length; item += 1) {
        const word: unknown = cell[item];
        if (typeof word !== "string") return undefined;
        codes.push(words.of(word));
      }
      each[at] = cell.length;
    }
    this.#length += words.length;
    const [text, lengths, lone] = texts(words.list);
    // Where a text is broken is told apart for whole cells only.
    if (lone.length > 0) return undefined;
    return (loader) => loader.lists(place, each, Uint32Array.from(codes), text, lengths, lone);
  }

  /** Whatever else there is, cell by cell as `JSON.stringify` has it. */
  #json({ cells, place, key }: Field): Send {
    const list = cells.map((cell, at) => {
      if (cell === undefined) return "[[]]";
      if (typeof cell === "bigint") return cell.toString();
      try {
        const json = JSON.stringify(cell) ?? "null";
        this.#length += json.length;
        return json;
      } catch (cause) {
        throw unreadable(this.#from + at, key, cause);
      }
    });
    const text = encoder.encode(`[${list.join()}]`);
    return (loader) => loader.json(place, text);
  }
}

function own(row: Record<string, unknown>, key: string): unknown {
  return key in Object.prototype && !Object.hasOwn(row, key) ? undefined : row[key];
}

function isDate(value: unknown): value is Date {
  return value instanceof Date || (typeof value === "object" && Object.prototype.toString.call(value) === "[object Date]");
}

function unreadable(row: number, key: string, cause: unknown): Error {
  const path = `/${row}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  return fault("row_unreadable", `\`${key}\` of row ${row} could not be read`, { path, cause });
}
