// The worker, as the page sees it. What the link names is opened as soon as there is a worker, while the page's own parts are still on their
// way; the module is compiled here, which begins before the worker has started.
import * as Comlink from "comlink";
import module from "evenhand/engine.wasm?url";
import type { Opened } from "../engine/types";
import type { Desk } from "../engine/worker";
import { readPlace } from "./url";

const worker = new Worker(new URL("../engine/worker.ts", import.meta.url), { type: "module", name: "evenhand" });

export const desk = Comlink.wrap<Desk>(worker);
export const proxy = Comlink.proxy;

// Where it cannot be compiled here, the package itself finds out why, and says so.
const compiled = fetch(module)
  .then((answer) => WebAssembly.compileStreaming(answer))
  .catch(() => undefined);
void compiled.then((module) => desk.start(module));

/** Leads that the build wrote down, by world. */
const files = import.meta.glob<string>("../../out/leads/*.csv", { query: "?url", import: "default", eager: true });

/** Opens a world. Leads that lie in a file are asked for here, which is sooner than the worker can. */
export function openWorld(world: string, edge: boolean, progress: (done: number, total: number) => void): Promise<Opened> {
  const url = edge ? undefined : files[`../../out/leads/${world}.csv`];
  // A server may have something else to say about a file that is not there. Where it cannot be had, the worker makes the leads itself.
  const file = url === undefined ? null : fetch(url).then((answer) => (answer.ok && answer.headers.get("content-type")?.startsWith("text/csv") ? answer.arrayBuffer() : null), () => null);
  return desk.open(
    world,
    edge,
    proxy(progress),
    proxy(async () => {
      const bytes = await file?.catch(() => null);
      return bytes ? Comlink.transfer(bytes, [bytes]) : null;
    }),
  );
}

const place = readPlace(location.hash);
/** What the link named when the page was loaded. */
export const first = {
  place,
  progress: (_done: number, _total: number): void => {},
  opening: openWorld(place.world, place.edge === true, (done, total) => first.progress(done, total)),
};
// Whoever shows it says what went wrong; until then nobody listens.
first.opening.catch(() => {});
