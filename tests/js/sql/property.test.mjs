// Random plans: after their statements a database holds what the engine's table holds after `apply`, row by row, also when rows changed or
// went between the plan and the write. `CASES` is the number of plans, `FIRST` the seed of the first.
import assert from "node:assert/strict";
import test from "node:test";

import { leadsTable, pglite, postgres, runAll, sqlite } from "./lib/databases.mjs";
import { ask } from "./lib/engine.mjs";
import { command, config, FIELDS, leads, NOW, random } from "./lib/world.mjs";

const CASES = Number(process.env.CASES ?? 60);
const FIRST = Number(process.env.FIRST ?? 1);

for (const open of [sqlite, pglite, postgres]) {
  const db = await open();
  if (db === undefined) continue;
  test(`${db.name}: statements do what apply does`, async () => {
    let written = 0;
    let refused = 0;
    for (let seed = FIRST; seed < FIRST + CASES; seed += 1) {
      const rng = random(seed * 7919);
      const world = config({ versioned: rng.below(2) === 0, hasRun: rng.below(2) === 0 });
      const rows = leads(rng, 1 + rng.below(20));
      const request = { config: world, leads: rows, command: command(rng, rows), context: { actor: "ann", now: NOW, notify: rng.pick(["digest", "none"]) } };
      if (rng.below(4) === 0) {
        // Half of the way back.
        let first;
        try {
          first = ask(request);
        } catch {
          continue;
        }
        request.leads = first.rows;
        request.command = { type: "undo", plan: first.plan.id };
        request.context = { ...request.context, plans: { [first.plan.id]: first.plan } };
      }
      const now = request.leads;
      const meanwhile = rng.below(2) === 0 ? [] : rng.some(now, 4).map((row) => ({ ...row, ...rng.pick([{ owner: "cyd" }, { note: "new" }, { tags: ["q"] }, { run: "r2" }, { score: 4 }, { version: 99 }]) }));
      const gone = rng.below(3) === 0 ? rng.some(now, 2).map(({ id }) => id) : [];
      const maxParams = rng.pick([undefined, 1, 3, 100]);
      const options = { table: "leads", stateTable: null, ...(maxParams && { maxParams }), ...(rng.below(2) && { alias: 'l"`x' }) };
      let answer;
      try {
        answer = ask({ ...request, meanwhile: meanwhile.filter(({ id }) => !gone.includes(id)), gone, sql: [[db.dialect, options]] });
      } catch (error) {
        assert.match(String(error.code), /invalid/, `seed ${seed}: ${error}`);
        continue;
      }
      const table = await leadsTable(db, FIELDS, now);
      for (const row of meanwhile) await table.put(row);
      for (const id of gone) await table.remove(id);
      const list = answer.statements[0];
      assert.ok(Array.isArray(list), `seed ${seed}: ${JSON.stringify(list)}`);
      for (const { params } of list) assert.ok(params.length <= (maxParams ?? 100), `seed ${seed}: ${params.length} parameters`);
      const ids = await runAll(db, list);
      const { changed, created, removed, refused: left } = answer.applied;
      assert.equal(ids.length, changed + created + removed, `seed ${seed}: ${JSON.stringify(request.command)} ${ids} ${JSON.stringify(answer.applied)}`);
      assert.equal(list.reduce((sum, { expect }) => sum + expect, 0), changed + created + removed + left.length, `seed ${seed}`);
      const wanted = new Map(answer.rows.map((row) => [row.id, row]));
      assert.deepEqual(await table.read(), wanted, `seed ${seed}: ${JSON.stringify(request.command)}\n${JSON.stringify(list, null, 1)}`);
      written += ids.length;
      refused += left.length;
    }
    assert.ok(written > CASES && refused > CASES / 10, `${written} rows were written and ${refused} refused`);
    await db.close();
  });
}
