import { fault } from "./errors.js";
import type { bound } from "./glue.js";

// Objects become columns on this side, because a call for each cell would cost more than all the rest: what repeats is
// sent once, with a code for each row, and all texts of a column as one.

/** Cells that are read at once: few enough for all that they hold to stay in the processor's caches until it was sent. */
const CELLS = 2 ** 14;
/** Characters of a batch behind which it is read in halves. */
const MOST_TEXT = 2 ** 24;
/** Longer texts are refused by the module; so much of one shows that. */
const LONG = 2 ** 17;
/** Texts with codes, and their characters, that are kept for the next batch. */
const MOST_WORDS = 2 ** 12;
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
  words: Codes;
  texts: Texts;
  /** Room for a text of each row, and for a code or a length. */
  list: string[];
  codes: Uint32Array;
}

const encoder = /* @__PURE__ */ new TextEncoder();
const none = /* @__PURE__ */ new Uint32Array();

/** Texts end to end, as the module takes them. What it gives back holds until the next call. */
class Texts {
  #bytes = new Uint8Array();
  #lengths = none;

  of(list: string[]): [text: Uint8Array, lengths: Uint32Array, lone: Uint32Array] {
    const all = list.join("");
    let text = this.#encoded(all);
    let lone = none;
    // Without anything but ASCII there is no surrogate, and one without its other half must not find it in the next text.
    if (text.length !== all.length && /[\ud800-\udfff]/.test(all)) {
      const broken = list.flatMap((item, at) => (/\p{Surrogate}/u.test(item) ? [at] : []));
      if (broken.length > 0) {
        lone = Uint32Array.from(broken);
        text = this.#encoded(list.map((item) => item.replace(/\p{Surrogate}/gu, "\ufffd")).join(""));
      }
    }
    if (this.#lengths.length < list.length) this.#lengths = new Uint32Array(list.length * 2);
    const lengths = this.#lengths.subarray(0, list.length);
    for (let at = 0; at < lengths.length; at += 1) lengths[at] = list[at]!.length;
    return [text, lengths, lone];
  }

  #encoded(text: string): Uint8Array {
    // An array for each text would cost more than what is written into it.
    if (text.length > 2 ** 20) return encoder.encode(text);
    if (this.#bytes.length < text.length * 3) this.#bytes = new Uint8Array(text.length * 4);
    return this.#bytes.subarray(0, encoder.encodeInto(text, this.#bytes).written);
  }
}

/** Codes for texts, in the order of their first use; they last from batch to batch. */
class Codes {
  readonly #known = new Map<string, number>();
  #sent = 0;
  #all = 0;
  /** Those that the module does not have yet, and their characters. */
  fresh: string[] = [];
  length = 0;
  /** Whether one has half of a character. */
  broken = false;
  readonly #texts = new Texts();

  of(text: string): number {
    return this.#known.get(text) ?? this.#add(text);
  }

  #add(text: string): number {
    const code = this.#sent + this.fresh.push(cut(text));
    this.#known.set(text, code);
    this.length += text.length;
    this.#all += text.length;
    return code;
  }

  /** Forgets all, if they are many, or if what was to bring the last ones over was given up. */
  begin(): void {
    if (this.fresh.length === 0 && this.#known.size < MOST_WORDS && this.#all < MOST_WORDS * 64) return;
    this.#known.clear();
    this.fresh = [];
    this.broken = false;
    this.#sent = this.#all = this.length = 0;
  }

  /** What brings the fresh ones over. */
  send(place: number): Send {
    if (this.fresh.length === 0) return () => {};
    const [text, lengths, lone] = this.#texts.of(this.fresh);
    this.broken ||= lone.length > 0;
    return (loader) => {
      loader.words(place, this.#sent, text, lengths, lone);
      this.#sent += this.fresh.length;
      this.fresh = [];
      this.length = 0;
    };
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
  readonly #batch: number;
  /** The cells of a batch, row after row. */
  readonly #cells: unknown[] = [];
  /** Keys of a row in their order, as the last one had them, and the field of each. */
  readonly #keys: string[] = [];
  readonly #places: number[] = [];
  /** The fields that are where their key says, and those that are not. */
  readonly #plain = new Map<string, number>();
  readonly #odd: Field[];
  #from = 0;
  #count = 0;
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
      return { place, key, others, type, various: false, words: new Codes(), texts: new Texts(), list: [], codes: none };
    });
    this.#batch = Math.max(Math.floor(CELLS / this.#fields.length), 64);
    // Objects have some names by birth, and a few fields may be under several: those take the longer way.
    this.#odd = this.#fields.filter(({ key, others }) => key in Object.prototype || others.length > 0);
    for (const field of this.#fields) if (!this.#odd.includes(field)) this.#plain.set(field.key, field.place);
  }

  /** Sends rows from `from` on, at most one batch of them; gives back where it ended. `call` runs what calls the module. */
  push(rows: readonly object[], from: number, call: (run: () => void) => void): number {
    for (let count = Math.min(this.#batch, rows.length - from); ; count = Math.ceil(count / 2)) {
      this.#from = from;
      this.#count = count;
      this.#length = 0;
      this.#read(rows);
      const sends = this.#fields.map((field) => this.#column(field));
      if (this.#length > MOST_TEXT && count > 1) continue;
      call(() => {
        for (const send of sends) send?.(this.#loader);
        this.#loader.endBatch(count);
      });
      return from + count;
    }
  }

  /** Takes the cells out of the rows. What a host's own getters throw comes with its place. */
  #read(rows: readonly object[]): void {
    const [cells, keys, places, width] = [this.#cells, this.#keys, this.#places, this.#fields.length];
    while (cells.length < this.#count * width) cells.push(undefined);
    cells.fill(undefined);
    let [at, reading] = [0, ""];
    try {
      for (let first = 0; at < this.#count; at += 1, first += width) {
        const row = rows[this.#from + at] as Record<string, unknown>;
        if (typeof row !== "object" || row === null || Array.isArray(row)) {
          throw fault("row_invalid", `row ${this.#from + at} is not an object`, { path: `/${this.#from + at}` });
        }
        let [nth, found] = [0, 0];
        // Engines read what such a loop names without looking the key up.
        for (const key in row) {
          if (keys[nth] !== key) {
            keys[nth] = key;
            places[nth] = this.#plain.get(key) ?? -1;
          }
          const place = places[nth]!;
          nth += 1;
          if (place < 0) continue;
          reading = key;
          cells[first + place] = row[key];
          found += 1;
        }
        // What is not enumerable, as in an object of a class, is there all the same.
        if (found < this.#plain.size) {
          for (const [key, place] of this.#plain) if (cells[first + place] === undefined) cells[first + place] = row[(reading = key)];
        }
        for (const field of this.#odd) {
          reading = field.key;
          cells[first + field.place] = any(row, field);
        }
        reading = "";
      }
    } catch (cause) {
      throw reading === "" ? cause : unreadable(this.#from + at, reading, cause);
    }
  }

  #column(field: Field): Send | undefined {
    const { sample, nulls } = this.#sample(field);
    if (sample === undefined && (!this.#upsert || !nulls)) return undefined;
    return (
      (typeof sample === "string" ? this.#texts(field) : undefined) ??
      (typeof sample === "number" || isDate(sample) ? this.#numbers(field) : undefined) ??
      (typeof sample === "boolean" ? this.#flags(field) : undefined) ??
      (Array.isArray(sample) ? this.#lists(field) : undefined) ??
      this.#json(field)
    );
  }

  /** The first value, and whether a null is before it. */
  #sample({ place }: Field): { sample: unknown; nulls: boolean } {
    const [cells, width] = [this.#cells, this.#fields.length];
    const end = this.#count * width;
    let nulls = false;
    for (let from = place; from < end; from += width) {
      const cell = cells[from];
      if (cell === null) nulls = true;
      else if (cell !== undefined) return { sample: cell, nulls };
    }
    return { sample: undefined, nulls };
  }

  /** Zeros, one a row. */
  #codes(field: Field): Uint32Array {
    if (field.codes.length < this.#count) field.codes = new Uint32Array(this.#batch);
    return field.codes.subarray(0, this.#count).fill(0);
  }

  #numbers({ place, type }: Field): Send | undefined {
    const [cells, width, count] = [this.#cells, this.#fields.length, this.#count];
    const out = new Float64Array(count);
    for (let at = 0, from = place; at < count; at += 1, from += width) {
      const cell = cells[from];
      if (typeof cell === "number") out[at] = cell + 0;
      else if (cell === null || (cell === undefined && !this.#upsert)) out[at] = NaN;
      else if (type === "datetime" && isDate(cell)) out[at] = Date.prototype.getTime.call(cell);
      else return undefined;
    }
    return (loader) => loader.numbers(place, out);
  }

  #texts(field: Field): Send | undefined {
    if (field.various) {
      const send = this.#various(field);
      if (send !== undefined) return send;
    }
    const { place, words } = field;
    const [cells, width, count] = [this.#cells, this.#fields.length, this.#count];
    const codes = this.#codes(field);
    words.begin();
    for (let at = 0, from = place; at < count; at += 1, from += width) {
      const cell = cells[from];
      if (typeof cell === "string") codes[at] = words.of(cell);
      else if (cell === undefined) codes[at] = MISSING;
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

  #various({ place, texts: of, list }: Field): Send | undefined {
    const [cells, width, count] = [this.#cells, this.#fields.length, this.#count];
    list.length = count;
    const nulls: number[] = [];
    let length = 0;
    for (let at = 0, from = place; at < count; at += 1, from += width) {
      const cell = cells[from];
      if (typeof cell === "string") {
        list[at] = cut(cell);
        length += cell.length;
      } else if (cell === null || (cell === undefined && !this.#upsert)) {
        list[at] = "";
        nulls.push(at);
      } else return undefined;
    }
    this.#length += length;
    const [text, lengths, lone] = of.of(list);
    const missing = nulls.length > 0 ? Uint32Array.from(nulls) : none;
    return (loader) => loader.texts(place, missing, text, lengths, lone);
  }

  #flags(field: Field): Send | undefined {
    const { place, type, words } = field;
    if (type !== "boolean") return undefined;
    const [cells, width, count] = [this.#cells, this.#fields.length, this.#count];
    const codes = this.#codes(field);
    words.begin();
    for (let at = 0, from = place; at < count; at += 1, from += width) {
      const cell = cells[from];
      if (typeof cell === "boolean") codes[at] = words.of(String(cell));
      else if (cell === undefined) codes[at] = MISSING;
      else if (cell !== null) return undefined;
    }
    const send = words.send(place);
    return (loader) => {
      send(loader);
      loader.coded(place, codes);
    };
  }

  #lists(field: Field): Send | undefined {
    const { place, words } = field;
    const [cells, width, count] = [this.#cells, this.#fields.length, this.#count];
    const each = this.#codes(field);
    const codes: number[] = [];
    words.begin();
    for (let at = 0, from = place; at < count; at += 1, from += width) {
      const cell = cells[from];
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
    const send = words.send(place);
    // Where a text is broken is told apart for whole cells only.
    if (words.broken) return undefined;
    return (loader) => {
      send(loader);
      loader.lists(place, each, Uint32Array.from(codes));
    };
  }

  /** Whatever else there is, cell by cell as `JSON.stringify` has it. */
  #json({ place, key }: Field): Send {
    const list = Array.from({ length: this.#count }, (_, at) => {
      const cell = this.#cells[at * this.#fields.length + place];
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

function any(row: Record<string, unknown>, { key, others }: Field): unknown {
  return [key, ...others].map((name) => own(row, name)).find((cell) => cell !== undefined);
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
