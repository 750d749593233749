// What a step of a case can call, over the package. `tests/native/support/case.rs` is the same over the Rust front door, and lists the calls.

/** What the steps of a case share. */
export class World {
  selections = new Map();
  plans = new Map();
  /** Tallies, and what was settled of them. */
  shards = new Map();
  state = {};

  constructor(engine, { config, leads, options }) {
    this.engine = engine;
    if (config !== undefined) this.workspace = engine.workspace(config);
    if (leads !== undefined) this.table = this.workspace.load(leads, options);
  }

  step(step) {
    const { when, runOf } = step;
    if (when !== undefined && !this.plans.has(when) && !this.selections.has(when)) return null;
    if (when !== undefined && runOf !== undefined && this.plans.get(runOf).runs.length === 0) return null;
    return calls[step.call].call(this, step);
  }

  context({ context, remembered }) {
    return remembered === true ? { ...context, state: this.state } : context;
  }

  /** A context with the plans that a step hands over. */
  stored({ stored }, context) {
    const plans = Object.entries(stored ?? {}).map(([id, name]) => [id, this.plans.get(name).encode()]);
    return plans.length === 0 ? context : { ...context, plans: { ...context.plans, ...Object.fromEntries(plans) } };
  }

  /** A plan as somebody posts it, changed on its way if the step says so. */
  posted({ plan, form, change, flip }) {
    const made = this.plans.get(plan);
    if (form === "json") {
      const data = JSON.parse(JSON.stringify(made));
      if (change !== undefined) put(data, change);
      return data;
    }
    const bytes = made.encode();
    if (flip !== undefined) bytes[flip.at] ^= flip.xor;
    return bytes;
  }

  selected(found, name = "") {
    this.selections.set(name, found);
    return { count: found.count, ids: found.ids() };
  }

  told(bytes, name = "") {
    this.shards.set(name, bytes);
    return JSON.parse(new TextDecoder().decode(bytes));
  }

  planned(plan, name = "") {
    this.plans.set(name, plan);
    const { rows, to, users } = plan.columns();
    const { outcome, droppedCount, wakeAt } = plan;
    return { ...plan.toJSON(), outcome, droppedCount, wakeAt, byAssignee: plan.byAssignee(), columns: { rows: [...rows], to: [...to], users } };
  }
}

const calls = {
  version() {
    return this.engine.version;
  },
  check({ config }) {
    return this.engine.check(config);
  },
  audit(step) {
    return this.engine.audit(data(step), step.options);
  },
  workspace({ config }) {
    this.workspace = this.engine.workspace(config);
    this.table = undefined;
    return { digest: this.workspace.digest, zones: this.workspace.zones() };
  },
  update({ patch }) {
    this.workspace.update(patch);
    return { digest: this.workspace.digest, zones: this.workspace.zones() };
  },
  load(step) {
    this.table = this.workspace.load(data(step), step.options);
    return { size: this.table.size, problems: this.table.problems, columns: this.table.columns };
  },
  upsert(step) {
    const done = this.table.upsert(data(step), step.options);
    if (step.options?.dryRun !== true) return done;
    const { added, updated, unchanged, skipped, ambiguous, problems, problemList } = done;
    const out = { added, updated, unchanged, skipped, ambiguous, problems, problemList, rows: done.rows(0, Infinity, step.outcome) };
    done.free();
    return out;
  },
  remove({ ids }) {
    return this.table.remove(ids);
  },
  get({ id, viewer }) {
    return this.table.get(id, viewer) ?? null;
  },
  select({ query, compile, viewer, sort, as }) {
    const found = this.table.select(compile === undefined ? (query ?? null) : this.workspace.filter(query, compile), viewer);
    return this.selected(sort === undefined ? found : found.sort(sort), as);
  },
  both({ of, how, with: other, as }) {
    return this.selected(this.selections.get(of)[how](this.selections.get(other)), as);
  },
  rows({ of, offset, limit, fields }) {
    return this.selections.get(of).rows(offset, limit, fields);
  },
  countBy({ of, field }) {
    return this.selections.get(of).countBy(field);
  },
  filter({ query, compile, lead, options }) {
    const filter = this.workspace.filter(query, compile);
    const out = { describe: filter.describe(), fields: filter.fields, warnings: filter.warnings };
    return lead === undefined ? out : { ...out, matches: filter.matches(lead, options), explain: filter.explain(lead, options) };
  },
  sql({ query, dialect, options }) {
    return this.workspace.filter(query).toSQL(dialect, options);
  },
  scope({ actor, verb, lead }) {
    const filter = this.workspace.scope(actor, verb);
    const told = { describe: filter.describe(), fields: filter.fields };
    return lead === undefined ? told : { ...told, matches: filter.matches(lead) };
  },
  preview({ plan, offset, limit }) {
    return this.plans.get(plan).preview(offset, limit);
  },
  fields({ actor = null }) {
    return this.workspace.fields(actor);
  },
  readable({ query, options }) {
    const filter = this.workspace.readable(query, options);
    const found = this.table.select(filter, { actor: null });
    return { describe: filter.describe(), count: found.count, ids: found.ids() };
  },
  needs({ command, plan, form, context }) {
    const made = this.plans.get(plan);
    const written = () => (form === "bytes" ? made.encode() : form === "json" ? made.toJSON() : this.engine.peek(made.encode()));
    const { leads, ...rest } = this.workspace.needs(command ?? written(), context);
    return { leads: leads.ids === undefined ? {} : leads, ...rest };
  },
  can({ question, table }) {
    return this.workspace.can(table === true ? { ...question, leads: this.table } : question);
  },
  receivers({ question }) {
    return this.workspace.receivers(this.table, question);
  },
  fold({ field, text }) {
    return this.workspace.fold(field, text);
  },
  members({ members }) {
    return this.workspace.members(members);
  },
  plan(step) {
    const { selection, settled, runOf, as } = step;
    const command = runOf === undefined ? step.command : { ...step.command, run: this.plans.get(runOf).runs[0].id };
    const named = selection === undefined ? command : { ...command, leads: { selection: this.selections.get(selection) } };
    const context = settled === undefined ? this.context(step) : { ...this.context(step), settlement: { bytes: this.shards.get(settled.by), shard: settled.shard } };
    return this.planned(this.workspace.plan(this.table, named, this.stored(step, context)), as);
  },
  tally(step) {
    return this.told(this.workspace.tally(this.table, step.command, this.context(step)), step.as);
  },
  settle(step) {
    return this.told(this.workspace.settle(step.of.map((name) => this.shards.get(name)), step.command, this.context(step)), step.as);
  },
  explain(step) {
    return this.workspace.explain(this.table, step.lead, this.context(step), { assume: step.assume, instead: step.instead });
  },
  simulate(step) {
    const simulation = this.workspace.simulate(this.table, step.options ?? null, this.context(step));
    const out = { report: simulation.report, counts: simulation.counts(), elsewhere: simulation.elsewhere() };
    simulation.free();
    return out;
  },
  forecast(step) {
    return this.workspace.forecast(step.group, step.n, this.context(step));
  },
  undo(step) {
    return this.planned(this.workspace.undo(this.table, this.posted(step), this.context(step)), step.as);
  },
  verify(step) {
    const verdict = this.workspace.verify(this.table, this.posted(step), this.stored(step, this.context(step)));
    return verdict.ok ? { ok: true, digest: verdict.plan.digest } : { ok: false, problems: verdict.problems };
  },
  apply(step) {
    return this.table.apply(["json", "bytes"].includes(step.form) ? this.posted(step) : this.plans.get(step.plan));
  },
  encode({ plan }) {
    const bytes = this.plans.get(plan).encode();
    return { hex: Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""), header: this.engine.peek(bytes) };
  },
  statements({ plan, dialect, options }) {
    return this.plans.get(plan).toSQL(dialect, options ?? null);
  },
  keep({ plan }) {
    for (const { key, version, value } of this.plans.get(plan).state) this.state[key] = { version, value };
    return { ...this.state };
  },
};

function data({ rows, text, hex }) {
  if (hex !== undefined) return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  return rows ?? text;
}

function put(data, { path, value }) {
  const keys = path.slice(1).split("/");
  const last = keys.pop();
  const place = keys.reduce((place, key) => place[key], data);
  if (value !== undefined) place[last] = value;
  else if (Array.isArray(place)) place.splice(Number(last), 1);
  else delete place[last];
}
