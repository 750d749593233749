// The installed package as a host's compiler sees it.
import {
  createEngine,
  createEngineSync,
  EvenhandError,
  readyProfiles,
  type Command,
  type Diagnostic,
  type Engine,
  type Filter,
  type LeadTable,
  type Plan,
  type PlanData,
  type Selection,
  type State,
  type UpsertReport,
  type Workspace,
  type WorkspaceConfig,
} from "evenhand";
import module from "evenhand/engine.wasm";
import { createEngineSync as inlined } from "evenhand/inline";
import { createEngine as slim, createEngineSync as slimSync } from "evenhand/slim";
import { zones, type TimeZones } from "evenhand/zones";
import { durableStore, postgresStore, type DurableStorage, type Performed, type Store } from "evenhand/store";
import { usePlan, useSelection, useTable, useWorkspace } from "evenhand/react";
import { toQueryBuilder, type BuilderProps } from "evenhand/query-builder";
import { importFilter, type FilterSource, type ImportCode } from "evenhand/import";

/** Other ways to the module. */
export const others = async (): Promise<Engine[]> => [inlined({ maxMemory: 2 ** 26 }), slimSync({ wasm: module }), await slim({ wasm: fetch("/engine.wasm"), zones: "intl" })];
// @ts-expect-error without a module there is none
void slim({});

/** A host's own source of tables: the package's, but for one zone. */
const ownZones: TimeZones = { ...zones, table: (name) => (name === "Test/Fixed" ? [{ untilMs: null, offsetSeconds: 3600 }] : zones.table(name)) };

export async function host(): Promise<Diagnostic[]> {
  using engine: Engine = await createEngine({ maxMemory: 2 ** 28, wasm: fetch("/evenhand.wasm") });
  const other = createEngineSync({ wasm: new Uint8Array(), zones: ownZones });
  other.free();
  try {
    return engine.check({}, { now: new Date() });
  } catch (error) {
    if (error instanceof EvenhandError) return EvenhandError.fromJSON(error.toJSON()).diagnostics;
    throw error;
  }
}

const config: WorkspaceConfig = {
  version: 1,
  fields: { id: { type: "text" }, owner: { type: "user", label: "Lead Owner" }, status: { type: "choice", choices: ["new", "old"] } },
  lead: { id: "id", owner: "owner" },
  profiles: [{ id: "all", grants: [{ do: ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass"], scope: "all" }] }],
  users: [{ id: "ann", profiles: ["all"] }, { id: "bob", profiles: ["all"], weight: 2, capacity: 10 }],
};

/** The ready profiles stand where they are meant to. */
export const ready: WorkspaceConfig = { ...config, profiles: readyProfiles, users: [{ id: "ann", profiles: ["agent"], absences: [{ from: new Date(), to: "2027-01-01T00:00:00Z" }] }] };

/** A workspace is compiled, asked and updated. */
export function workspace(engine: Engine): Workspace {
  const workspace = engine.workspace(config);
  const decision = workspace.can({ actor: "ann", do: "lead.reassign", lead: "any", to: "bob", now: new Date().toISOString() });
  if (!decision.allowed) for (const { code, question, message } of decision.reasons) console.log(code, question, message);
  workspace.update({ users: { put: [{ id: "cid" }], remove: ["bob"] } });
  const names: string[] = workspace.members({ users: ["ann"], where: { rules: [{ field: "id", operator: "=", value: "ann" }] } });
  console.log(names, workspace.digest, workspace.zones()["Europe/Berlin"]?.[0]?.offsetSeconds);
  return workspace;
}

/** A table is loaded, in one go or in pieces, and read. */
export async function leads(workspace: Workspace, body: ReadableStream<Uint8Array>): Promise<LeadTable> {
  const loader = workspace.loader({ format: "csv", columns: { Owner: "owner" }, onProgress: (done: number) => console.log(done) });
  const reader = body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) loader.push(next.value);
  const table = loader.finish();
  const { unchanged }: UpsertReport = table.upsert([{ id: "1", owner: null }], { onBlank: "keep" });
  const preview = table.upsert([{ email: "a@x.org", amount: "1.234,50" }], { matchBy: ["id", ["email", "name"]], onKnown: "fill", dryRun: true });
  for (const row of preview.rows(0, 10, "updated")) if (row.outcome === "updated") console.log(row.lead, row.before["amount"], row.after["amount"], unchanged);
  preview.free();
  for (const { row, field, code, value } of table.problems) console.log(row ?? "file", field, code, value);
  const lead: Record<string, unknown> | undefined = table.get("1", { actor: "ann" });
  console.log(lead?.["owner"], workspace.load([{ id: 1 }]).size);
  return table;
}

/** A selection is found, combined and paged; a filter explains itself. */
export function selection(workspace: Workspace, table: LeadTable): Selection {
  const filter: Filter = workspace.filter({ combinator: "and", rules: [{ field: "status", operator: "in", value: ["new"] }] });
  const found = table.select(filter.and(workspace.scope("ann", "lead.edit")), { actor: "ann", now: Date.now() });
  const [top] = found.countBy("owner");
  const indexes: Uint32Array = found.sort([{ field: "id", descending: true }]).indexes();
  const { sql, params } = filter.toSQL("postgres", { columns: { status: "lead_status" } });
  console.log(top?.[0], indexes[0], found.rows(0, 50, ["id"]), filter.explain({ status: "new" }).matched, sql, params);
  return found.minus(table.select({ list: "mine" }, { actor: null }));
}

/** A plan is made, shown, proved, done and undone. */
export function plan(workspace: Workspace, table: LeadTable, selection: Selection, state: State): Plan {
  const command: Command = { type: "split", leads: { selection }, split: { to: ["ann", { user: "bob", weight: 2, cap: 5 }], even: "total" } };
  const made = workspace.plan(table, command, { actor: "ann", now: Date.now(), state, allOrNothing: true });
  for (const { user, before, after, dealt } of made.assignees) console.log(user, before, after, dealt);
  const data: PlanData = made.toJSON();
  // What a screen shows of a plan that was stored is in its data.
  const shown: [outcome: string, left: number, name: string, dealt: number, kept: number] = [
    data.outcome, data.droppedCount["locked"] ?? 0, data.assignees[0]?.name ?? data.assignees[0]?.user ?? "", data.assignees[0]?.dealt ?? 0, data.assignees[0]?.kept ?? 0,
  ];
  console.log(shown);
  // An undo reads the plan that it names, as data or as bytes.
  const needs = workspace.needs({ type: "undo", plan: data.id }, { actor: "ann", now: new Date(), plans: { [data.id]: data, other: made.encode() } });
  // @ts-expect-error a stored plan is data or bytes, not the plan itself
  workspace.needs({ type: "undo", plan: data.id }, { actor: "ann", now: 0, plans: { [data.id]: made } });
  console.log(needs.state.keys);
  const verdict = workspace.verify(table, made.encode(), { actor: "ann", now: Date.now(), maxAgeSeconds: 60 });
  if (!verdict.ok) throw new Error(verdict.problems.map(({ code }) => code).join());
  const { changed, refused } = table.apply(verdict.plan);
  console.log(changed, refused, verdict.plan.changes(0, 10)[0]?.set["owner"]?.to);
  return workspace.undo(table, data, { actor: "ann", now: Date.now() });
}

// @ts-expect-error a viewer says who looks
export const blind = (table: LeadTable) => table.select(null, {});
// @ts-expect-error there is no such command
export const unknown: Command = { type: "shuffle", leads: { ids: [] } };

// @ts-expect-error an engine needs no size
createEngineSync({ maxMemory: "1 GiB" });
// @ts-expect-error codes cannot be written
new EvenhandError().code = "x";

/** Ids that are numbers, wherever an id is taken; and rows that leave. */
export function numbers(engine: Engine, table: LeadTable): string[] {
  const workspace = engine.workspace({
    ...config,
    org: [{ id: 10 }, { id: 11, parent: 10 }],
    users: [{ id: 7, unit: 11, profiles: ["all"] }],
    groups: [{ id: 50, name: "G", members: { users: [7] }, method: { type: "round_robin" } }],
    lists: [{ id: 70, name: "L", owner: 7, query: { rules: [] } }],
  });
  workspace.update({ users: { put: [{ id: 8 }], remove: [7] } });
  const command: Command = { type: "assign", leads: { ids: [1, "2"] }, to: 8, slots: { agent: 7 } };
  const plan = workspace.plan(table, command, { actor: 7, now: 0, id: 900 });
  const needs = workspace.needs(engine.peek(plan.encode()), { actor: 7, now: 0 });
  const rows = table.select(workspace.readable({ list: 70 }, { actor: 7, limit: 1000 }), { actor: 7 }).ids();
  // What is read has texts.
  const names: string[] = workspace.config.users.map(({ id }) => id);
  return [...names, ...rows, ...workspace.members({ users: [7], unit: 11 }), ...needs.load, `${workspace.can({ actor: 7, do: "lead.export", lead: { id: 1 } }).allowed}`];
}

/** Filters of other systems become this one's. */
export function imported(from: FilterSource, filter: unknown, workspace: Workspace): Filter | ImportCode {
  try {
    return workspace.filter(importFilter(from, filter, { config: workspace.config, columns: { "lead.owner": "owner" }, nulls: "absent" }));
  } catch (error) {
    if (error instanceof EvenhandError) return error.diagnostics[0]?.code as ImportCode;
    throw error;
  }
}

/** A store performs commands; what they come to is told apart by its code. */
export async function performed(engine: Engine, workspace: Workspace, command: Command, storage: DurableStorage): Promise<string> {
  const store: Store = postgresStore({
    engine,
    workspace,
    table: "leads",
    transaction: (work) => work({ query: async () => [] }),
    written: async (client, plan) => {
      for (const { lead, text } of plan.timeline()) await client.query("INSERT INTO timeline VALUES ($1, $2)", [lead, text]);
    },
  });
  const { rows, count }: { rows: Record<string, unknown>[]; count: number } = await store.list({ actor: "ann", sort: [{ field: "owner" }], limit: 20 });
  const at: Performed = durableStore(storage, { engine, workspace, table: "leads" }).perform(command, { actor: "ann" });
  const done = await store.perform(command, { actor: "ann", outcome: at.ok ? at.plan.outcome : "" });
  if (done.ok) return `${done.changed} of ${count}, ${rows.length} shown`;
  switch (done.code) {
    case "refused": return done.reasons.map(({ message }) => message).join();
    case "nothing_to_do": return done.dropped.map(({ code }) => code).join();
    case "lost": return done.lost.join();
    case "already_done": return "done";
    case "outcome_differs": return done.plan.outcome;
  }
}

/** A component, as far as its data goes. */
export function useLeads(command: Command | null): string {
  const { status, workspace, error } = useWorkspace(createEngine, config);
  const table: LeadTable | null = useTable(workspace, [{ id: "1", owner: null }]);
  const view = useSelection(table, { rules: [] }, { actor: "ann", limit: 10, countBy: ["owner"] });
  const { plan } = usePlan(workspace, table, command, { actor: "ann" });
  if (status === "failed") return error.message;
  const props: BuilderProps = toQueryBuilder(config, { labels: { "=": "ist", types: { date: { "<": "vor" } } } });
  return `${view?.count ?? 0} ${plan?.count ?? 0} ${props.fields[0]?.label ?? ""}`;
}
