// What of a tenant happens by the clock, and who must be there for it.
import type { WorkspaceConfig } from "evenhand";
import type { Fault } from "./problem.ts";

/** Whether leads may retire: no key says when the next one is idle, so one has to look now and then. */
export const retires = (config: WorkspaceConfig): boolean => config.lifecycle?.retireAfterMinutes !== undefined;

/** Whether anything happens by the clock: offers run out, leads wait, idle ones retire. */
export const byTime = (config: WorkspaceConfig): boolean =>
  retires(config) || (config.groups ?? []).some(({ method, onNobody = [] }) => method.type.endsWith("_offer") || onNobody.some((step) => "to" in step && step.to === "hold"));

/** What needs sweeps needs somebody who sweeps. */
export function faultOfTime(config: WorkspaceConfig, sweeper: string): Fault | undefined {
  if (!byTime(config) || config.users.some(({ id, active }) => id === sweeper && active !== false)) return undefined;
  const hint = `add the user \`${sweeper}\` of the kind \`service\` with a profile that grants \`lead.view\` and \`rule.run\` over all leads`;
  return { code: "sweeper_missing", detail: "offers run out, leads wait or retire here, and nobody is there who sweeps", pointer: "/users", hint };
}

/** The beginning of the keys of what is due at an instant or later: sixteen hexadecimal digits that sort as instants do. */
export const dueFrom = (at: number): string => `due/${(BigInt.asUintN(64, BigInt(at)) ^ (1n << 63n)).toString(16).padStart(16, "0")}`;

/** The instant in such a key. */
export const instantOf = (key: string): number => Number(BigInt.asIntN(64, BigInt(`0x${key.slice(4, 20)}`) ^ (1n << 63n)));
