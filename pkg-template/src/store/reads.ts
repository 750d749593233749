import type * as Adapters from "../../adapters.js";
import type * as Contract from "../../evenhand.js";
import type * as Api from "../../store.js";
import { created, forgotten, loaded, param, quote, written, type Names, type Row, type Steps } from "../adapters/write.js";
import { fault } from "../errors.js";
import { columnsOf, foldedOf, ordering, placed, reading, stored, type Column } from "./columns.js";

/*
 * What a store reads and writes, as steps that ask for statements: the same for drivers that wait and drivers that do not.
 *
 * Rows are read in the order of their ids, so that a plan does not depend on how the database happens to find them. Where a database cannot say a
 * filter exactly, and where a rule looks at all leads with the same value, the whole table is read.
 */

type Asked = { actor: string; now: number };
type Options = Asked & { id?: string; allOrNothing?: boolean; notify?: "digest" | "none"; pin?: boolean };

interface Shape {
  engine: Contract.Engine;
  workspace: Contract.Workspace;
  names: Names;
  statements: Parameters<Contract.Plan["toSQL"]>[1];
  plansTable: string;
  absent: string[];
  problems: ((problems: readonly Contract.LoadProblem[]) => void) | undefined;
}

/** What a plan is made of. */
interface Read {
  rows: Map<string, Row>;
  state: Contract.State;
  load: Record<string, number> | undefined;
  plans: Record<string, Uint8Array>;
  whole: boolean;
}

/** A row of a plan has at most so many characters: some databases end one at two megabytes. */
const PART = 1 << 20;

export class Reads {
  readonly #of: Shape;
  constructor(shape: Shape) {
    this.#of = shape;
  }

  get #dialect(): Contract.Dialect {
    return this.#of.names.dialect;
  }

  /** The configuration may change while the store stands. */
  get #config(): Contract.WorkspaceConfig {
    return this.#of.workspace.config;
  }

  #columns(): Column[] {
    return columnsOf(this.#config.fields, this.#of.statements.columns).filter(({ field }) => !this.#of.absent.includes(field));
  }

  #table(name: string): string {
    const { schema } = this.#of.names;
    return schema === undefined ? quote(this.#dialect, name) : `${quote(this.#dialect, schema)}.${quote(this.#dialect, name)}`;
  }

  #condition(filter: Contract.Filter, { actor, now }: Asked, paramStart = 1): { sql: string; params: unknown[] } {
    const { columns, maxParams } = this.#of.statements;
    return filter.toSQL(this.#dialect, { actor, now, paramStart, ...(columns && { columns }), ...(maxParams && { maxParams }) });
  }

  /** The same, or nothing where the database cannot say it. */
  #exact(filter: Contract.Filter, asked: Asked): { sql: string; params: unknown[] } | undefined {
    try {
      return this.#condition(filter, asked);
    } catch (error) {
      if ((error as { code?: unknown }).code === "sql_inexact") return undefined;
      throw error;
    } finally {
      filter.free();
    }
  }

  // ---- leads

  *#select(where: string, params: unknown[], more = ""): Steps<Row[]> {
    const columns = this.#columns();
    const list = columns.map((column) => `${reading(column, this.#dialect)} AS ${quote(this.#dialect, column.field)}`).join(", ");
    const order = more === "" ? ` ORDER BY ${ordering([], this.#dialect, columns, this.#config.lead.id)}` : more;
    return (yield { sql: `SELECT ${list} FROM ${this.#table(this.#of.statements.table)} WHERE ${where}${order}`, params }) as Row[];
  }

  *#byId(ids: readonly (string | number)[], asked: Asked): Steps<Row[]> {
    if (ids.length === 0) return [];
    const filter = this.#of.workspace.filter({ rules: [{ field: this.#config.lead.id, operator: "in", value: ids.map(String) }] });
    const { sql, params } = this.#exact(filter, asked) ?? { sql: "1 = 1", params: [] };
    return yield* this.#select(sql, params);
  }

  #load(rows: readonly Row[], partial: boolean): Contract.LeadTable {
    const { workspace, absent, problems } = this.#of;
    const table = workspace.load(rows, { partial, ...(absent.length > 0 && { absent }) });
    if (table.problemCount > 0) problems?.(table.problems);
    return table;
  }

  *put(leads: readonly object[]): Steps<number> {
    const { workspace, absent } = this.#of;
    const table = workspace.load(leads, { strict: true, partial: true, ...(absent.length > 0 && { absent }) });
    const all = table.select(null, { actor: null });
    const rows = all.rows();
    all.free();
    table.free();
    const columns = this.#columns();
    const folded = columns.filter((column) => column.folded !== undefined);
    const q = (name: string) => quote(this.#dialect, name);
    const names = [...columns.map(({ name }) => q(name)), ...folded.map((column) => q(column.folded!))];
    const places = [...columns.map((column, at) => placed(column, this.#dialect, at + 1)), ...folded.map((_, at) => param(this.#dialect, columns.length + at + 1))];
    const id = columns.find(({ field }) => field === this.#config.lead.id)!;
    const others = names.filter((name) => name !== q(id.name)).map((name) => `${name} = excluded.${name}`);
    const sql = `INSERT INTO ${this.#table(this.#of.statements.table)} (${names.join(", ")}) VALUES (${places.join(", ")}) ON CONFLICT (${q(id.name)}) DO ${others.length === 0 ? "NOTHING" : `UPDATE SET ${others.join(", ")}`}`;
    for (const row of rows) {
      yield { sql, params: [...columns.map((column) => stored(column, row[column.field], this.#dialect)), ...folded.map((column) => foldedOf(column, row[column.field], workspace))] };
    }
    return rows.length;
  }

  *list({ query, sort = [], offset, limit, fields, ...asked }: Asked & Omit<Api.ListOptions, "limit" | "offset"> & { limit: number; offset: number }): Steps<Api.List> {
    const { workspace } = this.#of;
    // More than a page leaves only where the actor may export it.
    const readable = workspace.readable(query ?? null, { actor: asked.actor, now: asked.now, limit });
    let condition: { sql: string; params: unknown[] };
    try {
      condition = this.#condition(readable, asked);
    } finally {
      readable.free();
    }
    const shown = workspace.fields(asked.actor).map(({ field }) => field);
    const order = ordering(sort, this.#dialect, this.#columns().filter(({ field }) => shown.includes(field)), this.#config.lead.id);
    const [counted] = (yield { sql: `SELECT count(*) AS n FROM ${this.#table(this.#of.statements.table)} WHERE ${condition.sql}`, params: condition.params }) as [Row];
    const rows = limit === 0 ? [] : yield* this.#select(condition.sql, condition.params, ` ORDER BY ${order} LIMIT ${limit} OFFSET ${offset}`);
    const table = this.#load(rows, true);
    // Whoever may not see a lead does not, whatever the database says.
    const seen = table.select(null, asked);
    const page = seen.rows(0, limit, fields);
    seen.free();
    table.free();
    return { rows: page, count: Number(counted["n"]) };
  }

  *can(question: Api.Question & { now: Contract.Instant }): Steps<Contract.Decision> {
    const rows = yield* this.#byId([question.lead], { actor: `${question.actor}`, now: new Date(question.now).getTime() });
    const table = this.#load(rows, true);
    try {
      return this.#of.workspace.can({ ...question, leads: table });
    } finally {
      table.free();
    }
  }

  // ---- plans

  *plan(command: Contract.Command, options: Options): Steps<Contract.Plan> {
    const { actor, now } = options;
    const read = yield* this.#read(command, { actor, now }, [now], []);
    const table = this.#load([...read.rows.values()], !read.whole);
    try {
      return this.#of.workspace.plan(table, command, { ...options, ...context(read) });
    } finally {
      table.free();
    }
  }

  *verify(bytes: Uint8Array, options: Asked & { maxAgeSeconds?: number }): Steps<Contract.Verdict> {
    const { id, at, command } = this.#of.engine.peek(bytes) as Partial<Contract.PlanHeader>;
    if (typeof id !== "string" || !Number.isSafeInteger(at) || typeof command !== "object" || command === null) {
      return { ok: false, problems: [{ code: "malformed", message: "the plan has no header that can be read" }] };
    }
    const { actor, now } = options;
    // Where a clock decides, the plan is derived for its own time and for now.
    const read = yield* this.#read(command, { actor, now }, [at!, now], [`done/${encodeURIComponent(id)}`]);
    const table = this.#load([...read.rows.values()], !read.whole);
    try {
      return this.#of.workspace.verify(table, bytes, { ...options, ...context(read) });
    } finally {
      table.free();
    }
  }

  /** Whether a plan with this id was written; what it did may hide that the command would do anything now. */
  *done(id: string): Steps<boolean> {
    const key = `done/${encodeURIComponent(id)}`;
    return (yield* loaded(this.#of.names, { keys: [key], prefixes: [] }))[key] !== null;
  }

  /** Reads what a command needs at these times. */
  *#read(command: Contract.Command, asked: Asked, times: readonly number[], keys: readonly string[]): Steps<Read> {
    const read: Read = { rows: new Map(), state: Object.create(null) as Contract.State, load: {}, plans: {}, whole: false };
    if (command.type === "undo" && typeof command.plan === "string") {
      const bytes = yield* this.#kept(command.plan);
      if (bytes === undefined) throw fault("plan_missing", `there is no plan \`${command.plan}\``, { path: "/plan" });
      read.plans[command.plan] = bytes;
    }
    for (const now of new Set(times)) {
      // What a run has to do with is known once the run is read, and what a sweep has to do once the keys of what is due are.
      const named = new Set<string>();
      for (let before = -1; named.size > before; ) {
        const needs = this.#of.workspace.needs(command, { ...asked, now, state: read.state, plans: read.plans });
        before = named.size;
        for (const name of [...needs.state.keys, ...needs.state.prefixes]) named.add(name);
        yield* this.#fetch(command, needs, { ...asked, now }, read, keys);
      }
    }
    return read;
  }

  *#fetch(command: Contract.Command, needs: Contract.Needs, asked: Asked, read: Read, keys: readonly string[]): Steps<void> {
    const { workspace } = this.#of;
    const { state, load, same } = needs;
    Object.assign(read.state, yield* loaded(this.#of.names, { keys: [...state.keys, ...keys], prefixes: state.prefixes }));
    let rows: Row[] | undefined;
    if ("ids" in needs.leads) rows = yield* this.#byId(needs.leads.ids, asked);
    else {
      const condition = this.#exact(needs.leads.filter, asked);
      if (condition !== undefined) rows = yield* this.#select(condition.sql, condition.params);
    }
    const { open } = this.#config.lifecycle ?? {};
    const condition = open === undefined ? { sql: "1 = 1", params: [] } : this.#exact(workspace.filter(open), asked);
    // The host counts where not all leads are there, and the engine where they are.
    if (rows === undefined || condition === undefined || same.length > 0) {
      read.whole = true;
      read.load = undefined;
      rows = yield* this.#select("1 = 1", []);
    } else if (!read.whole) {
      read.load = { ...(yield* this.#counted(command, load, condition)), ...read.load };
    }
    for (const row of rows) read.rows.set(String(row[this.#config.lead.id]), row);
  }

  /** Open leads of people, by the holder of the slot that a command is about. */
  *#counted(command: Contract.Command, users: readonly string[], open: { sql: string; params: unknown[] }): Steps<Record<string, number>> {
    if (users.length === 0) return {};
    const slot = this.#columns().find(({ field }) => field === slotOf(command, this.#config));
    if (slot === undefined) return {};
    const here = quote(this.#dialect, slot.name);
    const place = param(this.#dialect, open.params.length + 1);
    const [user, list] = this.#dialect === "postgres" ? [`${here}::text`, `(SELECT json_array_elements_text(${place}::text::json))`] : [here, `(SELECT value FROM json_each(${place}))`];
    const sql = `SELECT ${user} AS holder, count(*) AS n FROM ${this.#table(this.#of.statements.table)} WHERE (${open.sql}) AND ${user} IN ${list} GROUP BY 1`;
    const counted = (yield { sql, params: [...open.params, JSON.stringify(users)] }) as Row[];
    return Object.fromEntries(counted.map(({ holder, n }) => [String(holder), Number(n)]));
  }

  /** Writes a plan, keeps folded columns as their fields are, and keeps the plan for its undo. */
  *write(plan: Contract.Plan): Steps<Adapters.Outcome> {
    const outcome = yield* written(plan, this.#dialect, this.#of.statements);
    if (!outcome.ok) return outcome;
    yield* this.#fold(plan);
    const bytes = plan.encode();
    const text = base64(bytes);
    const { actor, at } = this.#of.engine.peek(bytes);
    const places = [1, 2, 3, 4, 5].map((place) => param(this.#dialect, place)).join(", ");
    for (let part = 0; part * PART < text.length; part += 1) {
      yield { sql: `INSERT INTO ${this.#table(this.#of.plansTable)} (id, part, at, actor, bytes) VALUES (${places})`, params: [plan.id, part, at, actor, text.slice(part * PART, (part + 1) * PART)] };
    }
    return outcome;
  }

  *#fold(plan: Contract.Plan): Steps<void> {
    const columns = this.#columns();
    const folded = columns.filter((column) => column.folded !== undefined);
    if (folded.length === 0) return;
    const table = this.#table(this.#of.statements.table);
    const name = quote(this.#dialect, columns.find(({ field }) => field === this.#config.lead.id)!.name);
    const id = this.#dialect === "postgres" ? `${name}::text` : name;
    const [one, two] = [param(this.#dialect, 1), param(this.#dialect, 2)];
    const put = (column: Column, value: unknown, lead: string) => ({ sql: `UPDATE ${table} SET ${quote(this.#dialect, column.folded!)} = ${one} WHERE ${id} = ${two}`, params: [foldedOf(column, value, this.#of.workspace), lead] });
    for (const { lead, set } of plan.changes()) for (const column of folded) if (Object.hasOwn(set, column.field)) yield put(column, set[column.field]!.to, lead);
    for (const { id: copy, copyOf, set } of plan.created()) {
      for (const column of folded) {
        const here = quote(this.#dialect, column.folded!);
        if (Object.hasOwn(set, column.field)) yield put(column, set[column.field], copy);
        else yield { sql: `UPDATE ${table} SET ${here} = (SELECT original.${here} FROM ${table} AS original WHERE original.${id} = ${one}) WHERE ${id} = ${two}`, params: [copyOf, copy] };
      }
    }
  }

  // ---- tables of its own

  *create(): Steps<void> {
    yield* created(this.#of.names);
    const columns = this.#dialect === "postgres" ? `id text COLLATE "C", part integer, at bigint NOT NULL, actor text NOT NULL, bytes text NOT NULL` : "id TEXT NOT NULL, part INTEGER NOT NULL, at INTEGER NOT NULL, actor TEXT NOT NULL, bytes TEXT NOT NULL";
    yield { sql: `CREATE TABLE IF NOT EXISTS ${this.#table(this.#of.plansTable)} (${columns}, PRIMARY KEY (id, part))`, params: [] };
  }

  *#kept(id: string): Steps<Uint8Array | undefined> {
    const parts = (yield { sql: `SELECT bytes FROM ${this.#table(this.#of.plansTable)} WHERE id = ${param(this.#dialect, 1)} ORDER BY part`, params: [id] }) as Row[];
    if (parts.length === 0) return undefined;
    return Uint8Array.from(atob(parts.map(({ bytes }) => String(bytes)).join("")), (char) => char.charCodeAt(0));
  }

  *forget(before: number): Steps<void> {
    yield* forgotten(this.#of.names, before);
    yield { sql: `DELETE FROM ${this.#table(this.#of.plansTable)} WHERE at < ${param(this.#dialect, 1)}`, params: [before] };
  }
}

const context = ({ state, load, plans }: Read) => ({ state, partialState: true, plans, ...(load === undefined ? {} : { load }) });

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

/** The slot whose holders a command is about: their open leads are what previews and totals count. */
function slotOf(command: Contract.Command, config: Contract.WorkspaceConfig): string {
  const { slot, split, group: started } = command as { slot?: unknown; group?: unknown; split?: { slot?: unknown; to?: { group?: unknown } } };
  const group = config.groups?.find(({ id }) => id === (split?.to?.group ?? started))?.slot;
  const named = [slot, split?.slot, group].find((name) => typeof name === "string" && config.fields[name]?.type === "user");
  return (named as string | undefined) ?? config.lead.owner;
}
