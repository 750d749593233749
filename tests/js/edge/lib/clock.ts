// The same worker with a clock that can run fast, and with ways to lose, to repeat and to fail an alarm.
import { app } from "../../../../www-demo/edge/src/app.ts";
import type { Call, Env } from "../../../../www-demo/edge/src/env.ts";
import { Tenant as Real } from "../../../../www-demo/edge/src/tenant.ts";

type Faults = "in the work" | "behind it";

export { Coordinator } from "../../../../www-demo/edge/src/shards/coordinator.ts";
export { Shard } from "../../../../www-demo/edge/src/shards/shard.ts";

export class Tenant extends Real {
  /** How the next alarms fail. */
  #faults: Faults[] = [];

  /** The clock runs `CLOCK_RATE` times as fast from `CLOCK_FROM` on. */
  protected override now(): number {
    const { from, rate } = this.#clock();
    return Math.floor(from + (Date.now() - from) * rate);
  }

  protected override wake(at: number): void {
    const { from, rate } = this.#clock();
    super.wake(Math.ceil(from + (at - from) / rate));
  }

  #clock() {
    const { CLOCK_FROM: from = "0", CLOCK_RATE: rate = "1" } = this.env as Env & Partial<Record<"CLOCK_FROM" | "CLOCK_RATE", string>>;
    return { from: Number(from), rate: Number(rate) };
  }

  protected override sweep(call: Call, now: number): Record<string, string | number> {
    const told = super.sweep(call, now);
    if (this.#faults[0] !== "in the work") return told;
    this.#faults.shift();
    throw new Error("the work of this alarm failed");
  }

  override async alarm(): Promise<void> {
    await super.alarm();
    if (this.#faults[0] !== "behind it") return;
    this.#faults.shift();
    throw new Error("this alarm failed behind its work");
  }

  async fail(faults: Faults[]): Promise<void> {
    this.#faults = faults;
  }

  /** Alarms that ring at once. */
  async ring(times: number): Promise<void> {
    await Promise.all(Array.from({ length: times }, () => super.alarm()));
  }

  async lose(): Promise<void> {
    await this.ctx.storage.deleteAlarm();
  }

  async armed(): Promise<number | null> {
    return this.ctx.storage.getAlarm();
  }
}

app.post("/test/:tenant/:method", async (c) => {
  const { tenant, method } = c.req.param();
  const namespace = c.env.TENANT as unknown as DurableObjectNamespace<Tenant>;
  const object = namespace.get(namespace.idFromName(tenant)) as unknown as Record<string, (value: unknown) => Promise<unknown>>;
  const value = await object[method]!(await c.req.json());
  return c.json(value ?? null);
});

export default app;
