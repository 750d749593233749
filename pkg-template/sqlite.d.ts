/** Writing plans to SQLite. */
export { retry, sqlite, sqliteSync } from "./adapters.js";
export type { Adapter, Client, Needed, Outcome, SqliteOptions, SqliteSyncOptions, SyncAdapter, SyncClient, TableOptions, Writable } from "./adapters.js";
