// Deals leads out over a SQLite file. Usage: node main.mjs [FILE]
import { DatabaseSync } from "node:sqlite";
import { createEngine } from "evenhand";
import { sqliteSync } from "evenhand/sqlite";
import { config, leads } from "./sample.mjs";

const db = new DatabaseSync(process.argv[2] ?? ":memory:");
const all = (sql, params = []) => db.prepare(sql).all(...params);

/** One transaction: written whole, or taken back. */
function transaction(work) {
  db.exec("BEGIN IMMEDIATE");
  try {
    const done = work({ query: all });
    db.exec("COMMIT");
    return done;
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}

// The host's own table, and the state that Evenhand asks it to keep.
db.exec("DROP TABLE IF EXISTS leads");
db.exec("CREATE TABLE leads (id TEXT PRIMARY KEY, version INTEGER, owner TEXT, status TEXT)");
for (const { id, version, owner, status } of leads) db.prepare("INSERT INTO leads VALUES (?, ?, ?, ?)").run(id, version, owner, status);
const adapter = sqliteSync({ table: "leads", transaction });
adapter.createTables();

const engine = await createEngine();
const workspace = engine.workspace(config);

/** Reads what the command needs, no more, and plans. */
function plan(command, actor, plans = {}) {
  const now = Date.now();
  const needs = workspace.needs(command, { actor, now, plans });
  const where = needs.leads.ids ? { sql: "id IN (SELECT value FROM json_each(?))", params: [JSON.stringify(needs.leads.ids)] } : needs.leads.filter.toSQL("sqlite", { actor, now });
  const table = workspace.load(all(`SELECT * FROM leads WHERE ${where.sql}`, where.params), { partial: true });
  const counted = all("SELECT owner, count(*) AS n FROM leads WHERE owner IN (SELECT value FROM json_each(?)) GROUP BY owner", [JSON.stringify(needs.load)]);
  const load = Object.fromEntries(counted.map(({ owner, n }) => [owner, n]));
  return workspace.plan(table, command, { actor, now, plans, load, state: adapter.loadState(needs.state), partialState: true });
}

const show = (title, plan) => {
  console.log(`${title}: ${plan.count} leads`);
  for (const { user, before, dealt, released, after } of plan.assignees) console.log(`  ${user.padEnd(4)} ${before} + ${dealt} - ${released} = ${after}`);
};

// Nina hands the leads that nobody owns to her team, evenly over what each will hold afterwards.
const deal = { type: "split", leads: { filter: { rules: [{ field: "owner", operator: "null" }] } }, split: { to: ["ann", "bob", "cyd"], even: "total" } };
const first = plan(deal, "nina");
const second = plan(deal, "nina");
show("preview", first);
console.log("written:", JSON.stringify(adapter.commit(first)));

// The second plan saw the same rows: nothing of it is written.
const { ok, done, lost } = adapter.commit(second);
console.log("too late:", JSON.stringify({ ok, done, lost: lost.length }));

// The same plan again, as after an answer that was lost on its way.
console.log("again:", JSON.stringify(adapter.commit(first)).slice(0, 23));

const undo = plan({ type: "undo", plan: first.id }, "nina", { [first.id]: first.encode() });
show("undo", undo);
console.log("written:", JSON.stringify(adapter.commit(undo)));
console.log("owners:", JSON.stringify(all("SELECT owner, count(*) AS n FROM leads GROUP BY owner ORDER BY owner").map(({ owner, n }) => [owner, n])));
