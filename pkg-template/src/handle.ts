import { fault } from "./errors.js";
import type { Exports } from "./glue.js";
import { dispose, type Instance } from "./instance.js";

type Inner = { free(): void };

let open: <T extends Inner>(handle: Handle<T>, instance: Instance, what: string) => T;

/**
 * Something that lives in the module's memory (a workspace, a table, a plan…), as a host holds it.
 *
 * It ends with `free`, or with its engine. Either way every use of it says so, and freeing it again does nothing.
 */
export abstract class Handle<T extends Inner> {
  readonly #instance: Instance;
  readonly #noun: string;
  #inner: T | undefined;

  static {
    open = (handle, instance, what) => {
      if (handle.#instance !== instance) {
        throw fault("wrong_engine", `this ${what} belongs to another engine`, { hint: "what an engine made works with that engine only" });
      }
      if (handle.#inner === undefined) throw fault("freed", `this ${what} was freed`);
      return handle.#inner;
    };
  }

  /** `noun` names it in messages. */
  constructor(instance: Instance, inner: T, noun: string) {
    this.#instance = instance;
    this.#inner = inner;
    this.#noun = noun;
  }

  protected get instance(): Instance {
    return this.#instance;
  }

  /** Runs one call into the module; see `Instance.call`. */
  protected call<R>(run: (inner: T, exports: Exports) => R): R {
    return this.#instance.call((exports) => {
      if (this.#inner === undefined) throw fault("freed", `this ${this.#noun} was freed`);
      return run(this.#inner, exports);
    });
  }

  /** Throws unless it can be used. */
  protected check(): void {
    this.call(() => undefined);
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

/** What is inside of a handle that was passed to a call of this instance. */
export function inner<T extends Inner>(handle: Handle<T>, instance: Instance, what: string): T {
  instance.check();
  return open(handle, instance, what);
}

/** The error of an argument that is not what it should be. */
export function wrong(what: string, wanted: string): never {
  throw fault("wrong_type", `${what} must be ${wanted}`);
}
