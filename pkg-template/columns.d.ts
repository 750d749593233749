/** What the columns of somebody's file are: for a host's own import screen, the command line and the Lead Desk. */
import type { Engine, FieldDef, LeadShape } from "./evenhand.js";

export interface ColumnGuess {
  header: string;
  /** A name for the field, made of the header. */
  field: string;
  type: "text" | "number" | "boolean" | "date" | "datetime" | "choice" | "user";
  /** How days or times are written, as `FieldDef.format` takes it. */
  format?: string;
  /** What seems to stand between several values of a cell. */
  separator?: string;
  /** Of a choice, or of a column with several values in a cell: the words that were seen. */
  choices?: string[];
  examples: string[];
  /** Cells of the sample that are not empty, and how many different values they have. */
  filled: number;
  distinct: number;
}
/** Something that the sample leaves open: what was assumed, and what to do if it is otherwise. */
export interface Question {
  code: "no_id" | "several_ids" | "no_owner" | "several_owners" | "day_or_month" | "number_in_words" | "several_values" | "empty_column";
  /** The header, where one is meant. */
  column?: string;
  message: string;
  hint?: string;
}
export interface FileGuess {
  format: "csv" | "json";
  /** All rows of the file; what the columns are is guessed from the first 1,500. */
  rows: number;
  columns: ColumnGuess[];
  /** Headers of the columns that play a part; null where none does. */
  id: string | null;
  owner: string | null;
  status: string | null;
  created: string | null;
  questions: Question[];
}
/** Guesses from a sample of a CSV file or a JSON list (or an object that has one under a key). Throws `csv_invalid`, `csv_truncated` or `json_invalid`. */
export function guessColumns(engine: Engine, data: Uint8Array | string): FileGuess;
/** Fields and shape for a configuration, and the columns for `load`. Without an id the field is `row_number`: load what `numbered` gives. */
export function fieldsOf(guess: Pick<FileGuess, "columns" | "id" | "owner" | "status" | "created">): { fields: Record<string, FieldDef>; lead: LeadShape; columns: Record<string, string> };
/** Name of the field that numbers rows of a file without an id. */
export const ROW: "row_number";
/** The CSV with a first column of this name that counts its rows from 1. */
export function numbered(csv: Uint8Array, name: string): Uint8Array;
