// How many statements a large plan is, and how long they take: node tests/sql/measure.mjs [rows]. Wants `cargo build --release --example sql-engine`.
import { leadsTable, pglite, postgres, sqlite } from "./lib/databases.mjs";
import { ask } from "./lib/engine.mjs";
import { config, FIELDS, NOW } from "./lib/world.mjs";

const count = Number(process.argv[2] ?? 100_000);
const uuid = (n) => `${(n * 2654435761 >>> 0).toString(16).padStart(8, "0")}-1111-4222-8333-${n.toString(16).padStart(12, "0")}`;
const world = { ...config({ hasRun: false }), users: Array.from({ length: 37 }, (_, at) => ({ id: `user-${at}`, profiles: ["all"], unit: "n1" })) };
const unversioned = { ...world, lead: config({ versioned: false, hasRun: false }).lead };
delete world.lifecycle.boundary;
const leads = Array.from({ length: count }, (_, at) => ({ id: uuid(at), version: 1 + (at % 5), owner: at % 3 ? `user-${at % 37}` : null, unit: "n1", status: "new", score: at, seen: NOW - at }));
const to = world.users.map(({ id }) => id);
const commands = {
  split: { type: "split", leads: { filter: { rules: [] } }, split: { to } },
  "mass edit": { type: "mass_edit", leads: { filter: { rules: [] } }, set: { status: "won", hot: true, tags: { add: ["a"] } } },
};
for (const open of [sqlite, pglite, postgres]) {
  const db = await open();
  if (db === undefined) continue;
  for (const [name, command] of Object.entries(commands)) {
    for (const [guard, made] of [["version", world], ["no version", unversioned]]) {
      const sql = [[db.dialect, { table: "leads" }]];
      const request = { config: made, leads, command, context: { actor: "user-0", now: NOW }, rows: false, plan: false, sql, timed: sql };
      const { statements: [list], timed } = ask(request, "release");
      await leadsTable(db, FIELDS, []);
      const columns = ["id", "version", "owner", "unit", "status", "score"];
      for (let at = 0; at < count; at += 5000) {
        const values = leads.slice(at, at + 5000).map((lead) => `(${columns.map((column) => (lead[column] === null ? "NULL" : typeof lead[column] === "string" ? `'${lead[column]}'` : lead[column])).join()})`);
        await db.exec(`INSERT INTO leads (${columns}) VALUES ${values.join()}`);
      }
      const seen = db.dialect === "postgres" ? `to_timestamp((${NOW} - score) / 1000.0)` : `${NOW} - score`;
      await db.exec(`UPDATE leads SET seen = ${seen}; ANALYZE leads`);
      await db.exec("BEGIN");
      const started = performance.now();
      let changed = 0;
      const ms = [];
      for (const { sql: text, params } of list) {
        const start = performance.now();
        changed += (await db.query(text, params)).length;
        ms.push(Math.round(performance.now() - start));
      }
      const took = performance.now() - started;
      await db.exec("COMMIT");
      const bytes = list.reduce((sum, { params }) => sum + params.reduce((all, param) => all + String(param).length, 0), 0);
      console.log(`${db.name}, ${name}, ${guard}: ${changed} of ${count} rows, ${list.length} statements, ${(bytes / 1e6).toFixed(1)} MB, written in ${timed.ms.toFixed(0)} ms, run in ${took.toFixed(0)} ms`);
    }
  }
  await db.close();
}
