// Every way to store a field, null guards, names and values that mean harm, and what a column cannot hold.
import assert from "node:assert/strict";
import test from "node:test";

import { leadsTable, pglite, postgres, runAll, sqlite } from "./lib/databases.mjs";
import { ask, statements } from "./lib/engine.mjs";
import { config, FIELDS, HOSTILE, leads, NOW, random } from "./lib/world.mjs";

const LEAD = { id: "1", version: null, owner: "ann", agent: null, unit: "n1", access: ["north"], status: "new", score: 2, hot: true, due: "2026-01-31", seen: "2026-01-31T09:30:00.123Z", tags: ["a\"b\\", "{,}"], note: "x", run: null, assigned: null, previous: [], notified: [] };
const EVERYTHING = { type: "mass_edit", leads: { ids: ["1"] }, set: { status: "won", score: 3, hot: false, due: "2026-03-08", seen: "2026-05-05T05:05:05.005Z", tags: { add: ["'$1"] }, note: "y" }, slots: { owner: "bob", agent: "o'\"`$1\\" }, units: { add: ["south"] } };
const request = (more = {}) => ({ config: config({ versioned: false }), leads: [LEAD], command: EVERYTHING, context: { actor: "ann", now: NOW }, ...more });

const STORED = {
  sqlite: [
    {},
    { seen: { column: "seen", as: "text" }, assigned: { column: "Assigned At", as: "epoch_ms" }, hot: { column: "hot", as: "boolean" }, score: { column: "score", as: "integer" } },
    { tags: { column: "tags", as: "json" }, due: { column: "due", as: "text" }, hot: { column: "hot", as: "integer" } },
  ],
  postgres: [
    {},
    { seen: { column: "seen", as: "text" }, assigned: { column: "Assigned At", as: "epoch_ms" }, hot: { column: "hot", as: "integer" }, score: { column: "score", as: "integer" }, due: { column: "due", as: "text" } },
    { tags: { column: "tags", as: "json" }, access: { column: "access", as: "array" }, hot: { column: "hot", as: "boolean" }, seen: { column: "seen", as: "timestamptz" } },
  ],
};

for (const open of [sqlite, pglite, postgres]) {
  const db = await open();
  if (db === undefined) continue;
  const { dialect } = db;

  test(db.name, async (t) => {
    const both = async (given, options = {}, types = {}) => {
      const table = await leadsTable(db, FIELDS, given.leads, { columns: options.columns, table: options.table, types });
      const answer = ask({ ...given, sql: [[dialect, { table: "leads", stateTable: null, ...options }]] });
      const ids = await runAll(db, answer.statements[0]);
      assert.deepEqual(await table.read(), new Map(answer.rows.map((row) => [row.id, row])), JSON.stringify(answer.statements[0]));
      return { ids, table, list: answer.statements[0] };
    };

    await t.test("every way to store a field", async () => {
      for (const columns of STORED[dialect]) {
        const { ids, table, list } = await both(request(), { columns });
        assert.deepEqual(ids, ["1"]);
        // Once more: every `from` is another by now.
        assert.deepEqual(await runAll(db, list), [], JSON.stringify(columns));
        await table.put(LEAD);
        assert.deepEqual(await runAll(db, list), ["1"]);
      }
    });

    await t.test("every field that is set is guarded by what it was", async () => {
      const other = { owner: "cyd", agent: "cyd", access: ["south"], status: "open", score: 4, hot: false, due: "2026-02-01", seen: "2026-01-31T09:30:00.124Z", tags: ["{,}", "a\"b\\"], note: "X", run: "r" };
      for (const columns of STORED[dialect]) {
        const list = statements(request(), dialect, { table: "leads", stateTable: null, columns });
        const table = await leadsTable(db, FIELDS, [LEAD], { columns });
        for (const [field, value] of Object.entries(other)) {
          for (const changed of [value, LEAD[field] === null ? value : field === "tags" || field === "access" ? [] : null]) {
            await table.put({ ...LEAD, [field]: changed });
            assert.deepEqual(await runAll(db, list), [], `${field} was ${changed}`);
          }
        }
        await table.put(LEAD);
        assert.deepEqual(await runAll(db, list), ["1"]);
      }
    });

    await t.test("nulls are values to a guard", async () => {
      const bare = { ...LEAD, owner: null, status: null, score: null, hot: null, due: null, seen: null, tags: [], note: null, access: [] };
      const list = statements(request({ leads: [bare] }), dialect, { table: "leads", stateTable: null });
      const table = await leadsTable(db, FIELDS, [LEAD]);
      assert.deepEqual(await runAll(db, list), []);
      await table.put(bare);
      assert.deepEqual(await runAll(db, list), ["1"]);
      // The same where leads have versions: null is a version, and the next one is 1.
      const versioned = await both(request({ config: config() }));
      assert.equal((await versioned.table.read()).get("1").version, 1);
    });

    await t.test("what a table reads as null is null to a guard", async () => {
      const bare = { ...LEAD, owner: null, status: null, score: null, tags: [] };
      const list = statements(request({ leads: [bare] }), dialect, { table: "leads", stateTable: null });
      const table = await leadsTable(db, FIELDS, [bare]);
      const empty = dialect === "postgres" ? "'{NULL,\"\"}'" : "'[null,\"\"]'";
      await db.exec(`UPDATE leads SET owner = '', status = '', tags = ${empty}, score = ${dialect === "postgres" ? "'NaN'" : "1e300"}`);
      assert.deepEqual(await runAll(db, list), ["1"]);
      assert.equal((await table.read()).get("1").owner, "bob");
    });

    await t.test("few parameters", async () => {
      for (const maxParams of [1, 2, 5, 17]) {
        const { ids, list } = await both(request(), { maxParams });
        assert.deepEqual(ids, ["1"]);
        assert.ok(list.every(({ params }) => params.length <= maxParams));
      }
    });

    await t.test("names that mean harm", async () => {
      for (const name of ['a"b', "a`b", "a'b", "$1", "?1", "ünï 😀", "__proto__", "select", 'x"; DROP TABLE leads; --', "evenhand_given"]) {
        const columns = JSON.parse(JSON.stringify({ note: `${name}n`, tags: { column: `${name}t` }, owner: `${name}o`, id: `${name}i` }));
        for (const maxParams of [100, 1]) {
          const { ids } = await both(request(), { table: name, alias: `${name}l`, columns, maxParams });
          assert.deepEqual(ids, ["1"], name);
          await db.exec(`DROP TABLE ${dialect === "postgres" ? `"${name.replaceAll('"', '""')}"` : `\`${name.replaceAll("`", "``")}\``}`);
        }
      }
    });

    await t.test("values that mean harm", async () => {
      const ids = [...HOSTILE.filter((id) => id.trim() !== ""), "__proto__", "constructor"];
      const rows = ids.map((id, at) => ({ ...LEAD, id, note: HOSTILE[at % HOSTILE.length], tags: HOSTILE.slice(1) }));
      for (const note of HOSTILE) {
        const command = { ...EVERYTHING, leads: { ids }, set: { note, tags: { add: [`${note}!`] } } };
        const { ids: changed } = await both(request({ leads: rows, command }));
        assert.deepEqual([...changed].sort(), [...ids].sort());
      }
    });

    await t.test("what a column cannot hold is an error", async () => {
      const fail = (given, columns) => statements(given, dialect, { table: "leads", stateTable: null, columns }).code;
      const set = (more) => request({ command: { ...EVERYTHING, set: more, slots: undefined, units: undefined } });
      assert.equal(fail(set({ note: "a\0b" })), "sql_value");
      assert.equal(fail(set({ tags: ["a\0b"] })), "sql_value");
      assert.equal(fail(set({ score: 1.5 }), { score: { column: "score", as: "integer" } }), "sql_value");
      assert.equal(fail(set({ note: "01" }), { note: { column: "note", as: "integer" } }), "sql_value");
      assert.equal(fail(set({ note: "1" }), { note: { column: "note", as: "json" } }), "sql_column_invalid");
      assert.equal(fail(set({ note: "1" }), { nota: "note" }), "options_invalid");
      assert.equal(statements(request(), dialect, {}).code, "options_invalid");
      assert.equal(statements(request(), dialect, { table: "a\0" }).code, "options_invalid");
    });

    await t.test("ids and owners that are numbers", async () => {
      const people = { ...config(), users: [{ id: "7", profiles: ["all"], unit: "n1" }, { id: "8", profiles: ["all"] }] };
      const rows = ["10", "9"].map((id) => ({ ...LEAD, id, owner: "7" }));
      const given = request({ config: people, leads: rows, command: { type: "assign", leads: { ids: ["10", "9"] }, to: "8" }, context: { actor: "7", now: NOW, notify: "none" } });
      const columns = { id: { column: "id", as: "integer" }, owner: { column: "owner", as: "integer" } };
      for (const maxParams of [100, 1]) {
        const { ids } = await both(given, { columns, maxParams });
        assert.deepEqual([...ids].sort(), ["10", "9"]);
      }
    });

    await t.test("a note alone holds its leads to their guard", async () => {
      for (const versioned of [true, false]) {
        const command = { type: "mass_edit", leads: { ids: ["1"] }, note: { type: "call", text: "said hello" } };
        const given = request({ config: config({ versioned }), command });
        const { ids, list, table } = await both(given);
        assert.deepEqual(ids, ["1"]);
        await table.put({ ...LEAD, owner: "bob", version: 5 });
        assert.deepEqual(await runAll(db, list), []);
      }
    });

    await t.test("copies take the columns that only the host knows", async () => {
      const rows = [{ ...LEAD, unit: "n1", tags: ["keep"] }];
      const command = { type: "transfer", lead: "1", unit: "south", newId: "copy", user: "bob" };
      const given = request({ leads: rows, command });
      const { list, table } = await both(given);
      assert.deepEqual(list.map(({ kind }) => kind), ["insert", "update"]);
      // A copy that is there already is not overwritten.
      await table.put(rows[0]);
      assert.deepEqual(await runAll(db, list), ["1"]);
      for (const maxParams of [100, 1]) {
        await leadsTable(db, FIELDS, rows);
        await db.exec("ALTER TABLE leads ADD COLUMN \"own\" TEXT");
        await db.exec("UPDATE leads SET own = 'host'");
        const options = { table: "leads", stateTable: null, maxParams, copyColumns: ["own", "tags", "owner"] };
        assert.deepEqual(await runAll(db, statements(given, dialect, options)), ["copy", "1"]);
        const [copy] = await db.query("SELECT own, owner, note FROM leads WHERE id = 'copy'");
        assert.deepEqual({ ...copy }, { own: "host", owner: "bob", note: null });
      }
    });

    if (dialect === "postgres") {
      await t.test("types of its own", async () => {
        await db.exec(`DROP TABLE IF EXISTS leads; DROP TYPE IF EXISTS "lead's Status"; CREATE TYPE "lead's Status" AS ENUM ('new', 'open', 'won')`);
        const uuid = (n) => `00000000-0000-4000-8000-00000000000${n}`;
        const rows = [1, 2].map((n) => ({ ...LEAD, id: uuid(n), status: n === 1 ? "new" : null }));
        const command = { ...EVERYTHING, leads: { ids: rows.map(({ id }) => id) } };
        const columns = { id: { column: "id", type: "uuid" }, status: { column: "status", type: "lead's Status" } };
        for (const versioned of [true, false]) {
          for (const maxParams of [100, 1]) {
            const given = request({ config: config({ versioned }), leads: rows, command });
            const types = { id: "uuid", status: `"lead's Status"`, tags: "text[]", seen: "timestamptz", score: "integer", version: "smallint" };
            const { ids } = await both(given, { columns, maxParams }, types);
            assert.deepEqual([...ids].sort(), rows.map(({ id }) => id));
          }
        }
        await db.exec("DROP TABLE leads");
      });

      await t.test("columns of kindred types", async () => {
        const rows = leads(random(5), 8).filter(({ score }) => score === null || Number.isInteger(score));
        const command = { ...EVERYTHING, leads: { ids: rows.map(({ id }) => id) }, set: { ...EVERYTHING.set, tags: ["z"] } };
        const columns = { access: { column: "access", as: "json" } };
        for (const types of [{ score: "bigint", note: "varchar(200)", access: "json", tags: "varchar(50)[]" }, { score: "numeric", note: "text", access: "jsonb", version: "numeric" }]) {
          for (const versioned of [true, false]) await both(request({ config: config({ versioned, hasRun: false }), leads: rows, command }), { columns }, types);
        }
      });

      await t.test("microseconds do not count", async () => {
        const table = await leadsTable(db, FIELDS, [LEAD]);
        await db.exec("UPDATE leads SET seen = seen + interval '999 microseconds'");
        assert.deepEqual(await runAll(db, statements(request(), dialect, { table: "leads", stateTable: null })), ["1"]);
        assert.equal((await table.read()).get("1").seen, "2026-05-05T05:05:05.005Z");
      });

      await t.test("lists that are never null", async () => {
        const given = request({ command: { type: "mass_edit", leads: { ids: ["1"] }, set: { tags: null } } });
        await leadsTable(db, FIELDS, [LEAD], { types: { tags: "text[] NOT NULL DEFAULT '{}'" } });
        assert.deepEqual(await runAll(db, statements(given, dialect, { table: "leads", stateTable: null, columns: { tags: { column: "tags", notNull: true } } })), ["1"]);
        assert.deepEqual((await db.query("SELECT tags FROM leads"))[0].tags, []);
      });
    }
    await db.close();
  });
}
