// Permissions against Cedar: the same world in its words, the same answers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Peer } from "./lib/cedar.mjs";
import { Coverage, SCOPES, VERBS, config, createEngineSync, world } from "./lib/world.mjs";

const WORLDS = 40;
/** Questions of one world. */
const QUESTIONS = 150;

test("Cedar decides every question as Evenhand does", (t) => {
  const engine = createEngineSync();
  const [asked, deciding, written] = [new Coverage(), new Coverage(), new Coverage()];
  let hidden = 0;
  for (let seed = 1; seed <= WORLDS; seed += 1) {
    const here = world(seed);
    const { random, leads, users, profiles } = here;
    const workspace = engine.workspace(config(here));
    const table = workspace.load(leads, { absent: ["version"] });
    const peer = new Peer(here);
    const somebody = () => (random.once(20) ? "ghost" : random.one(users).id);
    for (let left = QUESTIONS; left > 0; left -= 1) {
      const [actor, lead, verb] = [somebody(), random.one(leads), random.one(VERBS)];
      const question = { actor, do: verb, lead: lead.id };
      if (verb === "lead.release") question.slot = random.one(["owner", "lo"]);
      if (verb === "lead.give") question.to = random.once(4) ? actor : somebody();
      // A lead of a table and the same lead as an object are one lead.
      const named = workspace.can({ ...question, leads: table });
      const given = workspace.can({ ...question, lead });
      assert.deepEqual(given, named);
      // To somebody who could see no lead at all none is given.
      const blind = named.reasons[0]?.question === "receive";
      if (blind) assert.deepEqual(leads.filter((one) => peer.seesAsOwner(question.to, one)), [], JSON.stringify({ seed, question }));
      const wanted = peer.can(question) && !blind;
      assert.equal(named.allowed, wanted, JSON.stringify({ seed, question, lead, decision: named }));
      asked.add(verb, wanted ? "allowed" : "denied");
      for (const { profile, grant } of named.reasons) {
        if (grant === undefined) continue;
        const { scope, where, deny } = profiles.find(({ id }) => id === profile).grants[grant];
        deciding.add(deny ? "deny" : "allow", scope);
        deciding.add(deny ? "deny" : "allow", where === undefined ? "plain" : "where");
        deciding.add(deny ? "deny" : "allow", verb);
      }
    }
    hidden += peer.hidden;
    for (const { do: verbs, scope, deny } of profiles.flatMap(({ grants }) => grants)) for (const verb of verbs) written.add(verb, scope, deny ? "deny" : "allow");
    workspace.free();
  }
  engine.free();
  asked.require(80, VERBS, ["allowed", "denied"]);
  const covering = SCOPES.filter((scope) => scope !== "none");
  written.require(1, VERBS, SCOPES, ["allow", "deny"]);
  deciding.require(20, ["allow"], [...covering, ...VERBS, "plain", "where"]);
  deciding.require(8, ["deny"], [...covering, ...VERBS.slice(1), "plain", "where"]);
  // What denies a view is not told to anybody: it is Cedar that counts those.
  assert.ok(hidden > 100, `${hidden}`);
  t.diagnostic(`${WORLDS * QUESTIONS} decisions of ${WORLDS} worlds`);
});
