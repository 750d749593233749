// Real databases: SQLite in memory, PostgreSQL without a server (PGlite), and a PostgreSQL server where Debian's is installed.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { require } from "./root.mjs";

const load = async (name) => import(pathToFileURL(require.resolve(name)));

/** A SQLite in memory. */
export async function sqlite() {
  const { default: init } = await load("sql.js");
  const db = new (await init()).Database();
  const query = (sql, params = []) => {
    const statement = db.prepare(sql);
    try {
      statement.bind(params);
      const rows = [];
      while (statement.step()) rows.push(statement.getAsObject());
      return rows;
    } finally {
      statement.free();
    }
  };
  const begin = (work) => {
    db.exec("BEGIN IMMEDIATE");
    try {
      const done = work({ query });
      db.exec("COMMIT");
      return done;
    } catch (error) {
      db.exec("ROLLBACK");
      throw error;
    }
  };
  return { name: "SQLite", dialect: "sqlite", exec: async (sql) => void db.exec(sql), query: async (sql, params) => query(sql, params), sync: begin, close: async () => db.close() };
}

/** PostgreSQL compiled to wasm: one connection. */
export async function pglite() {
  const { PGlite } = await load("@electric-sql/pglite");
  const db = await PGlite.create();
  return {
    name: "PGlite",
    dialect: "postgres",
    exec: async (sql) => void (await db.exec(sql)),
    query: async (sql, params = []) => (await db.query(sql, params)).rows,
    transaction: (work) => db.transaction((tx) => work({ query: async (sql, params) => (await tx.query(sql, params)).rows })),
    close: () => db.close(),
  };
}

/** A PostgreSQL server in a temporary folder, or nothing where it is not installed. */
export async function postgres() {
  const versions = existsSync("/usr/lib/postgresql") ? readdirSync("/usr/lib/postgresql").sort((a, b) => b - a) : [];
  const bin = versions.map((version) => `/usr/lib/postgresql/${version}/bin`).find((folder) => existsSync(`${folder}/initdb`));
  if (bin === undefined) return undefined;
  const { default: pg } = await load("pg");
  const folder = mkdtempSync(path.join(tmpdir(), "evenhand-pg-"));
  // The server does not run as root.
  const root = process.getuid() === 0;
  if (root) spawnSync("chown", ["postgres", folder]);
  chmodSync(folder, 0o700);
  const run = (...args) => {
    const [file, rest] = root ? ["runuser", ["-u", "postgres", "--", ...args]] : [args[0], args.slice(1)];
    const { status, stderr, error } = spawnSync(file, rest, { encoding: "utf8", cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
    if (status !== 0) throw new Error(`${args.join(" ")}: ${error ?? stderr}`);
  };
  run(`${bin}/initdb`, "-D", `${folder}/data`, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8");
  const settings = `-c listen_addresses= -c unix_socket_directories=${folder} -c fsync=off -c deadlock_timeout=200ms`;
  run(`${bin}/pg_ctl`, "-D", `${folder}/data`, "-w", "-l", `${folder}/log`, "-o", settings, "start");
  const pool = new pg.Pool({ host: folder, user: "postgres", database: "postgres", max: 12 });
  const using = (client) => ({ query: async (sql, params) => (await client.query(sql, params)).rows });
  return {
    name: "PostgreSQL",
    dialect: "postgres",
    pool,
    exec: async (sql) => void (await pool.query(sql)),
    query: async (sql, params = []) => (await pool.query(sql, params)).rows,
    connect: async () => {
      const client = await pool.connect();
      return { ...using(client), release: () => client.release() };
    },
    transaction: async (work) => {
      const client = await pool.connect();
      try {
        await client.query("BEGIN");
        const done = await work(using(client));
        await client.query("COMMIT");
        return done;
      } catch (error) {
        await client.query("ROLLBACK");
        throw error;
      } finally {
        client.release();
      }
    },
    close: async () => {
      await pool.end();
      run(`${bin}/pg_ctl`, "-D", `${folder}/data`, "-m", "immediate", "stop");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A name in quotes. */
export const quote = (dialect, name) => (dialect === "postgres" ? `"${name.replaceAll('"', '""')}"` : `\`${name.replaceAll("`", "``")}\``);

const USUAL = {
  postgres: { number: "number", boolean: "boolean", date: "date", datetime: "timestamptz", tags: "array", units: "array" },
  sqlite: { number: "number", boolean: "integer", date: "text", datetime: "epoch_ms", tags: "json", units: "json" },
};
const TYPES = {
  postgres: { text: "text", number: "double precision", integer: "bigint", boolean: "boolean", date: "date", timestamptz: "timestamptz", epoch_ms: "bigint", array: "text[]", json: "jsonb" },
  sqlite: { text: "TEXT", number: "REAL", integer: "INTEGER", boolean: "INTEGER", epoch_ms: "INTEGER", json: "TEXT" },
};

/** A table of leads in a database, filled from and read as the engine's rows. */
export async function leadsTable(db, fields, rows, { table = "leads", columns = {}, types = {} } = {}) {
  const { dialect } = db;
  const q = (name) => quote(dialect, name);
  const shape = Object.entries(fields).map(([field, { type }]) => {
    const given = columns[field];
    const stored = given?.as ?? USUAL[dialect][type] ?? "text";
    return { field, type, stored, column: given?.column ?? (typeof given === "string" ? given : field), sql: types[field] ?? TYPES[dialect][stored] };
  });
  await db.exec(`DROP TABLE IF EXISTS ${q(table)}`);
  const [id, ...others] = shape.map(({ column, sql }) => `${q(column)} ${sql}`);
  await db.exec(`CREATE TABLE ${q(table)} (${[`${id} PRIMARY KEY`, ...others].join(", ")})`);

  const out = ({ type, stored }, value) => {
    if (value === null || value === undefined) return null;
    if (type === "datetime") return stored === "epoch_ms" ? new Date(value).getTime() : new Date(value).toISOString();
    if (type === "boolean") return stored === "boolean" && dialect === "postgres" ? value : Number(value);
    if (type !== "tags" && type !== "units") return value;
    if (value.length === 0) return null;
    return stored === "array" ? `{${value.map((item) => `"${item.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`).join(",")}}` : JSON.stringify(value);
  };
  const back = ({ type, stored }, value) => {
    if (type === "tags" || type === "units") return value === null ? [] : stored === "array" ? value : JSON.parse(value);
    if (value === null) return null;
    if (type === "datetime") return new Date(stored === "epoch_ms" ? Number(value) : value).toISOString();
    if (type === "boolean") return Boolean(Number(value));
    return type === "number" ? Number(value) : String(value);
  };
  const cast = ({ stored, sql }) => (dialect === "postgres" ? `::text::${stored === "array" ? "text[]" : sql}` : "");
  const put = async (query, row) => {
    const values = shape.map((part) => out(part, row[part.field]));
    const places = shape.map((part, at) => (dialect === "postgres" ? `$${at + 1}${cast(part)}` : "?"));
    const conflict = `ON CONFLICT (${q(shape[0].column)}) DO UPDATE SET ${shape.map(({ column }) => `${q(column)} = excluded.${q(column)}`).join(", ")}`;
    const params = dialect === "postgres" ? values.map((value) => (value === null ? null : String(value))) : values;
    await query(`INSERT INTO ${q(table)} (${shape.map(({ column }) => q(column)).join(", ")}) VALUES (${places.join(", ")}) ${conflict}`, params);
  };
  for (const row of rows) await put(db.query, row);

  const seen = ({ column, type, stored }) => {
    const name = q(column);
    if (dialect === "sqlite" || stored === "array") return name;
    return type === "datetime" && stored === "timestamptz" ? `to_char(${name} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS ${name}` : `${name}::text AS ${name}`;
  };
  const bools = { true: 1, false: 0, t: 1, f: 0 };
  return {
    put: (row) => put(db.query, row),
    remove: (id) => db.query(`DELETE FROM ${q(table)} WHERE ${q(shape[0].column)} = ${dialect === "postgres" ? "$1" : "?"}`, [id]),
    /** The rows by id, as `page` of the engine gives them. */
    async read() {
      const rows = await db.query(`SELECT ${shape.map(seen).join(", ")} FROM ${q(table)}`);
      const one = (row) => Object.fromEntries(shape.map((part) => [part.field, back(part, part.type === "boolean" ? (bools[row[part.column]] ?? row[part.column]) : row[part.column])]));
      return new Map(rows.map(one).map((row) => [row.id, row]));
    },
  };
}

/** Runs statements one after the other, each outcome kept; nothing is taken back. */
export async function runAll(db, list) {
  const ids = [];
  for (const { sql, params, kind } of list) {
    const rows = await db.query(sql, params);
    if (kind !== "state") ids.push(...rows.map((row) => row.id));
  }
  return ids;
}
