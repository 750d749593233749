// Runs cases.json on a PostgreSQL without a server: npm install @electric-sql/pglite && node tests/sql/postgres.mjs
import { readFileSync } from "node:fs";
import { PGlite } from "@electric-sql/pglite";

const { fields, rows, cases } = JSON.parse(readFileSync(new URL("cases.json", import.meta.url), "utf8"));
const types = { number: "double precision", boolean: "boolean", date: "date", datetime: "timestamptz", tags: "text[]", units: "text[]" };
const typeOf = (kind) => types[kind] ?? "text";

const db = new PGlite();
await db.exec(`CREATE TABLE leads (n int, ${fields.map(([name, kind]) => `"${name}" ${typeOf(kind)}`).join(", ")})`);
for (const [n, row] of rows.entries()) {
  const values = row.map((value) => (value === null ? null : Array.isArray(value) ? JSON.stringify(value) : String(value)));
  const places = fields.map(([, kind], i) =>
    typeOf(kind) === "text[]" ? `(SELECT array_agg(e) FROM jsonb_array_elements_text($${i + 1}::text::jsonb) e)` : `$${i + 1}::text::${typeOf(kind)}`,
  );
  await db.query(`INSERT INTO leads VALUES (${n}, ${places.join(", ")})`, values);
}
let wrong = 0;
for (const test of cases) {
  const found = (await db.query(`SELECT n FROM leads WHERE ${test.postgres.sql} ORDER BY n`, test.postgres.params)).rows.map((row) => row.n);
  if (JSON.stringify(found) !== JSON.stringify(test.rows)) {
    wrong += 1;
    console.log(JSON.stringify(test), "found", found);
  }
}
console.log(`${(await db.query("SELECT version()")).rows[0].version}: ${cases.length} conditions, ${wrong} wrong`);
process.exit(wrong > 0 ? 1 : 0);
