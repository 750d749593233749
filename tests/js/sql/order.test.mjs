// Orders of a list that follow no code point: choices in their order, and numbers in texts as numbers. Databases against a table.
import assert from "node:assert/strict";
import test from "node:test";
import { pathToFileURL } from "node:url";
import path from "node:path";
import { postgres as server, sqlite } from "./lib/databases.mjs";
import { root } from "./lib/root.mjs";
import { random } from "./lib/world.mjs";

const load = (name) => import(pathToFileURL(path.join(root, "tests/js/package/node_modules/evenhand", name)).href);
const { createEngineSync } = await load("node.js");
const { orderBy } = await load("store.js");

const CONFIG = {
  version: 1,
  fields: { id: { type: "text" }, owner: { type: "user" }, note: { type: "text" }, code: { type: "text", caseSensitive: true }, stage: { type: "choice", choices: ["won", "it's", "new", "Lost", "won"] }, amount: { type: "number" } },
  lead: { id: "id", owner: "owner" },
  users: [],
  profiles: [],
};
const columns = { note: { column: "note", folded: "note_folded" } };
const PARTS = ["", "a", "A", "Unit ", "1", "01", "10", "9", "000", "99999999", "123456789012345678901234567890", "é", "Ⅻ", "٣", "-", "/", ":", "\n", "_%", "🦊"];

function rows(rng, more) {
  const text = () => (rng.below(8) === 0 ? null : Array.from({ length: rng.below(6) }, () => rng.pick([...PARTS, ...more])).join(""));
  return Array.from({ length: 300 }, (_, at) => ({ id: `${rng.pick(["x", "x0", "y"])}${at}`, owner: rng.pick(["u1", "u10", "u9", null]), note: text(), code: text(), stage: rng.pick(["won", "it's", "new", "Lost", "lost", "won2", "", null]) }));
}

const engine = createEngineSync();
const workspace = engine.workspace(CONFIG);
// PostgreSQL holds no NUL, and SQLite does not take one for the end of a text here.
for (const [name, open, more] of [["SQLite", sqlite, ["\0", "1\0"]], ["PostgreSQL", server, []]]) {
  test(`${name} orders as a table does`, async (t) => {
    const db = await open();
    if (db === undefined) return t.skip("there is no server");
    const rng = random(16);
    const list = rows(rng, more);
    const table = workspace.load(list);
    await db.exec("DROP TABLE IF EXISTS ordered");
    await db.exec("CREATE TABLE ordered (id text, owner text, note text, note_folded text, code text, stage text)");
    for (const { id, owner, note, code, stage } of list) {
      const marks = [1, 2, 3, 4, 5, 6].map((place) => (db.dialect === "postgres" ? `$${place}` : "?")).join(", ");
      await db.query(`INSERT INTO ordered VALUES (${marks})`, [id, owner, note, note === null ? null : [...note].map((c) => c.toLowerCase()).join(""), code, stage]);
    }
    const orders = [];
    for (const field of ["note", "code", "owner", "id", "stage"]) for (const descending of [false, true]) for (const nulls of ["first", "last"]) orders.push({ field, descending, nulls, order: "natural" });
    for (const descending of [false, true]) for (const nulls of ["first", "last"]) orders.push({ field: "stage", descending, nulls, order: "choices" });
    for (const by of orders) {
      const sort = [by, { field: "code", order: "natural" }];
      const selection = table.select(null, { actor: null }).sort([...sort, { field: "id" }]);
      const found = await db.query(`SELECT id FROM ordered ORDER BY ${orderBy(sort, db.dialect, { config: CONFIG, columns })}`, []);
      assert.deepEqual(found.map(({ id }) => id), selection.ids(), JSON.stringify(by));
      selection.free();
    }
    for (const [by, message] of [[{ field: "code", order: "choices" }, /has no `choices`/u], [{ field: "amount", order: "natural" }, /is a number field/u]]) {
      assert.throws(() => orderBy([by], db.dialect, { config: CONFIG, columns }), { code: "order_not_for_field", message });
      assert.throws(() => table.select(null, { actor: null }).sort([by]), { code: "query_invalid", message });
    }
    await db.exec("DROP TABLE ordered");
    await db.close();
    table.free();
  });
}
