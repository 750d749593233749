/**
 * Hooks for React 18 and later (`evenhand/react`; docs/react.md). They free what they make. Configurations, leads, queries, commands and questions may be written where
 * a hook is called: they are compared as data, and only other data makes something anew.
 */
import type { Command, Decision, Engine, Instant, LeadTable, PermissionQuestion, Plan, PlanContext, QueryInput, SavedList, Scalar, Sort, Workspace, WorkspaceConfig } from "./evenhand.js";

export interface Loading { status: "loading"; workspace: null; error: null }
export interface Ready { status: "ready"; workspace: Workspace; error: null }
export interface Failed { status: "failed"; workspace: null; error: Error }
/**
 * An engine and a workspace for as long as the component stands: `useWorkspace(createEngine, config)`, with `createEngine` from `evenhand`; the function of the first
 * render counts. Another configuration makes another workspace, in the same engine.
 */
export function useWorkspace(createEngine: () => Promise<Engine>, config: WorkspaceConfig): Loading | Ready | Failed;

/** A table of leads for as long as the component stands; other `leads` load another one; an array that was changed in place is not seen. Null without a workspace. */
export function useTable(workspace: Workspace | null, leads: Parameters<Workspace["load"]>[0], options?: Parameters<Workspace["load"]>[1]): LeadTable | null;

/** The table's revision: the component renders again after every change of the table. */
export function useRevision(table: LeadTable | null): number;

export interface SelectionOptions {
  actor: string | null;
  /** Default: the time of the call. */
  now?: Instant;
  sort?: Sort[];
  offset?: number;
  /** Default 100. */
  limit?: number;
  fields?: string[];
  /** Also count by these fields. */
  countBy?: readonly string[];
}
export interface SelectionView {
  rows: Record<string, unknown>[];
  /** All that match, not only those of `rows`. */
  count: number;
  counts: Record<string, [Scalar, number][]>;
}
/** Rows that match and that the actor may see, again after every change of the table. Null without a table. Throws what `select` throws. */
export function useSelection(table: LeadTable | null, query: QueryInput | SavedList | { list: string } | null, options: SelectionOptions): SelectionView | null;

/** What a command would do, anew when the command, its context or the table changes; the plan is freed then. Null without a table or a command. */
export function usePlan(workspace: Workspace | null, table: LeadTable | null, command: Command | null, context: Omit<PlanContext, "now"> & { now?: Instant }): { plan: Plan | null; error: Error | null };

/** The answer to a question about a lead of the table, again after every change of it; `lead` is its id. Null without a table. */
export function useCan(workspace: Workspace | null, table: LeadTable | null, question: Omit<PermissionQuestion, "leads">): Decision | null;
