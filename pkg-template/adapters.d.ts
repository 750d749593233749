/**
 * Writing plans to PostgreSQL (`evenhand/postgres`) and SQLite (`evenhand/sqlite`).
 *
 * An adapter needs no driver of its own: the host gives it a function that runs work in one transaction. It keeps the state in a
 * table that it makes (`key`, `version`, `value`); the table of leads is the host's. Hosts may follow these few files for
 * other databases: everything that keeps a write safe is in `plan.statements`, and here only in comparing counts.
 */
import type { Plan, SqlOptions, State } from "./evenhand.js";

/** What a plan must offer to be written. */
export type Writable = Pick<Plan, "id" | "refused" | "count" | "state" | "reads" | "changes" | "created" | "removed" | "statements"> & { free?: () => void };

/**
 * What became of a plan. Either all of it was written, or nothing.
 * `lost` are the leads whose guard no longer held, `stateLost` the keys that had another version. With `done` the plan was written before
 * (a second post, or a commit whose answer was lost on the way): there is nothing left to do.
 */
export type Outcome = { ok: true; changed: number } | { ok: false; done: boolean; lost: string[]; stateLost: string[] };

/** Which state to read: what `needs` says. */
export interface Needed { keys: readonly string[]; prefixes: readonly string[] }

export interface Adapter {
  /** Creates the state's table if it does not exist. */
  createTables(): Promise<void>;
  /** State for `PlanContext.state`; a key that was asked for and does not exist is null, as `partialState` wants it. */
  loadState(needed: Needed): Promise<State>;
  /** Writes a plan: its leads, its state, the check of what it read, and the mark that it is done, in one transaction. Throws for a refused plan. */
  commit(plan: Writable): Promise<Outcome>;
  /** Deletes the marks of plans made before this time (milliseconds): use the longest age at which a posted plan is accepted. */
  forgetDone(before: number): Promise<void>;
}

export interface SyncAdapter {
  createTables(): void;
  loadState(needed: Needed): State;
  commit(plan: Writable): Outcome;
  forgetDone(before: number): void;
}

export interface Client { query(sql: string, params: unknown[]): Promise<readonly object[]> }
export interface SyncClient { query(sql: string, params: unknown[]): readonly object[] }

export type TableOptions = SqlOptions & {
  /** The host's table of leads. Its id column must be unique. */
  table: string;
  /** Default `evenhand_state`. */
  stateTable?: string;
  /** Schema of both tables. */
  schema?: string;
  /** Columns that a copy takes over from its original, beside those that the plan sets; default: the columns of all fields. */
  copyColumns?: string[];
};

export type PostgresOptions = TableOptions & {
  /**
   * Runs `work` in one transaction: committed when it resolves, taken back when it rejects, with the rejection passed on.
   * With `pg`: `BEGIN`, `work({ query: async (sql, params) => (await client.query(sql, params)).rows })`, `COMMIT` or `ROLLBACK`.
   */
  transaction: <T>(work: (client: Client) => Promise<T>) => Promise<T>;
};

export type SqliteOptions = TableOptions & {
  /** The same, begun with `BEGIN IMMEDIATE`. */
  transaction: <T>(work: (client: Client) => Promise<T>) => Promise<T>;
};

export type SqliteSyncOptions = TableOptions & {
  /** The same without waiting, as Durable Objects (`storage.transactionSync`), better-sqlite3 and `node:sqlite` do it. */
  transaction: <T>(work: (client: SyncClient) => T) => T;
};

/** An adapter for PostgreSQL; from `evenhand/postgres`. */
export function postgres(options: PostgresOptions): Adapter;
/** An adapter for SQLite; from `evenhand/sqlite`. */
export function sqlite(options: SqliteOptions): Adapter;
/** The same for drivers that answer at once; from `evenhand/sqlite`. */
export function sqliteSync(options: SqliteSyncOptions): SyncAdapter;

/**
 * Plans and writes until it succeeds, the plan was done before, or the attempts are used up (default 3).
 * `plan` must look again: read the rows that were lost and the state, load them, and plan anew. A lost race is no error of the person who
 * gave the command, but what they saw is no longer there: repeat only what is still meant, as a rotation or a sweep is.
 */
export function retry<P extends Writable>(
  plan: () => P | Promise<P>,
  adapter: { commit: (plan: P) => Outcome | Promise<Outcome> },
  attempts?: number,
): Promise<{ plan: P; outcome: Outcome }>;
