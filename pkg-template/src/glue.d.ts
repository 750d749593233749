/** What the build makes of the glue that wasm-bindgen writes: one call, one fresh closure. */

/** The functions of one instance. */
export interface Exports {
  version(): string;
  newId(): string;
}

/** Everything around an instance that does not exist yet. */
export interface Glue {
  exports: Exports;
  memory: WebAssembly.Memory;
  imports: WebAssembly.Imports;
  /** Takes over the instance that was made with `imports`. */
  start(instance: WebAssembly.Instance): void;
}

/** Pages of 64 KiB that an instance begins with. */
export const initialPages: number;
/** Makes the glue of one instance, whose memory never grows past `maximumPages`. */
export function glue(maximumPages: number): Glue;
