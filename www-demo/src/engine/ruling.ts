// Rules: what they say, what is wrong with a draft of them, what it would do, and why a lead went to whom it went.
import type { AssignmentRule, Assumption, Command, FilterExplanation, LeadsRef, RoutingTrace, RuleTarget, WorkspaceConfig } from "evenhand";
import type { OpenWorld } from "./open-world";
import type { Planning } from "./planning";
import { failure } from "./text";
import type { Failure, Grouped, GroupSettings, Replay, Ruled, RuleWords, Settings, Trace, Trial } from "./types";

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
      workspace.update(patch);
      try {
        return does();
      } finally {
        const changed = new Set(patch.users?.put?.map(({ id }) => id));
        workspace.update(draft.rules ? { rules: settings.rules } : { groups: { put: settings.groups.groups }, users: { put: config.users.filter(({ id }) => changed.has(id)) } });
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
