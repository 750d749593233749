import type * as Contract from "../evenhand.js";
import { type EvenhandError, fault } from "./errors.js";
import { dispose, type Instance } from "./instance.js";

export class Engine implements Contract.Engine {
  readonly #instance: Instance;

  constructor(instance: Instance) {
    this.#instance = instance;
  }

  get version(): string {
    return this.#instance.call((wasm) => wasm.version());
  }

  workspace(_config: Contract.WorkspaceConfig): Contract.Workspace {
    throw this.#missing("workspace");
  }

  check(_config: unknown): Contract.Diagnostic[] {
    throw this.#missing("check");
  }

  peek(_plan: Uint8Array): Contract.PlanHeader {
    throw this.#missing("peek");
  }

  newId(): string {
    return this.#instance.call((wasm) => wasm.newId());
  }

  memory(): number {
    return this.#instance.memory;
  }

  free(): void {
    this.#instance.free();
  }

  [dispose](): void {
    this.free();
  }

  #missing(call: string): EvenhandError {
    this.#instance.check();
    return fault("not_implemented", `\`${call}\` is not in this build yet`);
  }
}
