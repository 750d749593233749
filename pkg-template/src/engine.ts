import type * as Contract from "../evenhand.js";
import { asBytes, json } from "./input.js";
import { wrong } from "./handle.js";
import { dispose, type Instance } from "./instance.js";
import { Workspace } from "./workspace.js";
import { withZones } from "./zones.js";

export class Engine implements Contract.Engine {
  readonly #instance: Instance;

  constructor(instance: Instance) {
    this.#instance = instance;
  }

  get version(): string {
    return this.#instance.call((wasm) => wasm.version());
  }

  workspace(config: Contract.WorkspaceConfig): Contract.Workspace {
    this.#instance.check();
    const [complete, zones] = withZones(config);
    const input = json(complete);
    return new Workspace(this.#instance, this.#instance.call((wasm) => wasm.Workspace.compile(input)), zones);
  }

  check(config: unknown): Contract.Diagnostic[] {
    this.#instance.check();
    const input = json(withZones(config)[0]);
    return this.#instance.call((wasm) => wasm.check(input));
  }

  peek(plan: Uint8Array): Contract.PlanHeader {
    this.#instance.check();
    const bytes = asBytes(plan) ?? wrong("a plan", "the bytes of `Plan.encode`");
    return this.#instance.call((wasm) => wasm.peek(bytes));
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
}
