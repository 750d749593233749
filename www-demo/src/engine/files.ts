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

/** Makes a world of a file: everybody who owns a lead is an agent, and the visitor is the one who may do everything. */
export function fileWorld(engine: Engine, bytes: Uint8Array, setup: FileSetup, onProgress: (done: number, total: number) => void): { workspace: Workspace; table: LeadTable; config: WorkspaceConfig } {
  const { fields, lead, columns } = fieldsOf(setup);
  const { id, owner } = lead;
  const base: WorkspaceConfig = { version: 1, timeZone: "UTC", fields, lead, users: [] };
  const data = source(bytes, setup, id);
  const load = (workspace: Workspace, progress: (done: number, total: number) => void) => workspace.load(data, { columns, absent: setup.owner === null ? [owner] : [], onProgress: progress, ...(data instanceof Uint8Array && { format: setup.format }) });
  const first = engine.workspace(base);
  const table = load(first, () => {});
  const all = table.select(null, { actor: null });
  const people = all.countBy(owner).flatMap(([user]) => (user === null ? [] : [String(user)]));
  first.free();
  const config: WorkspaceConfig = {
    ...base,
    profiles: [
      { id: "everything", name: "Everything", grants: [{ do: ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass", "list.view", "list.use", "list.edit", "list.share", "list.delete", "plan.undo", "log.view"], scope: "all" }] },
      { id: "agent", name: "Agent", grants: [{ do: ["lead.view", "lead.edit"], scope: "own" }, { do: ["list.view", "list.use", "list.edit", "list.delete"], scope: "own" }] },
    ],
    users: [{ id: "you", name: "You", profiles: ["everything"] }, ...people.filter((user) => user !== "you").sort().map((user) => ({ id: user, name: user, profiles: ["agent"] }))],
  };
  const workspace = engine.workspace(config);
  return { workspace, table: load(workspace, onProgress), config };
}

/** Bytes go over as they are; rows that have no id are numbered first. */
function source(bytes: Uint8Array, setup: FileSetup, id: string): Uint8Array | object[] {
  if (id !== ROW) return bytes;
  if (setup.format === "csv") return numbered(bytes, ROW);
  return (JSON.parse(new TextDecoder().decode(bytes)) as object[]).map((row, at) => ({ ...row, [ROW]: String(at + 1) }));
}
