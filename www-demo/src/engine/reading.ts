// Questions that change nothing: lists and counts, rows, one lead, who may receive it.
import type { FieldDef, Group, QueryInput, Run, Selection } from "evenhand";
import { lines } from "./csv";
import type { OpenWorld } from "./open-world";
import { failure } from "./text";
import type { Asked, Counted, Explained, Found, GroupView, LeadView, OfferView, Overview, Receiver, Row, Settings, View } from "./types";

interface Held {
  view: View;
  actor: string;
  revision: number;
  selection: Selection;
}

export class Reading {
  #held = new Map<number, Held>();
  #next = 1;

  constructor(readonly world: OpenWorld) {}

  overview(actor: string): Overview {
    const { workspace, config } = this.world;
    const lists = (config.lists ?? []).flatMap((list) => {
      if (!workspace.can({ actor, do: "list.use", list: list.id }).allowed) return [];
      const canEdit = list.owner === actor || workspace.can({ actor, do: "list.edit", list: list.id }).allowed;
      return [{ list, count: this.#count({ list: list.id }, actor), mine: list.owner === actor, canEdit }];
    });
    const { pool, owner } = config.lead;
    const pools = (pool === undefined ? [] : (config.pools ?? [])).map(({ id, name }) => {
      const inPool = { field: pool ?? "", operator: "=", value: id };
      const waiting = this.#count({ combinator: "and", rules: [inPool, { field: owner, operator: "null" }] }, actor);
      return { id, name: name ?? id, waiting, all: this.#count({ combinator: "and", rules: [inPool] }, actor) };
    });
    const open = this.#open();
    const might = (verb: Asked["do"]) => this.can(actor, verb.startsWith("lead.") || verb === "rule.run" ? { do: verb, lead: "any" } : { do: verb });
    return {
      all: this.#count(null, actor),
      unowned: this.#count({ combinator: "and", rules: [{ field: owner, operator: "null" }] }, actor),
      lists,
      pools,
      offers: { mine: open.filter(({ offeredTo }) => offeredTo.includes(actor)).length, all: open.length },
      groups: (config.groups ?? []).filter(({ id }) => workspace.can({ actor, do: "group.view", group: id }).allowed).length,
      may: { mass: might("lead.mass"), edit: might("lead.edit"), export: might("lead.export"), give: might("lead.give"), release: might("lead.release"), claim: might("lead.claim"), undo: might("plan.undo"), route: might("rule.run"), seeRules: might("rule.view"), editRules: might("rule.edit") },
    };
  }

  can(actor: string, question: Asked): Explained {
    const { workspace, table, now, why } = this.world;
    const one = typeof question.lead === "string" && question.lead !== "any" ? question.lead : undefined;
    const asked = { actor, now, ...question, ...(one !== undefined && { leads: table }) };
    const lead = one === undefined ? undefined : table.get(one, { actor: null, now });
    return why.explain(asked, workspace.can(asked), lead);
  }

  /** How many a filter finds, in words, while it is being built. */
  count(query: QueryInput, actor: string): Counted {
    try {
      const filter = this.world.workspace.filter(query);
      try {
        const start = performance.now();
        const count = this.#count(query, actor);
        return { count, words: this.world.named(filter.describe()), warnings: filter.warnings, milliseconds: performance.now() - start };
      } finally {
        filter.free();
      }
    } catch (error) {
      return { count: 0, words: "", warnings: [], milliseconds: 0, error: failure(error) };
    }
  }

  /** Selects what a view shows, with its first rows. The selection is held until the next one, and made anew when the table has changed. */
  find(view: View, actor: string, fields: string[], limit: number): Found {
    try {
      const query = this.query(view);
      const filter = this.world.workspace.filter(query);
      const words = this.world.named(filter.describe());
      const { warnings } = filter;
      filter.free();
      this.#clear();
      const key = this.#next++;
      const start = performance.now();
      const held = { view, actor, revision: this.world.revision, selection: this.#select(view, actor) };
      const { count } = held.selection;
      const milliseconds = performance.now() - start;
      this.#held.set(key, held);
      return { key, count, words, warnings, milliseconds, fields, rows: this.rows(key, 0, limit, fields) };
    } catch (error) {
      return { key: 0, count: 0, words: "", warnings: [], milliseconds: 0, fields, rows: [], error: failure(error) };
    }
  }

  rows(key: number, offset: number, limit: number, fields: string[]): Row[] {
    const held = this.#held.get(key);
    if (!held) return [];
    if (held.revision !== this.world.revision) {
      held.selection.free();
      held.selection = this.#select(held.view, held.actor);
      held.revision = this.world.revision;
    }
    const all = this.world.config.lead;
    return held.selection.rows(offset, limit, [...new Set([all.id, all.owner, ...(all.version ? [all.version] : []), ...fields])]);
  }

  /** The view as one filter. */
  query(view: View): QueryInput {
    const search = view.search?.trim();
    if (!search) return view.query;
    const { fields, lead } = this.world.config;
    const texts = Object.keys(fields).filter((field) => fields[field]?.type === "text" && field !== lead.run);
    const rules = texts.map((field) => (field === lead.id ? { field, operator: "=", value: search } : { field, operator: "contains", value: search }));
    return { combinator: "and", rules: [view.query, { combinator: "or", rules }] };
  }

  /** Everything that a view shows, as CSV with the labels of the fields. */
  csv(view: View, actor: string, fields: string[]): string {
    const selection = this.#select(view, actor);
    try {
      const { config } = this.world;
      const columns = [...new Set([config.lead.id, ...fields])];
      const header = columns.map((field) => config.fields[field]?.label ?? field);
      const parts = [lines([header])];
      for (let offset = 0; offset < selection.count; offset += 5000) {
        const rows = selection.rows(offset, 5000, columns);
        parts.push(lines(rows.map((row) => columns.map((field) => this.#cell(row[field], config.fields[field])))));
      }
      return parts.join("");
    } finally {
      selection.free();
    }
  }

  lead(id: string, actor: string): LeadView | null {
    const { table, now, config, timelines } = this.world;
    const row = table.get(id, { actor, now });
    if (!row) return null;
    const { lead, fields } = config;
    const slots = [...new Set([lead.owner, ...(lead.slots ?? []).map((slot) => (typeof slot === "string" ? slot : slot.field))])];
    const primary = lead.primary === undefined ? null : ((row[lead.primary] as string | null) ?? null);
    const running = this.#open().find((run) => run.lead === id);
    return {
      row,
      offer: running ? this.#offer(running, actor) : null,
      timeline: (timelines.get(id) ?? []).map(({ entry, text }) => ({ at: entry.at, actor: entry.actor, text, plan: entry.id })).reverse(),
      slots: slots.map((field) => {
        const user = (row[field] as string | null) ?? null;
        return { field, label: fields[field]?.label ?? field, user, primary: user !== null && user === primary, may: this.can(actor, { do: "lead.reassign", lead: id, slot: field }) };
      }),
      primary,
      edit: this.can(actor, { do: "lead.edit", lead: id }),
      claim: this.can(actor, { do: "lead.claim", lead: id }),
      release: this.can(actor, { do: "lead.reassign", lead: id, to: null }),
      give: this.can(actor, { do: "lead.give", lead: id }),
    };
  }

  /** Offers that are open: those to the actor first, the soonest to end first. */
  offers(actor: string): OfferView[] {
    const all = this.#open().map((run) => this.#offer(run, actor));
    const seen = all.filter(({ mine, cancel, run }) => mine || cancel.allowed || this.can(actor, { do: "group.view", group: run.group }).allowed);
    return seen.sort((one, other) => Number(other.mine) - Number(one.mine) || (one.run.expiresAt ?? 0) - (other.run.expiresAt ?? 0));
  }

  /** Groups that the actor may see. */
  groups(actor: string): GroupView[] {
    const { workspace, config } = this.world;
    return (config.groups ?? []).flatMap((group) => {
      if (!workspace.can({ actor, do: "group.view", group: group.id }).allowed) return [];
      const { id, name, method, members, defaultAssignee } = group;
      return [{ id, name, method: method.type, members: workspace.members(members), ...(defaultAssignee && { defaultAssignee }), trigger: this.can(actor, { do: "group.trigger", group: id }), edit: this.can(actor, { do: "group.edit", group: id }) }];
    });
  }

  /** Why the actor may not put these settings in force; null where they may. */
  refusal({ rules, groups }: Partial<Settings>, actor: string): string | null {
    const { workspace, config, settings } = this.world;
    const asked: Asked[] = rules === undefined ? [] : [{ do: "rule.edit" }];
    if (groups !== undefined) {
      const { groups: before, weights } = settings.groups;
      const reweighted = new Set(config.users.flatMap(({ id }) => (weights[id] === groups.weights[id] ? [] : [id])));
      const are = new Map([...before, ...groups.groups].map((group) => [group, workspace.members(group.members)]));
      const there = new Set([...are.values()].flat());
      if ([...reweighted].some((user) => !there.has(user))) return "a weight is changed of somebody who is in no group";
      // A weight counts in every group that its person is in.
      const text = (group: Group, among: Group[]) => JSON.stringify(among.find(({ id }) => id === group.id));
      const touched = [...are].filter(([group, members]) => members.some((user) => reweighted.has(user)) || text(group, before) !== text(group, groups.groups));
      // Of one that is new, nothing can be asked before it is there.
      const known = touched.flatMap(([{ id }]) => (before.some((one) => one.id === id) ? [id] : []));
      asked.push(...[...new Set(known)].map((id): Asked => ({ do: "group.edit", group: id })));
    }
    for (const question of asked) {
      const { allowed, reasons } = workspace.can({ actor, ...question });
      if (!allowed) return reasons[0]?.message ?? "this is not yours to change";
    }
    return null;
  }

  #open(): Run[] {
    return [...this.world.runs.values()].filter(({ status }) => status === "offered");
  }

  #offer(run: Run, actor: string): OfferView {
    const { table, now, config } = this.world;
    const row = run.lead ? table.get(run.lead, { actor, now }) : undefined;
    const { lead, fields } = config;
    const group = config.groups?.find(({ id }) => id === run.group);
    const method = group?.method;
    const minutes = method && "minutes" in method ? method.minutes : 0;
    const reserved = new Set<string | undefined>([lead.id, lead.version, lead.owner, lead.run, lead.status, this.world.nameField]);
    const facts = row === undefined ? [] : Object.keys(fields).filter((field) => !reserved.has(field) && ["choice", "number", "unit"].includes(fields[field]?.type ?? "") && row[field] !== null).slice(0, 4);
    return {
      run,
      group: group?.name ?? run.group,
      name: row ? this.world.leadName(row, run.lead) : "A lead",
      facts: facts.map((field) => ({ label: fields[field]?.label ?? field, field, value: row?.[field] })),
      mine: run.offeredTo.includes(actor),
      window: minutes * 60_000,
      cancel: this.can(actor, { do: "group.cancel", group: run.group }),
    };
  }

  /** Everybody who could be put into a slot, each with the verdict. */
  receivers(lead: string, slot: string, actor: string): Receiver[] {
    const { workspace, table, now, state, config, why } = this.world;
    const row = table.get(lead, { actor: null, now }) ?? {};
    const open = this.openLeads(actor);
    const units = new Map((config.org ?? []).map(({ id, name }) => [id, name ?? id]));
    return workspace.receivers(table, { actor, lead, slot, now, state }).map((verdict) => {
      const user = config.users.find(({ id }) => id === verdict.user);
      const remedies = verdict.allowed ? [] : why.explain({ actor, do: "lead.reassign", lead: row, slot, to: verdict.user, now }, verdict, row).remedies;
      return { ...verdict, name: user?.name ?? verdict.user, remedies, open: open.get(verdict.user) ?? 0, ...(user?.unit && { unit: units.get(user.unit) ?? user.unit }) };
    });
  }

  /** Open leads per owner, of those that the actor may see; of all for nobody in particular. */
  openLeads(actor: string | null): Map<string, number> {
    const { config, table, now } = this.world;
    const selection = table.select(config.lifecycle?.open ?? null, { actor, now });
    try {
      return new Map(selection.countBy(config.lead.owner).flatMap(([user, count]) => (user === null ? [] : [[String(user), count]])));
    } finally {
      selection.free();
    }
  }

  countBy(view: View, actor: string, field: string): [string | null, number][] {
    const selection = this.#select(view, actor);
    try {
      return selection.countBy(field).map(([value, count]) => [value === null ? null : String(value), count]);
    } finally {
      selection.free();
    }
  }

  #select(view: View, actor: string): Selection {
    const { table, now } = this.world;
    const viewer = { actor, now };
    const found = view.list !== undefined && !view.search?.trim() ? table.select({ list: view.list }, viewer) : table.select(this.query(view), viewer);
    if (view.sort.length === 0) return found;
    const sorted = found.sort(view.sort);
    if (sorted !== found) found.free();
    return sorted;
  }

  #count(what: QueryInput | { list: string } | null, actor: string): number {
    const { table, now } = this.world;
    const found = table.select(what, { actor, now });
    const { count } = found;
    found.free();
    return count;
  }

  #cell(value: unknown, field: FieldDef | undefined): string {
    if (value === null || value === undefined) return "";
    if (Array.isArray(value)) return value.map((one) => (field?.type === "units" ? this.#unit(String(one)) : String(one))).join(", ");
    if (field?.type === "user") return this.world.name(String(value));
    if (field?.type === "unit") return this.#unit(String(value));
    return String(value);
  }

  #unit(id: string): string {
    return this.world.config.org?.find((unit) => unit.id === id)?.name ?? id;
  }

  #clear(): void {
    for (const { selection } of this.#held.values()) selection.free();
    this.#held.clear();
  }
}
