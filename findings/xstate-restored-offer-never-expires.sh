#!/usr/bin/env bash
# XState: the delay of a state (`after: { 1000: … }`) never fires in an actor that was started from a persisted snapshot.
#
# Surprising: persisting a machine and starting it again is a documented way to survive a restart, and a promise that was
# under way is indeed started again. Of a delay one expects that it runs on, or at worst that it begins anew. It does
# neither: the restored actor stands in the state for ever, takes events as usual, and says nothing. The same holds for a
# delayed `raise`. The snapshot has no word about the delay, so no host can schedule the rest of it either.
# Why it matters here: an offer that lapses after ten minutes is the usual example of `after`. After a deploy, or after
# each request in an edge worker, the open offers wait for an answer for good and the lead stays with nobody. A deadline
# has to be data (a time in the record) that every later call compares with its clock.
# Versions: xstate 5.33.3. Seen on 2026-11-28.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts xstate@5.33.3
cat > probe.mjs <<'JS'
import { createActor, createMachine, fromPromise, raise, SimulatedClock } from "xstate";

const after = createMachine({
  initial: "offered",
  states: { offered: { after: { 1000: "expired" }, on: { ACCEPT: "accepted" } }, accepted: {}, expired: {} },
});
const raised = createMachine({
  initial: "offered",
  states: { offered: { entry: raise({ type: "LAPSE" }, { delay: 1000 }), on: { LAPSE: "expired" } }, expired: {} },
});
const promised = createMachine({
  initial: "offered",
  states: { offered: { invoke: { src: fromPromise(async () => 1), onDone: "answered" } }, answered: {} },
});
const stopped = (machine, clock, elapsed = 0) => {
  const actor = createActor(machine, { clock }).start();
  clock.increment(elapsed);
  const snapshot = JSON.stringify(actor.getPersistedSnapshot());
  actor.stop();
  return snapshot;
};
const restored = (machine, clock, elapsed = 0) => createActor(machine, { clock, snapshot: JSON.parse(stopped(machine, clock, elapsed)) }).start();

const seen = {};
for (const [name, machine] of [["after", after], ["raise with a delay", raised]]) {
  const clock = new SimulatedClock();
  const plain = createActor(machine, { clock }).start();
  clock.increment(1000);
  const clock2 = new SimulatedClock();
  const again = restored(machine, clock2, 600);
  clock2.increment(400);
  const rest = again.getSnapshot().value;
  clock2.increment(1_000_000);
  seen[name] = [plain.getSnapshot().value, rest, again.getSnapshot().value].join(", ");
  console.log(`${name}: plain after 1000 ms, restored after the other 400 ms, after 1000 s more: ${seen[name]}`);
}
const taking = restored(after, new SimulatedClock());
taking.send({ type: "ACCEPT" });
const promise = restored(promised, new SimulatedClock());
await new Promise((resolve) => setTimeout(resolve, 50));
seen.rest = `${taking.getSnapshot().value}, ${promise.getSnapshot().value}`;
console.log(`restored and sent an event, restored while a promise was under way: ${seen.rest}`);
console.log("the snapshot:", stopped(after, new SimulatedClock(), 600));
const want = { after: "expired, offered, offered", "raise with a delay": "expired, offered, offered", rest: "accepted, answered" };
process.exit(Object.entries(want).every(([key, value]) => seen[key] === value) ? 0 : 1);
JS
node probe.mjs || { echo "changed: XState restores delays otherwise" >&2; exit 1; }
