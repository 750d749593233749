// A lead is offered to three people at once, who hear of it by LISTEN and all claim it; another offer runs out and is swept.
import { createEngine } from "evenhand";
import { listen, offers } from "./offers.mjs";
import { open, SCHEMA } from "./pool.mjs";
import { leads, offering } from "./sample.mjs";

const db = await open({ max: 6 });
await db.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`);
await db.query(`CREATE SCHEMA ${SCHEMA}`);
await db.query(`CREATE TABLE ${SCHEMA}.leads (id text PRIMARY KEY, version integer NOT NULL, owner text, status text NOT NULL, run text)`);
for (const { id, version, owner, status } of leads) await db.query(`INSERT INTO ${SCHEMA}.leads VALUES ($1, $2, $3, $4)`, [id, version, owner, status]);

const workspace = (await createEngine()).workspace(offering);
const { sweep, createTables, ...host } = offers({ workspace, ...db, schema: SCHEMA, sweeper: "clock" });
await createTables();

/** Nina offers a lead. */
async function offer(lead, group, now = Date.now()) {
  const { ok, refused, runs } = await host.command({ type: "start_group", leads: { ids: [lead] }, group }, { actor: "nina", now });
  if (!ok) throw new Error(`${lead} could not be offered: ${refused.join(", ")}`);
  return runs[0].id;
}

const heard = [];
let enough;
const stop = await listen(db, (notice) => {
  heard.push(notice);
  enough?.();
});
const told = async (count) => {
  while (heard.length < count) await new Promise((done) => (enough = done));
  return heard.splice(0).map(({ user, kind }) => `${user} ${kind}`).sort().join(", ");
};

// To all three at once.
const run = await offer("L-1", "all");
console.log("told:", await told(3));
const claims = await Promise.all(["ann", "bob", "cyd"].map((actor) => host.command({ type: "claim", run }, { actor })));
console.log("claims:", claims.map(({ ok, refused }) => (ok ? "won" : refused.join())).sort().join(", "));
console.log("told:", await told(1).then((text) => text.replace(/^(ann|bob|cyd) /, "the winner ")));

// One after the other, and Ann has not answered for five minutes.
await offer("L-2", "turns", Date.now() - 300_000);
console.log("told:", await told(1));
const swept = await Promise.all([sweep(), sweep()]);
console.log("swept twice at once:", swept.reduce((sum, { moved }) => sum + moved, 0));
console.log("told:", await told(1));

await stop();
const rows = await db.query(`SELECT id, owner, run, version FROM ${SCHEMA}.leads WHERE id IN ('L-1', 'L-2') ORDER BY id`);
console.log("leads:", rows.map(({ id, owner, run, version }) => `${id} ${owner === null ? "nobody" : "somebody"} ${run === null ? "free" : "on offer"} v${version}`).join(", "));
if (process.argv[2] !== "--keep") await db.query(`DROP SCHEMA ${SCHEMA} CASCADE`);
await db.close();
