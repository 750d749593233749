// For cron: `* * * * * cd /srv/crm && node sweep.mjs`. Connects as `pg` does (PGHOST, PGUSER, PGDATABASE…); ends with 1 where it may not sweep.
import { createEngine } from "evenhand";
import pg from "pg";
import { offers } from "./offers.mjs";
import { pooled, SCHEMA } from "./pool.mjs";
import { offering } from "./sample.mjs";

const pool = new pg.Pool({ max: 2 });
const workspace = (await createEngine()).workspace(offering);
const { moved, refused } = await offers({ workspace, ...pooled(pool), schema: SCHEMA, sweeper: "clock" }).sweep();
console.log(`swept: ${moved} ${moved === 1 ? "offer" : "offers"} moved${refused.length > 0 ? `; ${refused.join(", ")}` : ""}`);
process.exitCode = refused.length > 0 ? 1 : 0;
await pool.end();
