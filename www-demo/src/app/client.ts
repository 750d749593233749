// The worker, as the page sees it. What the link names is opened as soon as there is a worker, while the page's own parts are still on their
// way; the module is compiled here, which begins before the worker has started.
import * as Comlink from "comlink";
import module from "evenhand/evenhand.core.wasm?url";
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

const place = readPlace(location.hash);
/** What the link named when the page was loaded. */
export const first = {
  place,
  progress: (_done: number, _total: number): void => {},
  opening: desk.open(
    place.world,
    place.edge === true,
    proxy((done: number, total: number) => first.progress(done, total)),
  ),
};
// Whoever shows it says what went wrong; until then nobody listens.
first.opening.catch(() => {});
