// What all objects have in common: a configuration, an engine for it, a clock and an alarm, and one form for what is refused.
import { DurableObject } from "cloudflare:workers";
import { EvenhandError, type Engine, type Workspace, type WorkspaceConfig } from "evenhand";
import { sqliteSync, type SyncAdapter } from "evenhand/sqlite";
import type { Answer, Call, Env } from "./env.ts";
import { Rate } from "./limits.ts";
import { json } from "./posted.ts";
import { problem, Refusal, Refused } from "./problem.ts";
import { fromEngine } from "./refusals.ts";
import { LEADS, Store, type AuditEntry } from "./store.ts";
import { engine } from "./warm.ts";

export abstract class EngineObject extends DurableObject<Env> {
  protected readonly store: Store;
  protected readonly adapter: SyncAdapter;
  readonly #rate: Rate;
  #engine: Engine | undefined;
  #compiled: { config: WorkspaceConfig; workspace: Workspace } | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const store = new Store(ctx.storage);
    this.store = store;
    // Always inside of a transaction of this object's: the mark, the rows, the plan and the audit entry are one write.
    this.adapter = sqliteSync({ table: LEADS, maxParams: 90, transaction: (work) => work(store.client) });
    this.adapter.createTables();
    this.#rate = new Rate(Number(env.RATE_PER_SECOND), Number(env.RATE_BURST));
  }

  audit(call: Call, after: number, limit: number): Promise<Answer> {
    return this.answer(call, () => json({ now: this.now(), entries: this.store.audited(after, limit) }));
  }

  /** The clock. */
  protected now(): number {
    return Date.now();
  }

  /** Sets the alarm. It is written with the transaction around it, and no answer leaves before that is durable: there is nothing to wait for here. */
  protected wake(at: number): void {
    void this.ctx.storage.setAlarm(at);
  }

  protected wakeIn(seconds: number): void {
    this.wake(this.now() + seconds * 1000);
  }

  protected rest(): void {
    void this.ctx.storage.deleteAlarm();
  }

  /** The engine; the first call of a life of the object makes it. */
  protected started(): Engine {
    return (this.#engine ??= engine());
  }

  protected config(): WorkspaceConfig | undefined {
    return this.#compiled?.config ?? this.store.config();
  }

  protected workspace(): { workspace: Workspace; config: WorkspaceConfig } {
    if (this.#compiled === undefined) {
      const config = this.config();
      if (config === undefined) throw new Refusal(404, "tenant_unknown", { detail: "this tenant has no configuration yet" });
      this.#compiled = { config, workspace: this.started().workspace(config) };
    }
    return this.#compiled;
  }

  /** The configuration that is stored is another one now. */
  protected reconfigured(): void {
    this.#compiled?.workspace.free();
    this.#compiled = undefined;
  }

  /** A lead as the actor may see it. */
  protected seen(call: Call, id: string): Answer {
    const { workspace, config } = this.workspace();
    using leads = workspace.load(this.store.byId(config, [id]), { partial: true });
    const found = leads.get(id, { actor: call.actor, now: this.now() });
    return found === undefined ? problem(404, "unknown_lead", { problems: [{ code: "unknown_lead", detail: "there is no such lead", lead: id }] }) : json(found);
  }

  /** Whole leads, from an array or NDJSON; one cell that does not fit refuses them all. */
  protected rowsOf(text: string): Record<string, unknown>[] {
    const { workspace } = this.workspace();
    const format = text.trimStart().startsWith("[") ? "json" : "ndjson";
    using leads = workspace.load(text, { format, strict: true, partial: true });
    using all = leads.select(null, { actor: null });
    return all.rows();
  }

  protected record({ actor, request }: Call, via: AuditEntry["via"], action: string, plan: string | null, changed: number, dropped: number, at = this.now()): void {
    this.store.audit({ at, request, actor, via, action, plan, changed, dropped });
  }

  /** A person's request: not too often, and what is refused comes out as a problem. Work that waits for nothing is done before anything else is. */
  protected async answer(call: Call, work: () => Answer | Promise<Answer>): Promise<Answer> {
    const wait = this.#rate.take(call.actor, Date.now());
    if (wait > 0) return problem(429, "rate_limited", { detail: `at most ${this.env.RATE_PER_SECOND} requests a second`, headers: { "retry-after": String(Math.ceil(wait)) } });
    try {
      return await work();
    } catch (error) {
      return this.refusal(error);
    }
  }

  /** What was refused, as an answer; what is left over is this worker's own fault, and thrown. */
  protected refusal(error: unknown): Answer {
    this.forget(error);
    if (error instanceof Refused) return error.answer;
    if (!(error instanceof EvenhandError)) throw error;
    return fromEngine(error);
  }

  /** An engine that failed, or grew as large as it may, is given up; the next call makes another. */
  protected forget(error: unknown): void {
    if (!(error instanceof EvenhandError) || (error.code !== "engine_failed" && error.code !== "out_of_memory")) return;
    this.#compiled = undefined;
    this.#engine = undefined;
  }

  /** A line of the log for what nobody asked for: an alarm, a message that did not arrive. */
  protected log(event: string, more: Record<string, string | number>, error?: unknown): void {
    const failed = error === undefined ? {} : { error: `${(error as Error).name}: ${(error as Error).message}` };
    const level = error === undefined ? "info" : "error";
    console.log(JSON.stringify({ at: new Date(this.now()).toISOString(), level, event, object: this.ctx.id.name ?? this.ctx.id.toString(), ...more, ...failed }));
  }
}
