// Two people hand the same leads around at once.
import { createEngine } from "evenhand";
import { postgres, retry } from "evenhand/postgres";
import { open, SCHEMA } from "./pool.mjs";
import { config, leads } from "./sample.mjs";

const db = await open({ max: 4 });

await db.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`);
await db.query(`CREATE SCHEMA ${SCHEMA}`);
await db.query(`CREATE TABLE ${SCHEMA}.leads (id text PRIMARY KEY, version integer NOT NULL, owner text, status text NOT NULL)`);
for (const { id, version, owner, status } of leads) await db.query(`INSERT INTO ${SCHEMA}.leads VALUES ($1, $2, $3, $4)`, [id, version, owner, status]);

const adapter = postgres({ table: "leads", schema: SCHEMA, transaction: db.transaction });
await adapter.createTables();

const engine = await createEngine();
const workspace = engine.workspace(config);

/** Reads what the command needs, no more, and plans. */
async function plan(command, actor) {
  const now = Date.now();
  const needs = workspace.needs(command, { actor, now });
  const where = needs.leads.ids ? { sql: "id = ANY ($1)", params: [needs.leads.ids] } : needs.leads.filter.toSQL("postgres", { actor, now });
  const rows = await db.query(`SELECT * FROM ${SCHEMA}.leads WHERE ${where.sql}`, where.params);
  const counted = await db.query(`SELECT owner, count(*)::int AS n FROM ${SCHEMA}.leads WHERE owner = ANY ($1) GROUP BY owner`, [needs.load]);
  const load = Object.fromEntries(counted.map(({ owner, n }) => [owner, n]));
  return workspace.plan(workspace.load(rows, { partial: true }), command, { actor, now, load, state: await adapter.loadState(needs.state), partialState: true });
}

// Both look at the same ten leads. Nina gives them all to Ann; Omar gives the last three to Bob.
const ids = leads.map(({ id }) => id);
const nina = () => plan({ type: "assign", leads: { ids }, to: "ann" }, "nina");
const omar = () => plan({ type: "assign", leads: { ids: ids.slice(-3) }, to: "bob" }, "omar");
const [ninas, omars] = [await nina(), await omar()];
const outcomes = await Promise.all([adapter.commit(ninas), adapter.commit(omars)]);
for (const [at, outcome] of outcomes.entries()) console.log(at === 0 ? "nina:" : "omar:", JSON.stringify(outcome.ok ? outcome : { ok: false, lost: outcome.lost.sort() }));
if (outcomes.filter(({ ok }) => ok).length !== 1) throw new Error("exactly one of them should have been written");

// Whoever was slower looks again, sees what is there now, and still means it.
const slower = outcomes[0].ok ? omar : nina;
const { outcome } = await retry(slower, adapter);
console.log("looked again:", JSON.stringify(outcome));

// Sent twice, because the first answer was lost: nothing happens twice.
const sent = await plan({ type: "unassign", leads: { ids: [ids[0]] } }, "nina");
const twice = await Promise.all([adapter.commit(sent), adapter.commit(sent)]);
console.log("sent twice:", JSON.stringify(twice.map(({ ok, done }) => (ok ? "written" : done ? "done before" : "lost")).sort()));

const rows = await db.query(`SELECT id, owner, version FROM ${SCHEMA}.leads ORDER BY length(id), id`);
console.log("leads:", rows.map(({ id, owner, version }) => `${id} ${owner ?? "nobody"} v${version}`).join(", "));
await db.query(`DROP SCHEMA ${SCHEMA} CASCADE`);
await db.close();
