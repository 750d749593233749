// CSV as bytes: where each cell of a record stands, so that one can be replaced while every other byte stays as it is.
//
// Records and cells are cut as the engine cuts them (RFC 4180, with `,` `;` tab or `|`); what it refuses is refused here in its words.
import { fault } from "./errors.js";

const [QUOTE, LF, CR] = [0x22, 0x0a, 0x0d];
/** The delimiters that are tried, in the engine's order. */
const DELIMITERS = [0x2c, 0x3b, 0x09, 0x7c];
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Bytes of the mark that some programs begin a file with. */
export const markLength = (bytes: Uint8Array): number => (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0);

/** The records of a file, one after the other; the first is the header. Blank lines are passed over, and so are lines of nothing but delimiters and blanks. */
export class Records {
  readonly bytes: Uint8Array;
  readonly delimiter: number;
  /** Where the record begins, where its last cell ends, and where the next record begins. */
  start = 0;
  end = 0;
  /** Number of the record: the header is 0. */
  number = -1;
  #next: number;
  /** Where each cell begins and ends, quotes included. */
  #cells: number[] = [];

  constructor(bytes: Uint8Array, delimiter?: number) {
    this.bytes = bytes;
    const named = namedDelimiter(bytes);
    this.delimiter = named?.delimiter ?? delimiter ?? delimiterOf(bytes);
    this.#next = named?.end ?? markLength(bytes);
  }

  get count(): number {
    return this.#cells.length / 2;
  }

  /** Goes to the next record, if there is one. */
  next(): boolean {
    while (this.#next < this.bytes.length) {
      this.#read();
      if (!this.#blank()) {
        this.number += 1;
        return true;
      }
    }
    return false;
  }

  /** Where a cell stands, quotes included. */
  span(nth: number): [start: number, end: number] {
    return [this.#cells[nth * 2] ?? this.end, this.#cells[nth * 2 + 1] ?? this.end];
  }

  /** What a cell says. */
  text(nth: number): string {
    const [start, end] = this.span(nth);
    if (this.bytes[start] !== QUOTE || start === end) return decoder.decode(this.bytes.subarray(start, end));
    return decoder.decode(this.bytes.subarray(start + 1, end - 1)).replaceAll('""', '"');
  }

  /** The line end behind the record: as it stands there, or empty at the end of the file. */
  lineEnd(): Uint8Array {
    return this.bytes.subarray(this.end, this.#next);
  }

  #read(): void {
    const { bytes, delimiter } = this;
    let at = this.#next;
    this.start = at;
    this.#cells = [];
    for (;;) {
      const start = at;
      if (bytes[at] === QUOTE) {
        for (at += 1; ; at += 2) {
          at = bytes.indexOf(QUOTE, at);
          if (at === -1) throw fault("csv_truncated", "a quoted cell has no end");
          if (bytes[at + 1] !== QUOTE) break;
        }
        at += 1;
      } else while (at < bytes.length && bytes[at] !== delimiter && bytes[at] !== LF && bytes[at] !== CR) at += 1;
      this.#cells.push(start, at);
      const byte = bytes[at];
      if (byte === delimiter) at += 1;
      else if (byte === undefined || byte === LF || byte === CR) {
        this.end = at;
        this.#next = at + (byte === undefined ? 0 : byte === CR && bytes[at + 1] === LF ? 2 : 1);
        return;
      } else throw fault("csv_invalid", `behind a closing quote a delimiter or the end of the line must follow (byte ${at})`);
    }
  }

  #blank(): boolean {
    for (let nth = 0; nth < this.count; nth += 1) {
      const [start, end] = this.span(nth);
      for (let at = start; at < end; at += 1) {
        const byte = this.bytes[at];
        if (byte !== 0x20 && byte !== 0x09 && byte !== QUOTE) return false;
      }
    }
    return true;
  }
}

/** A first line that names the delimiter, as spreadsheets write it (`sep=;`), and where it ends. */
function namedDelimiter(bytes: Uint8Array): { delimiter: number; end: number } | undefined {
  const from = markLength(bytes);
  const [, sign, end] = /^sep=(.)(\r\n|\n|\r)/.exec(decoder.decode(bytes.subarray(from, from + 7))) ?? [];
  const delimiter = sign?.charCodeAt(0);
  return delimiter === undefined || end === undefined || !DELIMITERS.includes(delimiter) ? undefined : { delimiter, end: from + 5 + end.length };
}

/** The delimiter that cuts the header into most cells. */
export function delimiterOf(bytes: Uint8Array): number {
  let [best, most] = [DELIMITERS[0] as number, 0];
  let broken: unknown;
  for (const delimiter of DELIMITERS) {
    try {
      const records = new Records(bytes, delimiter);
      if (records.next() && records.count > most) [best, most] = [delimiter, records.count];
    } catch (error) {
      broken ??= error;
    }
  }
  if (most === 0 && broken !== undefined) throw broken;
  return best;
}

/** The header's cells without the blanks around them. */
export function headersOf(records: Records): string[] {
  if (!records.next()) throw fault("csv_invalid", "there is no row in this file");
  return Array.from({ length: records.count }, (_, nth) => records.text(nth).trim());
}

/** A text as a cell: in quotes where it needs them, or where the cell had them before. Null is a cell of nothing; the empty text is one of quotes. */
export function cellOf(text: string | null, delimiter: number, quoted: boolean): string {
  if (text === null) return "";
  const needs = quoted || text === "" || text.includes('"') || text.includes("\n") || text.includes("\r") || text.includes(String.fromCharCode(delimiter)) || text !== text.trim();
  return needs ? `"${text.replaceAll('"', '""')}"` : text;
}

const encoder = new TextEncoder();

/** The file with a first column that counts its rows from 1, for one that has no id. */
export function numbered(bytes: Uint8Array, name: string): Uint8Array {
  const records = new Records(bytes);
  const parts: Uint8Array[] = [];
  const delimiter = String.fromCharCode(records.delimiter);
  while (records.next()) {
    parts.push(encoder.encode(`${records.number === 0 ? name : records.number}${delimiter}`), bytes.subarray(records.start, records.end), records.lineEnd());
  }
  return joined(parts);
}

/** Parts end to end. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** What is to stand in a record: column → text, where the column is a place in the header or, behind the last one, a new column. */
export type Cells = ReadonlyMap<number, string | null>;

/**
 * The file with other texts in some cells: `change` is asked for each record behind the header. `added` are headers of new columns. Whatever
 * is not asked for keeps its bytes: quotes, line ends, the mark, the order, blank lines. A cell that had quotes has them again.
 */
export function rewritten(bytes: Uint8Array, added: readonly string[], change: (records: Records) => Cells | undefined | "remove", behind: readonly Cells[] = []): Uint8Array {
  const records = new Records(bytes);
  const delimiter = String.fromCharCode(records.delimiter);
  const parts: Uint8Array[] = [];
  let kept = 0;
  let width = 0;
  let lineEnd = "\n";
  const put = (until: number, text: string, from: number) => {
    parts.push(bytes.subarray(kept, until), encoder.encode(text));
    kept = from;
  };
  const cell = (text: string | null, quoted: boolean) => cellOf(text, records.delimiter, quoted);
  while (records.next()) {
    if (records.number === 0) {
      width = records.count;
      lineEnd = decoder.decode(records.lineEnd()) || lineEnd;
      if (added.length > 0) put(records.end, added.map((name) => delimiter + cell(name, false)).join(""), records.end);
      continue;
    }
    if (added.length > 0 && records.count > width) throw fault("csv_invalid", `row ${records.number} has more cells than the header, so that no column can be added`);
    const cells = change(records);
    if (cells === "remove") {
      put(records.start, "", records.end + records.lineEnd().length);
      continue;
    }
    for (let nth = 0; nth < records.count; nth += 1) {
      const text = cells?.get(nth);
      if (text === undefined) continue;
      const [start, end] = records.span(nth);
      put(start, cell(text, bytes[start] === QUOTE && start < end), end);
    }
    // A short line is filled up as far as something stands behind its last cell.
    const last = Math.max(added.length > 0 ? width + added.length - 1 : -1, ...(cells === undefined ? [] : [...cells.keys()]));
    const more = [];
    for (let nth = records.count; nth <= last; nth += 1) more.push(delimiter + cell(cells?.get(nth) ?? null, false));
    if (more.length > 0) put(records.end, more.join(""), records.end);
  }
  parts.push(bytes.subarray(kept));
  const ended = bytes.length === 0 || bytes[bytes.length - 1] === LF || bytes[bytes.length - 1] === CR;
  for (const [nth, cells] of behind.entries()) {
    const line = Array.from({ length: width + added.length }, (_, at) => cell(cells.get(at) ?? null, false)).join(delimiter);
    parts.push(encoder.encode(nth === 0 && !ended ? lineEnd + line : line), encoder.encode(ended || nth < behind.length - 1 ? lineEnd : ""));
  }
  return joined(parts);
}
