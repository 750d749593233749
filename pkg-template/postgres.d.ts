/** Writing plans to PostgreSQL. */
export { postgres, retry } from "./adapters.js";
export type { Adapter, Client, Needed, Outcome, PostgresOptions, TableOptions, Writable } from "./adapters.js";
