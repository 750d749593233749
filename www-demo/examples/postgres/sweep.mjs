// For cron: `* * * * * cd /srv/crm && node sweep.mjs`. A process of its own, so for a server only; ends with 1 where it may not sweep.
import { createEngine } from "evenhand";
import { offers } from "./offers.mjs";
import { SCHEMA, server } from "./pool.mjs";
import { offering } from "./sample.mjs";

const db = await server({ max: 2 });
const workspace = (await createEngine()).workspace(offering);
const { moved, refused } = await offers({ workspace, ...db, schema: SCHEMA, sweeper: "clock" }).sweep();
console.log(`swept: ${moved} ${moved === 1 ? "offer" : "offers"} moved${refused.length > 0 ? `; ${refused.join(", ")}` : ""}`);
process.exitCode = refused.length > 0 ? 1 : 0;
await db.close();
