// The worker with messages between its objects that are lost, repeated or late, and objects that die at a chosen point.
import { Hono } from "hono";
import { app } from "../../../../www-demo/edge/src/app.ts";
import { Coordinator as RealCoordinator } from "../../../../www-demo/edge/src/shards/coordinator.ts";
import { Shard as RealShard, type Part, type Vote } from "../../../../www-demo/edge/src/shards/shard.ts";

export { Tenant } from "../../../../www-demo/edge/src/tenant.ts";

type What = "prepare" | "commit" | "abort" | "ask" | "answer" | "rows";
/**
 * `lost` and `unanswered` fail at once, `silent` never ends. Who `dies` takes what is not yet on disk along; `dies later` is after it is. A shard that is
 * `behind` was put back to an earlier day. Who reads `after a commit` waits for the next one.
 */
type How = "after a commit" | "behind" | "lost" | "silent" | "unanswered" | "twice" | "late" | "dies" | "dies later" | "dies behind it";

interface Fault {
  what: What;
  how: How;
  /** The coordinator's message to this shard; all where it is left out. */
  shard?: number;
  times: number;
}

class Faults {
  #list: Fault[] = [];
  /** Chances of faults that nobody chose, and their dice. */
  #chance = 0;
  #seed = 0;
  #hows: How[] = [];

  set({ list = [], chance = 0, seed = 0, hows = ["lost", "unanswered", "twice", "late", "dies", "dies later", "dies behind it"] }: { list?: Fault[]; chance?: number; seed?: number; hows?: How[] }): void {
    [this.#list, this.#chance, this.#seed, this.#hows] = [list, chance, seed, hows];
  }

  #roll(): number {
    this.#seed = (Math.imul(this.#seed, 1664525) + 1013904223) >>> 0;
    return this.#seed / 2 ** 32;
  }

  take(what: What, shard?: number): How | undefined {
    const fault = this.#list.find((one) => one.what === what && (one.shard ?? shard) === shard && one.times > 0);
    if (fault !== undefined) fault.times -= 1;
    if (fault !== undefined || this.#roll() >= this.#chance) return fault?.how;
    return this.#hows[Math.floor(this.#roll() * this.#hows.length)];
  }
}

const wait = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds));

async function carried<T>(ctx: DurableObjectState, how: How | undefined, message: () => Promise<T>): Promise<T> {
  const die = () => ctx.abort("the object died");
  if (how === "lost") throw new Error("the message was lost");
  if (how === "silent") return new Promise(() => {});
  if (how === "late") await wait(50);
  if (how === "dies later") await ctx.storage.sync();
  if (how === "dies" || how === "dies later") die();
  if (how === "twice") await Promise.all([message(), message()]);
  const answer = await message();
  if (how === "dies behind it") die();
  if (how === "unanswered") throw new Error("the answer was lost");
  return answer;
}

export class Coordinator extends RealCoordinator {
  #faults = new Faults();

  fail(faults: Parameters<Faults["set"]>[0]): void {
    this.#faults.set(faults);
  }

  protected override send<T>(shard: number, what: "prepare" | "commit" | "abort", message: () => Promise<T>): Promise<T> {
    return carried(this.ctx, this.#faults.take(what, shard), message);
  }

  override async command(...of: Parameters<RealCoordinator["command"]>): ReturnType<RealCoordinator["command"]> {
    const answer = await super.command(...of);
    if (this.#faults.take("answer") === "late") await wait(50);
    return answer;
  }
}

export class Shard extends RealShard {
  #faults = new Faults();

  fail(faults: Parameters<Faults["set"]>[0]): void {
    this.#faults.set(faults);
  }

  #around<T>(what: What, work: (how?: How) => T): T {
    const how = this.#faults.take(what);
    if (how === "dies") this.ctx.abort("the shard died");
    const done = work(how);
    if (how === "dies behind it") this.ctx.abort("the shard died behind its work");
    return done;
  }

  override prepare(part: Part): Vote {
    return this.#around("prepare", (how) => super.prepare(how === "behind" ? { ...part, base: part.base + 1 } : part));
  }

  override commit(number: number): boolean {
    return this.#around("commit", () => super.commit(number));
  }

  override abort(number: number): void {
    this.#around("abort", () => super.abort(number));
  }

  override async rows(): ReturnType<RealShard["rows"]> {
    const { applied } = this.status();
    if (this.#faults.take("rows") === "after a commit") while (this.status().applied === applied) await wait(5);
    return super.rows();
  }

  protected override ask<T>(question: () => Promise<T>): Promise<T> {
    return carried(this.ctx, this.#faults.take("ask"), question);
  }
}

const tests = new Hono<{ Bindings: Record<string, DurableObjectNamespace> }>();
tests.post("/test/:class/:name", async (c) => {
  const { class: of, name } = c.req.param();
  const namespace = c.env[of]!;
  const object = namespace.get(namespace.idFromName(name)) as unknown as { fail(faults: unknown): Promise<void> };
  await object.fail(await c.req.json());
  return c.json(null);
});
app.route("/", tests as unknown as typeof app);

export default app;
