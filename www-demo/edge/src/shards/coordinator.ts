// The coordinator of a tenant whose leads are spread over shards: it settles a command from the shards' tallies, and sees to it that all of them write
// their part or none (PROTOCOL.md). It keeps the configuration, the engine's state and the audit log of the whole.
import type { AssigneeLine, Notice, PlanContext, Reason, State, StateChange, WorkspaceConfig } from "evenhand";
import type { Answer, Call } from "../env.ts";
import { EngineObject } from "../object.ts";
import { json, keyOf, parsed, posted } from "../posted.ts";
import { Refusal, Refused, type Fault } from "../problem.ts";
import { fromDropped, fromOutcome, fromReasons, total } from "../refusals.ts";
import { byTime } from "../time.ts";
import { coordinate, NEW_COORDINATOR, type CoordinatorEvent, type CoordinatorState } from "./protocol.ts";
import { faultOfBounds, notSpread, placesOf, shardObject, shardOf } from "./ranges.ts";
import type { Part, Shard, Vote, Work } from "./shard.ts";

/** Of a settlement, what the host does with it. */
interface Settled {
  id: string;
  refused: Reason[];
  assignees: AssigneeLine[];
  notifications: Notice[];
  split: object | null;
  state: StateChange[];
  reads: { key: string; version: number | null }[];
}

type Yes = Extract<Vote, { yes: true }>;

/** A change of all shards. */
interface Change {
  call: Call;
  /** A shard's part of it. */
  work: (shard: number) => Work;
  settlement?: Uint8Array;
  /** Once all can: why it is given up all the same. */
  objection?: (votes: readonly Yes[]) => Answer | undefined;
  /** What is written here, with the decision. */
  decided: (votes: readonly Yes[]) => void;
}

/** The commit under way, as long as this life of the object knows of it. */
interface Live extends Change {
  number: number;
  base: number;
  votes: (Yes | undefined)[];
  /** Why it is given up, as far as that is known. */
  failure?: unknown;
  ended: (as: readonly Yes[] | { failure: unknown }) => void;
}

const MOST_SHARDS = 256;
const MOST_WAITING = 64;

export class Coordinator extends EngineObject {
  #state: CoordinatorState;
  #live: Live | undefined;
  /** Whether this life of the object has looked at what an earlier one left. */
  #recovered = false;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;
  #whenIdle: (() => void)[] = [];

  constructor(...of: ConstructorParameters<typeof EngineObject>) {
    super(...of);
    const kept = this.store.value("coordinator");
    this.#state = { ...NEW_COORDINATOR, ...(kept === undefined ? {} : (JSON.parse(kept) as Partial<CoordinatorState>)) };
  }

  // ---------------------------------------------------------------- people

  /** Settles a command over all shards and has each write its part. */
  command(call: Call, text: string, key: string | null): Promise<Answer> {
    return this.answer(call, () => {
      const { command, outcome, options } = posted(text);
      const wrong: Fault[] = [];
      if (outcome !== null) wrong.push({ code: "body_invalid", detail: "a command over shards has no outcome to compare", pointer: "/outcome" });
      if (options.pin !== undefined) wrong.push({ code: "body_invalid", detail: "a command over shards cannot be pinned", pointer: "/options/pin" });
      if (wrong.length > 0) throw new Refusal(422, "body_invalid", { problems: wrong });
      const id = keyOf(call.actor, key ?? call.request);
      return this.#alone(async () => {
        const { workspace } = this.workspace();
        if (this.store.isDone(id)) throw new Refusal(...fromOutcome({ ok: false, done: true, lost: [], stateLost: [] }));
        const now = this.now();
        const asked = { ...options, actor: call.actor, now, id };
        const { state: named } = workspace.needs(command, asked);
        const state: State = this.adapter.loadState(named);
        const context: PlanContext = { ...asked, state, partialState: true };
        const question = JSON.stringify({ command, context });
        const told = await Promise.all(this.#shards().map((shard) => this.#tally(shard, question)));
        const tallies = told.map((one) => {
          if ("answer" in one) throw new Refused(one.answer);
          return one.bytes;
        });
        const settlement = workspace.settle(tallies, command, context);
        const settled = JSON.parse(new TextDecoder().decode(settlement)) as Settled;
        if (settled.refused.length > 0) throw new Refused(fromReasons(settled.refused));
        const votes = await this.#commit({
          call,
          settlement,
          work: (shard) => ({ kind: "plan", command, context, shard }),
          objection: nothingToDo,
          decided: (votes) => {
            const stateLost = this.store.writeState(settled.state, settled.reads);
            if (stateLost.length > 0) throw new Refusal(...fromOutcome({ ok: false, done: false, lost: [], stateLost }));
            const { changed, dropped } = sum(votes);
            this.record(call, "command", command.type, id, changed, total(dropped), now);
          },
        });
        const { changed, dropped } = sum(votes);
        const { assignees, notifications, split } = settled;
        const shards = votes.map(({ changed, dropped }) => ({ changed, dropped }));
        return { ...json({ id, changed, dropped, assignees, notifications, split, shards }), log: { via: "command", action: command.type, plan: id, changed, dropped: total(dropped) } };
      });
    });
  }

  // ---------------------------------------------------------------- the administrator's

  /** Sets the ranges of the shards, once. */
  spread(call: Call, tenant: string, text: string): Promise<Answer> {
    return this.answer(call, () => {
      const { bounds, ...rest } = (parsed(text) ?? {}) as { bounds?: unknown };
      const fault = faultOfBounds(bounds, rest, MOST_SHARDS);
      if (fault !== undefined) throw new Refusal(422, "body_invalid", { problems: [fault] });
      const kept = this.store.value("bounds");
      if (kept !== undefined && kept !== JSON.stringify(bounds)) throw new Refusal(409, "shards_fixed", { detail: "leads are stored by other ranges" });
      if (kept === undefined) {
        this.store.transaction(() => {
          this.store.keep("bounds", JSON.stringify(bounds));
          this.store.keep("tenant", tenant);
          this.record(call, "admin", "spread", null, 0, 0);
        });
      }
      return json({ shards: this.#shards().length });
    });
  }

  configure(call: Call, text: string): Promise<Answer> {
    return this.answer(call, () => {
      const config = parsed(text) as WorkspaceConfig;
      const workspace = this.started().workspace(config);
      const { digest } = workspace;
      workspace.free();
      if (byTime(config)) throw new Refusal(422, "not_over_shards", { detail: "offers, leads that wait and leads that retire need a sweep, and none is made over shards" });
      return this.#alone(async () => {
        await this.#commit({
          call,
          work: () => ({ kind: "config", config }),
          decided: () => {
            this.store.keep("config", JSON.stringify(config));
            this.record(call, "admin", "configure", null, 0, 0);
          },
        });
        this.reconfigured();
        return json({ digest });
      });
    });
  }

  /** Puts whole leads, each into its shard; one cell that does not fit refuses them all. */
  load(call: Call, text: string): Promise<Answer> {
    return this.answer(call, () =>
      this.#alone(async () => {
        const { config } = this.workspace();
        const rows = this.rowsOf(text);
        const bounds = this.#bounds();
        const parts: Record<string, unknown>[][] = this.#shards().map(() => []);
        for (const row of rows) parts[shardOf(bounds, String(row[config.lead.id]))]?.push(row);
        await this.#commit({
          call,
          work: (shard) => ({ kind: "load", rows: parts[shard] ?? [] }),
          decided: () => this.record(call, "admin", "load", null, rows.length, 0),
        });
        return json({ loaded: rows.length });
      }),
    );
  }

  status(): Pick<CoordinatorState, "phase" | "number" | "committed"> {
    this.#recover();
    const { phase, number, committed } = this.#state;
    return { phase, number, committed };
  }

  /** Where each shard but the first begins. */
  #bounds(): string[] {
    const kept = this.store.value("bounds");
    if (kept === undefined) throw notSpread();
    return JSON.parse(kept) as string[];
  }

  /** The same for the front, which may keep it, for it never changes; null where there are no shards. */
  ranges(): string[] | null {
    return this.store.value("bounds") === undefined ? null : this.#bounds();
  }

  /** Whose leads these are; kept with the bounds, because a name does not come along with a call of an object or an alarm. */
  #tenant(): string {
    const kept = this.store.value("tenant");
    if (kept === undefined) throw notSpread();
    return kept;
  }

  // ---------------------------------------------------------------- shards

  /** What became of a commit, for a shard that holds its part. */
  outcome(number: number): "commit" | "abort" | "undecided" {
    this.#recover();
    const words = this.#step({ on: "ask", number });
    if (words.includes("answer_commit")) return "commit";
    return words.includes("answer_abort") ? "abort" : "undecided";
  }

  /** A message on its way to a shard; what it comes to, or that it did not arrive. */
  protected send<T>(_shard: number, _what: "prepare" | "commit" | "abort", message: () => Promise<T>): Promise<T> {
    return message();
  }

  #shards(): number[] {
    return placesOf(this.#bounds());
  }

  #shard(shard: number): DurableObjectStub<Shard> {
    return shardObject(this.env, this.#tenant(), shard);
  }

  async #tally(shard: number, question: string): Promise<{ bytes: Uint8Array } | { answer: Answer }> {
    try {
      return await this.#shard(shard).tally(question);
    } catch (error) {
      this.log("unsent", { what: "tally", shard }, error);
      throw busy("a shard did not answer");
    }
  }

  // ---------------------------------------------------------------- one commit after the other

  /** Runs work once all before it is over, the commit of the one before in every shard. */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= MOST_WAITING) throw busy(`${MOST_WAITING} commands wait`);
    this.#waiting += 1;
    const before = this.#last;
    let free = () => {};
    this.#last = new Promise((done) => (free = done));
    try {
      await before;
      this.#bounds();
      this.#recover();
      await this.#idle();
      return await work();
    } finally {
      this.#waiting -= 1;
      free();
    }
  }

  async #idle(): Promise<void> {
    if (this.#state.phase === "idle") return;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const idle = new Promise<boolean>((done) => this.#whenIdle.push(() => done(true)));
    const late = new Promise<boolean>((done) => (timer = setTimeout(() => done(false), Number(this.env.VOTE_SECONDS) * 1000)));
    const came = await Promise.race([idle, late]);
    clearTimeout(timer);
    if (!came) throw busy("a shard has not confirmed the commit before");
  }

  /** Has all shards prepare a change and then write it. Gives back their votes, or throws why nothing is written. */
  async #commit(change: Change): Promise<readonly Yes[]> {
    const as = await new Promise<readonly Yes[] | { failure: unknown }>((ended) => {
      this.#live = { ...change, number: this.#state.number + 1, base: this.#state.committed, votes: [], ended };
      this.#step({ on: "begin", new: true });
    });
    if ("failure" in as) throw as.failure;
    return as;
  }

  #voted(live: Live, shard: number, vote: Vote): void {
    if (this.#live !== live) return;
    const { number } = live;
    if (!vote.yes) {
      live.failure ??= new Refused(vote.answer);
      this.#step({ on: "no", shard, number });
      return;
    }
    live.votes[shard] = vote;
    const votes = this.#shards().map((one) => live.votes[one]);
    const all = votes.every((one) => one !== undefined) ? votes : undefined;
    try {
      const objection = all && live.objection?.(all);
      if (objection !== undefined) throw new Refused(objection);
      this.#step({ on: "yes", shard, number });
    } catch (failure) {
      // There is nothing to write, or the decision could not be written: then there is none.
      live.failure = failure;
      this.#giveUp(live);
    }
  }

  /** Before it is decided a commit may be given up at any time. */
  #giveUp(live: Live): void {
    if (this.#live === live && this.#state.phase === "preparing") this.#step({ on: "expire" });
  }

  /** After a restart: what was not decided is given up, what was is sent again. */
  #recover(): void {
    if (this.#recovered) return;
    this.#recovered = true;
    if (this.#state.phase !== "idle") this.#step({ on: "restart" });
  }

  override async alarm(): Promise<void> {
    const { phase, number } = this.#state;
    try {
      if (!this.#recovered) this.#recover();
      else if (phase !== "idle") this.#step({ on: "expire" });
      this.log("alarm", { phase, number });
    } catch (error) {
      this.log("alarm", { phase, number }, error);
      this.wakeIn(Number(this.env.RETRY_SECONDS));
    }
  }

  // ---------------------------------------------------------------- the machine

  /** What an event does: what is to be kept in one write, and then the messages. */
  #step(event: CoordinatorEvent): readonly string[] {
    const before = this.#state;
    const { state, do: words } = coordinate(before, event, this.#shards().length);
    if (state === before) return words;
    const { phase, number, committed } = state;
    const live = this.#live;
    if (words.some((word) => word === "number" || word === "decide" || word.startsWith("send_")) || phase !== before.phase) {
      this.store.transaction(() => {
        if (words.includes("decide")) live?.decided(live.votes as Yes[]);
        this.store.keep("coordinator", JSON.stringify({ phase, number, committed }));
        if (phase === "idle") this.rest();
        else this.wakeIn(Number(phase === "preparing" ? this.env.VOTE_SECONDS : this.env.RETRY_SECONDS));
      });
    }
    this.#state = state;
    for (const word of words) this.#act(word, live);
    if (phase === "idle") for (const idle of this.#whenIdle.splice(0)) idle();
    return words;
  }

  #act(word: string, live: Live | undefined): void {
    const { number, waiting } = this.#state;
    if (word === "send_prepare" && live !== undefined) {
      for (const shard of waiting) this.#prepare(live, shard);
    } else if (word === "decide" || word === "send_abort") {
      this.#live = undefined;
      live?.ended(word === "decide" ? (live.votes as Yes[]) : { failure: live.failure ?? busy("not all shards answered in time") });
    }
    if (word === "send_commit") {
      for (const shard of waiting) {
        const sent = this.send(shard, "commit", () => this.#shard(shard).commit(number));
        // What did not arrive is sent again when the alarm rings.
        void sent.then((written) => written && this.#step({ on: "ack", shard, number }), (error: unknown) => this.log("unsent", { what: "commit", shard, number }, error));
      }
    } else if (word === "send_abort") {
      for (const shard of this.#shards()) {
        // A shard that does not hear of it asks.
        void this.send(shard, "abort", () => this.#shard(shard).abort(number)).catch((error: unknown) => this.log("unsent", { what: "abort", shard, number }, error));
      }
    }
  }

  #prepare(live: Live, shard: number): void {
    const { number, base, call, settlement } = live;
    const part: Part = { number, base, tenant: this.#tenant(), call, at: this.now(), work: JSON.stringify(live.work(shard)), ...(settlement === undefined ? {} : { settlement }) };
    void this.send(shard, "prepare", async (): Promise<Vote> => this.#shard(shard).prepare(part)).then(
      (vote) => this.#voted(live, shard, vote),
      (error: unknown) => {
        this.log("unsent", { what: "prepare", shard, number }, error);
        this.#giveUp(live);
      },
    );
  }
}

const busy = (detail: string) => new Refusal(503, "shards_busy", { detail, headers: { "retry-after": "1" } });

function sum(votes: readonly Yes[]): { changed: number; dropped: Record<string, number> } {
  const dropped: Record<string, number> = {};
  let changed = 0;
  for (const vote of votes) {
    changed += vote.changed;
    for (const [code, n] of Object.entries(vote.dropped)) dropped[code] = (dropped[code] ?? 0) + n;
  }
  return { changed, dropped };
}

/** As for one object, by what leads were left out for: which they are only the shards know. */
function nothingToDo(votes: readonly Yes[]): Answer | undefined {
  const { changed, dropped } = sum(votes);
  return changed > 0 ? undefined : fromDropped(Object.entries(dropped).map(([code, n]) => ({ code, detail: `${n} leads were left out` })));
}
