// A tenant whose leads are spread over shards, and what one table would come to.
import assert from "node:assert/strict";
import { config, Client, lead } from "./edge.mjs";

/** Splits and rebalances; the bounds cut `l000` … `l299` in three. */
export const BOUNDS = ["l100", "l200"];
export const id = (at) => `l${String(at).padStart(3, "0")}`;

/** Configured and loaded; `as(actor)` asks for one of its people. */
export async function spread(server, keys, tenant, { setting = config(), bounds = BOUNDS, leads = [], seen } = {}) {
  const admin = new SpreadClient(server.url, tenant, await keys.token("host", tenant, { scope: "admin" }), seen);
  for (const [method, path, body] of [["PUT", "admin/shards", { bounds }], ["PUT", "admin/shards/config", setting]]) {
    const answer = await admin.ask(method, path, { body });
    assert.equal(answer.status, 200, answer.text);
  }
  if (leads.length > 0) {
    const loaded = await admin.ask("POST", "admin/shards/leads", { body: leads.map((row) => `${JSON.stringify(row)}\n`).join(""), type: "application/x-ndjson" });
    assert.deepEqual([loaded.status, loaded.data.loaded], [200, leads.length], loaded.text);
  }
  const as = async (actor, how) => new SpreadClient(server.url, tenant, await keys.token(actor, tenant, how), seen);
  return { admin, as };
}

export class SpreadClient extends Client {
  command(command, { options, key, ...rest } = {}) {
    return this.ask("POST", "shards/commands", { body: { command, ...(options === undefined ? {} : { options }) }, headers: key === undefined ? {} : { "idempotency-key": key }, ...rest });
  }

  async leads() {
    const { status, text } = await this.ask("GET", "admin/shards/leads");
    assert.equal(status, 200, text);
    return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  }

  async status() {
    const { status, data, text } = await this.ask("GET", "admin/shards");
    assert.equal(status, 200, text);
    return data;
  }

  async audit(after = 0) {
    const { status, data } = await this.ask("GET", `admin/shards/audit?after=${after}&limit=10000`);
    assert.equal(status, 200);
    return data.entries;
  }

  /** Once nothing is under way any more, and every shard has what was decided. */
  async quiet(seconds = 10) {
    for (let tries = 0; tries < seconds * 50; tries += 1) {
      const status = await this.status();
      if (status.phase === "idle" && status.shards.every(({ held, applied }) => held === 0 && applied === status.committed)) return status;
      await new Promise((done) => setTimeout(done, 20));
    }
    throw new Error(`something is still under way: ${JSON.stringify(await this.status())}`);
  }
}

/** Leads of which some are owned, some open, some won. */
export function sample(count, roll) {
  return Array.from({ length: count }, (_, at) => {
    const owner = roll() < 0.5 ? `a${Math.floor(roll() * 4)}` : null;
    const status = owner === null ? "new" : roll() < 0.3 ? "won" : "open";
    return lead(id(at), { owner, status, hot: roll() < 0.5 ? roll() < 0.5 : null, tags: roll() < 0.2 ? ["x", "y"] : [], due: roll() < 0.2 ? "2026-05-01" : null, seen: roll() < 0.2 ? "2026-05-01T10:00:00Z" : null });
  });
}
