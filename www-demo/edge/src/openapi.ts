// OpenAPI 3.1 of the worker. The tests hold every answer that they see against it.
const json = (schema: object) => ({ "application/json": { schema } });
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const problems = (...statuses: number[]) => Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/${status}` }]));
const refusal = (description: string, headers?: object) => ({ description, content: { "application/problem+json": { schema: ref("Problem") } }, ...(headers === undefined ? {} : { headers }) });
const text = { type: "string" };
const whole = { type: "integer", minimum: 0 };
const object = (properties: Record<string, object>, required = Object.keys(properties)) => ({ type: "object", properties, required });

/** On every operation of a tenant. */
const common = [401, 403, 404, 429, 500, 503];
const tenant = { name: "tenant", in: "path", required: true, description: "The tenant; the token has to name the same.", schema: { type: "string", pattern: "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$" } };
const key = { name: "Idempotency-Key", in: "header", description: "The plan is written once under this key of this actor, however often it is sent.", schema: { type: "string", minLength: 1, maxLength: 200 } };
const page = [{ name: "after", in: "query", schema: whole }, { name: "limit", in: "query", schema: { type: "integer", minimum: 1, maximum: 10_000 } }];
const security = [{ actor: [] }];
const admin = "Needs the scope `admin`.";

const write = [400, 408, 409, 413, 415, 422];
/** Addresses of a tenant whose leads are spread over several objects. */
const shards = {
  "/v1/tenants/{tenant}/shards/commands": {
    post: {
      operationId: "shardsCommand",
      summary: "Settles a command over all shards and writes it in all of them or none",
      description: "Commands that divide leads: `split`, `rebalance`, and `reclaim` or `mass_edit` with a split.",
      security,
      parameters: [tenant, key],
      requestBody: { required: true, content: json(ref("PostedSpreadCommand")) },
      responses: { 200: { description: "Decided; whoever reads from now on sees it.", content: json(ref("Spread")) }, ...problems(...write, ...common) },
    },
  },
  "/v1/tenants/{tenant}/shards/leads/{id}": {
    get: {
      operationId: "shardsLead",
      summary: "A lead that the actor may see, from its shard",
      security,
      parameters: [tenant, { name: "id", in: "path", required: true, schema: text }],
      responses: { 200: { description: "The lead, by its fields.", content: json({ type: "object" }) }, ...problems(...common) },
    },
  },
  "/v1/tenants/{tenant}/admin/shards": {
    put: {
      operationId: "spread",
      summary: "Sets the ranges of ids of the shards, once",
      description: admin,
      security,
      parameters: [tenant],
      requestBody: { required: true, content: json(ref("Bounds")) },
      responses: { 200: { description: "In force.", content: json(object({ shards: whole })) }, ...problems(...write, ...common) },
    },
    get: {
      operationId: "shards",
      summary: "The shards and the commit under way",
      description: admin,
      security,
      parameters: [tenant],
      responses: {
        200: {
          description: "As of now.",
          content: json(object({ bounds: { type: "array", items: text }, phase: { enum: ["idle", "preparing", "committing"] }, number: whole, committed: whole, shards: { type: "array", items: object({ leads: whole, held: whole, applied: whole }) } })),
        },
        ...problems(...common),
      },
    },
  },
  "/v1/tenants/{tenant}/admin/shards/config": {
    put: {
      operationId: "shardsConfigure",
      summary: "Sets the configuration of all shards",
      description: admin,
      security,
      parameters: [tenant],
      requestBody: { required: true, content: json({ type: "object" }) },
      responses: { 200: { description: "In force.", content: json(object({ digest: ref("Digest") })) }, ...problems(...write, ...common) },
    },
  },
  "/v1/tenants/{tenant}/admin/shards/leads": {
    post: {
      operationId: "shardsLoad",
      summary: "Puts whole leads into their shards, new ones and those that are there",
      description: admin,
      security,
      parameters: [tenant],
      requestBody: { required: true, content: { ...json({ type: "array", items: { type: "object" } }), "application/x-ndjson": { schema: text } } },
      responses: { 200: { description: "All of them are stored.", content: json(object({ loaded: whole })) }, ...problems(...write, ...common) },
    },
    get: {
      operationId: "shardsLeads",
      summary: "All leads of one moment, by id",
      description: admin,
      security,
      parameters: [tenant],
      responses: { 200: { description: "One lead a line.", content: { "application/x-ndjson": { schema: text } } }, ...problems(...common) },
    },
  },
  "/v1/tenants/{tenant}/admin/shards/audit": {
    get: {
      operationId: "shardsAudit",
      summary: "What was decided, in order",
      description: admin,
      security,
      parameters: [tenant, ...page],
      responses: { 200: { description: "Entries after a number, and the object's own time.", content: json(object({ now: { type: "integer" }, entries: { type: "array", items: ref("AuditEntry") } })) }, ...problems(...common) },
    },
  },
};

export const openapi = {
  openapi: "3.1.0",
  info: {
    title: "Evenhand at the edge",
    version: "1.0.0",
    description: "Commands and plans for the leads of a tenant: planned or proved here, and written in one transaction or not at all.",
    license: { name: "MIT OR Apache-2.0", identifier: "MIT OR Apache-2.0" },
  },
  paths: {
    "/healthz": { get: { operationId: "health", security: [], responses: { 200: { description: "The worker runs.", content: json(object({ ok: { const: true } })) } } } },
    "/openapi.json": { get: { operationId: "openapi", security: [], responses: { 200: { description: "This document.", content: json({ type: "object" }) } } } },
    "/v1/tenants/{tenant}/commands": {
      post: {
        operationId: "command",
        summary: "Plans a command at the worker's own time and writes the plan",
        security,
        parameters: [tenant, key],
        requestBody: { required: true, content: json(ref("PostedCommand")) },
        responses: { 200: { description: "Written.", content: json(ref("Written")) }, ...problems(400, 408, 409, 413, 415, 422, ...common) },
      },
    },
    "/v1/tenants/{tenant}/plans": {
      post: {
        operationId: "prove",
        summary: "Derives an encoded plan again and writes it if it comes out equal",
        security,
        parameters: [tenant],
        requestBody: { required: true, content: { "application/octet-stream": {} } },
        responses: { 200: { description: "Proved and written.", content: json(ref("Written")) }, ...problems(400, 408, 409, 413, 415, 422, ...common) },
      },
    },
    "/v1/tenants/{tenant}/leads/{id}": {
      get: {
        operationId: "lead",
        summary: "A lead that the actor may see",
        security,
        parameters: [tenant, { name: "id", in: "path", required: true, schema: text }],
        responses: { 200: { description: "The lead, by its fields.", content: json({ type: "object" }) }, ...problems(...common) },
      },
    },
    "/v1/tenants/{tenant}/admin/config": {
      put: {
        operationId: "configure",
        summary: "Sets the tenant's configuration",
        description: admin,
        security,
        parameters: [tenant],
        requestBody: { required: true, content: json({ type: "object" }) },
        responses: { 200: { description: "In force.", content: json(object({ digest: ref("Digest") })) }, ...problems(400, 408, 409, 413, 415, 422, ...common) },
      },
      get: {
        operationId: "configuration",
        summary: "The tenant's configuration",
        description: admin,
        security,
        parameters: [tenant],
        responses: { 200: { description: "As it was set.", content: json({ type: "object" }) }, ...problems(...common) },
      },
    },
    "/v1/tenants/{tenant}/admin/state": {
      get: {
        operationId: "state",
        summary: "What the engine remembers of the tenant",
        description: admin,
        security,
        parameters: [tenant],
        responses: { 200: { description: "By key; a value that was deleted is null.", content: json({ type: "object", additionalProperties: object({ version: whole, value: {} }) }) }, ...problems(...common) },
      },
    },
    "/v1/tenants/{tenant}/admin/plans/{id}": {
      get: {
        operationId: "plan",
        summary: "A plan that was written",
        description: admin,
        security,
        parameters: [tenant, { name: "id", in: "path", required: true, schema: text }],
        responses: { 200: { description: "Encoded, as `undo` and `apply` take it.", content: { "application/octet-stream": {} } }, ...problems(...common) },
      },
    },
    "/v1/tenants/{tenant}/admin/leads": {
      post: {
        operationId: "load",
        summary: "Puts whole leads, new ones and those that are there",
        description: admin,
        security,
        parameters: [tenant],
        requestBody: { required: true, content: { ...json({ type: "array", items: { type: "object" } }), "application/x-ndjson": { schema: text } } },
        responses: { 200: { description: "All of them are stored.", content: json(object({ loaded: whole })) }, ...problems(400, 408, 413, 415, 422, ...common) },
      },
      get: {
        operationId: "leads",
        summary: "All leads, by id, or those behind one of them",
        description: admin,
        security,
        parameters: [tenant, { name: "after", in: "query", description: "The id behind which to begin.", schema: text }, page[1]],
        responses: { 200: { description: "One lead a line.", content: { "application/x-ndjson": { schema: text } } }, ...problems(...common) },
      },
    },
    "/v1/tenants/{tenant}/admin/audit": {
      get: {
        operationId: "audit",
        summary: "What was written, in order",
        description: admin,
        security,
        parameters: [tenant, ...page],
        responses: { 200: { description: "Entries after a number, and the object's own time.", content: json(object({ now: { type: "integer" }, entries: { type: "array", items: ref("AuditEntry") } })) }, ...problems(...common) },
      },
    },
    ...shards,
  },
  components: {
    securitySchemes: { actor: { type: "http", scheme: "bearer", bearerFormat: "JWT", description: "ES256, `typ` `at+jwt`; issuer, audience, expiry, `sub` (the actor) and `tenant` are checked." } },
    responses: {
      400: refusal("The body cannot be read."),
      401: refusal("No token, or one that is not accepted.", { "WWW-Authenticate": { schema: text } }),
      403: refusal("The actor may not do this, or not here."),
      404: refusal("Nothing that the actor may see."),
      408: refusal("The body came too slowly."),
      409: refusal("The data, the configuration or the plan's age stand against it; look again."),
      413: refusal("The body is too large."),
      415: refusal("The body is of another type.", { Accept: { schema: text } }),
      422: refusal("Understood, and wrong."),
      429: refusal("Too many requests of this actor.", { "Retry-After": { schema: text } }),
      500: refusal("A fault of the worker's own."),
      503: refusal("Try again.", { "Retry-After": { schema: text } }),
    },
    schemas: {
      Digest: { type: "string", pattern: "^[0-9a-f]{64}$" },
      PostedCommand: {
        ...object({
          command: { ...object({ type: text }), description: "A command, as the package's types have it." },
          outcome: { type: ["string", "null"], description: "What the person saw: another outcome is refused." },
          options: { ...object({ allOrNothing: { type: "boolean" }, notify: { enum: ["digest", "none"] }, pin: { type: "boolean" } }, []), additionalProperties: false },
        }, ["command"]),
        additionalProperties: false,
      },
      Written: { ...object({ changed: whole, outcome: ref("Digest"), plan: ref("Plan") }), additionalProperties: false },
      PostedSpreadCommand: {
        ...object({ command: { ...object({ type: text }), description: "A command, as the package's types have it." }, options: { ...object({ allOrNothing: { type: "boolean" }, notify: { enum: ["digest", "none"] } }, []), additionalProperties: false } }, ["command"]),
        additionalProperties: false,
      },
      Bounds: { ...object({ bounds: { type: "array", items: { ...text, minLength: 1 }, maxItems: 255, description: "The first id of every shard but the first, in the order of their code points." } }), additionalProperties: false },
      Spread: {
        ...object({
          id: text,
          changed: whole,
          dropped: ref("Counts"),
          assignees: { type: "array", items: object({ user: text, before: whole, after: whole }, ["user"]) },
          notifications: { type: "array", items: object({ kind: text, leads: { type: "array", items: text }, count: whole }) },
          split: { type: ["object", "null"] },
          shards: { type: "array", items: { ...object({ changed: whole, dropped: ref("Counts") }), additionalProperties: false } },
        }),
        additionalProperties: false,
      },
      Counts: { type: "object", additionalProperties: whole, description: "How many leads, by code." },
      Plan: object({
        format: { const: "evenhand/plan@2" },
        id: text,
        digest: ref("Digest"),
        config: ref("Digest"),
        actor: text,
        at: { type: "integer" },
        command: object({ type: text }),
        count: whole,
        changes: { type: "array", items: object({ lead: text, set: { type: "object" } }) },
        created: { type: "array", items: object({ id: text, copyOf: text, set: { type: "object" } }) },
        removed: { type: "array", items: object({ lead: text }) },
        dropped: { type: "array", items: object({ lead: text, code: text, message: text }) },
        notifications: { type: "array", items: object({ kind: text, leads: { type: "array", items: text }, count: whole }) },
        timeline: { type: "array", items: object({ lead: text, at: { type: "integer" }, actor: text, kind: text, text }) },
        state: { type: "array", items: object({ key: text, version: whole }) },
        // Whoever may not see all fields is told what they may, without what only a host needs.
      }, ["id", "actor", "at", "command", "count", "changes", "created", "removed", "dropped", "notifications", "timeline"]),
      AuditEntry: {
        ...object({ seq: whole, at: whole, request: text, actor: text, via: { enum: ["command", "plan", "admin", "alarm"] }, action: text, plan: { type: ["string", "null"] }, changed: whole, dropped: whole }),
        additionalProperties: false,
      },
      Problem: {
        ...object({
          type: { type: "string", pattern: "^urn:evenhand:problem:[a-z0-9_]+$" },
          title: text,
          status: { type: "integer", minimum: 400, maximum: 599 },
          code: { type: "string", pattern: "^[a-z0-9_]+$" },
          detail: text,
          count: { ...whole, description: "How many problems there are; `problems` holds the first thousand." },
          problems: { type: "array", items: ref("Fault"), maxItems: 1000 },
        }, ["type", "title", "status", "code", "count", "problems"]),
        additionalProperties: false,
      },
      Fault: { ...object({ code: text, detail: text, pointer: text, lead: text, hint: text }, ["code", "detail"]), additionalProperties: false },
    },
  },
};
