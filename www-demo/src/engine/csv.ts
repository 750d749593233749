// CSV on the page's side: the first rows of a file, to look at, and what is given back. Whole files are parsed by the engine.
import { csvFormatRow, csvParseRows } from "d3-dsv";

export type Cells = Record<string, string>;

/** Characters that surely hold as many rows as are looked at. */
const LOOK = 4_000_000;

/** The rows of a text by its header; lines without a word are passed over. */
export function read(text: string, most?: number): { headers: string[]; rows: Cells[] } {
  const cut = most !== undefined && text.length > LOOK;
  const [header = [], ...lines] = csvParseRows(cut ? text.slice(0, LOOK) : text);
  // The last row of a text that was cut is cut too.
  if (cut) lines.pop();
  const rows: Cells[] = [];
  for (const line of lines) {
    if (rows.length === most) break;
    if (line.some((cell) => cell.trim() !== "")) rows.push(Object.fromEntries(header.map((name, at) => [name, line[at] ?? ""])));
  }
  return { headers: header.filter((name) => name.trim() !== ""), rows };
}

export const lines = (rows: string[][]) => rows.map((row) => `${csvFormatRow(row)}\r\n`).join("");
