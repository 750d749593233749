// A permission as a filter: over a table, over plain objects, and question by question, it is the same permission.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Coverage, config, createEngineSync, world } from "./lib/world.mjs";

const VERBS = ["lead.view", "lead.edit", "lead.claim", "lead.release", "lead.mass", "rule.run"];
const WORLDS = 30;

test("scope, select, matches and can say the same", (t) => {
  const engine = createEngineSync();
  const seen = new Coverage();
  let compared = 0;
  for (let seed = 1001; seed <= 1000 + WORLDS; seed += 1) {
    const here = world(seed, { leads: 20 });
    // Verbs that go by leads share the grants of those that the worlds have.
    for (const { grants } of here.profiles) {
      for (const grant of grants) {
        if (grant.do.includes("lead.edit")) grant.do = [...grant.do, "rule.run"];
        if (grant.do.includes("lead.claim")) grant.do = [...grant.do, "lead.mass"];
      }
    }
    const workspace = engine.workspace(config(here));
    const table = workspace.load(here.leads, { absent: ["version"] });
    for (const { id: actor, active } of here.users) {
      const visible = here.leads.filter((lead) => workspace.can({ actor, do: "lead.view", lead }).allowed).map(({ id }) => id);
      assert.deepEqual(table.select(null, { actor }).ids(), visible);
      if (!active) assert.deepEqual(visible, []);
      for (const verb of VERBS) {
        const scope = workspace.scope(actor, verb);
        const wanted = here.leads.filter((lead) => workspace.can({ actor, do: verb, lead }).allowed).map(({ id }) => id);
        const why = JSON.stringify({ seed, actor, verb, scope: scope.describe() });
        assert.deepEqual(table.select(scope, { actor }).ids(), wanted, why);
        assert.deepEqual(table.select(scope, { actor: null }).ids(), wanted, why);
        assert.deepEqual(here.leads.filter((lead) => scope.matches(lead)).map(({ id }) => id), wanted, why);
        assert.deepEqual(here.leads.filter((lead) => scope.explain(lead).matched).map(({ id }) => id), wanted, why);
        seen.add(verb, wanted.length === 0 ? "nothing" : wanted.length === here.leads.length ? "everything" : "some");
        compared += here.leads.length;
        scope.free();
      }
    }
    workspace.free();
  }
  engine.free();
  seen.require(5, VERBS, ["nothing", "some"]);
  seen.require(1, ["lead.view"], ["everything"]);
  t.diagnostic(`${compared} leads of ${WORLDS} worlds, each by five ways`);
});

test("a lead that lacks what a grant reads is covered by nothing", () => {
  const engine = createEngineSync();
  for (let seed = 2001; seed <= 2010; seed += 1) {
    const here = world(seed);
    const workspace = engine.workspace(config(here));
    let lacking = 0;
    for (const { id: actor } of here.users.filter((user) => user.active)) {
      const scope = workspace.scope(actor, "lead.view");
      for (const whole of here.leads) {
        for (const field of ["owner", "lo", "unit", "access", "status", "score"]) {
          const { [field]: _, ...lead } = whole;
          const decision = workspace.can({ actor, do: "lead.view", lead });
          const incomplete = decision.reasons.some(({ code }) => code === "lead_incomplete");
          assert.equal(scope.matches(lead), decision.allowed);
          if (incomplete) assert.equal(decision.allowed, false);
          else assert.deepEqual(decision, workspace.can({ actor, do: "lead.view", lead: whole }));
          lacking += incomplete ? 1 : 0;
        }
      }
    }
    assert.ok(lacking > 0);
    workspace.free();
  }
  engine.free();
});
