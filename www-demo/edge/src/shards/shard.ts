// A shard: the leads of one range of ids. It writes nothing but what the coordinator decided, together with all other shards (PROTOCOL.md).
import type { Command, PlanContext, WorkspaceConfig } from "evenhand";
import type { Answer, Call } from "../env.ts";
import { EngineObject } from "../object.ts";
import { problem, Refusal, Refused } from "../problem.ts";
import { fromReasons, total } from "../refusals.ts";
import type { AuditEntry } from "../store.ts";
import { NEW_SHARD, place, tell, type ShardEvent, type ShardState } from "./protocol.ts";

/** What a shard is asked to do in a commit. */
export type Work =
  | { kind: "config"; config: WorkspaceConfig }
  | { kind: "load"; rows: Record<string, unknown>[] }
  | { kind: "plan"; command: Command; context: PlanContext; shard: number };

/** A shard's part of a commit. The work is text, as it is kept. */
export interface Part {
  number: number;
  /** The commit that the shards' rows have to be of. */
  base: number;
  tenant: string;
  call: Call;
  at: number;
  work: string;
  settlement?: Uint8Array;
}

export type Vote = { yes: true; changed: number; dropped: Record<string, number> } | { yes: false; answer: Answer };

/** What is staged: rows as they will be, or the next configuration; and what the audit log is told then. */
interface Staged {
  config?: WorkspaceConfig;
  rows?: Record<string, unknown>[];
  plan: string | null;
  audit: AuditEntry;
  vote: Vote;
}

/** Names under which staged bytes lie among the plans. Ids of plans have a slash. */
const STAGED = "staged";
const STAGED_PLAN = "staged-plan";
const PAGE = 10_000;

/** Thrown to take a trial back, with what it came to. */
class Tried extends Error {
  constructor(readonly staged: Staged, readonly plan: Uint8Array | undefined) {
    super("a trial");
  }
}

export class Shard extends EngineObject {
  #state: ShardState;

  constructor(...of: ConstructorParameters<typeof EngineObject>) {
    super(...of);
    const kept = this.store.value("shard");
    this.#state = kept === undefined ? NEW_SHARD : (JSON.parse(kept) as ShardState);
  }

  // ---------------------------------------------------------------- for the coordinator

  /** What this shard adds to a split. What is staged is not looked at: it is either over or never asked for again. */
  tally(text: string): { bytes: Uint8Array } | { answer: Answer } {
    try {
      const { workspace, config } = this.workspace();
      const { command, context } = JSON.parse(text) as { command: Command; context: PlanContext };
      using leads = workspace.load(this.store.every(config));
      return { bytes: workspace.tally(leads, command, context) };
    } catch (error) {
      return { answer: this.refusal(error) };
    }
  }

  /** Stages its part, so that writing it cannot fail any more; or says why that is not possible. */
  prepare(part: Part): Vote {
    const { number } = part;
    if (place(this.#state, number) !== "ahead") return this.#vote(this.#step({ on: "prepare", number }));
    let tried: Tried;
    try {
      tried = this.#try(part);
    } catch (error) {
      const answer = this.refusal(error);
      this.#step({ on: "refuse", number });
      return { yes: false, answer };
    }
    return this.#vote(this.#step({ on: "prepare", number }, { tried, tenant: part.tenant }));
  }

  /** Writes what is staged. Gives back whether it is written now, or was before. */
  commit(number: number): boolean {
    return this.#step({ on: "commit", number }).includes("ack");
  }

  abort(number: number): void {
    this.#step({ on: "abort", number });
  }

  // ---------------------------------------------------------------- for readers

  /** A lead as the actor may see it. */
  async lead(call: Call, id: string): Promise<Answer> {
    return this.answer(call, async () => {
      await this.#settle();
      return this.seen(call, id);
    });
  }

  /** All leads, a line each, and which commit they are of. */
  async rows(): Promise<{ applied: number; text: string }> {
    await this.#settle();
    const config = this.store.config();
    const rows = config === undefined ? [] : this.store.every(config);
    return { applied: this.#state.applied, text: rows.map((row) => `${JSON.stringify(row)}\n`).join("") };
  }

  status(): { leads: number; held: number; applied: number } {
    const { held, applied } = this.#state;
    return { leads: this.store.config() === undefined ? 0 : this.store.size(), held, applied };
  }

  // ---------------------------------------------------------------- what is staged is settled

  /**
   * Asks what became of the commit that is staged here. As long as it is not decided nobody has seen it, and rows are still as before; once it is, this
   * shard's are too before anybody reads them.
   */
  async #settle(): Promise<void> {
    const number = this.#state.held;
    if (number === 0 || !this.#step({ on: "wake", number }).includes("ask")) return;
    const { COORDINATOR } = this.env;
    const outcome = await this.ask(() => COORDINATOR.get(COORDINATOR.idFromName(this.store.value("tenant") ?? "")).outcome(number));
    if (outcome !== "undecided") this.#step({ on: outcome, number });
  }

  /** A question on its way to the coordinator. */
  protected ask<T>(question: () => Promise<T>): Promise<T> {
    return question();
  }

  override async alarm(): Promise<void> {
    const { held } = this.#state;
    try {
      await this.#settle();
      this.log("alarm", { held, left: this.#state.held });
    } catch (error) {
      this.log("alarm", { held }, error);
    }
    if (this.#state.held !== 0) this.wakeIn(Number(this.env.RETRY_SECONDS));
  }

  // ---------------------------------------------------------------- the machine

  /** What an event does, in one write. */
  #step(event: ShardEvent, of?: { tried: Tried; tenant: string }): readonly string[] {
    const { state, do: words } = tell(this.#state, event);
    if (state === this.#state) return words;
    const { config } = this.store.transaction(() => {
      let applied: Partial<Staged> = {};
      for (const word of words) {
        if (word === "discard") this.#discard();
        else if (word === "stage" && of !== undefined) this.#stage(of.tried, of.tenant);
        else if (word === "apply") applied = this.#apply();
      }
      if (this.#state.held !== 0 && state.held === 0) this.rest();
      if (JSON.stringify(state) !== JSON.stringify(this.#state)) this.store.keep("shard", JSON.stringify(state));
      return applied;
    });
    this.#state = state;
    if (config !== undefined) this.reconfigured();
    return words;
  }

  #vote(words: readonly string[]): Vote {
    const staged = words.includes("yes") ? this.#staged() : undefined;
    return staged?.vote ?? { yes: false, answer: problem(409, "shard_moved_on", { detail: "this commit is over" }) };
  }

  #staged(): Staged | undefined {
    const bytes = this.store.plan(STAGED);
    return bytes === undefined ? undefined : (JSON.parse(new TextDecoder().decode(bytes)) as Staged);
  }

  #stage({ staged, plan }: Tried, tenant: string): void {
    this.store.keepPlan(STAGED, new TextEncoder().encode(JSON.stringify(staged)));
    if (plan !== undefined) this.store.keepPlan(STAGED_PLAN, plan);
    this.store.keep("tenant", tenant);
    this.wakeIn(Number(this.env.RETRY_SECONDS));
  }

  #discard(): void {
    this.store.forgetPlan(STAGED);
    this.store.forgetPlan(STAGED_PLAN);
  }

  #apply(): Staged {
    const staged = this.#staged();
    if (staged === undefined) throw new Error("what was prepared is not there");
    if (staged.plan !== null) this.store.renamePlan(STAGED_PLAN, staged.plan);
    this.store.forgetPlan(STAGED);
    this.#write(staged);
    this.store.audit(staged.audit);
    return staged;
  }

  #write({ config, rows }: Pick<Staged, "config" | "rows">): void {
    if (config !== undefined) this.store.configure(config);
    if (rows !== undefined) this.store.put(this.workspace().config, rows);
  }

  /**
   * Carries a part out and takes it back: what comes to be staged are whole rows and no statements, so that nothing can stand against it later. Throws
   * what stands against it now.
   */
  #try({ base, call, at, work: text, settlement }: Part): Tried {
    // A shard that was put back to an earlier day would deal rows that the others no longer know.
    if (this.#state.applied !== base) throw new Refusal(503, "shard_behind", { detail: `a shard is at commit ${this.#state.applied}, the coordinator at ${base}` });
    const work = JSON.parse(text) as Work;
    try {
      return this.store.transaction((): Tried => {
        throw this.#carryOut(work, { at, request: call.request, actor: call.actor }, settlement);
      });
    } catch (error) {
      if (error instanceof Tried) return error;
      throw error;
    }
  }

  #carryOut(work: Work, entry: Pick<AuditEntry, "at" | "request" | "actor">, settlement: Uint8Array | undefined): Tried {
    const staged = (changed: number, via: AuditEntry["via"], action: string, plan: string | null = null, dropped: Record<string, number> = {}) => ({ plan, vote: { yes: true as const, changed, dropped }, audit: { ...entry, via, action, plan, changed, dropped: total(dropped) } });
    if (work.kind === "config") {
      this.#write(work);
      return new Tried({ ...staged(0, "admin", "configure"), config: work.config }, undefined);
    }
    if (work.kind === "load") {
      this.#write(work);
      return new Tried({ ...staged(work.rows.length, "admin", "load"), rows: work.rows }, undefined);
    }
    const { workspace, config } = this.workspace();
    const { command, context, shard } = work;
    using leads = workspace.load(this.store.every(config));
    using plan = workspace.plan(leads, command, { ...context, ...(settlement === undefined ? {} : { settlement: { bytes: settlement, shard } }) });
    if (plan.refused.length > 0) throw new Refused(fromReasons(plan.refused));
    const outcome = this.adapter.commit(plan);
    if (!outcome.ok || plan.created().length + plan.removed().length > 0) throw new Error("a shard's plan does not fit the rows that it is of");
    const ids: string[] = [];
    for (let from = 0; from < plan.count; from += PAGE) ids.push(...plan.changes(from, PAGE).map(({ lead }) => lead));
    return new Tried({ ...staged(plan.count, "command", command.type, plan.id, { ...plan.droppedCount }), rows: this.store.byId(config, ids) }, plan.encode());
  }
}
