// A CRM in one file. Usage: node main.mjs [PORT] [FILE]
import { createServer } from "node:http";
import { DatabaseSync } from "node:sqlite";
import { createEngine, readyProfiles } from "evenhand";
import { defineConfig, httpStatus } from "evenhand/host";
import { sqliteStoreSync } from "evenhand/store";

const config = defineConfig({
  version: 1,
  fields: {
    id: { type: "text" },
    version: { type: "number" },
    name: { type: "text", label: "Name" },
    status: { type: "choice", choices: ["new", "open", "won"] },
    score: { type: "number", label: "Score" },
    owner: { type: "user", label: "Owner" },
    assigned: { type: "datetime" },
  },
  lead: { id: "id", version: "version", owner: "owner", status: "status", assignedAt: "assigned" },
  lifecycle: { onAssign: { status: "open" }, onUnassign: { status: "new" }, open: { rules: [{ field: "status", operator: "!=", value: "won" }] } },
  org: [{ id: "acme" }],
  users: [{ id: "nina", unit: "acme", profiles: ["officeAdmin"] }, ...["ann", "bob", "cyd"].map((id) => ({ id, unit: "acme", profiles: ["agent"] }))],
  profiles: readyProfiles,
});

const [port = "8788", file = ":memory:"] = process.argv.slice(2);
const database = new DatabaseSync(file);
database.exec(`
  CREATE TABLE IF NOT EXISTS leads (id TEXT PRIMARY KEY, version INTEGER, name TEXT, name_folded TEXT, status TEXT, score REAL, owner TEXT, assigned INTEGER);
  CREATE TABLE IF NOT EXISTS timeline (lead TEXT, at INTEGER, actor TEXT, text TEXT);
  CREATE TABLE IF NOT EXISTS notices (user TEXT, kind TEXT, count INTEGER);
`);

const engine = await createEngine();
const store = sqliteStoreSync({
  engine,
  workspace: engine.workspace(config),
  database,
  table: "leads",
  columns: { name: { column: "name", folded: "name_folded" } },
  /** What belongs to a plan is written with it. */
  written(client, plan) {
    for (const { lead, at, actor, text } of plan.timeline()) client.query("INSERT INTO timeline VALUES (?, ?, ?, ?)", [lead, at, actor, text]);
    for (const { user, kind, count } of plan.notifications) client.query("INSERT INTO notices VALUES (?, ?, ?)", [user, kind, count]);
  },
});
store.createTables();
if (store.list({ actor: "nina" }).count === 0) {
  const names = ["Ada Byron", "Émile Zola", "İnci Aral", "Jo March", "Kit Marlowe", "Lu Xun", "Mo Yan", "Nell Gwyn", "Ono Yoko", "Pip Pirrip"];
  store.put(names.map((name, at) => ({ id: `L-${at + 1}`, version: 1, name, status: at < 3 ? "open" : "new", score: (at * 7) % 10, owner: at < 3 ? "ann" : null })));
}

/** What a person is shown before they say yes, with the outcome that they post to say it; and what was done. */
function told({ plan, ...rest }) {
  if (plan === undefined) return rest;
  const { id, outcome, count, assignees, droppedCount } = plan;
  plan.free();
  return { ...rest, plan: id, outcome, count, assignees, droppedCount };
}

const routes = {
  "GET /leads": ({ actor, search }) =>
    store.list({
      actor,
      query: search.has("name") ? { rules: [{ field: "name", operator: "contains", value: search.get("name") }] } : null,
      sort: search.has("sort") ? [{ field: search.get("sort"), descending: search.has("descending") }] : [],
      offset: Number(search.get("offset") ?? 0),
      limit: Number(search.get("limit") ?? 50),
    }),
  "GET /may-reassign": ({ actor, search }) => store.can({ actor, do: "lead.reassign", lead: search.get("lead"), to: search.get("to") }),
  "POST /preview": ({ actor, body }) => {
    const plan = store.preview(body.command, { actor });
    return told(plan.refused.length > 0 ? { status: 403, code: "refused", reasons: plan.refused, plan } : { plan });
  },
  "POST /perform": ({ actor, body, key }) => {
    const result = store.perform(body.command, { actor, ...(body.outcome && { outcome: body.outcome }), ...(key && { id: `${actor}/${key}` }) });
    return { status: httpStatus(result), ...told(result) };
  },
  "POST /undo": ({ actor, body }) => {
    const result = store.undo(body.plan, { actor });
    return { status: httpStatus(result), ...told(result) };
  },
  "GET /timeline": ({ search }) => ({ entries: database.prepare("SELECT actor, text FROM timeline WHERE lead = ? ORDER BY rowid").all(search.get("lead")) }),
};

createServer(async (request, response) => {
  const answer = (status, body) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  try {
    const { pathname, searchParams: search } = new URL(request.url, "http://localhost");
    const route = routes[`${request.method} ${pathname}`];
    if (route === undefined) return answer(404, { code: "no_such_address" });
    const text = (await request.setEncoding("utf8").toArray()).join("");
    const call = { actor: request.headers["x-user"] ?? "nobody", key: request.headers["idempotency-key"], search, body: text === "" ? {} : JSON.parse(text) };
    const { status = 200, ...body } = route(call);
    return answer(status, body);
  } catch (error) {
    const status = error instanceof SyntaxError ? 400 : httpStatus(error);
    if (status === 500) console.error(error);
    return answer(status, status === 500 ? { code: "internal" } : error instanceof SyntaxError ? { code: "not_json" } : error);
  }
}).listen(Number(port), "127.0.0.1", function () {
  console.log(`http://127.0.0.1:${this.address().port}`);
});
