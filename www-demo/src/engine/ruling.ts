// Rules: what they say, what is wrong with a draft of them, what it would do, and why a lead went to whom it went.
import type { AssignmentRule, Assumption, Command, FilterExplanation, Group, LeadsRef, PermissionQuestion, RoutingTrace, RuleTarget, WorkspaceConfig } from "evenhand";
import type { OpenWorld } from "./open-world";
import type { Planning } from "./planning";
import { failure } from "./text";
import { Why } from "./why";
import type { Explained, Failure, Grouped, GroupSettings, Replay, Ruled, RuleWords, Settings, Trace, Trial } from "./types";

/** Leads whose rules are counted; of more, the first so many. */
const COUNTED = 50_000;

export class Ruling {
  constructor(
    readonly world: OpenWorld,
    readonly planning: Planning,
  ) {}

  /** A draft in words, with everything that `check` says about it. */
  check(draft: AssignmentRule[]): Ruled {
    const { engine, config, now } = this.world;
    const found = engine.check({ ...config, rules: draft }, { now });
    return { words: draft.map((rule) => this.#words(rule)), found: found.filter(({ path }) => path.startsWith("/rules")), elsewhere: found.filter(({ path, severity }) => !path.startsWith("/rules") && severity === "error") };
  }

  /** A draft of groups: who is in each, and everything that `check` says about it. */
  checkGroups(draft: GroupSettings): Grouped {
    const { engine, config, now, workspace } = this.world;
    const users = config.users.map(({ weight: _, ...user }) => ({ ...user, ...(draft.weights[user.id] !== undefined && { weight: draft.weights[user.id] }) }));
    const found = engine.check({ ...config, groups: draft.groups, users }, { now });
    const members = draft.groups.map((group) => {
      try {
        return workspace.members(group.members);
      } catch {
        return null;
      }
    });
    return { members, found: found.filter(({ path }) => path.startsWith("/groups")), elsewhere: found.filter(({ path, severity }) => !path.startsWith("/groups") && severity === "error") };
  }

  /** Whether the actor may add a group. */
  mayAdd(group: Group, actor: string): Explained {
    const { engine, config } = this.world;
    // Of its members nothing is asked here, and it may have none yet.
    const added = { ...config, groups: [...(config.groups ?? []), { ...group, members: { users: [actor] } }] };
    const workspace = engine.workspace(added);
    const why = new Why(engine, added);
    const asked: PermissionQuestion = { actor, do: "group.edit", group: group.id };
    try {
      return why.explain(asked, workspace.can(asked));
    } finally {
      why.free();
      workspace.free();
    }
  }

  /** Why the actor may not add one of the groups that are new in a draft; null where they may. */
  refusal({ groups }: GroupSettings, actor: string): string | null {
    for (const group of groups) {
      if (this.world.config.groups?.some(({ id }) => id === group.id)) continue;
      const { allowed, reasons } = this.mayAdd(group, actor);
      if (!allowed) return reasons[0]?.message ?? "this is not yours to add";
    }
    return null;
  }

  /** What a draft would do with leads, as a plan that is only looked at. */
  trial(draft: AssignmentRule[] | null, leads: LeadsRef, actor: string): Trial | { failure: Failure } {
    const command: Command = { type: "route", leads };
    return this.#under(draft && { rules: draft }, () => {
      const byRule: Record<string, number> = {};
      const summary = this.planning.preview(command, actor, (plan) => {
        for (let offset = 0; offset < Math.min(plan.count, COUNTED); offset += 5000) {
          for (const { rule } of plan.changes(offset, 5000)) if (rule !== undefined) byRule[rule] = (byRule[rule] ?? 0) + 1;
        }
      });
      return "failure" in summary ? summary : { summary, byRule };
    });
  }

  /** Every lead that was created, at its own time, by the rules that stand and by a draft. */
  replay(draft: AssignmentRule[] | null, actor: string, load: ReadonlyMap<string, number>): Replay | { failure: Failure } {
    const { workspace, table, now, state } = this.world;
    try {
      const simulation = workspace.simulate(table, draft && { draft: { rules: draft } }, { actor, now, state, load: Object.fromEntries(load) });
      try {
        return { report: simulation.report, moves: simulation.elsewhere(0, 5) };
      } finally {
        simulation.free();
      }
    } catch (error) {
      return { failure: failure(error) };
    }
  }

  explain(lead: string, actor: string, assume?: Assumption): Trace | { failure: Failure } {
    const { workspace, table, now, state, config } = this.world;
    try {
      const trace = workspace.explain(table, lead, { actor, now, state }, assume && { assume });
      return { trace, rules: trace.rules.map((tried) => this.#tried(tried, config)) };
    } catch (error) {
      return { failure: failure(error) };
    }
  }

  /** Who gets the next of a group, as things stand. */
  forecast(group: string, n: number, actor: string, load: ReadonlyMap<string, number>, draft: GroupSettings | null): string[] | { failure: Failure } {
    const { workspace, now, state } = this.world;
    return this.#under(draft && { groups: draft }, () => workspace.forecast(group, n, { actor, now, state, load: Object.fromEntries(load) }));
  }

  #tried({ rule, outcome, detail }: RoutingTrace["rules"][number], config: WorkspaceConfig): Trace["rules"][number] {
    const name = config.rules?.find(({ id }) => id === rule)?.name ?? rule;
    return { rule, name, outcome, failed: outcome === "no_match" && detail ? failed(detail) : [] };
  }

  #words({ when, to }: AssignmentRule): RuleWords {
    const target = this.#target(to);
    if (when === undefined || when.rules.length === 0) return { when: "", target };
    try {
      const filter = this.world.workspace.filter(when);
      const words = this.world.named(filter.describe());
      filter.free();
      return { when: words, target };
    } catch {
      return { when: "", target };
    }
  }

  #target(to: RuleTarget): string {
    const { config } = this.world;
    if ("user" in to) return this.world.name(to.user);
    if ("group" in to) return config.groups?.find(({ id }) => id === to.group)?.name ?? to.group;
    if ("pool" in to) return config.pools?.find(({ id }) => id === to.pool)?.name ?? to.pool;
    const field = (id: string) => (config.fields[id]?.label ?? id).toLowerCase();
    if ("field" in to) return `whoever the ${field(to.field)} names${to.otherwise ? `, else ${this.#target(to.otherwise)}` : ""}`;
    return `whoever has another of the same ${field(to.same)}, else ${this.#target(to.otherwise)}`;
  }

  /** Does something with other rules or groups in force; nothing else can come between. */
  #under<T>(draft: Partial<Settings> | null, does: () => T): T | { failure: Failure } {
    const { workspace, config, settings } = this.world;
    try {
      if (draft === null) return does();
      const patch = this.world.patchOf(draft);
      const added = draft.groups?.groups.flatMap(({ id }) => (settings.groups.groups.some((group) => group.id === id) ? [] : [id])) ?? [];
      // What is taken away would come back at the end; as long as it is only looked at, it stays.
      workspace.update({ ...patch, ...(patch.groups && { groups: { put: patch.groups.put } }) });
      try {
        return does();
      } finally {
        const changed = new Set(patch.users?.put?.map(({ id }) => id));
        workspace.update(draft.rules ? { rules: settings.rules } : { groups: { put: settings.groups.groups, remove: added }, users: { put: config.users.filter(({ id }) => changed.has(id)) } });
      }
    } catch (error) {
      return { failure: failure(error) };
    }
  }
}

/** The conditions that did not hold, as they were seen. */
function failed({ matched, rules, field, actual }: FilterExplanation): { field: string; actual: unknown }[] {
  if (matched) return [];
  if (rules) return rules.flatMap(failed);
  return field === undefined ? [] : [{ field, actual: actual ?? null }];
}
