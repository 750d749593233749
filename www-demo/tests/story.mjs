// Runs the story of a world against the engine, step by step, and says where what came out differs from what was expected.
//
// A step is data. `say` is what it shows; one of `list`, `ask`, `receivers`, `get`, `explain`, `forecast`, `save`, `plan`, `undo` is what is
// done, by `actor`; `minutes` passes time before it;
// `keep` names the plan for a later `undo`, and its run for a later `runOf`; a plan is written (`leads.apply`, and its state) unless `write` is false.
// `expect` names a part of what must come out: objects are compared by the keys they name.
import assert from "node:assert/strict";

/** What is shown of a plan. */
export function summary(plan) {
  return {
    count: plan.count,
    refused: plan.refused.map(({ code }) => code),
    dropped: plan.droppedCount,
    spread: plan.split?.spread ?? null,
    people: Object.fromEntries(plan.assignees.map(({ user, before, after, dealt, released }) => [user, { before, after, dealt, released }])),
    notices: plan.notifications.map(({ user, unit, kind, count, first }) => ({ user, ...(unit && { unit }), kind, count, ...(first !== undefined && { first }) })),
    warnings: plan.warnings.map(({ code }) => code),
    attach: plan.attach,
    created: plan.created().map(({ id, copyOf }) => ({ id, copyOf })),
    rules: byRule(plan),
    runs: plan.runs.map(({ lead, status, offeredTo, assignee }) => ({ lead, status, offeredTo, assignee })),
    timeline: plan.timeline(0, 3).map(({ lead, text }) => ({ lead, text })),
    changes: Object.fromEntries(plan.changes(0, 3).map(({ lead, set }) => [lead, Object.fromEntries(Object.entries(set).map(([field, { to }]) => [field, to]))])),
  };
}

/** How many leads each rule gave away. */
function byRule(plan) {
  const counts = {};
  for (const { rule } of plan.changes(0, plan.count)) if (rule !== undefined) counts[rule] = (counts[rule] ?? 0) + 1;
  return counts;
}

function does(step, { workspace, table, state, plans, runs, now }) {
  const actor = step.actor;
  if (step.list !== undefined) {
    const picked = table.select(step.list, { actor, now });
    try {
      return { count: picked.count };
    } finally {
      picked.free();
    }
  }
  if (step.ask) {
    const { allowed, reasons } = workspace.can({ actor, now, ...(step.ask.lead !== "any" && { leads: table }), ...step.ask });
    return { allowed, reasons: reasons.map(({ code }) => code) };
  }
  if (step.receivers) {
    const all = workspace.receivers(table, { actor, now, ...step.receivers });
    return {
      allowed: all.filter(({ allowed }) => allowed).map(({ user }) => user),
      refused: Object.fromEntries(all.filter(({ allowed }) => !allowed).map(({ user, reasons }) => [user, reasons.map(({ code }) => code)])),
    };
  }
  if (step.get !== undefined) return { lead: table.get(step.get, { actor, now }) ?? null };
  if (step.explain) {
    const { lead, assume } = step.explain;
    const { rules, candidates, outcome } = workspace.explain(table, lead, { actor, now, state }, assume && { assume });
    return {
      outcome,
      tried: Object.fromEntries(rules.map(({ rule, outcome }) => [rule, outcome])),
      passed: Object.fromEntries(candidates.filter(({ eligible }) => !eligible).map(({ user, reasons }) => [user, reasons])),
    };
  }
  if (step.forecast) return { next: workspace.forecast(step.forecast.group, step.forecast.n, { actor, now, state, load: load(table, workspace, now) }) };
  if (step.save) {
    workspace.update({ lists: { put: [step.save] } });
    return { lists: workspace.config.lists.length };
  }
  const context = { actor, now, state };
  const command = step.runOf === undefined ? step.plan : { ...step.plan, run: runs.get(step.runOf) };
  const plan = step.undo ? workspace.undo(table, plans.get(step.undo), context) : workspace.plan(table, command, context);
  const seen = summary(plan);
  if (step.keep) plans.set(step.keep, plan.encode());
  if (step.keep && plan.runs.length > 0) runs.set(step.keep, plan.runs[0].id);
  if (step.write !== false && plan.refused.length === 0) {
    const written = table.apply(plan);
    assert.equal(written.refused.length, 0, "every guard holds");
    for (const { key, version, value } of plan.state) state[key] = { version, value };
  }
  plan.free();
  return seen;
}

/** Open leads per person: a forecast is asked for a group, without a table. */
function load(table, workspace, now) {
  const { lifecycle, lead } = workspace.config;
  const open = table.select(lifecycle?.open ?? null, { actor: null, now });
  const held = Object.fromEntries(open.countBy(lead.owner).filter(([user]) => user !== null));
  open.free();
  return held;
}

/** Every key that `expected` names, all the way down; arrays as a whole. */
function part(actual, expected) {
  if (expected === null || typeof expected !== "object" || Array.isArray(expected) || actual === null || typeof actual !== "object") return actual;
  return Object.fromEntries(Object.keys(expected).map((key) => [key, part(actual[key], expected[key])]));
}

/** Runs it; `each` is told of every step what came out. */
export function run(engine, { config, leads, story }, { count, now, each = () => {} }) {
  const workspace = engine.workspace(config);
  const table = workspace.load(leads(count, now));
  const world = { workspace, table, state: {}, plans: new Map(), runs: new Map(), now: Date.parse(now) };
  for (const [at, step] of story.steps.entries()) {
    world.now += (step.minutes ?? 0) * 60_000;
    const seen = JSON.parse(JSON.stringify(does(step, world)));
    each(step, seen);
    assert.deepEqual(part(seen, step.expect), step.expect, `step ${at + 1}: ${step.say}`);
  }
  table.free();
  workspace.free();
}
