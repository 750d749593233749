import { EvenhandError, fault, isFailure } from "./errors.js";
import type { Exports, Glue } from "./glue.js";

/** `Symbol.dispose`, or where the runtime has none yet, the symbol that polyfills agree on. */
export const dispose: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");

const PAGE = 65_536;

/**
 * One instance of the module, which belongs to one engine. Every call into the module goes through `call`.
 *
 * A trap (or an exhausted stack, or a rest of the module that is not to be had) leaves the instance in the middle of something: objects stay
 * locked and memory may be half written. So the instance is given up: this call and every later one throw `engine_failed`, or `wasm_unavailable`
 * for the rest.
 */
export class Instance {
  #glue: Glue | undefined;
  #failed: EvenhandError | undefined;

  /** Bytes that tables may fill; the rest is for plans and answers. */
  readonly budget: number;
  readonly #maximum: number;

  constructor(glue: Glue, maximum: number) {
    this.#glue = glue;
    this.#maximum = maximum;
    this.budget = maximum - Math.max(maximum / 16, 2 ** 20);
  }

  /** Most bytes that were in use at once. */
  get memory(): number {
    return this.#live().pages() * PAGE;
  }

  /**
   * Grows the memory so that about so many bytes more may be taken: each step that it grows by may cost a collection of the whole heap.
   * Nothing is taken by that, and where the runtime has no room, the module asks for what it needs and tells when it cannot have it.
   */
  reserve(bytes: number): void {
    const { memory, pages } = this.#live();
    const held = memory.buffer.byteLength;
    // What is there doubles in one step, if it has no room for so much.
    if (!(bytes > held)) return;
    const missing = Math.min(pages() * PAGE + bytes, this.#maximum) - held;
    try {
      memory.grow(Math.floor(missing / PAGE));
    } catch {
      // What is missing may not be needed.
    }
  }

  /** Bytes of the module's memory, until it grows. */
  view(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#live().memory.buffer, at, length);
  }

  /** Runs one call into the module. Nothing but that call belongs into `run`: a RangeError in it is taken for an exhausted stack. */
  call<T>(run: (exports: Exports) => T): T {
    const { exports } = this.#live();
    try {
      return run(exports);
    } catch (thrown) {
      throw this.told(thrown);
    }
  }

  /** What a call throws, as the host is told; a trap ends the engine. For calls that are too short to be made by `call`. */
  told(thrown: unknown): unknown {
    if (isFailure(thrown)) {
      const error = thrown instanceof EvenhandError ? thrown : EvenhandError.fromJSON(thrown);
      // The rest of the module was not to be had, in the middle of a call.
      if (error.code === "wasm_unavailable") this.#failed = error;
      return error;
    }
    if (!isTrap(thrown)) return thrown;
    this.#failed = fault("engine_failed", "the engine stopped in the middle of a call and cannot be used any more", {
      hint: "free it and create another; if memory was nearly used up, raise `maxMemory`",
      cause: thrown,
    });
    return this.#failed;
  }

  /** Whether calls can be made. */
  get usable(): boolean {
    return this.#glue !== undefined && this.#failed === undefined;
  }

  /** Throws unless calls can be made. */
  check(): void {
    this.#live();
  }

  /** Lets go of the module's memory. What was made by this engine throws `freed` from now on. */
  free(): void {
    this.#glue = undefined;
  }

  #live(): Glue {
    if (this.#glue === undefined) throw fault("freed", "this engine was freed", { hint: "create another one" });
    if (this.#failed !== undefined) throw this.#failed;
    return this.#glue;
  }
}

function isTrap(thrown: unknown): boolean {
  return thrown instanceof Error && (thrown.name === "RuntimeError" || thrown instanceof RangeError || thrown.name === "InternalError");
}
