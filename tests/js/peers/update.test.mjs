// A workspace that changes in parts, while tables, selections, filters and plans that it made stay in use.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createEngineSync, readyProfiles } from "./lib/world.mjs";

const NOW = "2026-03-02T09:00:00Z";
const host = { actor: null };

function small() {
  const all = [{ do: ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass"], scope: "all" }];
  return {
    version: 1,
    fields: { id: { type: "text" }, owner: { type: "user" }, unit: { type: "unit" }, units: { type: "units" }, at: { type: "datetime" } },
    lead: { id: "id", owner: "owner", unit: "unit", access: "units" },
    org: [{ id: "east" }, { id: "east1", parent: "east" }, { id: "west" }],
    profiles: [{ id: "all", grants: all }, { id: "own", grants: [{ do: ["lead.view"], scope: "own" }] }],
    users: [
      { id: "ann", unit: "east", profiles: ["all"], tags: ["sales"] },
      { id: "bob", unit: "east1", profiles: ["own"], tags: ["sales"] },
      { id: "cid", unit: "west", profiles: ["own"], tags: ["sales"] },
    ],
  };
}
const leads = [
  { id: "1", owner: null, unit: "east", units: ["west"] },
  { id: "2", owner: "bob", unit: "west", units: [] },
  { id: "3", owner: "cid", unit: "nowhere", units: ["east1"] },
  { id: "4", owner: "bob", unit: "east1", units: [] },
];

function opened(config = small()) {
  const engine = createEngineSync();
  const workspace = engine.workspace(config);
  return { engine, workspace, table: workspace.load(leads) };
}

const under = (field, value) => ({ rules: [{ field, operator: "under", value }] });

test("a patch makes what the patched configuration would", () => {
  const { engine, workspace } = opened();
  const before = workspace.digest;
  const patch = {
    users: { put: [{ id: "dee", unit: "north", profiles: ["all"] }], remove: ["cid"] },
    org: [{ id: "east" }, { id: "east1", parent: "east" }, { id: "west" }, { id: "north" }],
    schedules: { put: [{ id: "day", timeZone: "Asia/Tokyo", week: { 1: [["09:00", "17:00"]] } }] },
  };
  workspace.update(patch);
  const config = { ...small(), org: patch.org, schedules: patch.schedules.put };
  config.users = [...config.users.filter(({ id }) => id !== "cid"), ...patch.users.put];
  const anew = engine.workspace(config);
  assert.deepEqual(workspace.config, config);
  assert.deepEqual(workspace.config, anew.config);
  assert.equal(workspace.digest, anew.digest);
  assert.notEqual(workspace.digest, before);
  assert.deepEqual(Object.keys(workspace.zones()), ["Asia/Tokyo"]);
  // A zone that came with a patch serves the next one too.
  workspace.update({ schedules: { put: [{ id: "late", timeZone: "Asia/Tokyo", week: { 2: [["12:00", "20:00"]] } }] } });
  assert.deepEqual(Object.keys(workspace.zones()), ["Asia/Tokyo"]);
  assert.equal(workspace.config.zones, undefined);
  engine.free();
});

test("an update that fails changes nothing", () => {
  const { engine, workspace, table } = opened();
  const filter = workspace.scope("bob", "lead.view");
  const state = () => [workspace.config, workspace.digest, workspace.zones(), table.select(null, { actor: "bob" }).ids(), table.select(filter, host).ids(), workspace.members({ tags: ["sales"] })];
  const before = state();
  const fails = [
    [{ profiles: { remove: ["own"] } }, "unknown_profile"],
    [{ users: { put: [{ id: "bob", paused: true }, { id: "ann", unit: "nowhere" }] } }, "unknown_unit"],
    [{ users: { put: [{ id: "dee" }], remove: ["eve"] } }, "unknown_id"],
    [{ users: { remove: ["cid"] }, org: [{ id: "east", parent: "west" }] }, "unknown_unit"],
    [{ schedules: { put: [{ id: "day", timeZone: "Nowhere/Land", week: {} }] } }, "unknown_zone"],
    [{ user: {} }, "unknown_key"],
    [null, "missing"],
    ["users", "wrong_type"],
  ];
  for (const [patch, code] of fails) {
    assert.throws(() => workspace.update(patch), (error) => error.code === "config_invalid" && error.diagnostics.some((fault) => fault.code === code), JSON.stringify(patch));
    assert.deepEqual(state(), before);
  }
  const cycle = {};
  cycle.users = cycle;
  assert.throws(() => workspace.update(cycle), { code: "json_invalid" });
  assert.deepEqual(state(), before);
  engine.free();
});

test("a user who is paused leaves splits by tag, and nothing else changes", () => {
  const { engine, workspace } = opened();
  const table = workspace.load(["1", "2", "3", "4", "5", "6"].map((id) => ({ id, owner: null, unit: "east", units: [] })));
  const split = () => workspace.plan(table, { type: "split", leads: { filter: { rules: [] } }, split: { to: { tags: ["sales"] } } }, { actor: "ann", now: NOW });
  const receivers = () => Object.keys(split().byAssignee()).sort();
  assert.deepEqual(receivers(), ["ann", "bob", "cid"]);
  const [bob] = small().users.filter(({ id }) => id === "bob");
  workspace.update({ users: { put: [{ ...bob, paused: true }] } });
  assert.deepEqual(receivers(), ["ann", "cid"]);
  workspace.update({ users: { put: [bob] } });
  assert.deepEqual(receivers(), ["ann", "bob", "cid"]);
  assert.equal(workspace.digest, engine.workspace(small()).digest);
  engine.free();
});

test("tables go by the new permissions, people and units at once", () => {
  const { engine, workspace, table } = opened();
  assert.deepEqual(table.problems.map(({ code, value }) => [code, value]), [["unknown_unit", "nowhere"]]);
  assert.deepEqual(table.select(null, { actor: "bob" }).ids(), ["2", "4"]);
  assert.throws(() => table.select(null, { actor: "dee" }), { code: "unknown_actor" });
  const kept = table.select(null, { actor: "bob" });
  workspace.update({
    org: [{ id: "east" }, { id: "east1", parent: "east" }, { id: "west" }, { id: "nowhere", parent: "east" }],
    profiles: { put: [{ id: "own", grants: [{ do: ["lead.view"], scope: "subtree" }] }] },
    users: { put: [{ id: "dee", unit: "east", profiles: ["own"] }] },
  });
  // The units that were unknown are known: the cells were kept.
  assert.deepEqual(table.select(null, { actor: "dee" }).ids(), ["1", "2", "3", "4"]);
  assert.deepEqual(table.select(null, { actor: "bob" }).ids(), ["2", "3", "4"]);
  // What was selected before is still what was selected.
  assert.deepEqual(kept.ids(), ["2", "4"]);
  assert.deepEqual(kept.sort([{ field: "unit" }]).rows(0, 1, ["id"]).map(({ id }) => id), ["4"]);
  // Loading goes by what is known now.
  table.upsert([{ id: "5", owner: "dee", unit: "nowhere", units: ["atlantis"] }, { id: "6", owner: "eve" }]);
  assert.deepEqual(table.problems.slice(1).map(({ code, value }) => [code, value]), [["unknown_unit", "atlantis"], ["unknown_user", "eve"]]);
  assert.throws(() => kept.ids(), { code: "stale_selection" });
  // A load that was under way ends well.
  const loader = workspace.loader();
  loader.push([leads[0]]);
  workspace.update({ users: { put: [{ id: "eve", profiles: ["all"] }] } });
  loader.push([leads[1]]);
  assert.deepEqual(loader.finish().select(null, { actor: "eve" }).ids(), ["1", "2"]);
  engine.free();
});

test("filters keep the meaning that they were compiled with", () => {
  const { engine, workspace, table } = opened();
  const some = { rules: [{ field: "units", match: { mode: "some" }, operator: "=", value: under("", "east") }] };
  const queries = [under("unit", "east"), under("units", "east"), under("owner", "east"), some];
  const old = queries.map((query) => workspace.filter(query));
  const ids = (filter) => table.select(filter, host).ids();
  const told = () => old.map((filter) => [ids(filter), filter.describe(), leads.map((lead) => filter.matches(lead))]);
  const before = told();
  assert.deepEqual(before.map(([found]) => found), [["1", "4"], ["3"], ["2", "4"], ["3"]]);
  // Now east has nothing below it, its place among the units is another one, and bob is elsewhere.
  const [ann, bob, cid] = small().users;
  workspace.update({ org: [{ id: "west" }, { id: "east1", parent: "west" }, { id: "east" }], users: { put: [{ ...bob, unit: "west" }, { ...cid, unit: "east" }, ann] } });
  assert.deepEqual(told(), before);
  const later = queries.map((query) => workspace.filter(query));
  assert.deepEqual(later.map(ids), [["1"], [], ["3"], []]);
  // Together, each means what it meant.
  for (const [at, before] of old.entries()) {
    for (const [place, after] of later.entries()) {
      const both = ids(before).filter((id) => ids(after).includes(id));
      for (const filter of [before.and(after), after.and(before)]) {
        assert.deepEqual(ids(filter), both, `${at} and ${place}`);
        assert.deepEqual(leads.filter((lead) => filter.matches(lead)).map(({ id }) => id), both);
      }
    }
  }
  engine.free();
});

test("a plan goes by the configuration that made it, and an old one is known for old", () => {
  const { engine, workspace, table } = opened();
  const context = { actor: "ann", now: NOW };
  const plan = workspace.plan(table, { type: "assign", leads: { ids: ["1"] }, to: "ann" }, context);
  const [digest, bytes] = [plan.digest, plan.encode()];
  workspace.update({ users: { put: [{ id: "bob", unit: "east1", profiles: ["own"], paused: true }] } });
  assert.equal(plan.digest, digest);
  assert.deepEqual(plan.encode(), bytes);
  const verdict = workspace.verify(table, bytes, context);
  assert.deepEqual(verdict.problems.map(({ code }) => code), ["config_changed"]);
  // Whether to take it over is the host's question.
  assert.equal(table.apply(plan).changed, 1);
  engine.free();
});

test("the ready profiles compile and are what the documents say", () => {
  assert.deepEqual(readyProfiles.map(({ id }) => id), ["agent", "teamLead", "officeAdmin", "companyAdmin", "partnerUser"]);
  const engine = createEngineSync();
  const config = { ...small(), profiles: readyProfiles };
  config.users = readyProfiles.map(({ id }, at) => ({ id, profiles: [id], unit: ["east1", "east1", "east", "east", "west"][at] }));
  const workspace = engine.workspace(config);
  const lead = (owner, unit) => ({ id: "1", owner, unit, units: [], at: null });
  const may = (actor, verb, lead, to) => workspace.can({ actor, do: verb, lead, ...(to === undefined ? {} : { to }) }).allowed;
  assert.ok(may("agent", "lead.edit", lead("agent", "east1")));
  assert.ok(may("agent", "lead.claim", lead(null, "west")));
  assert.ok(!may("agent", "lead.view", lead("teamLead", "east1")));
  assert.ok(!may("agent", "lead.give", lead("agent", "east1"), "teamLead"));
  assert.ok(may("teamLead", "lead.give", lead("agent", "east1"), "agent"));
  assert.ok(!may("teamLead", "lead.view", lead("officeAdmin", "east")));
  assert.ok(may("officeAdmin", "lead.give", lead("agent", "east1"), "teamLead"));
  assert.ok(may("companyAdmin", "lead.release", lead("officeAdmin", "east")));
  assert.ok(!may("companyAdmin", "lead.view", lead("partnerUser", "west")));
  assert.ok(may("partnerUser", "lead.edit", lead("partnerUser", "east")));
  assert.ok(!may("partnerUser", "lead.release", lead("partnerUser", "east")));
  engine.free();
});
