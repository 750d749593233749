// SQL fails closed: without an option of `toSQL`, with one misspelt or undefined, no row more is selected or written than before: the
// database refuses the statement, or the engine does.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createEngineSync } from "evenhand";
import { spoilt } from "../../closed/spoil.mjs";
import { leadsTable, pglite, sqlite } from "../sql/lib/databases.mjs";

const world = JSON.parse(readFileSync(new URL("../../closed/office.json", import.meta.url), "utf8"));
const now = "2026-03-02T09:00:00Z";
const rule = (field, operator, value) => ({ combinator: "and", rules: [{ field, operator, value }] });
const columns = { owner: "owner_id", unit: { column: "branch", as: "text" }, score: { column: "points", as: "number" }, status: "stage" };

for (const open of [sqlite, pglite]) {
  const db = await open();
  const { dialect } = db;
  const engine = createEngineSync();
  const workspace = engine.workspace(world.config);
  const table = workspace.load(world.leads);
  const fill = () => leadsTable(db, world.config.fields, table.select(null, { actor: null }).rows(), { columns });

  test(`${db.name}: no option that is missing or misspelt selects more rows`, async () => {
    await fill();
    const filters = [
      [workspace.scope("bob", "lead.view"), {}],
      [workspace.scope("hal", "lead.edit"), { alias: "l", paramStart: 1 }],
      [workspace.readable(rule("status", "!=", "done"), { actor: "ann" }), { maxParams: 50 }],
      [workspace.filter(rule("owner", "=", { actor: true })), { actor: "cyd" }],
      [workspace.filter(rule("createdAt", ">", { relative: "startOfMonth" })).and(workspace.scope("hal", "lead.view")), { now, allowInexact: true }],
    ];
    let refused = 0;
    for (const [filter, more] of filters) {
      const ids = async (options, name = dialect) => {
        const { sql, params } = filter.toSQL(name, options);
        return (await db.query(`SELECT ${options.alias ?? more.alias ?? "leads"}.id FROM leads ${options.alias ?? more.alias ?? ""} WHERE ${sql}`, params)).map(({ id }) => id);
      };
      const options = { ...more, columns };
      const before = await ids(options);
      for (const { path, how, with: changed } of spoilt(options)) {
        const found = await ids(changed).catch(() => undefined);
        refused += Number(found === undefined);
        assert.deepEqual((found ?? []).filter((id) => !before.includes(id)), [], `${filter.describe()}: ${path} ${how}`);
      }
      await assert.rejects(ids(options, `${dialect}x`));
      await assert.rejects(ids(options, undefined).then(() => Promise.reject(new Error())));
    }
    assert.ok(refused > 30, `${refused} were refused`);
  });

  test(`${db.name}: no option that is missing or misspelt writes more`, async () => {
    const command = { type: "assign", leads: { ids: ["1", "2", "6"], seen: [1, 7, 1] }, to: "hal" };
    const rows = async () => Object.fromEntries((await db.query("SELECT * FROM leads")).map((row) => [row.id, JSON.stringify(row)]));
    const written = async (options) => {
      await fill();
      await db.exec("DROP TABLE IF EXISTS state; CREATE TABLE state (key TEXT PRIMARY KEY, version BIGINT, value TEXT)");
      const before = await rows();
      const plan = workspace.plan(table, command, { actor: "ann", now });
      await db.exec("BEGIN");
      try {
        for (const { sql, params, expect } of plan.toSQL(dialect, options)) assert.equal((await db.query(sql, params)).length, expect);
        await db.exec("COMMIT");
      } catch {
        await db.exec("ROLLBACK");
      }
      const after = await rows();
      return Object.keys(after).filter((id) => after[id] !== before[id]);
    };
    const options = { table: "leads", stateTable: "state", columns, maxParams: 60 };
    const before = await written(options);
    assert.deepEqual(before, ["1", "6"]);
    for (const { path, how, with: changed } of spoilt(options)) assert.deepEqual((await written(changed)).filter((id) => !before.includes(id)), [], `${path} ${how}`);
    await db.close();
  });
}
