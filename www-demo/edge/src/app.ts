// The front: who asks, how much they may bring, one log line for each request. What a tenant has is in the tenant's object.
import { Hono, type MiddlewareHandler } from "hono";
import { authenticate } from "./auth.ts";
import type { Call } from "./env.ts";
import { answer, body, callerOf, callOf, load, ofType, page, TENANT, type Here, type Settings } from "./front.ts";
import { utf8 } from "./limits.ts";
import { openapi } from "./openapi.ts";
import { Refusal, problem } from "./problem.ts";
import { shards } from "./shards/routes.ts";

export const app = new Hono<Settings>();

/** One line of JSON for each request, whatever becomes of it. Bodies and tokens are never in it. */
app.use(async (c, next) => {
  const start = Date.now();
  c.set("request", crypto.randomUUID());
  c.set("log", {});
  await next();
  c.header("x-request-id", c.get("request"));
  const caller = c.get("caller");
  const who = caller === undefined ? {} : { tenant: caller.tenant, actor: caller.actor };
  const { status } = c.res;
  const level = status >= 500 ? "error" : status >= 400 ? "warn" : "info";
  const line = { at: new Date(start).toISOString(), level, event: "request", request: c.get("request"), method: c.req.method, path: c.req.path, status, ms: Date.now() - start, ...who, ...c.get("log") };
  console.log(JSON.stringify(line));
});

app.onError((error, c) => {
  if (error instanceof Refusal) return answer(c, error.answer);
  Object.assign(c.get("log"), { error: `${error.name}: ${error.message}` });
  // An object that was moved, or has too much to do, says so; asking again is then right.
  const { retryable, overloaded } = error as Error & { retryable?: boolean; overloaded?: boolean };
  if (retryable === true || overloaded === true) return answer(c, problem(503, "try_again", { headers: { "retry-after": "1" } }));
  return answer(c, problem(500, "internal", { detail: `the log has it under ${c.get("request")}` }));
});

app.notFound((c) => answer(c, problem(404, "no_such_address")));

app.get("/healthz", (c) => answer(c, { status: 200, type: "application/json", body: '{"ok":true}' }));
app.get("/openapi.json", (c) => answer(c, { status: 200, type: "application/json", body: JSON.stringify(openapi) }));

/** The tenant in the address must be the token's: an object is only ever chosen by what was signed. */
app.use(`${TENANT}/*`, async (c, next) => {
  const caller = await authenticate(c.req.header("authorization"), c.env);
  c.set("caller", caller);
  if (c.req.param("tenant") !== caller.tenant) throw new Refusal(403, "wrong_tenant", { detail: "the token is of another tenant" });
  await next();
});

const admin: MiddlewareHandler<Settings> = async (c, next) => {
  if (c.get("caller")?.admin !== true) throw new Refusal(403, "admin_only", { detail: "the token's scope does not cover this" });
  await next();
};
app.use(`${TENANT}/admin/*`, admin);

/** The tenant's object, and the call as it wants it. */
function tenant(c: Here): { object: DurableObjectStub<import("./tenant.ts").Tenant>; call: Call } {
  const { TENANT } = c.env;
  return { object: TENANT.get(TENANT.idFromName(callerOf(c).tenant)), call: callOf(c) };
}

app.post(`${TENANT}/commands`, async (c) => {
  ofType(c, "application/json");
  const posted = utf8(await body(c));
  const { object, call } = tenant(c);
  return answer(c, await object.command(call, posted, c.req.header("idempotency-key") ?? null));
});

app.post(`${TENANT}/plans`, async (c) => {
  ofType(c, "application/octet-stream");
  const posted = await body(c);
  const { object, call } = tenant(c);
  return answer(c, await object.prove(call, posted));
});

app.get(`${TENANT}/leads/:id`, async (c) => {
  const { object, call } = tenant(c);
  return answer(c, await object.lead(call, c.req.param("id")));
});

app.put(`${TENANT}/admin/config`, async (c) => {
  ofType(c, "application/json");
  const posted = utf8(await load(c));
  const { object, call } = tenant(c);
  return answer(c, await object.configure(call, posted));
});

app.get(`${TENANT}/admin/config`, async (c) => {
  const { object, call } = tenant(c);
  return answer(c, await object.configuration(call));
});

app.get(`${TENANT}/admin/state`, async (c) => {
  const { object, call } = tenant(c);
  return answer(c, await object.state(call));
});

app.get(`${TENANT}/admin/plans/:id`, async (c) => {
  const { object, call } = tenant(c);
  return answer(c, await object.plan(call, c.req.param("id")));
});

app.post(`${TENANT}/admin/leads`, async (c) => {
  ofType(c, "application/x-ndjson", "application/json");
  const posted = utf8(await load(c));
  const { object, call } = tenant(c);
  return answer(c, await object.load(call, posted));
});

app.get(`${TENANT}/admin/leads`, async (c) => {
  const { object, call } = tenant(c);
  const { after, limit } = c.req.query();
  return answer(c, await object.leads(call, after, limit === undefined ? undefined : page(c)[1]));
});

app.get(`${TENANT}/admin/audit`, async (c) => {
  const { object, call } = tenant(c);
  return answer(c, await object.audit(call, ...page(c)));
});

app.route(TENANT, shards);
