import type * as Contract from "../evenhand.js";
import { fault } from "./errors.js";
import { Filter } from "./filter.js";
import type { bound } from "./glue.js";
import { Handle, inner, wrong } from "./handle.js";
import { asBytes, asked, json, told } from "./input.js";
import type { Instance } from "./instance.js";
import { Plan, planInput } from "./plan.js";
import { Rows } from "./rows.js";
import { Selection } from "./selection.js";
import { encoder } from "./text.js";
import { UpsertPreview } from "./upsert.js";

/** Bytes, or characters of a text, that go over at once. */
const PIECE = 2 ** 18;
/** Bytes that a cell takes, about. */
const CELL = 12;

type Data = readonly object[] | Uint8Array | ArrayBuffer | string;

export class Loader extends Handle<bound.Loader> implements Contract.Loader {
  readonly #format: string | undefined;
  readonly #encoding: string | undefined;
  readonly #progress: ((done: number, total: number) => void) | undefined;
  readonly #upsert: boolean;
  #rows: Rows | undefined;
  #failed: unknown;
  #scratch = new Uint8Array();
  /** The first half of a character whose second half is in the next text. */
  #half = "";
  #done = 0;
  #total = 0;

  private constructor(instance: Instance, made: bound.Loader, options: Contract.LoadOptions, upsert: boolean) {
    super(instance, made, "loader");
    this.#format = options.format;
    this.#encoding = options.encoding;
    this.#progress = options.onProgress;
    this.#upsert = upsert;
  }

  static open(instance: Instance, options: Contract.LoadOptions, make: (options: Uint8Array, memory: number) => bound.Loader, upsert = false): Loader {
    const { onProgress, ...rest } = options ?? {};
    if (onProgress !== undefined && typeof onProgress !== "function") wrong("`onProgress`", "a function");
    return new Loader(instance, make(upsert ? told(rest) : json(rest), instance.budget), options ?? {}, upsert);
  }

  push(chunk: Data): void {
    this.check();
    if (this.#failed !== undefined) throw this.#failed;
    try {
      this.#push(chunk);
    } catch (error) {
      this.#failed = error;
      throw error;
    }
  }

  finish(): Contract.LeadTable {
    return this.#end((loader) => new LeadTable(this.instance, loader.finish()));
  }

  /** Everything in one go. */
  all(data: Data): LeadTable {
    return this.#all(data, (loader) => new LeadTable(this.instance, loader.finish()));
  }

  /** The same into a table that is there. */
  into(data: Data): Contract.UpsertReport {
    return this.#all(data, (loader) => loader.upsert());
  }

  /** What that would do. */
  preview(data: Data): UpsertPreview {
    return this.#all(data, (loader) => new UpsertPreview(this.instance, loader.preview()));
  }

  #all<T>(data: Data, end: (loader: bound.Loader) => T): T {
    this.#total = typeof data === "string" || Array.isArray(data) ? data.length : (asBytes(data)?.length ?? 0);
    try {
      if (!Array.isArray(data)) this.instance.reserve(this.#total);
      this.push(data);
    } catch (error) {
      this.free();
      throw error;
    }
    return this.#end(end);
  }

  #end<T>(end: (loader: bound.Loader) => T): T {
    this.check();
    try {
      if (this.#failed !== undefined) throw this.#failed;
      // A first half that stays alone is what every encoder makes of it.
      if (this.#half !== "") this.#text("\ufffd");
      return this.call(end);
    } finally {
      this.free();
    }
  }

  #push(chunk: Data): void {
    const rows = Array.isArray(chunk);
    if (this.#format !== undefined && (this.#format === "rows") !== rows) {
      throw fault("options_invalid", `the format is \`${this.#format}\`, and this is ${rows ? "a list of rows" : "text or bytes"}`, { path: "/format" });
    }
    if (this.#encoding !== undefined && (rows || typeof chunk === "string")) {
      throw fault("options_invalid", "only bytes have an encoding, not a text and no rows", { path: "/encoding" });
    }
    if (rows) return this.#objects(chunk as readonly object[]);
    if (typeof chunk === "string") return this.#text(this.#half + chunk);
    const bytes = asBytes(chunk) ?? wrong("leads", "a list of rows, a text or bytes");
    for (let from = 0; from < bytes.length; from += PIECE) {
      const piece = bytes.subarray(from, from + PIECE);
      this.call((loader) => loader.push(piece));
      this.#report(piece.length);
    }
  }

  #text(text: string): void {
    this.#half = "";
    for (let from = 0; from < text.length; ) {
      let to = Math.min(from + PIECE, text.length);
      if (/[\ud800-\udbff]/.test(text.charAt(to - 1))) {
        to -= 1;
        if (to === text.length - 1) this.#half = text.charAt(to);
        if (to === from) break;
      }
      const piece = text.slice(from, to);
      if (this.#scratch.length < piece.length * 3) this.#scratch = new Uint8Array(piece.length * 3);
      const { written } = encoder().encodeInto(piece, this.#scratch);
      const encoded = this.#scratch.subarray(0, written);
      this.call((loader) => loader.push(encoded));
      this.#report(piece.length);
      from = to + (this.#half === "" ? 0 : 1);
    }
  }

  #objects(rows: readonly object[]): void {
    const reader = (this.#rows ??= this.call((loader) => Rows.into(loader, this.#upsert)));
    this.instance.reserve(rows.length * reader.width * CELL);
    for (let from = 0; from < rows.length; ) {
      const to = reader.push(rows, from, (run) => this.call(run));
      this.#report(to - from);
      from = to;
    }
  }

  #report(more: number): void {
    this.#done += more;
    this.#progress?.(this.#done, this.#total);
  }
}

export class LeadTable extends Handle<bound.LeadTable> implements Contract.LeadTable {
  readonly #listeners = new Set<() => void>();

  constructor(instance: Instance, made: bound.LeadTable) {
    super(instance, made, "table");
  }

  get size(): number {
    return this.call((table) => table.size());
  }

  get problems(): Contract.LoadProblem[] {
    return this.call((table) => table.problems());
  }

  get columns(): Contract.LeadTable["columns"] {
    return this.call((table) => table.columns());
  }

  get problemCount(): number {
    return this.call((table) => table.problemCount());
  }

  get bytes(): number {
    return this.call((table) => table.bytes());
  }

  get revision(): number {
    return this.call((table) => table.revision());
  }

  upsert(data: Data, options: Contract.UpsertOptions & { dryRun: true }): UpsertPreview;
  upsert(data: Data, options?: Contract.UpsertOptions): Contract.UpsertReport;
  upsert(data: Data, options: Contract.UpsertOptions = {}): Contract.UpsertReport {
    const loader = Loader.open(this.instance, options, (input) => this.call((table) => table.upserting(input)), true);
    return options?.dryRun === true ? loader.preview(data) : this.#told(loader.into(data));
  }

  remove(ids: readonly Contract.Id[]): number {
    const input = json(ids);
    return this.#told(this.call((table) => table.remove(input)));
  }

  subscribe(listener: () => void): () => void {
    // One that subscribes twice is told twice.
    const told = () => listener();
    this.#listeners.add(told);
    return () => void this.#listeners.delete(told);
  }

  /** Tells everybody of a change that was made; one that failed changed nothing. */
  #told<T>(done: T): T {
    for (const listener of [...this.#listeners]) listener();
    return done;
  }

  get(id: Contract.Id, viewer: Contract.Viewer): Record<string, unknown> | undefined {
    const [name, input] = [json(id), json(viewer)];
    return this.call((table) => table.get(name, input)) as Record<string, unknown> | undefined;
  }

  select(query: Parameters<Contract.LeadTable["select"]>[0], viewer: Contract.Viewer): Contract.Selection {
    const input = json(viewer);
    if (query instanceof Filter) {
      const filter = inner(query, this.instance, "filter");
      return new Selection(this.instance, this.call((table) => table.selectFilter(filter, input)));
    }
    const text = json(asked(query));
    return new Selection(this.instance, this.call((table) => table.select(text, input)));
  }

  apply(plan: Contract.Plan | Contract.PlanData | Uint8Array): ReturnType<Contract.LeadTable["apply"]> {
    if (plan instanceof Plan) {
      const made = inner(plan, this.instance, "plan");
      return this.#told(this.call((table) => table.applyPlan(made)));
    }
    const given = planInput(plan);
    return this.#told(this.call((table) => (given instanceof Uint8Array ? table.applyBytes(given) : table.applyData(given.json))));
  }
}
