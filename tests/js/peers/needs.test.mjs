// What `needs` names is all that a plan reads: from those leads, that state and those loads alone comes the same plan.
import assert from "node:assert/strict";
import { test } from "node:test";
import { KINDS, commands, crowded, loads, needed } from "./lib/crowded.mjs";
import { Coverage, createEngineSync } from "./lib/world.mjs";

const NOW = "2026-03-02T09:00:00Z";

/** Of a record, the entries with these keys. */
const only = (record, keys) => Object.fromEntries(keys.filter((key) => key in record).map((key) => [key, record[key]]));

test("a plan of what is needed is the plan of all", (t) => {
  const engine = createEngineSync();
  const seen = new Coverage();
  let spared = 0;
  for (let seed = 5001; seed <= 5120; seed += 1) {
    const { here, made } = crowded(seed);
    const workspace = engine.workspace({
      ...made,
      groups: [...made.groups, { id: "g", name: "G", members: { tags: ["all"] }, method: { type: "least_recent" } }],
    });
    const all = workspace.load(here.leads);
    const load = loads(here.users);
    const state = Object.fromEntries([
      ...here.users.map(({ id }, at) => [`user/${id}`, at % 2 === 0 ? null : { version: at, value: { format: 1, last: { at: 5, tick: at } } }]),
      ...here.leads.map(({ id }, at) => [`held/${id}`, at % 3 === 0 ? { version: 2, value: { format: 1 } } : null]),
      ...Object.entries(here.state),
    ]);
    for (const { id: actor } of here.random.some(here.users, 3)) {
      for (const command of commands(here)) {
        let found;
        try {
          found = needed(workspace, command, { actor, now: NOW }, state);
        } catch (error) {
          // What cannot be planned needs nothing.
          assert.throws(() => workspace.plan(all, command, { actor, now: NOW, state, load }), { code: error.code });
          continue;
        }
        const { state: given, needs: { leads, load: people, state: { keys, prefixes } } } = found;
        const rows = here.leads.filter((lead) => (leads.ids ? leads.ids.includes(lead.id) : leads.filter.matches(lead, { now: NOW, actor })));
        const part = workspace.load(rows);
        const whole = workspace.plan(all, command, { actor, now: NOW, state, load });
        const same = workspace.plan(part, command, { actor, now: NOW, state: given, partialState: true, load: only(load, people) });
        const where = `seed ${seed}, ${actor}: ${JSON.stringify(command)}`;
        assert.deepEqual(same.toJSON(), whole.toJSON(), where);
        // A posted plan needs what its command does, at its own time, and the mark of a plan that was written.
        for (const posted of [whole, whole.encode(), whole.toJSON()]) {
          const again = workspace.needs(posted, { actor, now: new Date(Date.parse(NOW) + 1000), state: given });
          assert.deepEqual([again.state.keys, again.state.prefixes, again.load], [[...keys, `done/${whole.id}`].sort(), prefixes, people], where);
          assert.deepEqual(again.leads.ids, leads.ids, where);
          again.leads.filter?.free();
        }
        spared += here.leads.length - rows.length;
        seen.add(command.type, whole.count + whole.runs.length > 0 ? "changes" : "nothing");
        for (const handle of [whole, same, part]) handle.free();
        leads.filter?.free();
      }
    }
    all.free();
    workspace.free();
  }
  engine.free();
  t.diagnostic(`${seen}; ${spared} leads were not needed`);
  assert.ok(spared > 1000);
  for (const kind of KINDS) assert.ok(seen.of(kind, "changes") >= 3, kind);
});
