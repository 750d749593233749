// Filters as conditions: `cases.json`, written by the crate's own tests, on a real SQLite and a real PostgreSQL.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { leadsTable, pglite, sqlite } from "./lib/databases.mjs";

const { fields, rows, folded, cases } = JSON.parse(readFileSync(new URL("cases.json", import.meta.url), "utf8"));

// PostgreSQL before 17 has no `pg_c_utf8`, so the server of this machine is not among them.
for (const open of [sqlite, pglite]) {
  const db = await open();
  test(`${db.name}: a condition selects what a table selects`, async () => {
    const types = Object.fromEntries([["id", { type: "text" }], ...fields.map(([name, type]) => [name, { type }])]);
    const value = (value, type) => (value === "NaN" && type === "number" && db.dialect === "sqlite" ? null : value);
    const leads = rows.map((row, n) => ({ id: String(n), ...Object.fromEntries(fields.map(([name, type], at) => [name, value(row[at], type)])) }));
    for (const [at, name] of ["text1", "text2", "plain1", "plain2", "digits1", "digits2"].entries()) {
      types[`${name}_folded`] = { type: "text" };
      leads.forEach((lead, n) => (lead[`${name}_folded`] = folded[n][at]));
    }
    await leadsTable(db, types, leads.map((lead) => Object.fromEntries(Object.entries(lead).map(([key, of]) => [key, types[key].type.match(/tags|units/) ? (of ?? []) : of]))));
    for (const { filter, rows: wanted, [db.dialect]: condition } of cases) {
      const found = await db.query(`SELECT id FROM leads WHERE ${condition.sql}`, condition.params);
      assert.deepEqual(found.map(({ id }) => Number(id)).sort((a, b) => a - b), wanted, JSON.stringify(filter));
    }
    await db.close();
  });
}
