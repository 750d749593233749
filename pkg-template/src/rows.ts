import { fault } from "./errors.js";
import type { bound } from "./glue.js";
import { encode, encoder } from "./text.js";

// Objects become columns on this side, because a call for each cell would cost more than all the rest: what repeats is
// sent once, with a code for each row, and all texts of a column as one.

/** Cells that are read at once: few enough for all that they hold to stay in the processor's caches until it was sent. */
const CELLS = 2 ** 14;
/** Characters of a batch behind which it is read in halves. */
const MOST_TEXT = 2 ** 24;
/** Longer texts are refused by the module; so much of one shows that. */
const LONG = 2 ** 17;
/** Longer texts get no codes: engines would keep them for ever, and from some length on take all of them for alike. */
const LONG_WORD = 2 ** 10;
/** Texts with codes that are kept for the next batch, and how many characters they may have on average. */
const MOST_WORDS = 2 ** 12;
const MOST_WORD = 64;
const MISSING = 2 ** 32 - 1;
/** Most keys of rows that are told of. */
const MOST_KEYS = 1000;

type Send = (loader: bound.Loader) => void;
interface Shape {
  fields: [name: string, type: string][];
  keys: [key: string, place: number][];
}

/** One field: its cells in a batch, and what they have been like. */
interface Field {
  place: number;
  cells: unknown[];
  key: string;
  /** Where else they may be. */
  others: string[];
  type: string;
  /** Whether nearly every text is another one, so that coding them gains nothing. */
  various: boolean;
  /** Whether the module knows that rows have it. */
  told: boolean;
  words: Codes;
  texts: Texts;
  /** Room for a code of each row, or a length. */
  codes: Uint32Array;
  /** Room for the codes of elements. */
  items: Uint32Array;
}

const none = /* @__PURE__ */ new Uint32Array();

/** Texts end to end, as the module takes them. What it gives back holds until the next call. */
class Texts {
  #bytes = new Uint8Array();

  /** What is null or undefined has no text. */
  of(list: readonly unknown[]): [text: Uint8Array, lone: Uint32Array] {
    const all = list.join("");
    const text = this.#encoded(all);
    // Without anything but ASCII there is no surrogate, and one without its other half must not find it in the next text.
    if (text.length === all.length || !/[\ud800-\udfff]/.test(all)) return [text, none];
    const broken = list.flatMap((item, at) => (/\p{Surrogate}/u.test(String(item ?? "")) ? [at] : []));
    if (broken.length === 0) return [text, none];
    return [this.#encoded(list.map((item) => String(item ?? "").replace(/\p{Surrogate}/gu, "\ufffd")).join("")), Uint32Array.from(broken)];
  }

  #encoded(text: string): Uint8Array {
    // An array for each text would cost more than what is written into it.
    if (text.length > 2 ** 20) return encode(text);
    if (this.#bytes.length < text.length * 3) this.#bytes = new Uint8Array(text.length * 4);
    return this.#bytes.subarray(0, encoder().encodeInto(text, this.#bytes).written);
  }
}

/** Codes for texts, in the order of their first use; they last from batch to batch. */
class Codes {
  /** An object instead of a map: for short texts V8 looks its keys up in half the time, and JavaScriptCore in the same. */
  #known = dictionary();
  #sent = 0;
  #all = 0;
  /** Those that the module does not have yet, and their characters. */
  fresh: string[] = [];
  length = 0;
  /** Whether one has half of a character. */
  broken = false;
  readonly #texts = new Texts();

  /** No text with more than `LONG_WORD` characters. */
  of(text: string): number {
    return this.#known[text] ?? this.#add(text);
  }

  #add(text: string): number {
    const code = this.#sent + this.fresh.push(text);
    this.#known[text] = code;
    this.length += text.length;
    this.#all += text.length;
    return code;
  }

  /** Forgets all, if they are many, or if what was to bring the last ones over was given up. */
  begin(): void {
    if (this.fresh.length === 0 && this.#sent < MOST_WORDS && this.#all < MOST_WORDS * MOST_WORD) return;
    this.#known = dictionary();
    this.fresh = [];
    this.broken = false;
    this.#sent = this.#all = this.length = 0;
  }

  /** What brings the fresh ones over. */
  send(place: number): Send {
    if (this.fresh.length === 0) return () => {};
    const [text, lone] = this.#texts.of(this.fresh);
    const lengths = Uint32Array.from(this.fresh, (word) => word.length);
    this.broken ||= lone.length > 0;
    return (loader) => {
      loader.words(place, this.#sent, text, lengths, lone);
      this.#sent += this.fresh.length;
      this.fresh = [];
      this.length = 0;
    };
  }
}

/**
 * A reader without use but that it is there: when a class has no object left, engines discard what they have compiled for
 * it, and the next load would begin as slowly as the first.
 */
let stays: Rows | undefined;

/** An object without keys, not even those that others have by birth. */
function dictionary(): Record<string, number | undefined> {
  return Object.create(null) as Record<string, number | undefined>;
}

/** A text, no longer than it takes to see that it is too long. */
function cut(text: string): string {
  return text.length > LONG ? text.slice(0, LONG) : text;
}

/** Reads objects and sends them to a loader. */
export class Rows {
  readonly #upsert: boolean;
  readonly #fields: Field[];
  readonly #batch: number;
  /** Rows of the next batch: fewer than usual after texts that were too long for as many. */
  #next: number;
  /** Keys of a row in their order, as the last one had them, and where the cells of each go. */
  readonly #keys: string[] = [];
  readonly #targets: (unknown[] | undefined)[] = [];
  /** The cells of the fields that are where their key says; the fields that are not. */
  readonly #plain = new Map<string, unknown[]>();
  readonly #odd: Field[];
  /** Keys that rows have had, and those of them that the module does not know of yet. */
  readonly #met = new Set<string>();
  #fresh: string[] = [];
  #from = 0;
  #count = 0;
  #length = 0;
  #busy = false;

  /** A reader of rows for this loader. */
  static into(loader: bound.Loader, upsert: boolean): Rows {
    stays ??= new Rows({ fields: [["", ""]], keys: [] }, false);
    return new Rows(loader.shape() as Shape, upsert);
  }

  private constructor(shape: Shape, upsert: boolean) {
    this.#upsert = upsert;
    this.#batch = this.#next = Math.max(Math.floor(CELLS / shape.fields.length), 64);
    this.#fields = shape.fields.map(([name, type], place) => {
      // A row may have what `columns` names, the field's name and its label: the first of them that is there holds.
      const keys = shape.keys.filter(([, of]) => of === place).map(([key]) => key);
      const [key = name, ...others] = keys;
      return { place, cells: [], key, others, type, various: false, told: false, words: new Codes(), texts: new Texts(), codes: none, items: none };
    });
    // Objects have some names by birth, and a few fields may be under several: those take the longer way.
    this.#odd = this.#fields.filter(({ key, others }) => key in Object.prototype || others.length > 0);
    for (const field of this.#fields) if (!this.#odd.includes(field)) this.#plain.set(field.key, field.cells);
  }

  /** How many fields there are. */
  get width(): number {
    return this.#fields.length;
  }

  /** Sends rows from `from` on, at most one batch of them; gives back where it ended. `call` runs what calls the module. */
  push(rows: readonly object[], from: number, call: (run: (loader: bound.Loader) => void) => void): number {
    if (this.#busy) throw fault("busy", "a load takes no rows while it reads others", { hint: "a getter or a `toJSON` of a row has called it" });
    this.#busy = true;
    try {
      for (let count = Math.min(this.#next, rows.length - from); ; count = Math.ceil(count / 2)) {
        const sends = this.#batchOf(rows, from, count);
        if (sends === undefined) continue;
        this.#next = Math.min(count * 2, this.#batch);
        const fresh = this.#fresh.length > 0 ? encode(JSON.stringify(this.#fresh)) : undefined;
        call((loader) => {
          if (fresh !== undefined) loader.meet(fresh);
          this.#fresh = [];
          for (const send of sends) send?.(loader);
          loader.endBatch(count);
        });
        return from + count;
      }
    } finally {
      this.#busy = false;
    }
  }

  /** What brings so many rows over; nothing if they are too long for one batch. */
  #batchOf(rows: readonly object[], from: number, count: number): (Send | undefined)[] | undefined {
    this.#from = from;
    this.#count = count;
    this.#length = 0;
    this.#read(rows);
    const sends: (Send | undefined)[] = [];
    for (const field of this.#fields) {
      sends.push(this.#column(field));
      if (this.#crowded) return undefined;
    }
    return sends;
  }

  /** Whether the batch has more text than one should have. */
  get #crowded(): boolean {
    return this.#length > MOST_TEXT && this.#count > 1;
  }

  /** Takes the cells out of the rows. What a host's own getters throw comes with its place. */
  #read(rows: readonly object[]): void {
    const [keys, targets] = [this.#keys, this.#targets];
    for (const { cells } of this.#fields) {
      while (cells.length < this.#count) cells.push(undefined);
      cells.fill(undefined, 0, this.#count);
    }
    let [at, reading] = [0, ""];
    try {
      for (; at < this.#count; at += 1) {
        const row = rows[this.#from + at] as Record<string, unknown>;
        if (typeof row !== "object" || row === null || Array.isArray(row)) {
          throw fault("row_invalid", `row ${this.#from + at} is not an object`, { path: `/${this.#from + at}` });
        }
        let [nth, found] = [0, 0];
        // Engines read what such a loop names without looking the key up.
        for (const key in row) {
          if (keys[nth] !== key) {
            keys[nth] = key;
            targets[nth] = this.#plain.get(key);
            if (!this.#met.has(key) && this.#met.size < MOST_KEYS) {
              this.#met.add(key);
              this.#fresh.push(key);
            }
          }
          const target = targets[nth];
          nth += 1;
          if (target === undefined) continue;
          reading = key;
          target[at] = row[key];
          found += 1;
        }
        // What is not enumerable, as in an object of a class, is there all the same.
        if (found < this.#plain.size) {
          for (const [key, target] of this.#plain) if (target[at] === undefined) target[at] = row[(reading = key)];
        }
        for (const field of this.#odd) {
          reading = field.key;
          field.cells[at] = any(row, field);
        }
        reading = "";
      }
    } catch (cause) {
      throw reading === "" ? cause : unreadable(this.#from + at, reading, cause);
    }
  }

  #column(field: Field): Send | undefined {
    const { sample, nulls } = this.#sample(field);
    if (sample === undefined && !nulls) return undefined;
    // A column of nulls alone tells that the key is there, once; in an upsert each of them clears.
    if (sample === undefined && !this.#upsert) {
      if (field.told) return undefined;
      field.told = true;
      return this.#numbers(field);
    }
    field.told = true;
    return (
      (typeof sample === "string" ? this.#texts(field) : undefined) ??
      (typeof sample === "number" || isDate(sample) ? this.#numbers(field) : undefined) ??
      (typeof sample === "boolean" && field.type === "boolean" ? this.#coded(field) : undefined) ??
      (Array.isArray(sample) && /^(tags|units)$/.test(field.type) ? this.#lists(field) : undefined) ??
      this.#json(field)
    );
  }

  /** The first value, and whether a null is before it. */
  #sample({ cells }: Field): { sample: unknown; nulls: boolean } {
    let nulls = false;
    for (let at = 0; at < this.#count; at += 1) {
      const cell = cells[at];
      if (cell === null) nulls = true;
      else if (cell !== undefined) return { sample: cell, nulls };
    }
    return { sample: undefined, nulls };
  }

  /** Zeros, one a row. */
  #codes(field: Field): Uint32Array {
    if (field.codes.length < this.#count) field.codes = new Uint32Array(this.#count);
    return field.codes.subarray(0, this.#count).fill(0);
  }

  #numbers({ place, cells, type }: Field): Send | undefined {
    const count = this.#count;
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

  #texts(field: Field): Send | undefined {
    const { various } = field;
    return (various ? this.#various(field) : this.#coded(field)) ?? (various ? this.#coded(field) : this.#various(field));
  }

  /** Texts that repeat, each sent once; truth values where the field has them. */
  #coded(field: Field): Send | undefined {
    const { place, cells, words, type } = field;
    const count = this.#count;
    const codes = this.#codes(field);
    words.begin();
    for (let at = 0; at < count; at += 1) {
      const cell = cells[at];
      if (typeof cell === "string") {
        if (cell.length > LONG_WORD) {
          field.various = true;
          return undefined;
        }
        codes[at] = words.of(cell);
      } else if (cell === undefined) codes[at] = MISSING;
      else if (typeof cell === "boolean" && type === "boolean") codes[at] = words.of(String(cell));
      else if (cell !== null) return undefined;
    }
    this.#length += words.length;
    field.various = words.fresh.length > count / 2;
    const send = words.send(place);
    return (loader) => {
      send(loader);
      loader.coded(place, codes);
    };
  }

  #various(field: Field): Send | undefined {
    const { place, cells, texts } = field;
    const count = this.#count;
    const lengths = this.#codes(field);
    const nulls: number[] = [];
    let length = 0;
    for (let at = 0; at < count; at += 1) {
      const cell = cells[at];
      if (typeof cell === "string") {
        length += cell.length;
        lengths[at] = cell.length;
        if (cell.length > LONG) lengths[at] = (cells[at] = cut(cell)).length;
      } else if (cell === null || (cell === undefined && !this.#upsert)) nulls.push(at);
      else return undefined;
    }
    this.#length += length;
    // Joined, it might be longer than a text can be.
    if (this.#crowded) return () => {};
    const [text, lone] = texts.of(count === cells.length ? cells : cells.slice(0, count));
    const missing = nulls.length > 0 ? Uint32Array.from(nulls) : none;
    return (loader) => loader.texts(place, missing, text, lengths, lone);
  }

  #lists(field: Field): Send | undefined {
    const { place, cells, words } = field;
    const count = this.#count;
    const each = this.#codes(field);
    let { items } = field;
    let length = 0;
    words.begin();
    for (let at = 0; at < count; at += 1) {
      const cell = cells[at];
      if (cell === null || (cell === undefined && !this.#upsert)) continue;
      if (!Array.isArray(cell)) return undefined;
      for (let item = 0; item < cell.length; item += 1) {
        const word: unknown = cell[item];
        if (typeof word !== "string" || word.length > LONG_WORD) return undefined;
        if (length === items.length) {
          field.items = new Uint32Array(Math.max(2 * length, count));
          field.items.set(items);
          items = field.items;
        }
        items[length++] = words.of(word);
      }
      each[at] = cell.length;
    }
    this.#length += words.length;
    const send = words.send(place);
    // Where a text is broken is told apart for whole cells only.
    if (words.broken) return undefined;
    return (loader) => {
      send(loader);
      loader.lists(place, each, items.subarray(0, length));
    };
  }

  /** Whatever else there is, cell by cell as `JSON.stringify` has it. */
  #json({ place, cells, key }: Field): Send {
    const list: string[] = [];
    const missing: number[] = [];
    for (let at = 0; at < this.#count && !this.#crowded; at += 1) {
      const cell = cells[at];
      if (cell === undefined) missing.push(at);
      try {
        const json = cell === undefined ? "null" : written(cell);
        this.#length += json.length;
        list.push(json);
      } catch (cause) {
        throw unreadable(this.#from + at, key, cause);
      }
    }
    if (this.#crowded) return () => {};
    const text = encode(`[${list.join()}]`);
    return (loader) => loader.json(place, new Uint32Array(missing), text);
  }
}

/** As `JSON.stringify` has it, but for what is no number of JSON: past all bounds, so that it is not taken for null. */
function written(cell: unknown): string {
  if (typeof cell === "bigint") return cell.toString();
  if (cell === Infinity || cell === -Infinity) return cell > 0 ? "1e999" : "-1e999";
  if (Array.isArray(cell) && (cell.includes(Infinity) || cell.includes(-Infinity))) return `[${Array.from(cell, written).join()}]`;
  return JSON.stringify(cell) ?? "null";
}

function any(row: Record<string, unknown>, { key, others }: Field): unknown {
  let cell = own(row, key);
  for (let at = 0; cell === undefined && at < others.length; at += 1) cell = own(row, others[at] ?? key);
  return cell;
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
