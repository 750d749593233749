// The parts of a configuration that are changed on screen, and put in force as a whole.
import type { Group, User, WorkspaceConfig } from "evenhand";
import type { Settings } from "./types";

export const settingsOf = ({ rules = [], groups = [], users }: WorkspaceConfig): Settings => ({
  rules,
  groups: { groups, weights: Object.fromEntries(users.flatMap(({ id, weight }) => (weight === undefined ? [] : [[id, weight]]))) },
});

/** People with these weights, and no others. */
export const weighted = (users: User[], weights: Record<string, number>): User[] => users.map(({ weight: _, ...user }) => ({ ...user, ...(weights[user.id] !== undefined && { weight: weights[user.id] }) }));

/** Whether two say the same. The order of rules has a meaning, that of groups has none. */
export function alike(one: Settings[keyof Settings] | undefined, other: Settings[keyof Settings] | undefined): boolean {
  const text = (part: typeof one) => JSON.stringify(part && "groups" in part ? { ...part, groups: [...part.groups].sort((one, other) => (one.id < other.id ? -1 : 1)) } : part);
  return text(one) === text(other);
}

/** A group as one begins: of the unit of whoever adds it, with nobody in it. */
export function newGroup({ users }: WorkspaceConfig, actor: string, id: string): Group {
  const unit = users.find((user) => user.id === actor)?.unit;
  return { id, name: "New group", members: { users: [] }, method: { type: "round_robin" }, ...(unit && { unit }) };
}
