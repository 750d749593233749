// The installed package as a host's compiler sees it.
import { createEngine, createEngineSync, EvenhandError, type Diagnostic, type Engine } from "evenhand";

export async function host(): Promise<Diagnostic[]> {
  using engine: Engine = await createEngine({ maxMemory: 2 ** 28, wasm: fetch("/evenhand.wasm") });
  const other = createEngineSync({ wasm: new Uint8Array() });
  other.free();
  try {
    return engine.check({});
  } catch (error) {
    if (error instanceof EvenhandError) return EvenhandError.fromJSON(error.toJSON()).diagnostics;
    throw error;
  }
}

// @ts-expect-error an engine needs no size
createEngineSync({ maxMemory: "1 GiB" });
// @ts-expect-error codes cannot be written
new EvenhandError().code = "x";
