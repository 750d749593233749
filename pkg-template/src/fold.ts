import type { Way } from "./compare.js";
import { fault } from "./errors.js";
import { letters, lower, marks, several, zeros } from "./fold-data.js";

/*
 * The form in which fields of text compare, by the same tables as the module's, so that what a host writes into a `folded` column is what conditions look for,
 * whatever Unicode the runtime knows. Tables are unpacked when they are first needed; numbers are in base 36, code points as distances from the one before.
 */

type Table = Map<string, string>;

const numbers = (text: string) => text.split(",").map((part) => Number.parseInt(part, 36));
const char = (code: number) => String.fromCodePoint(code);

/** Runs of capitals: distance, how many more, step, distance of the small letter. */
function capitals(): Table {
  const out: Table = new Map();
  const all = numbers(lower);
  for (let at = 0, code = 0; at < all.length; at += 4) {
    const [gap, more, step, to] = all.slice(at, at + 4) as [number, number, number, number];
    code += gap;
    out.set(char(code), char(code + to));
    for (let left = more; left > 0; left -= 1) out.set(char((code += step)), char(code + to));
  }
  return out;
}

/** What letters are without accents, and marks, of which nothing is left. */
function plain(): Table {
  const out: Table = new Map();
  let code = 0;
  for (const [at, number] of numbers(marks).entries()) {
    // The first of a range, then how many more there are.
    for (let left = at % 2 === 0 ? 0 : number; left > 0; left -= 1) out.set(char((code += 1)), "");
    if (at % 2 === 0) out.set(char((code += number)), "");
  }
  code = 0;
  let to = 0;
  for (const [at, number] of numbers(letters).entries()) {
    if (at % 2 === 0) code += number;
    else out.set(char(code), char((to += number)));
  }
  code = 0;
  for (const [at, part] of several.split(",").entries()) {
    if (at % 2 === 0) code += Number.parseInt(part, 36);
    else out.set(char(code), part === "" ? "" : part.split(" ").map((one) => char(Number.parseInt(one, 36))).join(""));
  }
  return out;
}

/** Ten digits from each zero on. */
function digits(): Table {
  const out: Table = new Map();
  let zero = 0;
  for (const gap of numbers(zeros)) {
    zero += gap;
    for (let digit = 0; digit < 10; digit += 1) out.set(char(zero + digit), String(digit));
  }
  return out;
}

const made = new Map<() => Table, Table>();
function table(make: () => Table): Table {
  const known = made.get(make) ?? make();
  made.set(make, known);
  return known;
}

/** A Korean syllable as its letters (Unicode, 3.12, "Hangul Syllable Decomposition"). */
function syllable(letter: string): string | undefined {
  const place = letter.codePointAt(0)! - 0xac00;
  if (place < 0 || place >= 11_172) return undefined;
  const tail = place % 28;
  return char(0x1100 + Math.floor(place / 588)) + char(0x1161 + Math.floor((place % 588) / 28)) + (tail === 0 ? "" : char(0x11a7 + tail));
}

function each(text: string, one: (letter: string) => string): string {
  let out = "";
  for (const letter of text) out += one(letter);
  return out;
}

/** What `workspace.fold` gives for a field that compares in this way. */
export function fold(text: string, compare: Way = "caseless"): string {
  const ascii = /^[\0-\x7f]*$/.test(text);
  switch (compare) {
    case "exact": return text;
    case "digits": {
      if (ascii) return text.replace(/[^0-9]+/g, "");
      const known = table(digits);
      return each(text, (letter) => known.get(letter) ?? "");
    }
    case "caseless": case "accentless": {
      if (ascii) return text.toLowerCase();
      const small = table(capitals);
      if (compare === "caseless") return each(text, (letter) => small.get(letter) ?? letter);
      const known = table(plain);
      return each(text, (letter) => {
        const own = known.get(letter) ?? syllable(letter);
        if (own !== undefined) return own;
        const low = small.get(letter) ?? letter;
        return known.get(low) ?? low;
      });
    }
    default: throw fault("options_invalid", `no field compares by \`${String(compare)}\``, { hint: "one of `exact`, `caseless`, `accentless`, `digits`" });
  }
}
