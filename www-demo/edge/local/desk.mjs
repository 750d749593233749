// The edge worker behind the Lead Desk's own server, on this machine: a tenant for each world, filled when it is first asked for, and tokens for
// whoever a visitor acts as. Nothing of it outlives the server.
import { mkdtempSync, rmSync } from "node:fs";
import { request as ask } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { worlds } from "../../worlds/index.js";
import { loadWorld } from "../../worlds/load.js";
import { build, edge } from "./build.mjs";
import { issuer } from "./tokens.mjs";
import { start } from "./workerd.mjs";

/** Who takes offers on that nobody answered, in every world that has any. */
const SWEEPER = "clock";
/** The user in whose name the server fills tenants and the Desk follows them: nobody's lead is theirs. */
const HOST = "desk";
/** Leads in one request. */
const BATCH = 10_000;

/** Starts it. `answer(request, response)` is for all addresses under `/edge/`. */
export async function desk() {
  const folder = mkdtempSync(join(tmpdir(), "evenhand-desk-"));
  const modules = await build(folder, join(edge, "local/clock.ts"));
  const { jwks, token } = await issuer();
  const vars = { JWKS: jwks, SWEEPER, RATE_PER_SECOND: "200", RATE_BURST: "1000", MAX_LOAD_BYTES: String(64 << 20), MAX_BODY_BYTES: String(8 << 20) };
  const server = await start({ folder, modules, storage: join(folder, "storage"), vars });

  /** World → its tenant, once that is filled. Who starts a world over gets another tenant. */
  const tenants = new Map();
  let made = 0;
  async function fill({ id, count, now }) {
    const tenant = `${id}-${(made += 1)}`;
    const authorization = `Bearer ${await token(HOST, tenant, { scope: "admin" })}`;
    const put = async (method, path, body) => {
      const answer = await fetch(`${server.url}/v1/tenants/${tenant}/admin/${path}`, { method, body, headers: { authorization, "content-type": "application/json" } });
      if (!answer.ok) throw new Error(`${path} of ${tenant}: ${answer.status} ${await answer.text()}`);
    };
    const { config, leads } = await loadWorld(id);
    const { users, profiles } = config;
    const service = users.some(({ kind }) => kind === "service") ? {} : { users: [...users, { id: SWEEPER, name: "The clock", kind: "service", profiles: [SWEEPER] }], profiles: [...profiles, { id: SWEEPER, grants: [{ do: ["lead.view", "rule.run"], scope: "all" }] }] };
    await put("PUT", "clock", JSON.stringify({ now: Date.parse(now) }));
    await put("PUT", "config", JSON.stringify({ ...config, ...service }));
    const rows = leads(count, now);
    for (let at = 0; at < rows.length; at += BATCH) await put("POST", "leads", JSON.stringify(rows.slice(at, at + BATCH)));
    return tenant;
  }

  /** A token for an actor of a world, or for following the world. */
  async function session({ world, actor, over }) {
    const known = worlds.find(({ id }) => id === world);
    if (known === undefined) return [404, { message: "there is no such world at the edge" }];
    if (over === true) tenants.delete(world);
    if (!tenants.has(world)) tenants.set(world, fill(known));
    const filling = tenants.get(world);
    filling.catch(() => tenants.get(world) === filling && tenants.delete(world));
    const tenant = await filling;
    return [200, { tenant, token: await (typeof actor === "string" ? token(actor, tenant, { expires: "11h" }) : token(HOST, tenant, { scope: "admin", expires: "11h" })) }];
  }

  async function answer(request, response) {
    const path = request.url.slice("/edge".length);
    if (path === "/session" && request.method === "POST" && request.headers["content-type"] === "application/json") {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const [status, body] = await session(JSON.parse(Buffer.concat(chunks)));
      response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" }).end(JSON.stringify(body));
      return;
    }
    // All else is the worker's to answer.
    const { host, ...headers } = request.headers;
    const through = ask(server.url + path, { method: request.method, headers }, (answered) => {
      response.writeHead(answered.statusCode, answered.headers);
      answered.pipe(response);
    });
    through.once("error", () => response.headersSent || response.writeHead(502).end());
    request.pipe(through);
  }

  const stop = async () => {
    await server.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  return { answer, stop, logs: server.logs };
}
