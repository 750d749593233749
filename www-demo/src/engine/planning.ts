// Plans: preview, write, undo. One plan is held at a time; what is written is the one that was shown.
import type { Command, Plan, State } from "evenhand";
import { Gathered } from "./auditing";
import { lines } from "./csv";
import type { OpenWorld } from "./open-world";
import type { Entry, Keeper } from "./store";
import { failure, title } from "./text";
import type { DroppedLine, Failure, Summary, Written } from "./types";

interface Held {
  token: number;
  plan: Plan;
  command: Command;
  actor: string;
  undoes?: string;
  /** When it was begun. */
  start: number;
}

export class Planning {
  #held: Held | undefined;
  #next = 1;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly world: OpenWorld,
    readonly store: Keeper,
  ) {}

  preview(command: Command, actor: string, look?: (plan: Plan) => void): Summary | { failure: Failure } {
    try {
      const held = this.#make(command, actor);
      look?.(held.plan);
      return this.#summary(held);
    } catch (error) {
      return { failure: failure(error) };
    }
  }

  /** Takes a plan of the log back. */
  previewUndo(plan: string, actor: string): Summary | { failure: Failure } {
    return this.preview({ type: "undo", plan }, actor);
  }

  /** Rows that are left out for one reason. */
  drops(token: number, code: string, limit: number): DroppedLine[] {
    const held = this.#held;
    if (held?.token !== token) return [];
    const { table, now } = this.world;
    const lines: DroppedLine[] = [];
    for (let offset = 0; lines.length < limit; offset += 2000) {
      const page = held.plan.dropped(offset, 2000);
      for (const drop of page) {
        if (drop.code !== code) continue;
        const row = drop.code === "unknown_lead" ? undefined : table.get(drop.lead, { actor: held.actor, now });
        if (lines.push({ ...drop, name: this.world.leadName(row, drop.lead) }) === limit) break;
      }
      if (page.length < 2000) break;
    }
    return lines;
  }

  /**
   * What a plan of the log changed, to be taken back into a CRM: a line for each lead that still is as the plan left it, with each field before and after
   * as the configuration knows the values, people by their ids. It is what the way back would change, read the other way round.
   */
  csv(id: string, actor: string): string | { failure: Failure } {
    try {
      const { workspace, table, now, state, plans, config } = this.world;
      const plan = workspace.undo(table, plans.get(id) ?? new Uint8Array(), { actor, now, state });
      try {
        const [refused] = plan.refused;
        if (refused) return { failure: { code: refused.code, message: refused.message } };
        const { changes } = plan.preview(0, plan.count);
        const { owner, version, run } = config.lead;
        const changed = new Set([owner, ...changes.flatMap(({ set }) => Object.keys(set))]);
        const fields = Object.keys(config.fields).filter((field) => changed.has(field) && field !== version && field !== run);
        const label = (field: string) => config.fields[field]?.label ?? field;
        const cell = (value: unknown) => (Array.isArray(value) ? value.join(", ") : String(value ?? ""));
        return lines([
          [label(config.lead.id), ...fields.flatMap((field) => [`${label(field)} (before)`, label(field)])],
          ...changes.map(({ lead, set }) => {
            // Whose it is, is said of those as well that only other fields were changed of.
            const is = set[owner] ? undefined : table.get(lead, { actor, now })?.[owner];
            return [lead, ...fields.flatMap((field) => (field === owner && !set[owner] ? [cell(is), cell(is)] : [cell(set[field]?.to), cell(set[field]?.from)]))];
          }),
        ]);
      } finally {
        plan.free();
      }
    } catch (error) {
      return { failure: failure(error) };
    }
  }

  /** Writes the plan that is held, and its state, in one transaction; then the table takes it over. */
  write(token: number): Promise<Written> {
    return this.#inTurn(() => this.#write(token));
  }

  /** Takes over what other tabs wrote; tells whether there was any. */
  follow(): Promise<boolean> {
    return this.#inTurn(() => this.#follow());
  }

  /** One after the other: nobody goes by what another one has read and not taken over yet, and nothing is taken over twice. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #write(token: number): Promise<Written> {
    const held = this.#held;
    if (held?.token !== token) return { ok: false, failure: { code: "preview_gone", message: "this preview is out of date", hint: "look at the plan again" } };
    try {
      for (let tries = 0; tries < 5; tries += 1) {
        const entry = this.#entry(held);
        const written = await this.store.write(entry, held.plan.state, held.plan.reads);
        if (written.done) {
          this.world.table.apply(held.plan);
          for (const { key, version, value } of held.plan.state) this.world.state[key] = { version, value };
          this.world.note(entry);
          this.#free();
          return { ok: true, id: entry.id, count: entry.count, title: entry.title };
        }
        const { changed, by } = await this.#catchUp(held, written.reason === "state");
        if (changed > 0 || written.reason === "state") return { ok: false, conflict: { count: changed, by }, summary: this.#summary(this.#make(held.command, held.actor)) };
      }
      return { ok: false, failure: { code: "busy", message: "other tabs write all the time", hint: "try again" } };
    } catch (error) {
      return { ok: false, failure: failure(error) };
    }
  }

  async #follow(): Promise<boolean> {
    const { store, world } = this;
    const later = await store.later(world.id, world.seq);
    const news = later.filter(({ id }) => !world.plans.has(id));
    let state: State | undefined;
    try {
      if (later.length > 0) state = await store.state(world.id);
    } finally {
      // Leads and what is remembered at once: a lead that is gone, of a run that still offers it, would be nobody's.
      for (const entry of news) world.take(entry);
      if (state) world.takeState(state);
    }
    return news.length > 0;
  }

  /** Follows, and tells how many guards of the held plan no longer hold, and whose doing that is. */
  async #catchUp(held: Held, always: boolean): Promise<{ changed: number; by: string[] }> {
    const { world } = this;
    const from = world.seq;
    await this.#follow();
    const touched = new Map<string, string>();
    for (const [lead, lines] of world.timelines) {
      const last = lines[lines.length - 1];
      if (last && last.entry.seq > from) touched.set(lead, last.entry.actor);
    }
    const by = new Set<string>();
    let changed = 0;
    for (let offset = 0; touched.size > 0 && offset < held.plan.count; offset += 5000) {
      for (const { lead, expect } of held.plan.changes(offset, 5000)) {
        const who = touched.get(lead);
        if (who === undefined) continue;
        const { version, owner } = world.config.lead;
        const row = world.table.get(lead, { actor: null, now: world.now });
        if (row?.[version ?? owner] === expect) continue;
        changed += 1;
        by.add(who);
      }
    }
    if (always && changed === 0) for (const line of world.log) if (line.seq > from) by.add(line.actor);
    return { changed, by: [...by].map((user) => world.name(user)) };
  }

  #make(command: Command, actor: string): Held {
    const { workspace, table, now, state, plans } = this.world;
    const context = { actor, now, state };
    const start = performance.now();
    let plan: Plan;
    if (command.type === "undo") {
      const bytes = plans.get(`${command.plan}`);
      if (!bytes) throw new Error("there is no such plan in the log");
      plan = workspace.undo(table, bytes, context);
    } else {
      plan = workspace.plan(table, command, context);
    }
    this.#free();
    this.#held = { token: this.#next++, plan, command, actor, start, ...(command.type === "undo" && { undoes: `${command.plan}` }) };
    return this.#held;
  }

  #summary({ token, plan, command, actor, start }: Held): Summary {
    const { world } = this;
    const units = new Map((world.config.org ?? []).map(({ id, name }) => [id, name ?? id]));
    const { refused } = plan;
    return {
      token,
      command,
      id: plan.id,
      count: plan.count,
      refused,
      remedies: world.why.remedies(refused, actor, (trial) => trial.can({ actor, do: "lead.mass", lead: "any" }).reasons),
      people: plan.assignees.map((line) => {
        const unit = world.config.users.find(({ id }) => id === line.user)?.unit;
        return { ...line, name: world.name(line.user), ...(unit && { unit: units.get(unit) ?? unit }) };
      }),
      dropped: Object.entries(plan.droppedCount).map(([code, count]) => ({ code, count })),
      warnings: plan.warnings,
      notices: plan.notifications.map((notice) => ({ ...notice, leads: notice.leads.slice(0, 3) })),
      split: plan.split,
      attach: plan.attach,
      runs: plan.runs,
      created: plan.created().map(({ id, copyOf }) => ({ id, copyOf })),
      sample: plan.changes(0, 4),
      // Until all of it is there to be shown.
      milliseconds: performance.now() - start,
    };
  }

  /** What the log keeps of a plan. Texts repeat: each is kept once. */
  #entry({ plan, command, actor, undoes }: Held): Entry {
    const { world } = this;
    const leads: string[] = [];
    const numbers: number[] = [];
    const words = new Map<string, number>();
    for (let offset = 0; offset < plan.count; offset += 10_000) {
      for (const { lead, text } of plan.timeline(offset, 10_000)) {
        leads.push(lead);
        let at = words.get(text);
        if (at === undefined) words.set(text, (at = words.size));
        numbers.push(at);
      }
    }
    for (const { id, copyOf } of plan.created()) {
      const text = `copied from ${copyOf}`;
      let at = words.get(text);
      if (at === undefined) words.set(text, (at = words.size));
      leads.push(id);
      numbers.push(at);
    }
    const gathered = new Gathered();
    const { owner } = world.config.lead;
    const dealt = undoes === undefined && plan.assignees.some(({ dealt }) => dealt > 0);
    const { to, users } = plan.columns();
    // A split of a hundred thousand is told as columns, whose rows are those of the timeline; whatever is more than that, change by change.
    const plain = ["split", "mass_edit", "rebalance"].includes(command.type) && to.length === plan.count && leads.length === plan.count && plan.changes(0, 1)[0]?.set[owner]?.to === users[to[0] ?? -1];
    if (dealt && plain) for (const [at, user] of to.entries()) gathered.add(leads[at] ?? "", users[user]);
    for (let offset = 0; dealt && !plain && offset < plan.count; offset += 10_000) {
      for (const { lead, set, group, rule } of plan.changes(offset, 10_000)) gathered.add(lead, set[owner]?.to, group ?? rule);
    }
    const { given } = gathered;
    const original = undoes === undefined ? undefined : world.log.find(({ id }) => id === undoes);
    const what = original ? `Undone: ${original.title}` : title(command, world.config, (user) => world.name(user));
    return {
      world: world.id,
      seq: world.seq + 1,
      id: plan.id,
      bytes: plan.encode(),
      actor,
      at: world.now,
      title: what,
      count: plan.count,
      leads,
      texts: Uint32Array.from(numbers),
      words: [...words.keys()],
      ...(given.leads.length > 0 && { given }),
      ...(plan.runs.length > 0 && { runs: plan.runs }),
      ...(undoes !== undefined && { undoes }),
    };
  }

  #free(): void {
    this.#held?.plan.free();
    this.#held = undefined;
  }
}
