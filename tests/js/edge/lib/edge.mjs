// The worker under test, on workerd, with a client that holds every answer against the OpenAPI document.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "../../../../www-demo/edge/local/build.mjs";
import { issuer } from "../../../../www-demo/edge/local/tokens.mjs";
import { start } from "../../../../www-demo/edge/local/workerd.mjs";

export const require = createRequire(new URL("../../../../www-demo/edge/package.json", import.meta.url));
/** Whether the long forms run: `cargo xtask test --edge`. */
export const LONG = process.env.EVENHAND_EDGE === "long";
/** No test asks so often that a limit would answer, but for those that mean to. */
const UNLIMITED = { RATE_PER_SECOND: "1000000", RATE_BURST: "1000000" };

/** Builds, and makes keys: what all starts of a file share. `entry` is another worker than the edge worker, with these classes of objects. */
export async function prepare(entry, classes) {
  const folder = mkdtempSync(join(tmpdir(), "evenhand-edge-"));
  const modules = await build(folder, entry);
  const keys = await issuer();
  return {
    keys,
    /** Starts workerd; with the same `storage`, on what an earlier one left. */
    start: ({ vars, storage = "storage" } = {}) => start({ folder, modules, classes, storage: join(folder, storage), vars: { JWKS: keys.jwks, ...UNLIMITED, ...vars } }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The line of the log for a request: it is written when the answer is on its way. */
export async function logged(server, request) {
  for (let tries = 0; tries < 200; tries += 1) {
    const lines = server.logs.map((line) => JSON.parse(line));
    const found = lines.find((line) => line.request === request);
    if (found !== undefined) return found;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error(`nothing was logged for ${request}`);
}

/** Asks as an actor of a tenant does. */
export class Client {
  constructor(url, tenant, token, seen) {
    Object.assign(this, { url, tenant, token, seen });
  }

  async ask(method, path, { body, type = "application/json", headers = {}, token = this.token, tenant = this.tenant } = {}) {
    const bytes = body === undefined || typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
    const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(`${this.url}${path.startsWith("/v1/") || path.startsWith("/healthz") || path.startsWith("/openapi") ? path : `/v1/tenants/${tenant}/${path}`}`, {
      method,
      body: bytes,
      headers: { ...(body === undefined ? {} : { "content-type": type }), ...authorization, ...headers },
    });
    const text = await response.text();
    const { status } = response;
    const media = response.headers.get("content-type");
    const data = media.endsWith("json") && !media.includes("ndjson") ? JSON.parse(text) : text;
    this.seen?.(method, new URL(response.url).pathname, status, media, data);
    return { status, data, text, media, headers: response.headers, request: response.headers.get("x-request-id") };
  }

  command(command, { outcome, options, key, ...rest } = {}) {
    return this.ask("POST", "commands", { body: { command, ...(outcome === undefined ? {} : { outcome }), ...(options === undefined ? {} : { options }) }, headers: key === undefined ? {} : { "idempotency-key": key }, ...rest });
  }

  prove(bytes, rest) {
    return this.ask("POST", "plans", { body: bytes, type: "application/octet-stream", ...rest });
  }

  /** Loads leads, in bodies that no limit refuses. */
  async load(leads) {
    for (let at = 0; at < leads.length; at += 5000) {
      const body = leads.slice(at, at + 5000).map((row) => `${JSON.stringify(row)}\n`).join("");
      const loaded = await this.ask("POST", "admin/leads", { body, type: "application/x-ndjson" });
      assert.equal(loaded.status, 200, loaded.text);
    }
  }

  async leads() {
    const { status, text } = await this.ask("GET", "admin/leads");
    assert.equal(status, 200);
    return new Map(text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line)).map((lead) => [lead.id, lead]));
  }

  async audit(after = 0) {
    const entries = [];
    for (;;) {
      const { status, data } = await this.ask("GET", `admin/audit?after=${entries.at(-1)?.seq ?? after}&limit=10000`);
      assert.equal(status, 200);
      if (data.entries.length === 0) return entries;
      entries.push(...data.entries);
    }
  }
}

export const FIELDS = {
  id: { type: "text" },
  version: { type: "number" },
  owner: { type: "user" },
  agent: { type: "user" },
  unit: { type: "unit" },
  status: { type: "choice", choices: ["new", "open", "won"] },
  name: { type: "text" },
  hot: { type: "boolean" },
  due: { type: "date" },
  seen: { type: "datetime" },
  assigned: { type: "datetime" },
  tags: { type: "tags" },
  previous: { type: "tags" },
};

/** A brokerage: `lead` may do everything, `a0` … `a9` work leads and claim them. */
export function config({ agents = 10, ...more } = {}) {
  const verbs = ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.claim", "lead.mass", "plan.undo"];
  return {
    version: 1,
    fields: FIELDS,
    lead: { id: "id", version: "version", owner: "owner", slots: ["owner", "agent"], unit: "unit", status: "status", assignedAt: "assigned", previousOwners: "previous" },
    lifecycle: { onAssign: { status: "open" }, open: { rules: [{ field: "status", operator: "!=", value: "won" }] } },
    org: [{ id: "acme" }],
    profiles: [
      { id: "all", grants: [{ do: verbs, scope: "all" }] },
      { id: "agent", grants: [{ do: ["lead.view", "lead.edit"], scope: "own" }, { do: ["lead.view", "lead.claim"], scope: "unowned" }] },
    ],
    users: [{ id: "lead", unit: "acme", profiles: ["all"] }, ...Array.from({ length: agents }, (_, at) => ({ id: `a${at}`, unit: "acme", profiles: ["agent"] }))],
    ...more,
  };
}

export const lead = (id, more = {}) => ({ id, version: 1, owner: null, agent: null, unit: "acme", status: "new", name: `Lead ${id}`, hot: null, due: null, seen: null, assigned: null, tags: [], previous: [], ...more });

/** A tenant with a configuration and leads; `as(actor)` asks for one of its people. */
export async function seeded(server, keys, tenant, { setting = config(), leads = [], seen } = {}) {
  const admin = new Client(server.url, tenant, await keys.token("host", tenant, { scope: "admin" }), seen);
  const configured = await admin.ask("PUT", "admin/config", { body: setting });
  assert.equal(configured.status, 200, configured.text);
  await admin.load(leads);
  const as = async (actor, how) => new Client(server.url, tenant, await keys.token(actor, tenant, how), seen);
  return { admin, as };
}
