// A visitor's own leads: the world that a file makes. What its columns are is guessed by the package (`evenhand/columns`).
import type { Engine, LeadTable, Workspace, WorkspaceConfig } from "evenhand";
import { fieldsOf, guessColumns, numbered, ROW } from "evenhand/columns";
import type { ColumnGuess, FileGuess } from "./types";

export interface FileSetup {
  name: string;
  now: number;
  format: "csv" | "json";
  columns: ColumnGuess[];
  id: string | null;
  owner: string | null;
  status: string | null;
  created: string | null;
}

export function guess(engine: Engine, name: string, bytes: Uint8Array): FileGuess {
  const { questions, ...found } = guessColumns(engine, bytes);
  // A cell with several values is a text here: the dialog has no type for it.
  const columns = found.columns.map(({ separator: _, ...column }) => column);
  // What the dialog shows by itself needs no words: types and parts can be corrected there.
  const warnings = questions.filter(({ code }) => code === "no_id" || code === "day_or_month").map(({ message, hint }) => (hint === undefined ? message : `${message}; ${hint}`));
  return { ...found, columns, name: name.replace(/\.[^.]*$/, ""), size: bytes.length, warnings };
}

/** What a file makes: everybody who owns a lead is an agent, and the visitor is the one who may do everything. */
export interface FileWorld {
  workspace: Workspace;
  table: LeadTable;
  config: WorkspaceConfig;
}

/** Between two pieces the worker answers other questions, and may be told to stop. */
const PIECE = 1 << 20;

/** Loads a file piece by piece, twice where it names owners: who the people are must be known before the leads are. */
export async function fileWorld(engine: Engine, file: Blob, setup: FileSetup, onProgress: (done: number, total: number) => void, signal?: AbortSignal): Promise<FileWorld> {
  const { fields, lead, columns } = fieldsOf(setup);
  const { id, owner } = lead;
  const data = id === ROW ? await withNumbers(file, setup.format) : file;
  const total = data.size * (setup.owner === null ? 1 : 2);
  let done = 0;
  const load = async (workspace: Workspace, columns: Record<string, string>) => {
    const loader = workspace.loader({ format: setup.format, columns, absent: setup.owner === null ? [owner] : [] });
    try {
      for (let at = 0; at < data.size; at += PIECE) {
        const piece = new Uint8Array(await data.slice(at, at + PIECE).arrayBuffer());
        signal?.throwIfAborted();
        loader.push(piece);
        done += piece.length;
        // In bytes of the visitor's own file.
        onProgress(Math.round((done / total) * file.size), file.size);
      }
      return loader.finish();
    } catch (error) {
      loader.free();
      throw error;
    }
  };
  const base: WorkspaceConfig = { version: 1, timeZone: "UTC", fields, lead, users: [] };
  const people: string[] = [];
  if (setup.owner !== null) {
    const only = (names: string[]) => Object.fromEntries(Object.entries(columns).filter(([, field]) => names.includes(field)));
    const { [id]: key, [owner]: holder } = fields;
    const first = engine.workspace({ ...base, fields: { ...(key && { [id]: key }), ...(holder && { [owner]: holder }) }, lead: { id, owner } });
    try {
      const table = await load(first, only([id, owner]));
      const all = table.select(null, { actor: null });
      for (const [user] of all.countBy(owner)) if (user !== null && user !== "you") people.push(String(user));
      all.free();
      table.free();
    } finally {
      first.free();
    }
  }
  const config: WorkspaceConfig = {
    ...base,
    profiles: [
      { id: "everything", name: "Everything", grants: [{ do: ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass", "lead.export", "list.view", "list.use", "list.edit", "list.share", "list.delete", "plan.undo", "log.view"], scope: "all" }] },
      { id: "agent", name: "Agent", grants: [{ do: ["lead.view", "lead.edit"], scope: "own" }, { do: ["list.view", "list.use", "list.edit", "list.delete"], scope: "own" }] },
    ],
    users: [{ id: "you", name: "You", profiles: ["everything"] }, ...people.sort().map((user) => ({ id: user, name: user, profiles: ["agent"] }))],
  };
  const workspace = engine.workspace(config);
  try {
    return { workspace, table: await load(workspace, columns), config };
  } catch (error) {
    workspace.free();
    throw error;
  }
}

/** The file with its rows numbered, where they have no id. */
async function withNumbers(file: Blob, format: FileSetup["format"]): Promise<Blob> {
  if (format === "csv") return new Blob([numbered(new Uint8Array(await file.arrayBuffer()), ROW) as Uint8Array<ArrayBuffer>]);
  const parsed = JSON.parse(await file.text()) as object;
  const rows = [parsed, ...Object.values(parsed)].find(Array.isArray) as object[];
  return new Blob([JSON.stringify(rows.map((row, at) => ({ ...row, [ROW]: String(at + 1) })))]);
}
