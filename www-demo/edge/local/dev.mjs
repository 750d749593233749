// Starts the worker on this machine with a key of its own and a small tenant, and prints what to try. Usage: node local/dev.mjs [PORT]
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { readyProfiles } from "evenhand";
import { build, edge } from "./build.mjs";
import { issuer } from "./tokens.mjs";
import { start } from "./workerd.mjs";

const TENANT = "acme";
const [port = "8788"] = process.argv.slice(2);
const folder = join(edge, ".dev");
mkdirSync(folder, { recursive: true });
const modules = await build(folder);
const { jwks, token } = await issuer();
const server = await start({ folder, modules, storage: join(folder, "storage"), port, vars: { JWKS: jwks }, onLog: (line) => console.error(line) });
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => server.kill());

const config = {
  version: 1,
  fields: { id: { type: "text" }, version: { type: "number" }, owner: { type: "user" }, unit: { type: "unit" }, status: { type: "choice", choices: ["new", "open"] } },
  lead: { id: "id", version: "version", owner: "owner", unit: "unit", status: "status" },
  lifecycle: { onAssign: { status: "open" } },
  org: [{ id: "acme" }],
  users: [{ id: "nina", unit: "acme", profiles: ["officeAdmin"] }, ...["ann", "bob", "cyd"].map((id) => ({ id, unit: "acme", profiles: ["agent"] }))],
  profiles: readyProfiles,
};
const leads = Array.from({ length: 12 }, (_, at) => ({ id: `L-${at + 1}`, version: 1, owner: null, unit: "acme", status: "new" }));
const day = { expires: "11h" };
const admin = await token("host", TENANT, { ...day, scope: "admin" });
for (const [method, path, body] of [["PUT", "admin/config", config], ["POST", "admin/leads", leads]]) {
  const answer = await fetch(`${server.url}/v1/tenants/${TENANT}/${path}`, { method, body: JSON.stringify(body), headers: { authorization: `Bearer ${admin}`, "content-type": "application/json" } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
}

console.log(`The worker listens on ${server.url}, with twelve leads of ${TENANT}. Tokens for eleven hours:

ADMIN=${admin}
NINA=${await token("nina", TENANT, day)}
ANN=${await token("ann", TENANT, day)}

curl -X POST ${server.url}/v1/tenants/${TENANT}/commands -H "authorization: Bearer $ANN" -H "content-type: application/json" \\
  -d '{"command": {"type": "claim_from_pool", "lead": "L-1"}}'
curl -X POST ${server.url}/v1/tenants/${TENANT}/commands -H "authorization: Bearer $NINA" -H "content-type: application/json" \\
  -d '{"command": {"type": "split", "leads": {"ids": ["L-2", "L-3", "L-4"]}, "split": {"to": ["ann", "bob", "cyd"]}}}'
curl ${server.url}/v1/tenants/${TENANT}/admin/audit -H "authorization: Bearer $ADMIN"
`);
await server.ended;
