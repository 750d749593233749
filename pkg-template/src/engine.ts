import type * as Contract from "../evenhand.js";
import { asBytes, json, told } from "./input.js";
import { fault } from "./errors.js";
import { wrong } from "./handle.js";
import { dispose, type Instance } from "./instance.js";
import { encode } from "./text.js";
import { Workspace } from "./workspace.js";
import { intl } from "./zones-intl.js";
import { hinted, hints, outdated, withZones } from "./zones-named.js";
import { zones as own } from "./zones-table.js";

/** Where an engine's tables of zones come from. */
export function zonesFrom(option: unknown): Contract.TimeZones {
  if (option === undefined) return own;
  if (option === "intl") return intl;
  if (typeof option === "object" && option !== null && "table" in option && typeof option.table === "function") return option as Contract.TimeZones;
  throw fault("zones_invalid", "`zones` must be \"intl\" or an object with a function `table`", { path: "/zones", hint: "such as the `zones` of `evenhand/zones`, which is what is used without it" });
}

export class Engine implements Contract.Engine {
  readonly #instance: Instance;
  readonly #zones: Contract.TimeZones;

  constructor(instance: Instance, zones: Contract.TimeZones) {
    this.#instance = instance;
    this.#zones = zones;
  }

  get version(): string {
    return this.#instance.call((wasm) => wasm.version());
  }

  workspace(config: Contract.WorkspaceConfig): Contract.Workspace {
    this.#instance.check();
    const [complete, zones] = withZones(config, this.#zones);
    const input = told(complete);
    const made = hinted(() => this.#instance.call((wasm) => wasm.Workspace.compile(input)));
    return new Workspace(this.#instance, made, zones, this.#zones);
  }

  check(config: unknown, options: { now?: Contract.Instant | Date } = {}): Contract.Diagnostic[] {
    this.#instance.check();
    const old = outdated(config, this.#zones, options?.now);
    const input = told(withZones(config, this.#zones)[0]);
    return [...hints(this.#instance.call((wasm) => wasm.check(input))), ...old];
  }

  audit(log: readonly object[] | Uint8Array | ArrayBuffer | string, options: Contract.AuditOptions = {}): Contract.AuditReport {
    this.#instance.check();
    const isRows = Array.isArray(log);
    const rows = typeof log === "string" ? encode(log) : isRows ? json(log) : (asBytes(log) ?? wrong("the log", "rows, a text or bytes"));
    const input = json(withZones(isRows ? { ...options, format: "json" } : options, this.#zones)[0]);
    return hinted(() => this.#instance.call((wasm) => wasm.audit(rows, input, this.#instance.budget)));
  }

  peek(plan: Uint8Array): Contract.PlanHeader {
    this.#instance.check();
    const bytes = asBytes(plan) ?? wrong("a plan", "the bytes of `Plan.encode`");
    return this.#instance.call((wasm) => wasm.peek(bytes));
  }

  newId(): string {
    return this.#instance.call((wasm) => wasm.newId());
  }

  memory(): number {
    return this.#instance.memory;
  }

  free(): void {
    this.#instance.free();
  }

  [dispose](): void {
    this.free();
  }
}
