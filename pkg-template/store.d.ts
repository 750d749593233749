/**
 * A store: everything between a command and what is written (`evenhand/store`; docs/store.md). It reads what a command needs, loads it, plans, writes the
 * plan with its mark and with what the host adds, all in one transaction, and tries again when another writer was faster.
 *
 * It builds on the adapters of `evenhand/postgres` and `evenhand/sqlite`, and like them it has no driver of its own.
 */
import type { Client, PostgresOptions, SqliteOptions, SqliteSyncOptions, SyncClient, TableOptions } from "./adapters.js";
import type { Command, Decision, Dialect, Dropped, Engine, Instant, LoadProblem, PermissionQuestion, Plan, QueryInput, Reason, Sort, SqlOptions, Verdict, Workspace } from "./evenhand.js";

export interface StoreOptions {
  engine: Engine;
  workspace: Workspace;
  /** Where written plans are kept for their undo; default `evenhand_plans`. */
  plansTable?: string;
  /** Fields that have no column. */
  absent?: readonly string[];
  /** Told of cells that could not be read, each time that there are any; they count as empty. */
  problems?: (problems: readonly LoadProblem[]) => void;
}
/** Called in the transaction of a plan, after its own statements: for timeline, notes and notices (`plan.timeline()`, `plan.attach`, `plan.notifications`). What it throws takes everything back. */
export type Written = (client: Client, plan: Plan) => Promise<void> | void;
export type WrittenSync = (client: SyncClient, plan: Plan) => void;

export interface Asked {
  actor: string;
  /** Default: the clock. */
  now?: Instant;
}
export interface PlanOptions extends Asked {
  /** Idempotency key. */
  id?: string;
  allOrNothing?: boolean;
  notify?: "digest" | "none";
  pin?: boolean;
}
export interface PerformOptions extends PlanOptions {
  /** `plan.outcome` of what the person saw: anything else is not written. */
  outcome?: string;
  /** How often to plan anew when another writer was faster; default 3. */
  attempts?: number;
}
/** What became of a command. Only with `ok` anything was written. `plan` is the caller's to free. */
export type Performed =
  | { ok: true; plan: Plan; changed: number; attempts: number }
  /** The command may not be given. */
  | { ok: false; code: "refused"; plan: Plan; reasons: Reason[] }
  /** Nothing is left that could be done; the first thousand leads that were left out, each with its reason. */
  | { ok: false; code: "nothing_to_do"; plan: Plan; dropped: Dropped[] }
  /** It would do something else now: `plan` is what. */
  | { ok: false; code: "outcome_differs"; plan: Plan }
  /** With this `id` a plan was written before. */
  | { ok: false; code: "already_done" }
  /** Another writer was faster each time. */
  | { ok: false; code: "lost"; plan: Plan; lost: string[]; stateLost: string[]; attempts: number };
/** What became of a posted plan. */
export type Proved = Performed | { ok: false; code: "not_proved"; problems: Extract<Verdict, { ok: false }>["problems"] };

export interface ListOptions extends Asked {
  query?: QueryInput | null;
  sort?: readonly Sort[];
  offset?: number;
  /** Default 100. Beyond 200, a page, the rows and their count are of leads that the actor may export (`lead.export`); `not_permitted` where that is none. */
  limit?: number;
  fields?: string[];
}
export interface List {
  rows: Record<string, unknown>[];
  /** All that match, not only those of this page. */
  count: number;
}
/** The lead by its id. */
export type Question = Omit<PermissionQuestion, "lead" | "leads"> & { lead: string | number };

export interface Store {
  /** Creates the tables of state and plans if they do not exist. */
  createTables(): Promise<void>;
  /** Puts whole leads, as rows that a table would load: new ones, and in place of those that are there. */
  put(leads: readonly object[]): Promise<number>;
  /** One page of what the actor may see, and how many there are. Ends of equal rank go by id. */
  list(options: ListOptions): Promise<List>;
  can(question: Question): Promise<Decision>;
  /** What the command would do now; nothing is written. */
  preview(command: Command, options: PlanOptions): Promise<Plan>;
  perform(command: Command, options: PerformOptions): Promise<Performed>;
  /** Derives a posted plan from what is stored here, and writes it if it comes out equal. */
  prove(plan: Uint8Array, options: Asked & { maxAgeSeconds?: number }): Promise<Proved>;
  /** Takes back a plan that was written here. */
  undo(plan: string, options: PerformOptions): Promise<Performed>;
  /** Deletes plans, and marks of plans, that were written before this time. */
  forget(before: Instant): Promise<void>;
}
/** The same for drivers that answer at once: `node:sqlite`, better-sqlite3, Durable Objects. */
export type SyncStore = { [K in keyof Store]: (...args: Parameters<Store[K]>) => Awaited<ReturnType<Store[K]>> };

/** What is used of `pg`'s pool. Each transaction has a connection of its own, at the database's usual isolation level. */
export interface PostgresPool {
  connect(): Promise<{ query(sql: string, params?: unknown[]): Promise<{ rows: object[] }>; release(destroy?: boolean): void }>;
}
/** What is used of `node:sqlite`'s and better-sqlite3's database. Transactions begin IMMEDIATE. */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): { readonly reader?: boolean; all(...params: never[]): unknown[]; run(...params: never[]): unknown };
  readonly isTransaction?: boolean;
  readonly inTransaction?: boolean;
}

/** With `pool`, or with a `transaction` of the host's own. */
export function postgresStore(options: (PostgresOptions | (TableOptions & { pool: PostgresPool })) & StoreOptions & { written?: Written }): Store;
export function sqliteStore(options: SqliteOptions & StoreOptions & { written?: Written }): Store;
/** With `database`, or with a `transaction` of the host's own. */
export function sqliteStoreSync(options: (SqliteSyncOptions | (TableOptions & { database: SqliteDatabase })) & StoreOptions & { written?: WrittenSync }): SyncStore;

/** What is used of a Durable Object's storage. */
export interface DurableStorage {
  transactionSync<T>(work: () => T): T;
  sql: { exec(query: string, ...bindings: never[]): { toArray(): object[] } };
}
/** In a Durable Object with SQLite: `durableStore(ctx.storage, { engine, workspace, table: "leads" })`. */
export function durableStore(storage: DurableStorage, options: Omit<SqliteSyncOptions, "transaction"> & StoreOptions & { written?: WrittenSync }): SyncStore;

/**
 * `ORDER BY` for a sort, beside `filter.toSQL`: the order of `selection.sort`, ends of equal rank by id. Throws `sql_inexact` where the database cannot say it: a SQLite
 * text that ignores case, or any text that is `accentless` or `digits`, without a folded column; days and instants in other forms, lists.
 */
export function orderBy(sort: readonly Sort[], dialect: Dialect, options: SqlOptions & { config: Pick<Workspace["config"], "fields" | "lead"> }): string;

