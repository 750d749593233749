// Hidden means hidden. Whatever a viewer can ask is asked twice: of a table with all leads, and of one that holds only those the
// viewer may see. The answers must be the same to the byte, so that nobody can tell a lead that is hidden from one that is not there.
import assert from "node:assert/strict";
import { test } from "node:test";
import { KINDS, commands, crowded, isOffered, loads } from "./lib/crowded.mjs";
import { Coverage, condition, createEngineSync, query } from "./lib/world.mjs";

const WORLDS = 30;
const NOW = "2026-03-02T09:00:00Z";
const scored = { rules: [{ field: "score", operator: ">", value: 2 }] };

/** The answer, or the error that is thrown instead. */
function answer(ask) {
  try {
    return ask();
  } catch (error) {
    if (error?.name !== "EvenhandError") throw error;
    return { thrown: error.toJSON() };
  }
}

/** Everything that a plan tells but the places of its rows in the table, which are the table's own. */
function told(plan) {
  const { to, users } = plan.columns();
  const all = {
    data: plan.toJSON(), digest: plan.digest, outcome: plan.outcome, count: plan.count, droppedCount: plan.droppedCount,
    byAssignee: plan.byAssignee(), to: [...to], users, bytes: Buffer.from(plan.encode()).toString("hex"),
  };
  plan.free();
  return all;
}

/** Everything that a selection tells. */
function found(selection) {
  const by = ["owner", "status", "unit", "access", "score"].map((field) => selection.countBy(field));
  return { count: selection.count, ids: selection.ids(), page: selection.rows(1, 3), rows: selection.rows(), by };
}

/** Questions that do not depend on which leads there are. */
function questions(here, actor, visible) {
  const { random, users, leads, state } = here;
  const filter = () => query(condition(random));
  // Whoever is offered a lead hears of it, whether or not they see it.
  const asked = commands(here).filter((command) => !isOffered(here, actor, command) || visible.some(({ run }) => run === command.run));
  const lead = random.one(leads).id;
  return [
    ...leads.map(({ id }) => ["get", (_, table) => table.get(id, { actor })]),
    ...["lead.view", "lead.edit", "lead.claim", "lead.release"].map((verb) => ["can", (workspace, leads) => workspace.can({ actor, do: verb, lead, leads })]),
    ["can", (workspace, leads) => workspace.can({ actor, do: "lead.reassign", lead, leads, to: users[0].id })],
    ["receivers", (workspace, table) => workspace.receivers(table, { actor, lead, now: NOW })],
    ["select", (_, table) => found(table.select(null, { actor }))],
    ["select", (_, table) => found(table.select({ list: "high" }, { actor }))],
    ...[filter(), filter()].map((one) => ["select", (_, table) => found(table.select(one, { actor }).sort([{ field: "score", descending: true }, { field: "owner" }]))]),
    ["select", (workspace, table) => {
      const [one, other] = [table.select(workspace.filter(scored), { actor }), table.select({ list: "high" }, { actor })];
      return [one.and(other), one.or(other), one.minus(other)].map(found);
    }],
    ["select", (_, table) => table.select(null, { actor }).countBy("nothing")],
    ["select", (_, table) => table.select(null, { actor }).rows(0, 9, ["nothing"])],
    ...asked.map((command) => [command.type, (workspace, table, more) => told(workspace.plan(table, command, { actor, now: NOW, state, ...more }))]),
    ["selection", (workspace, table, more) => told(workspace.plan(table, { type: "assign", leads: { selection: table.select(scored, { actor }) }, to: users[0].id }, { actor, now: NOW, ...more }))],
  ];
}

/** Asks everything of both tables. */
function compare(seed, what, all, visible, asked, more, seen) {
  for (const [kind, ask] of asked) {
    const [whole, part] = [all, visible].map(({ workspace, table }) => answer(() => ask(workspace, table, more)));
    assert.deepEqual(whole, part, `seed ${seed}, ${what}: ${kind}`);
    assert.equal(JSON.stringify(whole), JSON.stringify(part));
    const changes = (whole?.data?.changes?.length ?? 0) + (whole?.data?.runs?.length ?? 0);
    seen.add(kind, whole?.thrown ? "thrown" : whole === undefined ? "nothing" : changes > 0 ? "changes" : whole?.data?.refused?.length > 0 ? "refused" : "answer");
  }
}

test("what is hidden cannot be told from what is not there", (t) => {
  const engine = createEngineSync();
  const seen = new Coverage();
  let hidden = 0;
  for (let seed = 3001; seed <= 3000 + WORLDS; seed += 1) {
    const { here, made } = crowded(seed);
    const workspace = engine.workspace(made);
    for (const { id: actor } of here.random.some(here.users, 3)) {
      const may = (verb, lead) => workspace.can({ actor, do: verb, lead }).allowed;
      const visible = here.leads.filter((lead) => may("lead.view", lead));
      const asked = questions(here, actor, visible);
      // With the loads told by the host, nothing at all may differ.
      const [whole, part] = [here.leads, visible].map((leads) => ({ workspace, table: workspace.load(leads) }));
      compare(seed, actor, whole, part, asked, { load: loads(here.users) }, seen);
      // Counted from the table, the load of somebody is told to whoever may give to them; the others' must not shine through.
      // (Also where they could have no lead: that is asked last, and is no matter of the actor's.)
      const giving = ({ allowed, reasons }) => allowed || reasons[0]?.question === "receive";
      const telling = new Set(here.users.filter(({ id }) => giving(workspace.can({ actor, do: "lead.give", lead: "any", to: id }))).map(({ id }) => id));
      const untold = here.leads.filter((lead) => visible.includes(lead) || !(telling.has(lead.owner) || telling.has(lead.lo)));
      const [more, same] = [untold, visible].map((leads) => ({ workspace, table: workspace.load(leads) }));
      compare(seed, `${actor}, loads counted`, more, same, asked, {}, seen);
      // Hidden leads that change, and stay hidden, change nothing.
      const changed = here.leads.filter((lead) => !visible.includes(lead)).map((lead) => ({ ...lead, score: (lead.score ?? 0) + 1, version: 9, note: "changed" }));
      whole.table.upsert(changed.filter((lead) => !may("lead.view", lead)));
      const stays = here.leads.every((lead) => visible.includes(lead) || !may("lead.view", changed.find(({ id }) => id === lead.id)));
      if (stays) compare(seed, `${actor}, hidden leads changed`, whole, part, asked, { load: loads(here.users) }, seen);
      // And the comparison sees: without a lead that is not hidden, not all is the same.
      if (visible.length > 0) {
        const fewer = { workspace, table: workspace.load(visible.slice(1)) };
        assert.throws(() => compare(seed, actor, part, fewer, asked, { load: loads(here.users) }, new Coverage()), assert.AssertionError);
        fewer.table.free();
      }
      hidden += here.leads.length - visible.length;
      for (const { table } of [whole, part, more, same]) table.free();
    }
    workspace.free();
  }
  engine.free();
  t.diagnostic(`${hidden} hidden leads; ${seen}`);
  assert.ok(hidden > 500);
  for (const kind of [...KINDS, "selection"]) {
    assert.ok(seen.of(kind, "changes") + (kind === "resend_notification" ? seen.of(kind, "answer") : 0) >= 3, `${kind}: ${seen.of(kind, "changes")}`);
  }
});

test("a plan of others' leads can be undone only as far as one sees", () => {
  const engine = createEngineSync();
  let undone = 0;
  for (let seed = 4001; seed <= 4000 + WORLDS; seed += 1) {
    const { here, made } = crowded(seed);
    const workspace = engine.workspace(made);
    const whole = workspace.load(here.leads);
    const plan = workspace.plan(whole, { type: "mass_edit", leads: { ids: here.random.some(here.leads).map(({ id }) => id) }, set: { note: "by the host" } }, { actor: "host", now: NOW });
    const original = plan.toJSON();
    whole.apply(plan);
    const after = whole.select(null, { actor: null }).rows();
    for (const { id: actor, active } of here.users.filter(({ id }) => id !== "host")) {
      if (!active) continue;
      const part = workspace.load(after.filter((lead) => workspace.can({ actor, do: "lead.view", lead }).allowed));
      const [one, other] = [whole, part].map((table) => answer(() => told(workspace.undo(table, original, { actor, now: NOW }))));
      assert.deepEqual(one, other, `seed ${seed}, ${actor}`);
      undone += one.data?.changes.length ?? 0;
      part.free();
    }
    workspace.free();
  }
  engine.free();
  assert.ok(undone > 20, `${undone}`);
});

test("what a client planned over the leads that it sees holds at the edge, which has all", () => {
  const engine = createEngineSync();
  let proved = 0;
  for (let seed = 5001; seed <= 5000 + WORLDS; seed += 1) {
    const { here, made } = crowded(seed);
    const workspace = engine.workspace(made);
    const whole = workspace.load(here.leads);
    for (const { id: actor } of here.users.filter((user) => user.active)) {
      const part = workspace.load(whole.select(null, { actor }).rows(), { partial: true });
      const context = { actor, now: NOW, load: loads(here.users) };
      const command = { type: "split", leads: { filter: scored }, split: { to: here.users.slice(0, 3).map(({ id }) => id) } };
      const plan = workspace.plan(part, command, context);
      const posted = plan.encode();
      const verdict = workspace.verify(whole, posted, context);
      if (plan.refused.length > 0) assert.deepEqual(verdict.problems.map(({ code }) => code), ["refused"], `seed ${seed}, ${actor}`);
      else assert.deepEqual(verdict.problems, [], `seed ${seed}, ${actor}`);
      proved += verdict.ok ? plan.count : 0;
      part.free();
    }
    workspace.free();
  }
  engine.free();
  assert.ok(proved > 50, `${proved}`);
});

test("a forged plan tells nothing of the leads that it guesses at", () => {
  const engine = createEngineSync();
  let guessed = 0;
  for (let seed = 6001; seed <= 6000 + WORLDS; seed += 1) {
    const { here, made } = crowded(seed);
    const workspace = engine.workspace(made);
    const whole = workspace.load(here.leads);
    for (const { id: actor } of here.users.filter((user) => user.active && user.id !== "host")) {
      const sees = (lead) => workspace.can({ actor, do: "lead.view", lead }).allowed;
      const part = workspace.load(here.leads.filter(sees));
      const context = { actor, now: NOW, load: loads(here.users) };
      const own = workspace.plan(part, { type: "mass_edit", leads: { ids: here.leads.map(({ id }) => id) }, set: { note: "seen" } }, context).toJSON();
      for (const lead of here.leads.filter((lead) => !sees(lead)).slice(0, 4)) {
        for (const [expect, from] of [[lead.version, lead.note], [lead.version, "else"], [lead.version + 1, lead.note]]) {
          const change = { lead: lead.id, expect, set: { note: { from, to: "seen" } } };
          const posted = { ...own, changes: [...own.changes, change], count: own.count + 1 };
          const [one, other] = [whole, part].map((table) => answer(() => workspace.verify(table, posted, context).problems));
          assert.deepEqual(one, other, `seed ${seed}, ${actor}, ${lead.id}`);
          assert.notEqual(one.length, 0);
          guessed += 1;
        }
      }
      part.free();
    }
    workspace.free();
  }
  engine.free();
  assert.ok(guessed > 200, `${guessed}`);
});
