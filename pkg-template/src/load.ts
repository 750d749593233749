import type * as Contract from "../evenhand.js";
import { Engine, zonesFrom } from "./engine.js";
import { EvenhandError, fault } from "./errors.js";
import { type Glue, glue, initialPages } from "./glue.js";
import { Instance } from "./instance.js";

type Source = Response | BufferSource | WebAssembly.Module;

/** What an entry knows about its runtime. */
export interface Runtime {
  /** The package's own module. Called when the first engine is made, never while something is imported. */
  own(): Source | Promise<Source>;
  /** The same without waiting, where the runtime can. */
  ownSync?(): BufferSource | WebAssembly.Module;
  /** Reads what an address names. */
  open(address: URL | string): Source | Promise<Source>;
}

const PAGE = 65_536;
const MOST_PAGES = 65_536;
const DEFAULT_MEMORY = 2 ** 30;

/** The functions that make engines, for one runtime. The package's own module is compiled once and shared by all its engines. */
export function factory(runtime: Runtime): Pick<typeof Contract, "createEngine" | "createEngineSync"> {
  let own: WebAssembly.Module | undefined;
  let pending: Promise<WebAssembly.Module> | undefined;

  function load(): Promise<WebAssembly.Module> {
    pending ??= (async () => compile(await opened(() => runtime.own())))();
    // A failure may pass (a network), so the next engine tries again.
    pending.catch(() => (pending = undefined));
    return pending;
  }

  async function createEngine(options: Contract.EngineOptions = {}): Promise<Contract.Engine> {
    const made = parts(options);
    const wasm = await opened(() => options.wasm);
    if (wasm === undefined) {
      own ??= await load();
      return started(made, await instantiate(own, made));
    }
    const source = isAddress(wasm) ? await opened(() => runtime.open(wasm)) : wasm;
    return started(made, await instantiate(await compile(source), made));
  }

  function createEngineSync(options: Parameters<typeof Contract.createEngineSync>[0] = {}): Contract.Engine {
    const made = parts(options);
    let module = options.wasm === undefined ? own : compileSync(options.wasm);
    if (module === undefined) {
      if (runtime.ownSync === undefined) {
        throw fault("wasm_unavailable", "this runtime cannot read the module synchronously", {
          hint: "use `createEngine`, or pass a WebAssembly.Module as `wasm`",
        });
      }
      own = module = compileSync(runtime.ownSync());
    }
    return started(made, instantiateSync(module, made));
  }

  return { createEngine, createEngineSync };
}

type Parts = Glue & { /** Most bytes of memory. */ maximum: number; zones: Contract.TimeZones };

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
    throw fault("out_of_memory", "the runtime has no room for the memory of another engine", { hint: "free engines that are done, or lower `maxMemory`", cause });
  }
}

async function opened<T>(open: () => T | Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (cause) {
    throw cause instanceof EvenhandError ? cause : fault("wasm_unavailable", "the module could not be read", { cause });
  }
}

async function compile(source: Source): Promise<WebAssembly.Module> {
  if (isResponse(source)) {
    if (!source.ok) throw fault("wasm_unavailable", `the module could not be read: the server answered ${source.status} for \`${source.url}\``);
    const streams = typeof WebAssembly.compileStreaming === "function" && source.headers.get("content-type")?.split(";")[0] === "application/wasm";
    return streams ? invalid(WebAssembly.compileStreaming(source)) : compile(await opened(() => source.arrayBuffer()));
  }
  return isModule(source) ? source : invalid(WebAssembly.compile(bytes(source)));
}

function compileSync(source: unknown): WebAssembly.Module {
  if (isModule(source)) return source;
  const code = bytes(source);
  return invalidSync(() => new WebAssembly.Module(code));
}

function instantiate(module: WebAssembly.Module, { imports }: Glue): Promise<WebAssembly.Instance> {
  return invalid(WebAssembly.instantiate(module, imports));
}

function instantiateSync(module: WebAssembly.Module, { imports }: Glue): WebAssembly.Instance {
  return invalidSync(() => new WebAssembly.Instance(module, imports));
}

function started(made: Parts, instance: WebAssembly.Instance): Engine {
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
  return fault("wasm_invalid", `the module was refused: ${cause instanceof Error ? cause.message : String(cause)}`, {
    path: "/wasm",
    hint: "it must be the `evenhand.wasm` of this very version; some runtimes compile no bytes and need a WebAssembly.Module; a content security policy needs 'wasm-unsafe-eval'",
    cause,
  });
}

// Told by their tags, because a value may come from another realm, where `instanceof` fails.
const tag = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);
const isModule = (value: unknown): value is WebAssembly.Module => tag(value) === "WebAssembly.Module";
const isResponse = (value: unknown): value is Response => tag(value) === "Response";
const isAddress = (value: unknown): value is URL | string => typeof value === "string" || tag(value) === "URL";

function bytes(value: unknown): BufferSource {
  if (ArrayBuffer.isView(value) || tag(value) === "ArrayBuffer") return value as BufferSource;
  throw fault("wasm_invalid", "`wasm` must be bytes, a WebAssembly.Module, a Response or an address", { path: "/wasm" });
}
