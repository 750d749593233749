import type * as Contract from "../evenhand.js";
import { Engine, zonesFrom } from "./engine.js";
import { EvenhandError, fault, unavailable } from "./errors.js";
import { type Glue, glue, initialPages } from "./glue.js";
import { Instance } from "./instance.js";

type Source = Response | BufferSource | WebAssembly.Module;

/** What an entry knows about its runtime. */
export interface Runtime {
  /** The package's own module. Called when the first engine is made, never while something is imported. */
  own(): Source | Promise<Source>;
  /** The same without waiting, where the runtime can; nothing where it cannot. */
  ownSync(): BufferSource | WebAssembly.Module | undefined;
  /** Reads what an address names. */
  open(address: URL | string): Source | Promise<Source>;
  /** What `own` leaves out for later, where it does. */
  deferred?: Deferred;
}

/** The part of the package's own module that comes when a call first needs it. */
export interface Deferred {
  /** Fetches it while the first calls are made, where reading takes long; nothing where it does not. */
  fetch(): Source | Promise<Source> | undefined;
  /** Reads it, within the call that needs it. */
  readNow(): BufferSource;
  /** Whether the runtime can do that; otherwise an engine is complete from the start. */
  canReadNow(): boolean;
}

const PAGE = 65_536;
const MOST_PAGES = 65_536;
const DEFAULT_MEMORY = 2 ** 30;

/** The functions that make engines, for one runtime. The package's own module is compiled once and shared by all its engines. */
export function factory(runtime: Runtime): Pick<typeof Contract, "createEngine" | "createEngineSync"> {
  let own: WebAssembly.Module | undefined;
  let deferred: WebAssembly.Module | undefined;
  const load = once(async () => compile(await opened(() => runtime.own())));
  const fetchDeferred = once(async () => {
    const source = await opened(() => runtime.deferred?.fetch());
    if (source !== undefined) deferred ??= await compile(source);
  });

  /** With what the core calls when a function is not in it. */
  const withDeferred = (made: Parts): WebAssembly.Imports => ({
    ...made.imports,
    deferred: {
      load() {
        try {
          deferred ??= compileSync(runtime.deferred?.readNow());
          void new WebAssembly.Instance(deferred, coreOf(made));
        } catch (cause) {
          // In the middle of a call: the engine is given up (see `Instance`). What is of another version is not kept for the next one.
          deferred = undefined;
          throw unavailable(`the rest of the module could not be loaded: ${words(cause)}`, { hint: HINTS.rest, cause });
        }
      },
    },
  });

  /** Refuses a core where nothing knows of its rest, and not in the middle of some call. */
  function usable(module: WebAssembly.Module): WebAssembly.Module {
    if (runtime.deferred !== undefined || !isCore(module)) return module;
    throw alone();
  }

  async function complete(made: Parts): Promise<void> {
    if (runtime.deferred === undefined) return;
    const coming = fetchDeferred();
    if (!runtime.deferred.canReadNow()) {
      await coming;
      if (deferred !== undefined) await invalid(WebAssembly.instantiate(deferred, coreOf(made)));
    } else {
      // What is not there when a call needs it is read by that call, which is told what went wrong.
      coming.catch(() => undefined);
    }
  }

  async function createEngine(options: Contract.EngineOptions = {}): Promise<Contract.Engine> {
    const made = parts(options);
    const wasm = await opened(() => options.wasm);
    const module = wasm === undefined ? (own ??= await load()) : await compile(isAddress(wasm) ? await opened(() => runtime.open(wasm)) : wasm);
    const engine = started(made, await instantiate(usable(module), withDeferred(made)));
    if (isCore(module)) await complete(made);
    return engine;
  }

  function createEngineSync(options: Parameters<typeof Contract.createEngineSync>[0] = {}): Contract.Engine {
    const made = parts(options);
    let module = options.wasm === undefined ? own : compileSync(options.wasm);
    if (module === undefined) {
      const read = openedSync(() => runtime.ownSync());
      if (read === undefined) {
        throw unavailable("this runtime cannot read the module synchronously", { hint: "use `createEngine`, or pass a WebAssembly.Module as `wasm`" });
      }
      own = module = compileSync(read);
    }
    return started(made, instantiateSync(usable(module), withDeferred(made)));
  }

  return { createEngine, createEngineSync };
}

/** One run of some work for all who wait for it. A failure may pass (a network), so whoever comes next tries again. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let pending: Promise<T> | undefined;
  return () => {
    pending ??= work();
    pending.catch(() => (pending = undefined));
    return pending;
  };
}

type Parts = Glue & { /** Most bytes of memory. */ maximum: number; zones: Contract.TimeZones; /** Once it is made. */ instance?: WebAssembly.Instance };

/** Whether a module leaves something out for later. */
const isCore = (module: WebAssembly.Module): boolean => WebAssembly.Module.imports(module).some((wanted) => wanted.module === "deferred");

/** What the deferred module imports: what the core does, and of the core's own what it exports. */
const coreOf = ({ imports, instance }: Parts): WebAssembly.Imports => ({ ...imports, core: instance?.exports ?? {} });

/** The glue of an engine whose memory may grow so far. */
function parts({ maxMemory = DEFAULT_MEMORY, zones }: Pick<Contract.EngineOptions, "maxMemory" | "zones">): Parts {
  const pages = Math.min(Math.floor(maxMemory / PAGE), MOST_PAGES);
  if (!(pages >= initialPages)) {
    throw fault("max_memory_invalid", `\`maxMemory\` must be a number of bytes, at least ${initialPages * PAGE}`, { path: "/maxMemory" });
  }
  const source = zonesFrom(zones);
  try {
    return { ...glue(pages), maximum: pages * PAGE, zones: source };
  } catch (cause) {
    if (cause instanceof EvenhandError) throw cause;
    throw fault("out_of_memory", "the runtime has no room for the memory of another engine", { hint: "free engines that are done, or lower `maxMemory`", cause });
  }
}

async function opened<T>(open: () => T | Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (cause) {
    throw unreadable(cause);
  }
}

function openedSync<T>(open: () => T): T {
  try {
    return open();
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause: unknown): EvenhandError {
  if (cause instanceof EvenhandError) return cause;
  return unavailable(`the module could not be read: ${words(cause)}`, {
    hint: "is the server there, does a content security policy allow `connect-src` to it, and was `evenhand.wasm` copied to where the bundle looks for it? It may also be passed as `wasm`",
    cause,
  });
}

/** The compiled module that is the default of all that an import gave. What a bundler made of it otherwise is refused: without a default, an instance's exports. */
export function imported(all: { default?: unknown }): WebAssembly.Module {
  const given = "default" in all ? all.default : all;
  if (isModule(given)) return given;
  const what = tag(given) === "WebAssembly.Instance" || (typeof given === "object" && given !== null) ? "an instance" : `a value of type \`${typeof given}\``;
  throw unavailable(`this runtime's bundler made ${what} of the import of \`evenhand.wasm\`, and not a WebAssembly.Module`, {
    hint: "use the runtime's own bundler or its plugin, or keep imports of `.wasm` out of the bundle; or import `evenhand/slim` and pass the compiled module as `wasm`",
  });
}

async function compile(source: Source): Promise<WebAssembly.Module> {
  if (isResponse(source)) {
    const hint = HINTS[/\/\.vite\/deps/.test(source.url) ? "vite" : "served"];
    if (!source.ok) throw unavailable(`the module could not be read: the server answered ${source.status} for \`${source.url}\``, { hint });
    const type = source.headers.get("content-type")?.split(";")[0];
    if (type === "application/wasm" && typeof WebAssembly.compileStreaming === "function") return invalid(WebAssembly.compileStreaming(source));
    // Servers of single-page applications answer with the page whatever they do not have.
    if (type === "text/html") throw unavailable(`the module could not be read: \`${source.url}\` is a page`, { hint });
    return compile(await opened(() => source.arrayBuffer()));
  }
  return isModule(source) ? source : invalid(WebAssembly.compile(bytes(source)));
}

function compileSync(source: unknown): WebAssembly.Module {
  if (isModule(source)) return source;
  const code = bytes(source);
  return invalidSync(() => new WebAssembly.Module(code));
}

function instantiate(module: WebAssembly.Module, imports: WebAssembly.Imports): Promise<WebAssembly.Instance> {
  return invalid(WebAssembly.instantiate(module, imports));
}

function instantiateSync(module: WebAssembly.Module, imports: WebAssembly.Imports): WebAssembly.Instance {
  return invalidSync(() => new WebAssembly.Instance(module, imports));
}

function started(made: Parts, instance: WebAssembly.Instance): Engine {
  made.instance = instance;
  invalidSync(() => made.start(instance));
  return new Engine(new Instance(made, made.maximum), made.zones);
}

async function invalid<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw refused(cause);
  }
}

function invalidSync<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw refused(cause);
  }
}

function refused(cause: unknown): EvenhandError {
  const said = words(cause);
  const hint = HINTS[/content security|\bcsp\b|unsafe-eval/i.test(said) ? "policy" : /disallowed by embedder/i.test(said) ? "embedder" : "version"];
  return fault("wasm_invalid", `the module was refused: ${said}`, { path: "/wasm", hint, cause });
}

const alone = (): EvenhandError =>
  fault("wasm_invalid", "`wasm` is the core of the module alone, and this entry of the package has no rest for it", {
    path: "/wasm",
    hint: "pass `evenhand/engine.wasm`, which is all of it",
  });

const words = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

const HINTS = {
  rest: "serve or copy `evenhand.deferred.wasm` to where `evenhand.core.wasm` is; free this engine and create another",
  served: "serve the package's file at this address (bundlers that leave it behind: copy it), or tell another address as `wasm`, or import `evenhand/inline`",
  vite: "Vite moved the package away from its module: add `optimizeDeps: { exclude: [\"evenhand\"] }` to its configuration",
  policy: "the page's content security policy forbids WebAssembly: add 'wasm-unsafe-eval' to its `script-src`",
  embedder: "this runtime compiles no bytes: import `evenhand/engine.wasm` as a module and pass it as `wasm`",
  version: "it must be the `evenhand.wasm` of this very version",
};

// Told by their tags, because a value may come from another realm, where `instanceof` fails.
const tag = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);
const isModule = (value: unknown): value is WebAssembly.Module => tag(value) === "WebAssembly.Module";
const isResponse = (value: unknown): value is Response => tag(value) === "Response";
const isAddress = (value: unknown): value is URL | string => typeof value === "string" || tag(value) === "URL";

function bytes(value: unknown): BufferSource {
  if (ArrayBuffer.isView(value) || tag(value) === "ArrayBuffer") return value as BufferSource;
  throw fault("wasm_invalid", "`wasm` must be bytes, a WebAssembly.Module, a Response or an address", { path: "/wasm" });
}
