import type * as Adapters from "../adapters.js";
import type * as Contract from "../evenhand.js";
import type * as Api from "../store.js";
import { again } from "./adapters/postgres.js";
import { persistent, read, run, runSync, type Options, type Steps } from "./adapters/write.js";
import { fault } from "./errors.js";
import { columnsOf, ordering } from "./store/columns.js";
import { Reads } from "./store/reads.js";

/*
 * Why no update is lost: everything from the first read to the last write is one transaction, and every statement of a plan still carries its guards
 * (see `adapters/postgres.ts` and `adapters/sqlite.ts`). Under READ COMMITTED what was read may have changed by the time it is written: then a guard
 * fails, all is taken back, and the command is planned anew from what is there by then. With a Durable Object, or SQLite begun IMMEDIATE, nobody comes
 * between, and no guard fails.
 *
 * What is counted (open leads of people, for capacities and totals) has no guard: two commands at once may both count what the other adds. A host that
 * must not exceed a capacity by that says `ISOLATION LEVEL SERIALIZABLE` in its `transaction`; what PostgreSQL then ends is tried again here.
 */

type Failed = Exclude<Api.Performed, { ok: true }>;

/** What is thrown inside of a transaction to take it back, with what it came to. */
class Back extends Error {
  constructor(readonly result: Failed) {
    super("nothing was written");
  }
}

/** What a plan comes to before anything is written. */
function settled(plan: Contract.Plan, outcome: string | undefined): Failed | undefined {
  if (plan.refused.length > 0) return { ok: false, code: "refused", plan, reasons: plan.refused };
  if (outcome !== undefined && plan.outcome !== outcome) return { ok: false, code: "outcome_differs", plan };
  const idle = plan.count === 0 && plan.runs.length === 0 && plan.state.every(({ key }) => key.startsWith("done/")) && plan.created().length + plan.removed().length === 0;
  // What is as asked already is done.
  const left = idle && !Object.hasOwn(plan.droppedCount, "no_change") && Object.keys(plan.droppedCount).length > 0;
  return left ? { ok: false, code: "nothing_to_do", plan, dropped: plan.dropped(0, 1000) } : undefined;
}

const DONE: Failed = { ok: false, code: "already_done" };

/** What an outcome that is not written comes to. */
function lost(plan: Contract.Plan, outcome: Extract<Adapters.Outcome, { ok: false }>, attempts: number): Failed {
  const { done, lost, stateLost } = outcome;
  if (!done) return { ok: false, code: "lost", plan, lost, stateLost, attempts };
  plan.free();
  return DONE;
}

/** The rest of a result that was taken back: whether to plan anew. */
function anew(result: Failed, attempt: number, most: number): boolean {
  if (result.code !== "lost" || attempt >= most) return false;
  result.plan.free();
  return true;
}

/** Time as it is asked for: one for a whole command, so that what was counted and what is planned are of one moment. */
const at = <T extends Api.Asked>(options: T) => ({ ...options, now: new Date(options.now ?? Date.now()).getTime() });

function whole(number: number | undefined, name: string, otherwise: number): number {
  if (number === undefined) return otherwise;
  if (!Number.isSafeInteger(number) || number < 0) throw fault("options_invalid", `\`${name}\` must be a whole number`, { path: `/${name}` });
  return number;
}

const listed = (reads: Reads, options: Api.ListOptions) => reads.list({ ...at(options), limit: whole(options.limit, "limit", 100), offset: whole(options.offset, "offset", 0) });

type StoreOptions = Options & Api.StoreOptions & { written?: unknown };

function opened(dialect: Contract.Dialect, options: StoreOptions): Reads {
  const { engine, workspace, plansTable = "evenhand_plans", absent = [], problems, written: _, ...table } = options;
  const [names, statements] = read(dialect, table);
  return new Reads({ engine, workspace, names, statements, plansTable, absent: [...absent], problems });
}

function waiting(dialect: Contract.Dialect, options: StoreOptions & { transaction: <T>(work: (client: Adapters.Client) => Promise<T>) => Promise<T>; written?: Api.Written }): Api.Store {
  const reads = opened(dialect, options);
  const { transaction, written } = options;
  const within = persistent(transaction, dialect === "postgres" ? again : () => false);
  const one = <T>(steps: () => Steps<T>): Promise<T> => within((client) => run(steps(), client));
  const write = async (plan: Contract.Plan, outcome: string | undefined, client: Adapters.Client, attempts: number): Promise<Api.Performed> => {
    const before = settled(plan, outcome);
    if (before !== undefined) throw new Back(before);
    const wrote = await run(reads.write(plan), client);
    if (!wrote.ok) throw new Back(lost(plan, wrote, attempts));
    await written?.(client, plan);
    return { ok: true, plan, changed: wrote.changed, attempts };
  };
  /** Drivers may wrap what is thrown in a transaction, so what it came to is kept beside it, and so is the plan, which is freed if nobody gets it. */
  const performed = async <T extends Api.Proved>(work: (client: Adapters.Client, made: (plan: Contract.Plan) => Contract.Plan) => Promise<T>): Promise<T | Failed> => {
    let came: Failed | undefined;
    let plan: Contract.Plan | undefined;
    try {
      return await within(async (client) => {
        plan?.free();
        plan = came = undefined;
        try {
          return await work(client, (made) => (plan = made));
        } catch (error) {
          if (error instanceof Back) came = error.result;
          throw error;
        }
      });
    } catch (error) {
      if (came !== undefined) return came;
      plan?.free();
      throw error;
    }
  };
  const perform = async (command: Contract.Command, options: Api.PerformOptions): Promise<Api.Performed> => {
    const { attempts: most = 3, outcome, ...asked } = options;
    for (let attempt = 1; ; attempt += 1) {
      const result: Api.Performed = await performed(async (client, made) => {
        if (asked.id !== undefined && (await run(reads.done(asked.id), client))) throw new Back(DONE);
        return write(made(await run(reads.plan(command, at(asked)), client)), outcome, client, attempt);
      });
      if (result.ok || !anew(result, attempt, most)) return result;
    }
  };
  return {
    createTables: () => one(() => reads.create()),
    put: (leads) => one(() => reads.put(leads)),
    list: (options) => one(() => listed(reads, options)),
    can: (question) => one(() => reads.can({ ...question, now: question.now ?? Date.now() })),
    preview: (command, options) => one(() => reads.plan(command, at(options))),
    perform,
    undo: (plan, options) => perform({ type: "undo", plan }, options),
    prove: (bytes, options) =>
      performed<Api.Proved>(async (client, made) => {
        const verdict = await run(reads.verify(bytes, at(options)), client);
        return verdict.ok ? write(made(verdict.plan), undefined, client, 1) : { ok: false, code: "not_proved", problems: verdict.problems };
      }),
    forget: (before) => one(() => reads.forget(new Date(before).getTime())),
  };
}

function atOnce(dialect: Contract.Dialect, options: StoreOptions & Adapters.SqliteSyncOptions & { written?: Api.WrittenSync }): Api.SyncStore {
  const reads = opened(dialect, options);
  const { transaction, written } = options;
  const one = <T>(steps: () => Steps<T>): T => transaction((client) => runSync(steps(), client));
  const write = (plan: Contract.Plan, outcome: string | undefined, client: Adapters.SyncClient, attempts: number): Api.Performed => {
    const before = settled(plan, outcome);
    if (before !== undefined) throw new Back(before);
    const wrote = runSync(reads.write(plan), client);
    if (!wrote.ok) throw new Back(lost(plan, wrote, attempts));
    written?.(client, plan);
    return { ok: true, plan, changed: wrote.changed, attempts };
  };
  const performed = <T extends Api.Proved>(work: (client: Adapters.SyncClient, made: (plan: Contract.Plan) => Contract.Plan) => T): T | Failed => {
    let came: Failed | undefined;
    let plan: Contract.Plan | undefined;
    try {
      return transaction((client) => {
        try {
          return work(client, (made) => (plan = made));
        } catch (error) {
          if (error instanceof Back) came = error.result;
          throw error;
        }
      });
    } catch (error) {
      if (came !== undefined) return came;
      plan?.free();
      throw error;
    }
  };
  const perform = (command: Contract.Command, options: Api.PerformOptions): Api.Performed => {
    const { attempts: most = 3, outcome, ...asked } = options;
    for (let attempt = 1; ; attempt += 1) {
      const result: Api.Performed = performed((client, made) => {
        if (asked.id !== undefined && runSync(reads.done(asked.id), client)) throw new Back(DONE);
        return write(made(runSync(reads.plan(command, at(asked)), client)), outcome, client, attempt);
      });
      if (result.ok || !anew(result, attempt, most)) return result;
    }
  };
  return {
    createTables: () => one(() => reads.create()),
    put: (leads) => one(() => reads.put(leads)),
    list: (options) => one(() => listed(reads, options)),
    can: (question) => one(() => reads.can({ ...question, now: question.now ?? Date.now() })),
    preview: (command, options) => one(() => reads.plan(command, at(options))),
    perform,
    undo: (plan, options) => perform({ type: "undo", plan }, options),
    prove: (bytes, options) =>
      performed<Api.Proved>((client, made) => {
        const verdict = runSync(reads.verify(bytes, at(options)), client);
        return verdict.ok ? write(made(verdict.plan), undefined, client, 1) : { ok: false, code: "not_proved", problems: verdict.problems };
      }),
    forget: (before) => one(() => reads.forget(new Date(before).getTime())),
  };
}

/** Transactions on connections of a pool. A connection whose transaction could not be taken back is not used again. */
const pooled = (pool: Api.PostgresPool) => async <T>(work: (client: Adapters.Client) => Promise<T>): Promise<T> => {
  const client = await pool.connect();
  let broken: unknown;
  try {
    await client.query("BEGIN");
    const done = await work({ query: async (sql, params) => (await client.query(sql, params)).rows });
    await client.query("COMMIT");
    return done;
  } catch (error) {
    await client.query("ROLLBACK").catch((reason: unknown) => (broken = reason ?? error));
    throw error;
  } finally {
    client.release(broken !== undefined);
  }
};

/** Transactions on the one connection of a SQLite that answers at once. */
const connected = (database: Api.SqliteDatabase) => <T>(work: (client: Adapters.SyncClient) => T): T => {
  // better-sqlite3 has `all` only for statements that give back rows.
  const query = (sql: string, params: unknown[]) => {
    const statement = database.prepare(sql);
    if (statement.reader !== false) return statement.all(...(params as never[])) as object[];
    statement.run(...(params as never[]));
    return [];
  };
  database.exec("BEGIN IMMEDIATE");
  try {
    const done = work({ query });
    database.exec("COMMIT");
    return done;
  } catch (error) {
    // SQLite takes some errors back by itself.
    if (database.isTransaction !== false && database.inTransaction !== false) database.exec("ROLLBACK");
    throw error;
  }
};

export const postgresStore: typeof Api.postgresStore = (options) => {
  if (!("pool" in options)) return waiting("postgres", options);
  const { pool, ...rest } = options;
  return waiting("postgres", { ...rest, transaction: pooled(pool) });
};
export const sqliteStore: typeof Api.sqliteStore = (options) => waiting("sqlite", options);
export const sqliteStoreSync: typeof Api.sqliteStoreSync = (options) => {
  if (!("database" in options)) return atOnce("sqlite", options);
  const { database, ...rest } = options;
  return atOnce("sqlite", { ...rest, transaction: connected(database) });
};

/** A statement of a Durable Object takes at most 100 bound parameters. */
export const durableStore: typeof Api.durableStore = (storage, options) =>
  atOnce("sqlite", {
    maxParams: 90,
    ...options,
    transaction: (work) => storage.transactionSync(() => work({ query: (sql, params) => storage.sql.exec(sql, ...(params as never[])).toArray() })),
  });

export const orderBy: typeof Api.orderBy = (sort, dialect, { config, columns, alias }) => ordering(sort, dialect, columnsOf(config.fields, columns), config.lead.id, alias);
