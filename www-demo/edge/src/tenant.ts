// One tenant: its data, and an engine of its own. Every call, and every alarm, is one piece of synchronous work, so nothing comes between reading
// and writing.
import type { Command, LeadTable, Needs, Plan, PlanHeader, State, Workspace, WorkspaceConfig } from "evenhand";
import type { Answer, Call } from "./env.ts";
import { EngineObject } from "./object.ts";
import { json, keyOf, parsed, posted } from "./posted.ts";
import { problem, Refusal, Refused } from "./problem.ts";
import { fromOutcome, fromPlan, fromReasons, fromVerdict, total } from "./refusals.ts";
import type { AuditEntry } from "./store.ts";
import { faultOfTime, retires } from "./time.ts";

/** What a plan is made of, read from the tenant's own storage. */
interface Read {
  rows: Map<string, Record<string, unknown>>;
  state: State;
  load: Record<string, number> | undefined;
  plans: Record<string, Uint8Array>;
  whole: boolean;
}

export class Tenant extends EngineObject {
  /** When the alarm is set for; null where none is needed, undefined where this life of the object has not looked yet. */
  #armed: number | null | undefined;

  /** A command: planned here, now, and written. With `outcome`, only if it comes to what the person saw. */
  command(call: Call, text: string, key: string | null): Promise<Answer> {
    return this.answer(call, () => {
      const { workspace, config } = this.workspace();
      const { command, outcome, options } = posted(text);
      const id = key === null ? {} : { id: keyOf(call.actor, key) };
      const now = this.now();
      const who = { actor: call.actor, now };
      return this.store.transaction(() => {
        const read = this.#read(workspace, config, [command], who, [now]);
        using leads = table(workspace, read);
        using plan = workspace.plan(leads, command, { ...options, ...who, ...id, state: read.state, partialState: true, plans: read.plans, ...(read.load === undefined ? {} : { load: read.load }) });
        if (outcome !== null && plan.outcome !== outcome && plan.refused.length === 0) {
          return problem(409, "outcome_differs", { detail: "the command would do something else now: look at it again", problems: [{ code: "outcome_differs", detail: `it comes to ${plan.outcome}`, pointer: "/outcome" }] });
        }
        return this.#write(plan, call, "command", now);
      });
    });
  }

  /** An encoded plan: derived again from the tenant's own data, and written only if it comes out equal. */
  prove(call: Call, bytes: Uint8Array): Promise<Answer> {
    return this.answer(call, () => {
      const { workspace, config } = this.workspace();
      const header = headed(this.started().peek(bytes));
      const now = this.now();
      const who = { actor: call.actor, now };
      return this.store.transaction(() => {
        // Where a clock decides, the plan is derived for its own time and for now: what both need is read.
        const read = this.#read(workspace, config, [header.command], who, [header.at, now], [`done/${encodeURIComponent(header.id)}`]);
        using leads = table(workspace, read);
        const verdict = workspace.verify(leads, bytes, { ...who, state: read.state, partialState: true, plans: read.plans, ...(read.load === undefined ? {} : { load: read.load }) });
        if (!verdict.ok) return fromVerdict(verdict.problems);
        using plan = verdict.plan;
        return this.#write(plan, call, "plan", now);
      });
    });
  }

  /** A lead as the actor may see it. */
  lead(call: Call, id: string): Promise<Answer> {
    return this.answer(call, () => this.seen(call, id));
  }

  // ---------------------------------------------------------------- the administrator's

  configure(call: Call, text: string): Promise<Answer> {
    return this.answer(call, () => {
      const config = parsed(text) as WorkspaceConfig;
      const workspace = this.started().workspace(config);
      const { digest } = workspace;
      workspace.free();
      const fault = faultOfTime(config, this.env.SWEEPER);
      if (fault !== undefined) throw new Refusal(422, fault.code, { problems: [fault] });
      this.store.transaction(() => {
        this.store.configure(config);
        this.record(call, "admin", "configure", null, 0, 0);
        // Who is no longer there loses open offers at the next sweep: that is now.
        const now = this.now();
        if (this.store.isAnythingDue()) this.#wake(now);
        else this.#arm(now, config);
      });
      this.reconfigured();
      return json({ digest });
    });
  }

  /** Puts whole leads, from an array or NDJSON; one cell that does not fit refuses them all. */
  load(call: Call, text: string): Promise<Answer> {
    return this.answer(call, () => {
      const { config } = this.workspace();
      const rows = this.rowsOf(text);
      this.store.transaction(() => {
        this.store.put(config, rows);
        this.record(call, "admin", "load", null, rows.length, 0);
      });
      return json({ loaded: rows.length });
    });
  }

  leads(call: Call): Promise<Answer> {
    return this.answer(call, () => {
      const { config } = this.workspace();
      const lines = this.store.every(config).map((row) => `${JSON.stringify(row)}\n`);
      return { status: 200, type: "application/x-ndjson", body: lines.join("") };
    });
  }

  // ---------------------------------------------------------------- time

  /**
   * Takes time forward: what is due moves, and the alarm is set anew, in one write. Run twice it finds nothing more to do, run late it expires what is
   * over by then, and where it fails it has written nothing and comes again.
   */
  override async alarm(): Promise<void> {
    const now = this.now();
    this.#armed = undefined;
    const call = { actor: this.env.SWEEPER, request: crypto.randomUUID() };
    const told: Record<string, string | number> = { request: call.request };
    let failed: unknown;
    try {
      this.store.transaction(() => Object.assign(told, this.sweep(call, now)));
    } catch (error) {
      failed = error;
      if (error instanceof Refused) Object.assign(told, error.answer.log);
      this.forget(error);
      this.#armed = undefined;
      // Not thrown: the platform gives an alarm up after some attempts, and this one is needed again as long as something is due.
      this.store.transaction(() => {
        this.store.sweptAt(now);
        this.#arm(now);
      });
    }
    this.log("alarm", told, failed);
  }

  /** Inside of a transaction: sweeps, and sets the next alarm. Gives back what the log is told. */
  protected sweep(call: Call, now: number): Record<string, string | number> {
    const limit = Number(this.env.SWEEP_LIMIT);
    const { workspace, config } = this.workspace();
    const who = { actor: call.actor, now };
    const command: Command = { type: "sweep", limit };
    const read = this.#read(workspace, config, [command], who, [now]);
    using leads = table(workspace, read);
    using plan = workspace.plan(leads, command, { ...who, state: read.state, partialState: true, ...(read.load === undefined ? {} : { load: read.load }) });
    if (plan.refused.length > 0) throw new Refused(fromReasons(plan.refused));
    let told: Record<string, string | number> = { changed: 0, dropped: total(plan.droppedCount) };
    // A plan always brings its own mark; by itself it is nothing to write.
    if (plan.count + plan.runs.length > 0 || plan.state.some(({ key }) => !key.startsWith("done/"))) {
      told = { ...this.#commit(plan, call, "alarm", now).log };
    }
    // Where the limit was met, something may be left that is due now.
    if (plan.count + plan.runs.length < limit) this.store.sweptAt(now);
    this.store.forgetDue();
    this.#arm(now, config);
    return told;
  }

  /** Sets the alarm for when a sweep would next do something, if it is not set for that. */
  #arm(now: number, config = this.config()): void {
    const at = config === undefined ? null : this.store.nextSweep(now, Number(this.env.SWEEP_SECONDS) * 1000, retires(config));
    if (at === null) this.#armed = null;
    else if (at !== this.#armed) this.#wake(at);
  }

  #wake(at: number): void {
    this.wake(at);
    this.#armed = at;
  }

  // ---------------------------------------------------------------- inside

  /** An alarm that was lost is set again by the first call that comes. */
  protected override answer(call: Call, work: () => Answer): Promise<Answer> {
    return super.answer(call, () => {
      if (this.#armed === undefined) this.store.transaction(() => this.#arm(this.now()));
      return work();
    });
  }

  /** Reads what `needs` names for the commands at these times, and not more, where SQLite can say it exactly. */
  #read(workspace: Workspace, config: WorkspaceConfig, commands: readonly Command[], who: { actor: string; now: number }, times: readonly number[], keys: readonly string[] = []): Read {
    const read: Read = { rows: new Map(), state: Object.create(null) as State, load: {}, plans: {}, whole: false };
    for (const command of commands) {
      if (command.type === "undo" && typeof command.plan === "string") {
        const bytes = this.store.plan(command.plan);
        if (bytes === undefined) throw new Refusal(404, "plan_missing", { problems: [{ code: "plan_missing", detail: "there is no such plan", pointer: "/command/plan" }] });
        read.plans[command.plan] = bytes;
      }
      for (const now of new Set(times)) {
        const context = { ...who, now };
        const asked = { ...context, plans: read.plans };
        // What a run has to do with is known once the run is read, and what a sweep has to do once the keys of what is due are.
        const named = new Set<string>();
        for (let more = true; more; ) {
          const needs = workspace.needs(command, { ...asked, state: read.state });
          const before = named.size;
          for (const name of [...needs.state.keys, ...needs.state.prefixes]) named.add(name);
          more = named.size > before;
          this.#fetch(workspace, config, command, needs, context, read, keys);
        }
      }
    }
    return read;
  }

  #fetch(workspace: Workspace, config: WorkspaceConfig, command: Command, needs: Needs, context: { actor: string; now: number }, read: Read, keys: readonly string[]): void {
    const { state, load, same } = needs;
    Object.assign(read.state, this.adapter.loadState({ keys: [...state.keys, ...keys], prefixes: state.prefixes }));
    let rows: Record<string, unknown>[] | undefined;
    if ("ids" in needs.leads) {
      rows = this.store.byId(config, needs.leads.ids);
    } else {
      using filter = needs.leads.filter;
      rows = this.store.matching(config, filter, context);
    }
    using open = config.lifecycle?.open === undefined ? undefined : workspace.filter(config.lifecycle.open);
    const slot = slotOf(command, config);
    const counted = slot === undefined ? undefined : this.store.count(slot, load, open, context);
    // The host counts by the command's slot, at the plan's time; the engine counts itself where all leads are there.
    if (rows === undefined || counted === undefined || same.length > 0) {
      read.whole = true;
      read.load = undefined;
      rows = this.store.every(config);
    } else if (!read.whole) {
      read.load = { ...counted, ...read.load };
    }
    for (const row of rows) read.rows.set(String(row[config.lead.id]), row);
  }

  /** Writes a plan with its mark, its audit entry and itself, or says why not. Inside of a transaction. */
  #write(plan: Plan, call: Call, via: AuditEntry["via"], now: number): Answer {
    const refusal = fromPlan(plan);
    if (refusal !== undefined) return refusal;
    const written = this.#commit(plan, call, via, now);
    this.#arm(now);
    return written;
  }

  #commit(plan: Plan, call: Call, via: AuditEntry["via"], now: number): Answer {
    const outcome = this.adapter.commit(plan);
    // Thrown, so that what was written until then is taken back.
    if (!outcome.ok) throw new Refusal(...fromOutcome(outcome));
    this.store.keepPlan(plan.id, plan.encode());
    const data = plan.toJSON();
    this.record(call, via, data.command.type, plan.id, outcome.changed, data.dropped.length, now);
    // The plan is whole: whoever may not see all fields, or declines an offer and need not see the lead, is told what they may.
    const { workspace } = this.workspace();
    const partly = data.command.type === "decline" || workspace.fields(call.actor).length < workspace.fields(null).length;
    const answer = partly ? { changed: plan.preview(0, 0).count, plan: { ...plan.preview(), id: plan.id } } : { changed: outcome.changed, plan: data };
    return { ...json({ ...answer, outcome: plan.outcome }), log: { via, action: data.command.type, plan: plan.id, changed: outcome.changed, dropped: data.dropped.length } };
  }
}

/** A header is read, not trusted: it may lack what every plan has. */
function headed(header: PlanHeader): PlanHeader {
  const { id, at, command } = header as Partial<PlanHeader>;
  if (typeof id === "string" && Number.isSafeInteger(at) && typeof command === "object" && command !== null) return header;
  throw new Refusal(400, "plan_malformed", { detail: "the plan has no header that can be read" });
}

function table(workspace: Workspace, { rows, whole }: Read): LeadTable {
  return workspace.load([...rows.values()], { partial: !whole });
}

const ROUTED = new Set(["route", "start_group", "claim", "decline", "cancel_run", "sweep"]);

/**
 * The slot whose holders a command is about: their open leads are what previews and totals count, and what fills a capacity. Undefined where it may be
 * about several, because one number for each person does not tell which.
 */
function slotOf(command: Command, config: WorkspaceConfig): string | undefined {
  const { groups = [], rules = [], lead } = config;
  if (ROUTED.has(command.type)) {
    const slots = new Set([...(rules.length > 0 ? [lead.owner] : []), ...groups.map((group) => group.slot ?? lead.owner)]);
    return slots.size > 1 ? undefined : ([...slots][0] ?? lead.owner);
  }
  const { slot, split } = command as { slot?: unknown; split?: { slot?: unknown; to?: { group?: unknown } } };
  const group = groups.find(({ id }) => id === split?.to?.group)?.slot;
  const named = [slot, split?.slot, group].find((name) => typeof name === "string" && config.fields[name]?.type === "user");
  return (named as string | undefined) ?? lead.owner;
}
