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
    const peers = new Map(here.users.map(({ id }) => [id, new Peer(here, id)]));
    for (const [actor, peer] of peers) {
      for (const lead of here.leads) {
        for (const verb of VERBS) {
          const question = { actor, do: verb, lead };
          if (verb === "lead.give") question.to = here.random.once(2) ? actor : here.random.one(here.users).id;
          const decision = workspace.can(question);
          // To somebody who could see no lead at all none is given.
          const blind = decision.reasons[0]?.question === "receive";
          if (blind) assert.deepEqual(here.leads.filter((one) => peers.get(question.to).seesAsOwner(question.to, one)), [], JSON.stringify({ seed, question }));
          const wanted = peer.can(question) && !blind;
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
