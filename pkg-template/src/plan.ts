import type * as Contract from "../evenhand.js";
import type { bound } from "./glue.js";
import { Handle } from "./handle.js";
import { asBytes, json, pages, range } from "./input.js";
import type { Instance } from "./instance.js";

/** A page of answers, as the module gives it. */
type Page = (plan: bound.Plan, from: number, to: number) => unknown;

/** Fewer leads are told one by one. */
const FEW = 200;

/** Gives a JSON object copies of all objects and lists in it: each lead has its own. */
function own<T extends object>(value: T): T {
  const out = value as Record<string, unknown>;
  for (const key of Object.keys(out)) {
    const item = out[key];
    if (typeof item === "object" && item !== null) out[key] = own(Array.isArray(item) ? [...(item as unknown[])] : { ...item });
  }
  return value;
}

/** A plan in whatever form a host has it: its bytes, or its data as JSON. */
export function planInput(plan: unknown): Uint8Array | { json: Uint8Array } {
  if (plan instanceof Plan) return plan.encode();
  return asBytes(plan) ?? { json: json(plan) };
}

export class Plan extends Handle<bound.Plan> implements Contract.Plan {
  /** Answers about the whole plan, each worked out once. */
  readonly #known = new Map<string, unknown>();

  constructor(instance: Instance, made: bound.Plan) {
    super(instance, made, "plan");
  }

  #once<T>(name: string, ask: (plan: bound.Plan) => T): T {
    return this.call((plan) => {
      if (!this.#known.has(name)) this.#known.set(name, ask(plan));
      return this.#known.get(name) as T;
    });
  }

  get id(): string {
    return this.#once("id", (plan) => plan.id());
  }

  get digest(): string {
    return this.#once("digest", (plan) => plan.digest());
  }

  get outcome(): string {
    return this.#once("outcome", (plan) => plan.outcome());
  }

  get count(): number {
    return this.call((plan) => plan.count());
  }

  get refused(): Contract.Reason[] {
    return this.#once("refused", (plan) => plan.refused());
  }

  get assignees(): Contract.AssigneeLine[] {
    return this.#once("assignees", (plan) => plan.assignees());
  }

  get droppedCount(): Record<string, number> {
    return this.#once("droppedCount", (plan) => plan.droppedCount());
  }

  get warnings(): Contract.Diagnostic[] {
    return this.#once("warnings", (plan) => plan.warnings());
  }

  get state(): Contract.StateChange[] {
    return this.#once("state", (plan) => plan.state());
  }

  get reads(): { key: string; version: number | null }[] {
    return this.#once("reads", (plan) => plan.reads());
  }

  get notifications(): Contract.Notice[] {
    return this.#once("notifications", (plan) => plan.notifications());
  }

  get runs(): Contract.Run[] {
    return this.#once("runs", (plan) => plan.runs());
  }

  get wakeAt(): number | null {
    return this.#once("wakeAt", (plan) => plan.wakeAt());
  }

  get split(): { spread: number; bound: number; exact: boolean } | null {
    return this.#once("split", (plan) => plan.split());
  }

  get attach(): Contract.Plan["attach"] {
    return this.#once("attach", (plan) => plan.attach());
  }

  /** What is said of leads: once for all of whom the same is said where that can be, else lead by lead. */
  #told<T extends { lead: string }>(page: [number, number], alike: Page, each: Page): T[] {
    if (page[1] - page[0] < FEW) return pages(page, (from, to) => this.call((plan) => each(plan, from, to)));
    return pages(page, (from, to) =>
      this.call((plan) => {
        const told = alike(plan, from, to) as [ids: string[], which: Uint32Array, said: Omit<T, "lead">[]] | undefined;
        if (told === undefined) return each(plan, from, to);
        const [ids, which, said] = told;
        return ids.map((lead, at) => own({ lead, ...said[which[at]!]! }));
      }),
    );
  }

  preview(offset?: number, limit?: number): Contract.PreviewData {
    const [from, to] = range(Infinity, offset, limit);
    return this.call((plan) => plan.preview(from, to));
  }

  changes(offset?: number, limit?: number): Contract.Change[] {
    return this.#told(
      range(this.count, offset, limit),
      (plan, from, to) => plan.changesAlike(from, to),
      (plan, from, to) => plan.changes(from, to),
    );
  }

  created(): ReturnType<Contract.Plan["created"]> {
    return pages([0, Infinity], (from, to) => this.call((plan) => plan.created(from, to)));
  }

  removed(): { lead: string; expect: Contract.Scalar }[] {
    return this.call((plan) => plan.removed());
  }

  dropped(offset?: number, limit?: number): Contract.Dropped[] {
    const all = Object.values(this.droppedCount).reduce((sum, count) => sum + count, 0);
    return pages(range(all, offset, limit), (from, to) => this.call((plan) => plan.dropped(from, to)));
  }

  timeline(offset?: number, limit?: number): Contract.TimelineEntry[] {
    return this.#told(
      range(this.count, offset, limit),
      (plan, from, to) => plan.timelineAlike(from, to),
      (plan, from, to) => plan.timeline(from, to),
    );
  }

  byAssignee(): Record<string, string[]> {
    const all = this.call((plan) => plan.byAssignee()) as [user: string, ...pages: string[][]][];
    // Defines keys, where an assignment of `__proto__` would not.
    return Object.fromEntries(all.map(([user, ...pages]) => [user, pages.length === 1 ? pages[0]! : pages.flat()]));
  }

  columns(): { rows: Uint32Array; to: Int32Array; users: string[] } {
    const [rows, to, users] = this.call((plan) => plan.columns()) as [Uint32Array, Int32Array, string[]];
    return { rows, to, users };
  }

  toSQL(dialect: Contract.Dialect, options: Parameters<Contract.Plan["toSQL"]>[1]): ReturnType<Contract.Plan["toSQL"]> {
    return [...this.statements(dialect, options)];
  }

  *statements(dialect: Contract.Dialect, options: Parameters<Contract.Plan["toSQL"]>[1]): ReturnType<Contract.Plan["statements"]> {
    const [name, input] = [json(dialect), json(options)];
    let at: number | undefined = 0;
    while (at !== undefined) {
      const from: number = at;
      const [list, next] = this.call((plan) => plan.statements(name, input, from)) as [[string, unknown[], Contract.Statement["kind"], number][], number | undefined];
      for (const [sql, params, kind, expect] of list) yield { sql, params, kind, expect };
      at = next;
    }
  }

  toJSON(): Contract.PlanData {
    const { attach, runs, state, reads, split, warnings, refused, assignees, notifications, droppedCount, outcome } = this;
    return {
      ...(this.call((plan) => plan.header()) as Contract.PlanHeader),
      changes: this.changes(),
      created: this.created(),
      removed: this.removed(),
      dropped: this.dropped(),
      assignees,
      droppedCount,
      outcome,
      notifications,
      timeline: this.timeline(),
      attach,
      runs,
      state,
      reads,
      split,
      warnings,
      refused,
    };
  }

  encode(): Uint8Array {
    return this.call((plan) => plan.encode());
  }
}
