// The two machines of a commit over several objects, as the table beside this file has them (PROTOCOL.md says what the words mean). Nothing is
// read, written or sent here: a step is (state, event) → (state, words), and the objects do what the words say.
import transitions from "./transitions.json" with { type: "json" };

interface Line {
  from: string;
  on: string;
  when: readonly string[];
  to: string;
  do: readonly string[];
}

export interface CoordinatorState {
  phase: "idle" | "preparing" | "committing";
  /** The last commit that was begun. */
  number: number;
  /** The last that was decided to be written. */
  committed: number;
  /** Shards that have not voted, or not confirmed: known only as long as the coordinator lives. */
  waiting: readonly number[];
}

export type CoordinatorEvent =
  | { on: "begin"; new: boolean }
  | { on: "yes" | "no" | "ack"; shard: number; number: number }
  | { on: "ask"; number: number }
  | { on: "expire" | "restart" };

export interface ShardState {
  /** The commit whose changes are staged; 0 where none is. */
  held: number;
  /** The last that is over here, written or not. */
  last: number;
  /** The last that was written. */
  applied: number;
}

export interface ShardEvent {
  /** `refuse` is a prepare that the shard cannot carry out, `wake` its alarm, or somebody who wants to read. */
  on: "prepare" | "refuse" | "commit" | "abort" | "wake";
  number: number;
}

export interface Step<S> {
  state: S;
  do: readonly string[];
}

export const NEW_COORDINATOR: CoordinatorState = { phase: "idle", number: 0, committed: 0, waiting: [] };
export const NEW_SHARD: ShardState = { held: 0, last: 0, applied: 0 };

const find = (lines: readonly Line[], from: string, on: string, when: string): Line | undefined => lines.find((line) => line.from === from && line.on === on && line.when.includes(when));

/** What an event is to a coordinator. */
function standing({ phase, number, committed, waiting }: CoordinatorState, event: CoordinatorEvent): string {
  if (event.on === "begin") return event.new ? "new" : "known";
  if (event.on === "ask") {
    if (event.number === committed) return "committed";
    if (event.number === number && phase === "preparing") return "undecided";
    return event.number <= number ? "over" : "unknown";
  }
  if (!("shard" in event)) return "any";
  if (event.number !== number) return "stale";
  if (!waiting.includes(event.shard)) return "again";
  return waiting.length === 1 ? "last" : "more";
}

/** A step of the coordinator of so many shards. An event that no line is for changes nothing. */
export function coordinate(state: CoordinatorState, event: CoordinatorEvent, shards: number): Step<CoordinatorState> {
  const line = find(transitions.coordinator, state.phase, event.on, standing(state, event));
  if (line === undefined) return { state, do: [] };
  const next = { ...state, phase: line.to as CoordinatorState["phase"] };
  for (const word of line.do) {
    if (word === "number") next.number += 1;
    else if (word === "await_all") next.waiting = Array.from({ length: shards }, (_, shard) => shard);
    else if (word === "strike" && "shard" in event) next.waiting = next.waiting.filter((shard) => shard !== event.shard);
    else if (word === "decide") next.committed = next.number;
  }
  if (next.phase === "idle") next.waiting = [];
  return { state: next, do: line.do };
}

/** What a number is to a shard. */
export function place({ held, last, applied }: ShardState, number: number): "held" | "applied" | "ahead" | "past" {
  if (held !== 0 && number === held) return "held";
  if (number <= applied) return "applied";
  return number > Math.max(last, held) ? "ahead" : "past";
}

/** A step of a shard. */
export function tell(state: ShardState, event: ShardEvent): Step<ShardState> {
  const { number } = event;
  const line = find(transitions.shard, state.held === 0 ? "free" : "prepared", event.on, place(state, number));
  if (line === undefined) return { state, do: [] };
  const next = { ...state };
  for (const word of line.do) {
    if (word === "stage") next.held = number;
    else if (word === "discard") [next.last, next.held] = [next.held, 0];
    else if (word === "pass") next.last = number;
    else if (word === "apply") Object.assign(next, { last: number, applied: number, held: 0 });
  }
  return { state: next, do: line.do };
}
