// The same worker for the Lead Desk: a visitor moves the clock. One that is deployed has no such address, and goes by its own time.
import { app } from "../src/app.ts";
import type { Answer, Call } from "../src/env.ts";
import { callOf, callerOf, answer, TENANT } from "../src/front.ts";
import { json } from "../src/posted.ts";
import { Tenant as Real } from "../src/tenant.ts";

export { Coordinator } from "../src/shards/coordinator.ts";
export { Shard } from "../src/shards/shard.ts";

export class Tenant extends Real {
  #ahead: number | undefined;

  /** By how many milliseconds it is later here. */
  get #later(): number {
    return (this.#ahead ??= Number(this.store.value("later") ?? 0));
  }

  protected override now(): number {
    return Date.now() + this.#later;
  }

  protected override wake(at: number): void {
    super.wake(at - this.#later);
  }

  /** Sets the clock, and does what is due by then. */
  async moveTo(call: Call, now: number): Promise<Answer> {
    this.#ahead = now - Date.now();
    this.store.transaction(() => this.store.keep("later", String(this.#later)));
    if (this.config() !== undefined) await this.alarm();
    return this.answer(call, () => json({ now: this.now() }));
  }
}

app.put(`${TENANT}/admin/clock`, async (c) => {
  const { now } = await c.req.json<{ now: number }>();
  const tenants = c.env.TENANT as DurableObjectNamespace<Tenant>;
  return answer(c, await tenants.get(tenants.idFromName(callerOf(c).tenant)).moveTo(callOf(c), now));
});

export default app;
