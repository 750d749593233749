// What the coordinator and the shards have in common: a configuration, an engine for it, a clock and an alarm, and one form for what is refused.
import { DurableObject } from "cloudflare:workers";
import { EvenhandError, type Engine, type Workspace, type WorkspaceConfig } from "evenhand";
import { sqliteSync, type SyncAdapter } from "evenhand/sqlite";
import type { Answer, Call, Env } from "../env.ts";
import { Rate } from "../limits.ts";
import { problem, Refusal } from "../problem.ts";
import { fromEngine } from "../refusals.ts";
import { LEADS, Store } from "../store.ts";
import { engine } from "../warm.ts";

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
    this.adapter = sqliteSync({ table: LEADS, maxParams: 90, transaction: (work) => work(store.client) });
    this.adapter.createTables();
    this.#rate = new Rate(Number(env.RATE_PER_SECOND), Number(env.RATE_BURST));
  }

  protected now(): number {
    return Date.now();
  }

  /** Sets the alarm: like all that is written, with the transaction around it. */
  protected wake(seconds: number): void {
    void this.ctx.storage.setAlarm(Date.now() + seconds * 1000);
  }

  protected rest(): void {
    void this.ctx.storage.deleteAlarm();
  }

  protected started(): Engine {
    return (this.#engine ??= engine());
  }

  protected workspace(): { workspace: Workspace; config: WorkspaceConfig } {
    if (this.#compiled === undefined) {
      const config = this.store.config();
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

  /** A person's request: not too often, and what is refused comes out as a problem. */
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
    // An engine that failed, or grew as large as it may, is given up; the next call makes another.
    if (error instanceof EvenhandError && (error.code === "engine_failed" || error.code === "out_of_memory")) {
      this.#compiled = undefined;
      this.#engine = undefined;
    }
    if (error instanceof Refusal) return error.answer;
    if (!(error instanceof EvenhandError)) throw error;
    return fromEngine(error);
  }

  /** A line of the log for what nobody asked for: an alarm, a message that did not arrive. */
  protected log(event: string, more: Record<string, string | number>, error?: unknown): void {
    const failed = error === undefined ? {} : { error: `${(error as Error).name}: ${(error as Error).message}` };
    const level = error === undefined ? "info" : "error";
    console.log(JSON.stringify({ at: new Date(this.now()).toISOString(), level, event, object: this.ctx.id.name ?? this.ctx.id.toString(), ...more, ...failed }));
  }
}
