// Words for what was done, and for what failed.
import type { Command, Id, WorkspaceConfig } from "evenhand";
import { EvenhandError } from "evenhand";
import type { Failure } from "./types";

export function failure(error: unknown): Failure {
  if (error instanceof EvenhandError) {
    const [first] = error.diagnostics;
    return { code: error.code, message: first?.message ?? error.message, ...(first?.hint && { hint: first.hint }), ...(first?.path && { path: first.path }) };
  }
  if (error instanceof DOMException && error.name === "QuotaExceededError") {
    return { code: "quota", message: "the browser has no room left to store this", hint: "nothing was written; free some space, then try again" };
  }
  const { code, hint } = error as Partial<Failure>;
  return { code: typeof code === "string" ? code : "unexpected", message: error instanceof Error ? error.message : String(error), ...(hint && { hint }) };
}

/** A plan in a line of the log. */
export function title(command: Command, config: WorkspaceConfig, name: (user: string) => string): string {
  const pool = (id: Id | undefined) => config.pools?.find((pool) => pool.id === id)?.name ?? "its pool";
  const people = (list: readonly unknown[]) => (list.length <= 2 ? list.map((one) => name(typeof one === "string" ? one : (one as { user: string }).user)).join(" and ") : `${list.length} people`);
  switch (command.type) {
    case "assign":
      if (command.to !== undefined) return `Assigned to ${name(`${command.to}`)}`;
      if (command.primary !== undefined) return command.primary === null ? "Primary agent cleared" : `${name(`${command.primary}`)} made primary agent`;
      return `Roles: ${Object.values(command.slots ?? {}).map((user) => (user === null ? "nobody" : name(`${user}`))).join(", ")}`;
    case "unassign":
      return `Returned to ${pool(command.pool)}`;
    case "transfer":
      return `Transferred to ${config.org?.find(({ id }) => id === command.unit)?.name ?? command.unit}`;
    case "deactivate":
      return "Deactivated";
    case "resend_notification":
      return "Notice sent again";
    case "split":
      return Array.isArray(command.split.to) ? `Split among ${people(command.split.to)}` : "Split";
    case "rebalance":
      return `Rebalanced ${command.users.length} people`;
    case "reclaim":
      return `Reclaimed from ${people(command.from)}`;
    case "claim_from_pool":
      return "Claimed from the pool";
    case "mass_edit":
      return command.split && Array.isArray(command.split.to) ? `Mass edit, split among ${people(command.split.to)}` : "Mass edit";
    case "start_group":
      return `Given to ${config.groups?.find(({ id }) => id === command.group)?.name ?? command.group}`;
    case "claim":
      return "Offer claimed";
    case "decline":
      return "Offer declined";
    case "cancel_run":
      return "Offers ended by hand";
    case "sweep":
      return "Time passed";
    case "route":
      return "Routed by the rules";
    case "undo":
      return "Undone";
    default:
      return "Changed";
  }
}
