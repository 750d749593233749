// What a tenant's object keeps in its SQLite: leads, the engine's state, plans, the audit log, the configuration.
import type { FieldType, Filter, State, StateChange, WorkspaceConfig } from "evenhand";
import type { Client, Statement } from "./sql.ts";
import { Refusal, type Fault } from "./problem.ts";
import { query, quote } from "./sql.ts";
import { dueFrom, instantOf } from "./time.ts";

export const LEADS = "leads";
/** The engine's state, as the package's adapter names it. */
const STATE = "evenhand_state";
/** A table of a Durable Object has at most so many columns. */
const MOST_FIELDS = 100;
/** A row of a Durable Object has at most two megabytes: longer plans lie in several. */
const PART_BYTES = 1 << 20;

const TYPES: Record<FieldType, string> = { text: "TEXT", number: "REAL", boolean: "INTEGER", date: "TEXT", datetime: "INTEGER", choice: "TEXT", tags: "TEXT", user: "TEXT", unit: "TEXT", units: "TEXT" };

export interface AuditEntry {
  at: number;
  request: string;
  actor: string;
  /** How it came: a command, a plan that was proved, an administrator's call, or by itself when its time was there. */
  via: "command" | "plan" | "admin" | "alarm";
  action: string;
  plan: string | null;
  changed: number;
  dropped: number;
}

type Row = Record<string, SqlStorageValue>;
type Cell = string | number | null;

export class Store {
  readonly #storage: DurableObjectStorage;
  readonly client: Client;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.client = query(storage.sql);
    if (this.#one("SELECT 1 AS there FROM sqlite_schema WHERE name = 'meta'") !== undefined) return;
    storage.transactionSync(() => {
      for (const sql of TABLES) storage.sql.exec(sql);
    });
  }

  /** All of the work is written, or nothing. */
  transaction<T>(work: () => T): T {
    return this.#storage.transactionSync(work);
  }

  #all(sql: string, ...params: Cell[]): Row[] {
    return this.#storage.sql.exec<Row>(sql, ...params).toArray();
  }

  #one(sql: string, ...params: Cell[]): Row | undefined {
    return this.#all(sql, ...params)[0];
  }

  /** What an object keeps of its own, by name. */
  value(key: string): string | undefined {
    const row = this.#one("SELECT value FROM meta WHERE key = ?", key);
    return row === undefined ? undefined : String(row.value);
  }

  keep(key: string, value: string): void {
    this.#all("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", key, value);
  }

  // ---------------------------------------------------------------- configuration

  config(): WorkspaceConfig | undefined {
    const kept = this.value("config");
    return kept === undefined ? undefined : (JSON.parse(kept) as WorkspaceConfig);
  }

  /** Keeps a configuration that the engine accepted, and gives the table of leads the columns that it asks for. */
  configure(config: WorkspaceConfig): void {
    const asked = Object.entries(config.fields);
    const kept = new Map(this.#all("SELECT name, type FROM fields").map(({ name, type }) => [String(name), String(type)]));
    const faults: Fault[] = [];
    const folded = new Map([...kept.keys()].map((name) => [ascii(name), name]));
    for (const [name, { type }] of asked) {
      const pointer = `/fields/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      const before = kept.get(name);
      if (before !== undefined && before !== type) faults.push({ code: "field_type_changed", detail: `the field \`${name}\` is stored as ${before}`, pointer });
      const same = folded.get(ascii(name));
      if (same !== undefined && same !== name) faults.push({ code: "field_name_taken", detail: `\`${name}\` and \`${same}\` are one column in SQLite`, pointer });
      folded.set(ascii(name), name);
    }
    if (folded.size > MOST_FIELDS) faults.push({ code: "too_many_fields", detail: `at most ${MOST_FIELDS} fields can be stored, those of earlier configurations included`, pointer: "/fields" });
    const id = this.value("id");
    if (id !== undefined && id !== config.lead.id) faults.push({ code: "id_changed", detail: `the leads are stored by \`${id}\``, pointer: "/lead/id" });
    if (faults.length > 0) throw new Refusal(409, "config_does_not_fit", { detail: "leads are stored that this configuration cannot read", problems: faults });

    const column = ([name, { type }]: (typeof asked)[number]) => `${quote(name)} ${TYPES[type]}${name === config.lead.id ? " PRIMARY KEY NOT NULL" : ""}`;
    if (id === undefined) {
      this.#all(`CREATE TABLE ${LEADS} (${asked.map(column).join(", ")}) WITHOUT ROWID`);
      this.#all(`CREATE INDEX leads_owner ON ${LEADS} (${quote(config.lead.owner)})`);
    } else {
      for (const field of asked) if (!kept.has(field[0])) this.#all(`ALTER TABLE ${LEADS} ADD COLUMN ${column(field)}`);
    }
    for (const [name, { type }] of asked) this.#all("INSERT OR IGNORE INTO fields (name, type) VALUES (?, ?)", name, type);
    this.keep("config", JSON.stringify(config));
    this.keep("id", config.lead.id);
  }

  // ---------------------------------------------------------------- leads

  /** Puts whole leads, as the engine handed them out. */
  put(config: WorkspaceConfig, leads: readonly Record<string, unknown>[]): void {
    const fields = Object.entries(config.fields);
    // One JSON parameter for many rows: a statement takes 100 parameters.
    const cells = fields.map((_, at) => `json_extract(value, '$[${at}]')`);
    const others = fields.filter(([name]) => name !== config.lead.id).map(([name]) => `${quote(name)} = excluded.${quote(name)}`);
    const conflict = `ON CONFLICT (${quote(config.lead.id)}) DO ${others.length === 0 ? "NOTHING" : `UPDATE SET ${others.join(", ")}`}`;
    const sql = `INSERT INTO ${LEADS} (${fields.map(([name]) => quote(name)).join(", ")}) SELECT ${cells.join(", ")} FROM json_each(?) WHERE true ${conflict}`;
    for (let at = 0; at < leads.length; at += 500) {
      const rows = leads.slice(at, at + 500).map((lead) => fields.map(([name, { type }]) => stored(type, lead[name])));
      this.#all(sql, JSON.stringify(rows));
    }
  }

  byId(config: WorkspaceConfig, ids: readonly string[]): Record<string, unknown>[] {
    return this.#leads(config, `${quote(config.lead.id)} IN (SELECT value FROM json_each(?))`, [JSON.stringify(ids)]);
  }

  /** Leads that a filter selects, or undefined where SQLite cannot say it exactly. */
  matching(config: WorkspaceConfig, filter: Filter, context: { actor: string; now: number }): Record<string, unknown>[] | undefined {
    const condition = asSql(filter, context);
    return condition && this.#leads(config, condition.sql, condition.params);
  }

  every(config: WorkspaceConfig): Record<string, unknown>[] {
    return this.#leads(config, "true", []);
  }

  /** Leads in the order of their ids, from behind one of them on. */
  page(config: WorkspaceConfig, after: string | undefined, limit: number): Record<string, unknown>[] {
    return after === undefined ? this.#leads(config, "true", [], limit) : this.#leads(config, `${quote(config.lead.id)} > ?`, [after], limit);
  }

  #leads(config: WorkspaceConfig, where: string, params: Cell[], limit = -1): Record<string, unknown>[] {
    const fields = Object.entries(config.fields);
    const sql = `SELECT ${fields.map(([name]) => quote(name)).join(", ")} FROM ${LEADS} WHERE ${where} ORDER BY ${quote(config.lead.id)} LIMIT ${limit}`;
    return this.#all(sql, ...params).map((row) => Object.fromEntries(fields.map(([name, { type }]) => [name, loaded(type, row[name])])));
  }

  /** Open leads by the holder of a slot, or undefined where SQLite cannot say what is open. */
  count(slot: string, users: readonly string[], open: Filter | undefined, context: { actor: string; now: number }): Record<string, number> | undefined {
    const condition = open === undefined ? { sql: "true", params: [] } : asSql(open, context);
    if (condition === undefined) return undefined;
    const sql = `SELECT ${quote(slot)} AS user, count(*) AS n FROM ${LEADS} WHERE ${condition.sql} AND ${quote(slot)} IN (SELECT value FROM json_each(?)) GROUP BY 1`;
    return Object.fromEntries(this.#all(sql, ...condition.params, JSON.stringify(users)).map(({ user, n }) => [String(user), Number(n)]));
  }

  size(): number {
    return Number(this.#one(`SELECT count(*) AS n FROM ${LEADS}`)?.n);
  }

  // ---------------------------------------------------------------- state

  /** Writes state where every key is still of the version that it is expected to have; gives back the keys that are not. */
  writeState(changes: readonly StateChange[], reads: readonly { key: string; version: number | null }[]): string[] {
    const version = (key: string) => (this.#one(`SELECT version FROM ${STATE} WHERE key = ?`, key)?.version as number | undefined) ?? null;
    const lost = [...changes.map(({ key, expect }) => ({ key, version: expect })), ...reads].filter((one) => version(one.key) !== one.version);
    if (lost.length > 0) return lost.map(({ key }) => key);
    for (const { key, version, value, deleted } of changes) this.#all(`INSERT OR REPLACE INTO ${STATE} (key, version, value) VALUES (?, ?, ?)`, key, version, deleted === true ? null : JSON.stringify(value));
    return [];
  }

  state(): State {
    const rows = this.#all(`SELECT key, version, value FROM ${STATE}`);
    return Object.fromEntries(rows.map(({ key, version, value }) => [String(key), { version: Number(version), value: value === null ? null : JSON.parse(String(value)) }]));
  }

  /** Whether a plan of this id was written. */
  isDone(id: string): boolean {
    return this.#one(`SELECT 1 AS there FROM ${STATE} WHERE key = ?`, `done/${encodeURIComponent(id)}`) !== undefined;
  }

  // ---------------------------------------------------------------- time

  /** The first key of the state from one on, and before another, that holds something. */
  #firstKey(from: string, behind: string): string | undefined {
    const row = this.#one(`SELECT key FROM ${STATE} WHERE key >= ? AND key < ? AND value IS NOT NULL ORDER BY key LIMIT 1`, from, behind);
    return row === undefined ? undefined : String(row.key);
  }

  isAnythingDue(): boolean {
    return this.#firstKey("due/", "due0") !== undefined;
  }

  /**
   * When a sweep would next do something, or null: when the next offer runs out; and `period` milliseconds after the last sweep where it left something
   * that was due (it may not have been permitted), where leads wait, and where leads may retire.
   */
  nextSweep(now: number, period: number, retires: boolean): number | null {
    // A clock that went back must not make the last sweep a later one.
    const swept = Math.min(now, Number(this.value("swept") ?? 0));
    const next = this.#firstKey(dueFrom(swept + 1), "due0");
    const again = retires || this.#firstKey("due/", dueFrom(swept + 1)) !== undefined || this.#firstKey("held/", "held0") !== undefined;
    const at = Math.min(next === undefined ? Infinity : instantOf(next), again ? swept + period : Infinity);
    return at === Infinity ? null : Math.max(at, now);
  }

  sweptAt(now: number): void {
    this.keep("swept", String(now));
  }

  /** Each key of what is due is written once and deleted once; empty ones are never read again. */
  forgetDue(): void {
    this.#all(`DELETE FROM ${STATE} WHERE key >= 'due/' AND key < 'due0' AND value IS NULL`);
  }

  // ---------------------------------------------------------------- plans and audit

  keepPlan(id: string, bytes: Uint8Array): void {
    for (let part = 0; part * PART_BYTES < bytes.length; part += 1) {
      const piece = bytes.slice(part * PART_BYTES, (part + 1) * PART_BYTES);
      this.#storage.sql.exec("INSERT INTO plans (id, part, bytes) VALUES (?, ?, ?)", id, part, piece.buffer);
    }
  }

  plan(id: string): Uint8Array<ArrayBuffer> | undefined {
    const parts = this.#all("SELECT bytes FROM plans WHERE id = ? ORDER BY part", id).map(({ bytes }) => new Uint8Array(bytes as ArrayBuffer));
    if (parts.length === 0) return undefined;
    const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  renamePlan(id: string, as: string): void {
    this.#all("UPDATE plans SET id = ? WHERE id = ?", as, id);
  }

  forgetPlan(id: string): void {
    this.#all("DELETE FROM plans WHERE id = ?", id);
  }

  audit({ at, request, actor, via, action, plan, changed, dropped }: AuditEntry): void {
    this.#all("INSERT INTO audit (at, request, actor, via, action, plan, changed, dropped) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", at, request, actor, via, action, plan, changed, dropped);
  }

  audited(after: number, limit: number): Row[] {
    return this.#all("SELECT seq, at, request, actor, via, action, plan, changed, dropped FROM audit WHERE seq > ? ORDER BY seq LIMIT ?", after, limit);
  }
}

const TABLES = [
  "CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) WITHOUT ROWID",
  "CREATE TABLE fields (name TEXT PRIMARY KEY NOT NULL, type TEXT NOT NULL) WITHOUT ROWID",
  "CREATE TABLE plans (id TEXT NOT NULL, part INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (id, part))",
  `CREATE TABLE audit (seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, request TEXT NOT NULL, actor TEXT NOT NULL,
    via TEXT NOT NULL, action TEXT NOT NULL, plan TEXT, changed INTEGER NOT NULL, dropped INTEGER NOT NULL)`,
  // What was logged stays as it was logged.
  "CREATE TRIGGER audit_kept BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END",
  "CREATE TRIGGER audit_whole BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END",
];

/** Column names that differ in the case of ASCII letters only are one name to SQLite. */
const ascii = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

function asSql(filter: Filter, context: { actor: string; now: number }): Statement | undefined {
  try {
    const { sql, params } = filter.toSQL("sqlite", { ...context, maxParams: 90 });
    return { sql, params: params as Cell[] };
  } catch (error) {
    if ((error as { code?: unknown }).code === "sql_inexact") return undefined;
    throw error;
  }
}

/** A value of the engine as it is stored: the forms that `toSQL` expects where it is told nothing. */
function stored(type: FieldType, value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (type === "boolean") return Number(value);
  if (type === "datetime") return new Date(value as string | number).getTime();
  if (type === "tags" || type === "units") return (value as unknown[]).length === 0 ? null : JSON.stringify(value);
  return value as string | number;
}

function loaded(type: FieldType, value: SqlStorageValue | undefined): unknown {
  const list = type === "tags" || type === "units";
  if (value === null || value === undefined) return list ? [] : null;
  if (type === "boolean") return value !== 0;
  return list ? JSON.parse(String(value)) : value;
}
