// The worker, as the page sees it.
import * as Comlink from "comlink";
import type { Desk } from "../engine/worker";

const worker = new Worker(new URL("../engine/worker.ts", import.meta.url), { type: "module", name: "evenhand" });

export const desk = Comlink.wrap<Desk>(worker);
export const proxy = Comlink.proxy;
