// Two tenants that differ in hidden fields only: whoever may not see the fields gets the same answers of the worker, and what is written is whole.
import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { config, lead, prepare, seeded } from "./lib/edge.mjs";

const base = config();
const setting = {
  ...base,
  profiles: [...base.profiles, { id: "temp", grants: base.profiles[0].grants, fields: { name: "hidden", hot: "hidden" } }],
  users: [...base.users, { id: "kim", unit: "acme", profiles: ["temp"] }],
  lifecycle: { ...base.lifecycle, onAssign: { status: "open", name: "given" } },
};
const leads = (hidden) => Array.from({ length: 12 }, (_, at) => lead(`l${at}`, { owner: at < 4 ? "a0" : null, status: at < 4 ? "open" : "new", ...hidden(at) }));
const WORLDS = [leads((at) => ({ name: `Secret ${at}`, hot: at % 2 === 0 })), leads(() => ({ name: null, hot: null }))];
let edge, server, tenants;

before(async () => {
  edge = await prepare();
  server = await edge.start();
  tenants = [];
  for (const [at, rows] of WORLDS.entries()) {
    const { admin, as } = await seeded(server, edge.keys, `t${at}`, { setting, leads: rows });
    tenants.push({ admin, kim: await as("kim"), lead: await as("lead") });
  }
});
after(async () => {
  await server?.kill();
  edge?.remove();
});

/** Times and the names of requests, which are each tenant's own, told alike. */
const levelled = ({ status, text }) => [status, text.replaceAll(/\b1\d{12}\b|\b20\d\d-\d\d-\d\dT[\d:.]+Z/g, "<time>").replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, "<id>")];

test("the worker tells nothing of hidden fields, and writes them", async () => {
  const rule = (field, operator, value) => ({ rules: [{ field, operator, value }] });
  const commands = {
    assign: { type: "assign", leads: { ids: ["l0", "l5", "nobody"] }, to: "a1" },
    "taken back": (plan) => ({ type: "undo", plan }),
    "assigned again": { type: "assign", leads: { ids: ["l7", "l6"] }, to: "a2" },
    "edit status": { type: "mass_edit", leads: { filter: rule("status", "=", "new") }, set: { status: "won" } },
    "edit name": { type: "mass_edit", leads: { ids: ["l1"] }, set: { name: "x" } },
    "edit nothing": { type: "mass_edit", leads: { ids: ["l1"] }, set: { nome: "x" } },
    "by name": { type: "mass_edit", leads: { filter: rule("name", "contains", "Secret") }, set: { status: "won" } },
    "by hot": { type: "split", leads: { filter: rule("hot", "=", true) }, split: { to: ["a1", "a2"] } },
    together: { type: "split", leads: { ids: ["l1", "l2"] }, split: { to: ["a1", "a2"], together: ["name"] } },
    split: { type: "split", leads: { ids: ["l1", "l2", "l3"] }, split: { to: ["a3", "a4"] } },
  };
  const statuses = new Set();
  const first = [];
  for (const [name, command] of Object.entries(commands)) {
    const key = name.replaceAll(" ", "-");
    const [one, other] = await Promise.all(tenants.map(({ kim }, at) => kim.command(typeof command === "function" ? command(first[at]) : command, { key })));
    if (name === "assign") first.push(one.data.plan.id, other.data.plan.id);
    // What goes back has the time at which it was given, which is each tenant's own.
    if (name === "taken back") for (const answer of [one, other]) answer.text = answer.text.replaceAll(/"outcome":"[0-9a-f]{64}"/g, '"outcome":"<times>"');
    assert.deepEqual(levelled(one), levelled(other), name);
    assert.doesNotMatch(one.text, /Secret|"given"/, name);
    statuses.add(one.status);
  }
  assert.ok(statuses.has(200) && statuses.size > 1, "some are written and some refused");
  for (const id of ["l0", "l1", "l9", "nobody"]) {
    const [one, other] = await Promise.all(tenants.map(({ kim }) => kim.ask("GET", `leads/${id}`)));
    assert.deepEqual(levelled(one), levelled(other), id);
    assert.doesNotMatch(one.text, /Secret|"name"|"hot"/, id);
    statuses.add(one.status);
  }
  // Who sees the fields is told of them, so the comparison is of something; and what was assigned has the name that assigning gives it.
  const [one, other] = await Promise.all(tenants.map(({ lead }) => lead.ask("GET", "leads/l9")));
  assert.notEqual(one.text, other.text);
  for (const { admin } of tenants) {
    const rows = await admin.leads();
    assert.deepEqual([rows.get("l0").owner, rows.get("l6").owner, rows.get("l6").name], ["a0", "a2", "given"]);
  }
  const [shown, none] = await Promise.all(tenants.map(async ({ admin }) => (await admin.leads()).get("l5").name));
  assert.deepEqual([shown, none], ["Secret 5", null], "what was taken back has what it had");
});
