import type * as Adapters from "../../adapters.js";
import { created, forgotten, Lost, loaded, type Names, retry, run, runSync, type Steps, written } from "./write.js";

/*
 * Why no update is lost: SQLite has one writer at a time. A transaction that begins IMMEDIATE has the write lock from its first
 * statement on, so every guard is looked at on the latest data and still holds when the transaction ends. One that begins deferred is
 * as safe, because the first statement of every plan writes (the mark `done/<id>`), before anything was read. If two plans were made
 * from one snapshot, the second finds another version (or owner, or value), changes nothing, and its statement gives back
 * fewer rows than it should.
 *
 * With one connection for all requests, a transaction that awaits lets statements of other requests slip in. `sqliteSync` does not await;
 * with `sqlite` the host's `transaction` must let only one run at a time on a connection.
 */

const named = (options: { stateTable?: string; schema?: string }): Names => ({
  dialect: "sqlite",
  stateTable: options.stateTable ?? "evenhand_state",
  schema: options.schema,
});

export function sqlite(options: Adapters.SqliteOptions): Adapters.Adapter {
  const { transaction, ...rest } = options;
  const names = named(options);
  const within = <T>(steps: () => Steps<T>) => transaction((client) => run(steps(), (sql, params) => client.query(sql, params)));
  return {
    createTables: () => within(() => created(names)),
    loadState: (needed) => within(() => loaded(names, needed)),
    forgetDone: (before) => within(() => forgotten(names, before)),
    async commit(plan) {
      let lost: Adapters.Outcome | undefined;
      try {
        return await transaction(async (client) => {
          const steps = written(plan, "sqlite", { ...rest, stateTable: names.stateTable });
          const outcome = await run(steps, (sql, params) => client.query(sql, params));
          if (outcome.ok) return outcome;
          lost = outcome;
          throw new Lost();
        });
      } catch (error) {
        if (lost !== undefined) return lost;
        throw error;
      }
    },
  };
}

export function sqliteSync(options: Adapters.SqliteSyncOptions): Adapters.SyncAdapter {
  const { transaction, ...rest } = options;
  const names = named(options);
  const within = <T>(steps: () => Steps<T>) => transaction((client) => runSync(steps(), (sql, params) => client.query(sql, params)));
  return {
    createTables: () => within(() => created(names)),
    loadState: (needed) => within(() => loaded(names, needed)),
    forgetDone: (before) => within(() => forgotten(names, before)),
    commit(plan) {
      let lost: Adapters.Outcome | undefined;
      try {
        return transaction((client) => {
          const steps = written(plan, "sqlite", { ...rest, stateTable: names.stateTable });
          const outcome = runSync(steps, (sql, params) => client.query(sql, params));
          if (outcome.ok) return outcome;
          lost = outcome;
          throw new Lost();
        });
      } catch (error) {
        if (lost !== undefined) return lost;
        throw error;
      }
    },
  };
}

export { retry };
