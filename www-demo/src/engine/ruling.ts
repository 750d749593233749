// Rules: what they say, what is wrong with a draft of them, what it would do, and why a lead went to whom it went.
import type { AssignmentRule, Assumption, Command, FilterExplanation, LeadsRef, RoutingTrace, RuleTarget, WorkspaceConfig } from "evenhand";
import type { OpenWorld } from "./open-world";
import type { Planning } from "./planning";
import { failure } from "./text";
import type { Failure, Replay, Ruled, RuleWords, Trace, Trial } from "./types";

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

  /** What a draft would do with leads, as a plan that is only looked at. */
  trial(draft: AssignmentRule[] | null, leads: LeadsRef, actor: string): Trial | { failure: Failure } {
    const command: Command = { type: "route", leads };
    return this.#under(draft, () => {
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
  forecast(group: string, n: number, actor: string, load: ReadonlyMap<string, number>): string[] | { failure: Failure } {
    const { workspace, now, state } = this.world;
    try {
      return workspace.forecast(group, n, { actor, now, state, load: Object.fromEntries(load) });
    } catch (error) {
      return { failure: failure(error) };
    }
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

  /** Does something with other rules in force; nothing else can come between. */
  #under<T>(draft: AssignmentRule[] | null, does: () => T): T | { failure: Failure } {
    if (draft === null) return does();
    const { workspace, config } = this.world;
    try {
      workspace.update({ rules: draft });
      try {
        return does();
      } finally {
        workspace.update({ rules: config.rules ?? [] });
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
