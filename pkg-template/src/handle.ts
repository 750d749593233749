import { fault } from "./errors.js";
import type { Exports } from "./glue.js";
import { dispose, type Instance } from "./instance.js";

/**
 * Something that lives in the module's memory (a workspace, a table, a plan…), as a host holds it.
 *
 * It ends with `free`, or with its engine. Either way every use of it says so, and freeing it again does nothing.
 */
export abstract class Handle<T extends { free(): void }> {
  readonly #instance: Instance;
  readonly #noun: string;
  #inner: T | undefined;

  /** `noun` names it in messages. */
  constructor(instance: Instance, inner: T, noun: string) {
    this.#instance = instance;
    this.#inner = inner;
    this.#noun = noun;
  }

  /** Runs one call into the module; see `Instance.call`. */
  protected call<R>(run: (inner: T, exports: Exports) => R): R {
    return this.#instance.call((exports) => {
      if (this.#inner === undefined) throw fault("freed", `this ${this.#noun} was freed`);
      return run(this.#inner, exports);
    });
  }

  free(): void {
    const inner = this.#inner;
    this.#inner = undefined;
    if (inner !== undefined && this.#instance.usable) this.#instance.call(() => inner.free());
  }

  [dispose](): void {
    this.free();
  }
}
