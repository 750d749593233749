// A CSV file that somebody has, and the configuration that is made of it: columns, people, an actor who may do everything.
import type * as Contract from "../evenhand.js";
import type { ColumnGuess, FileGuess } from "../columns.js";
import { loadBytes } from "./cli-input.js";
import { Usage, type Values } from "./cli-options.js";
import { fieldsOf, guessColumns, ROW } from "./columns.js";
import { headersOf, numbered, Records } from "./csv.js";

/** Who acts where nobody is named: the program itself. */
export const ACTOR = "evenhand split";

export interface Sheet {
  bytes: Uint8Array;
  guess: FileGuess;
  headers: string[];
  /** Place of the owner's column; behind the last one where it is new. */
  ownerAt: number;
  /** Header of a column that the file does not have yet. */
  added: string | null;
  /** Place of the id's column; -1 where rows are numbered. */
  idAt: number;
  /** Everybody who owns a lead, as they are first met. */
  people: string[];
  /** Told on standard error. */
  notes: string[];
}

/** The one column that a name stands for: its header, in any case, its field's name, or the part that it plays. */
export function columnOf(guess: FileGuess, name: string): ColumnGuess | undefined {
  const lower = name.trim().toLowerCase();
  const parts: Record<string, string | null> = { id: guess.id, owner: guess.owner, status: guess.status, created: guess.created };
  const { columns } = guess;
  return (
    columns.find(({ header }) => header === name.trim()) ??
    columns.find(({ header, field }) => header.toLowerCase() === lower || field === lower) ??
    (lower in parts ? columns.find(({ header }) => header === parts[lower]) : undefined)
  );
}

/** A column that must be there. */
export function neededColumn(guess: FileGuess, name: string, what: string): ColumnGuess {
  const found = columnOf(guess, name);
  if (found === undefined) throw new Usage(`${what}: the file has no column \`${name}\`; it has ${guess.columns.map(({ header }) => `\`${header}\``).join(", ")}`);
  return found;
}

/** Looks at a file; `--id`, `--owner` and `--new-owner` go before what is found out. */
export function openSheet(engine: Contract.Engine, bytes: Uint8Array, path: string, values: Values): Sheet {
  if (values.owner !== undefined && values["new-owner"] !== undefined) throw new Usage("name `--owner` or `--new-owner`, not both");
  const guess = guessColumns(engine, bytes);
  if (guess.format !== "csv") throw new Usage(`${path} is JSON: this command takes CSV`);
  const notes: string[] = [];
  if (values.id !== undefined) guess.id = values.id === "none" ? null : neededColumn(guess, values.id, "--id").header;
  if (values.owner !== undefined) guess.owner = neededColumn(guess, values.owner, "--owner").header;
  if (values["new-owner"] !== undefined) guess.owner = null;
  if (guess.id !== null && guess.id === guess.owner) throw new Usage(`\`${guess.id}\` cannot be both the id and the owner`);
  const headers = headersOf(new Records(bytes));
  let idAt = guess.id === null ? -1 : headers.indexOf(guess.id);
  const ownerAt = guess.owner === null ? headers.length : headers.indexOf(guess.owner);
  const [twice, people] = scan(bytes, idAt, ownerAt);
  if (twice !== null) {
    const why = twice.id.trim() === "" ? `\`${guess.id}\` is empty in row ${twice.row}` : `\`${guess.id}\` is \`${twice.id}\` in more rows than one (row ${twice.row})`;
    if (values.id !== undefined) throw new Usage(`--id: ${why}; \`--id none\` numbers the rows`);
    notes.push(`${why}: rows are numbered`);
    guess.id = null;
    idAt = -1;
  }
  const added = guess.owner === null ? (values["new-owner"] ?? "Owner") : null;
  if (added !== null && headers.some((header) => header.toLowerCase() === added.toLowerCase())) throw new Usage(`the file has a column \`${added}\` already; name it with \`--owner\`, or a new one with \`--new-owner\``);
  return { bytes, guess, headers, ownerAt, added, idAt, people, notes };
}

/** The first row whose id is empty or has been there before, and everybody who owns a lead. */
function scan(bytes: Uint8Array, idAt: number, ownerAt: number): [twice: { id: string; row: number } | null, people: string[]] {
  const records = new Records(bytes);
  const [ids, people] = [new Set<string>(), new Set<string>()];
  let twice: { id: string; row: number } | null = null;
  records.next();
  while (records.next()) {
    if (idAt >= 0 && twice === null) {
      const id = records.text(idAt);
      // A line with little more than a total in it is no lead: the engine refuses it for want of an id.
      if (id.trim() === "" && hardlyFilled(records)) continue;
      if (id.trim() === "" || ids.has(id)) twice = { id, row: records.number };
      ids.add(id);
    }
    const owner = ownerAt < records.count ? records.text(ownerAt).trim() : "";
    if (owner !== "") people.add(owner);
  }
  return [twice, [...people]];
}

/** Whether at most a quarter of the cells say something. */
function hardlyFilled(records: Records): boolean {
  let filled = 0;
  for (let nth = 0; nth < records.count; nth += 1) if (records.text(nth).trim() !== "") filled += 1;
  return filled * 4 <= records.count;
}

/** The configuration that a file makes: everybody who is named in it may hold leads, and the actor may do everything. */
export function sheetConfig(sheet: Sheet, more: readonly string[], actor: string): Contract.WorkspaceConfig {
  const { fields, lead } = fieldsOf(sheet.guess);
  const owner = fields[lead.owner];
  if (sheet.added !== null && owner !== undefined) owner.label = sheet.added;
  return {
    version: 1,
    fields,
    lead,
    profiles: [
      { id: "everything", grants: [{ do: ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass"], scope: "all" }] },
      { id: "holder", grants: [{ do: ["lead.view", "lead.edit"], scope: "own" }] },
    ],
    users: [{ id: actor, kind: "service", profiles: ["everything"] }, ...[...new Set([...sheet.people, ...more])].map((id) => ({ id, profiles: ["holder"] }))],
  };
}

/** Loads a file's rows; they are numbered where nothing tells them apart. */
export function loadSheet(workspace: Contract.Workspace, sheet: Sheet, bytes = sheet.bytes, added = sheet.added): Contract.LeadTable {
  const { guess, idAt } = sheet;
  const { columns } = fieldsOf(guess);
  return loadBytes(workspace, idAt < 0 ? numbered(bytes, ROW) : bytes, { format: "csv", columns, absent: added === null ? [] : [workspace.config.lead.owner] });
}
