// The same front with the same tokens, limits and log, and no engine: a claim is `UPDATE … WHERE owner IS NULL`. What Evenhand costs is what it takes more.
import { DurableObject } from "cloudflare:workers";
import type { Answer, Call, Env } from "../../../../www-demo/edge/src/env.ts";

export { app as default } from "../../../../www-demo/edge/src/app.ts";

const json = (data: unknown): Answer => ({ status: 200, type: "application/json", body: JSON.stringify(data) });

export class Tenant extends DurableObject<Env> {
  configure(_: Call, __: string): Answer {
    this.ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS leads (id TEXT PRIMARY KEY, version INTEGER, owner TEXT) WITHOUT ROWID");
    return json({ digest: "" });
  }

  load(_: Call, text: string): Answer {
    const rows = text.split("\n").filter((line) => line !== "");
    this.ctx.storage.sql.exec("INSERT INTO leads SELECT json_extract(value, '$.id'), 1, json_extract(value, '$.owner') FROM json_each(?)", `[${rows.join(",")}]`);
    return json({ loaded: rows.length });
  }

  command({ actor }: Call, text: string): Answer {
    const { command } = JSON.parse(text) as { command: { lead: string } };
    const changed = this.ctx.storage.sql.exec("UPDATE leads SET owner = ?, version = version + 1 WHERE id = ? AND owner IS NULL RETURNING id", actor, command.lead).toArray();
    return changed.length === 1 ? json({ changed: 1 }) : { ...json({ code: "already_claimed" }), status: 409 };
  }
}
