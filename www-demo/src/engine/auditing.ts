// How even a history of assignments was: of the leads as they are held, of what was done here, or of a visitor's own log.
import type { AuditEntry, AuditOptions } from "evenhand";
import type { OpenWorld } from "./open-world";
import { failure } from "./text";
import type { Audited, AuditSource, Failure, Given } from "./types";

/** How the audit may be asked to look. */
export type AuditWays = Pick<AuditOptions, "period"> & { /** shares by the weights of the configuration */ byWeight: boolean };

export function audit(world: OpenWorld, source: AuditSource, ways: AuditWays, actor: string): Audited | { failure: Failure } {
  const { engine, config } = world;
  const { timeZone = "UTC", weekStart } = config;
  try {
    const own = source.from !== "file";
    const rows = source.from === "file" ? source.bytes : source.from === "held" ? held(world, actor) : done(world, actor);
    if (own && rows.length === 0) return { report: null };
    const options: AuditOptions = { period: ways.period, timeZone, ...(weekStart !== undefined && { weekStart }), ...(ways.byWeight && own && { weights: world.settings.groups.weights }) };
    if (source.from === "file") Object.assign(options, { format: source.format, columns: source.columns, ...(source.timeFormat !== undefined && { timeFormat: source.timeFormat }) });
    return { report: engine.audit(rows, options) };
  } catch (error) {
    return { failure: failure(error) };
  }
}

/** Who has each lead that the actor may see, and since when; leads that one rule gave, or those of one unit, are held against each other. */
function held({ table, config, now }: OpenWorld, actor: string): AuditEntry[] {
  const { id, owner, assignedAt, routedBy, unit } = config.lead;
  if (assignedAt === undefined) return [];
  const by = routedBy ?? unit;
  const selection = table.select(null, { actor, now });
  try {
    const rows: AuditEntry[] = [];
    for (let offset = 0; offset < selection.count; offset += 10_000) {
      for (const row of selection.rows(offset, 10_000, [id, owner, assignedAt, ...(by === undefined ? [] : [by])])) {
        const [receiver, time, among] = [row[owner], row[assignedAt], by === undefined ? null : row[by]];
        if (typeof receiver !== "string" || time === null || time === undefined) continue;
        rows.push({ lead: String(row[id]), time: time as string, receiver, [routedBy === undefined ? "group" : "rule"]: among === null ? null : String(among) });
      }
    }
    return rows;
  } finally {
    selection.free();
  }
}

/** Every assignment of the plans that were written here and still stand, of leads that the actor may see. */
function done({ log, given, table, now }: OpenWorld, actor: string): AuditEntry[] {
  const rows: AuditEntry[] = [];
  for (const { id, at, undone } of log) {
    const gave = undone ? undefined : given.get(id);
    for (const [index, lead] of (gave?.leads ?? []).entries()) {
      if (!gave || !table.get(lead, { actor, now })) continue;
      rows.push({ lead, time: at, receiver: gave.names[gave.to[index] ?? 0] ?? null, group: gave.names[gave.by[index] ?? 0] || null });
    }
  }
  return rows;
}

/** What a plan gave to whom, in its order; names are kept once. */
export class Gathered {
  readonly #names = new Map<string, number>();
  readonly #leads: string[] = [];
  readonly #to: number[] = [];
  readonly #by: number[] = [];

  #at(name: string): number {
    const held = this.#names.get(name);
    if (held !== undefined) return held;
    this.#names.set(name, this.#names.size);
    return this.#names.size - 1;
  }

  add(lead: string, receiver: unknown, by = ""): void {
    if (typeof receiver !== "string") return;
    this.#leads.push(lead);
    this.#to.push(this.#at(receiver));
    this.#by.push(this.#at(by));
  }

  get given(): Given {
    return { leads: this.#leads, to: Uint32Array.from(this.#to), by: Uint32Array.from(this.#by), names: [...this.#names.keys()] };
  }
}
