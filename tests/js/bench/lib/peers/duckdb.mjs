// DuckDB as WebAssembly, in memory, without workers.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fields } from "../leads.mjs";
import { asSql } from "../question.mjs";

const require = createRequire(import.meta.url);
const { ConsoleLogger, createDuckDB, LogLevel, NODE_RUNTIME } = require("@duckdb/duckdb-wasm/dist/duckdb-node-blocking.cjs");

const TYPES = { number: "DOUBLE", datetime: "TIMESTAMP" };
const dialect = { hasTag: (tag) => `list_contains(tags, '${tag}')`, hasPart: (part) => `contains(lower(lastName), '${part}')` };

export async function duckdb(csv) {
  const dist = dirname(require.resolve("@duckdb/duckdb-wasm/dist/duckdb-node-blocking.cjs"));
  const bundle = { mainModule: join(dist, "duckdb-eh.wasm"), mainWorker: join(dist, "duckdb-node-eh.worker.cjs") };
  const database = await createDuckDB({ mvp: bundle, eh: bundle }, new ConsoleLogger(LogLevel.NONE), NODE_RUNTIME);
  await database.instantiate();
  database.open({ path: ":memory:" });
  const connection = database.connect();
  database.registerFileBuffer("leads.csv", csv);
  const columns = Object.keys(fields).map((name) => `'${name}': '${TYPES[fields[name].type] ?? "VARCHAR"}'`);
  connection.query(`CREATE TABLE leads AS SELECT (row_number() OVER ())::INTEGER - 1 AS nr, * REPLACE (string_split(tags, ',') AS tags)
    FROM read_csv('leads.csv', header = true, columns = {${columns.join(", ")}}, timestampformat = '%Y-%m-%dT%H:%M:%S.%gZ')`);
  database.dropFile("leads.csv");
  return {
    find: (question) => connection.query(`SELECT nr FROM leads WHERE ${asSql(question, dialect)}`).getChild("nr").toArray(),
    close: () => connection.close(),
  };
}
