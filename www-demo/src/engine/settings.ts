// The parts of a configuration that are changed on screen, and put in force as a whole.
import type { User, WorkspaceConfig } from "evenhand";
import type { Settings } from "./types";

export const settingsOf = ({ rules = [], groups = [], users }: WorkspaceConfig): Settings => ({
  rules,
  groups: { groups, weights: Object.fromEntries(users.flatMap(({ id, weight }) => (weight === undefined ? [] : [[id, weight]]))) },
});

/** People with these weights, and no others. */
export const weighted = (users: User[], weights: Record<string, number>): User[] => users.map(({ weight: _, ...user }) => ({ ...user, ...(weights[user.id] !== undefined && { weight: weights[user.id] }) }));
