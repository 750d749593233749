// Permissions against casl, as far as casl can say them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Peer } from "./lib/casl.mjs";
import { Coverage, VERBS, config, createEngineSync, world } from "./lib/world.mjs";

const SCOPES = ["none", "own", "all", "unowned"];
const WORLDS = 120;

test("casl decides as Evenhand does", (t) => {
  const engine = createEngineSync();
  const [asked, deciding] = [new Coverage(), new Coverage()];
  let decisions = 0;
  for (let seed = 1; seed <= WORLDS; seed += 1) {
    const here = world(seed, { scopes: SCOPES, users: 5, leads: 8 });
    const workspace = engine.workspace(config(here));
    for (const { id: actor } of here.users) {
      const peer = new Peer(here, actor);
      for (const lead of here.leads) {
        for (const verb of VERBS) {
          const question = { actor, do: verb, lead };
          if (verb === "lead.give") question.to = here.random.once(2) ? actor : here.random.one(here.users).id;
          const wanted = peer.can(question);
          const decision = workspace.can(question);
          // Whether the receiver could work the lead is asked once the actor may give it, and casl knows nothing of that.
          if (wanted && decision.reasons[0]?.question === "receive") {
            assert.equal(decision.allowed, false);
            continue;
          }
          assert.equal(decision.allowed, wanted, JSON.stringify({ seed, question, decision }));
          asked.add(verb, wanted ? "allowed" : "denied");
          decisions += 1;
          for (const { profile, grant } of decision.reasons) {
            if (grant === undefined) continue;
            const { scope, where, deny } = here.profiles.find(({ id }) => id === profile).grants[grant];
            deciding.add(deny ? "deny" : "allow", scope, where === undefined ? "plain" : "where");
          }
        }
      }
    }
    workspace.free();
  }
  engine.free();
  asked.require(100, VERBS, ["allowed", "denied"]);
  deciding.require(20, ["allow", "deny"], ["own", "all", "unowned"], ["plain", "where"]);
  t.diagnostic(`${decisions} decisions of ${WORLDS} worlds`);
});
