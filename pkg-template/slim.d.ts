/** The package without its module, for hosts that have it compiled or bring it themselves: `wasm` must be given. */
import type { Engine, EngineOptions, TimeZones } from "./evenhand.js";
export * from "./evenhand.js";

export function createEngine(options: EngineOptions & { wasm: NonNullable<EngineOptions["wasm"]> }): Promise<Engine>;
export function createEngineSync(options: { wasm: BufferSource | WebAssembly.Module; maxMemory?: number; zones?: "intl" | TimeZones }): Engine;
