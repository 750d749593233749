// A list as a CSV file. Files that are opened are read by the package.
import { csvFormatRow } from "d3-dsv";

export const lines = (rows: string[][]) => rows.map((row) => `${csvFormatRow(row)}\r\n`).join("");
