// What must hold in every runtime.

function equal(actual, expected) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`expected ${b}, not ${a}`);
}

function ok(value, what) {
  if (!value) throw new Error(what);
}

/** The EvenhandError that `run` throws. */
async function thrown(run, { EvenhandError }) {
  try {
    await run();
  } catch (error) {
    ok(error instanceof EvenhandError && error instanceof Error, `this is no EvenhandError: ${error?.stack ?? error}`);
    ok(error.name === "EvenhandError" && error.diagnostics.length > 0 && error.message !== "", "an error must say what is wrong");
    return error;
  }
  throw new Error("nothing was thrown");
}

const dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");

/** Everything an engine can be asked, each in one call. */
const uses = {
  version: (engine) => engine.version,
  memory: (engine) => engine.memory(),
  newId: (engine) => engine.newId(),
  check: (engine) => engine.check({}),
  peek: (engine) => engine.peek(new Uint8Array()),
  workspace: (engine) => engine.workspace({}),
};

export const checks = {
  async "an engine answers"({ createEngine }) {
    const engine = await createEngine();
    ok(/^\d+\.\d+\.\d+$/.test(engine.version), "a version has three numbers");
    ok(engine.memory() > 0 && engine.memory() % 65536 === 0, "memory is counted in pages");
    const ids = [engine.newId(), engine.newId()];
    ok(ids[0] !== ids[1] && ids.every((id) => /^[0-9a-f]{32}$/.test(id)), "ids have 128 bits and differ");
    engine.free();
  },

  async "engines are independent"({ createEngine }) {
    const [a, b] = await Promise.all([createEngine(), createEngine()]);
    a.free();
    ok(b.version !== "" && b.newId() !== "" && b.memory() > 0, "the other engine goes on");
    b.free();
  },

  async "a freed engine says so, and freeing it again does nothing"(evenhand) {
    for (const free of ["free", dispose]) {
      const engine = await evenhand.createEngine();
      engine[free]();
      for (const use of Object.values(uses)) equal((await thrown(() => use(engine), evenhand)).code, "freed");
      engine.free();
      engine[dispose]();
    }
  },

  async "many engines come and go"({ createEngine }) {
    for (let i = 0; i < 50; i += 1) (await createEngine()).free();
  },

  async "what has not landed says so"(evenhand) {
    const engine = await evenhand.createEngine();
    for (const name of ["check", "peek", "workspace"]) equal((await thrown(() => uses[name](engine), evenhand)).code, "not_implemented");
    engine.free();
  },

  async "errors survive a structured clone"(evenhand) {
    const error = await thrown(() => evenhand.createEngine({ maxMemory: 1 }), evenhand);
    equal([error.code, error.diagnostics[0].path], ["max_memory_invalid", "/maxMemory"]);
    const copy = evenhand.EvenhandError.fromJSON(structuredClone(error.toJSON()));
    ok(copy instanceof evenhand.EvenhandError, "it is an EvenhandError again");
    equal(copy.toJSON(), error.toJSON());
    equal(JSON.parse(JSON.stringify(error)), error.toJSON());
    equal(Object.keys(error.toJSON()), ["code", "message", "diagnostics"]);
  },

  async "options that cannot be are refused"(evenhand) {
    for (const maxMemory of [0, -1, 65536, NaN, "many"]) {
      equal((await thrown(() => evenhand.createEngine({ maxMemory }), evenhand)).code, "max_memory_invalid");
      equal((await thrown(() => evenhand.createEngineSync({ maxMemory }), evenhand)).code, "max_memory_invalid");
    }
    for (const wasm of [new Uint8Array([0, 1, 2, 3]), 7, {}]) {
      equal((await thrown(() => evenhand.createEngine({ wasm }), evenhand)).code, "wasm_invalid");
      equal((await thrown(() => evenhand.createEngineSync({ wasm }), evenhand)).code, "wasm_invalid");
    }
    const failed = Promise.reject(new Error("no network"));
    const error = await thrown(() => evenhand.createEngine({ wasm: failed }), evenhand);
    equal([error.code, error.cause.message], ["wasm_unavailable", "no network"]);
    (await evenhand.createEngine({ maxMemory: Infinity })).free();
  },

  async "an engine can be made synchronously"({ createEngine, createEngineSync }) {
    // Where the runtime cannot read synchronously, the module that the package has compiled by now serves.
    (await createEngine()).free();
    const engine = createEngineSync();
    ok(engine.newId().length === 32, "it works");
    engine.free();
  },
};
