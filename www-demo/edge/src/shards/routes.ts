// Addresses of a tenant whose leads are spread over shards.
import { Hono } from "hono";
import type { Call } from "../env.ts";
import { answer, body, callerOf, callOf, load, ofType, page, type Here, type Settings } from "../front.ts";
import { utf8 } from "../limits.ts";
import { json } from "../posted.ts";
import { Refusal } from "../problem.ts";
import type { Coordinator } from "./coordinator.ts";
import { notSpread, placesOf, shardObject, shardOf } from "./ranges.ts";
import type { Shard } from "./shard.ts";

/** How often a reader of all shards looks again where some were read before a commit and others after it. */
const MOST_ROUNDS = 10;
/** Ranges that an isolate remembers. They never change. */
const MOST_KNOWN = 10_000;
const known = new Map<string, string[]>();

export const shards = new Hono<Settings>();

function coordinator(c: Here): { object: DurableObjectStub<Coordinator>; call: Call; tenant: string } {
  const { tenant } = callerOf(c);
  const { COORDINATOR } = c.env;
  return { object: COORDINATOR.get(COORDINATOR.idFromName(tenant)), call: callOf(c), tenant };
}

async function ranges(c: Here): Promise<string[]> {
  const { object, tenant } = coordinator(c);
  const found = known.get(tenant) ?? (await object.ranges());
  if (found === null) throw notSpread();
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(tenant, found);
  return found;
}

const shard = (c: Here, place: number): DurableObjectStub<Shard> => shardObject(c.env, callerOf(c).tenant, place);

/** All leads of one moment. A shard that was read before a commit that another has is read again, and has it by then. */
async function everything(c: Here): Promise<string> {
  const bounds = await ranges(c);
  const parts = await Promise.all(placesOf(bounds).map((place) => shard(c, place).rows()));
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const newest = Math.max(...parts.map(({ applied }) => applied));
    const behind = [...parts.entries()].filter(([, { applied }]) => applied < newest);
    if (behind.length === 0) return parts.map(({ text }) => text).join("");
    await Promise.all(behind.map(async ([place]) => (parts[place] = await shard(c, place).rows())));
  }
  throw new Refusal(503, "try_again", { detail: "commits followed each other too fast to read between them", headers: { "retry-after": "1" } });
}

shards.post("/shards/commands", async (c) => {
  ofType(c, "application/json");
  const posted = utf8(await body(c));
  const { object, call } = coordinator(c);
  return answer(c, await object.command(call, posted, c.req.header("idempotency-key") ?? null));
});

shards.get("/shards/leads/:id", async (c) => {
  const id = c.req.param("id");
  return answer(c, await shard(c, shardOf(await ranges(c), id)).lead(callOf(c), id));
});

shards.put("/admin/shards", async (c) => {
  ofType(c, "application/json");
  const posted = utf8(await body(c));
  const { object, call, tenant } = coordinator(c);
  return answer(c, await object.spread(call, tenant, posted));
});

shards.get("/admin/shards", async (c) => {
  const bounds = await ranges(c);
  const [whole, ...each] = await Promise.all([coordinator(c).object.status(), ...placesOf(bounds).map((place) => shard(c, place).status())]);
  return answer(c, json({ bounds, ...whole, shards: each }));
});

shards.put("/admin/shards/config", async (c) => {
  ofType(c, "application/json");
  const posted = utf8(await load(c));
  const { object, call } = coordinator(c);
  return answer(c, await object.configure(call, posted));
});

shards.post("/admin/shards/leads", async (c) => {
  ofType(c, "application/x-ndjson", "application/json");
  const posted = utf8(await load(c));
  const { object, call } = coordinator(c);
  return answer(c, await object.load(call, posted));
});

shards.get("/admin/shards/leads", async (c) => answer(c, { status: 200, type: "application/x-ndjson", body: await everything(c) }));

shards.get("/admin/shards/audit", async (c) => {
  const { object, call } = coordinator(c);
  return answer(c, await object.audit(call, ...page(c)));
});
