/** Whether an installation gives the answers that it gave where it was built (`evenhand/conformance`; `evenhand conformance` on the command line). */
import type { Engine, EngineOptions } from "./evenhand.js";

export interface Conformance {
  worlds: number;
  calls: number;
  /** Worlds in which some answer differs, by their numbers: an empty list where all is well. */
  different: number[];
}
/**
 * Random organisations with leads, each asked, planned, written, proved and undone: every answer, byte for byte, is compared with that of the machine that built the
 * package. `evenhand` is the package as the host imports it (`import * as evenhand from "evenhand"`), or what takes its place. Takes some seconds.
 */
export function conformance(evenhand: { createEngine(options?: EngineOptions): Promise<Engine>; EvenhandError: new (...args: never[]) => Error }): Promise<Conformance>;
