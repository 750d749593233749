// The installed package as a compiler sees it from CommonJS.
import { createEngineSync, EvenhandError, type Engine } from "evenhand";
import slim = require("evenhand/slim");
import { lender } from "evenhand/presets";

export const engine: Engine = createEngineSync();
export const other: Engine = slim.createEngineSync({ wasm: new Uint8Array() });
export const digest: string = engine.workspace(lender).digest;
export const isOne = (thrown: unknown): thrown is EvenhandError => thrown instanceof EvenhandError;
