// The parts of a configuration that are changed on screen, and put in force as a whole.
import type { WorkspaceConfig } from "evenhand";
import type { Settings } from "./types";

export const settingsOf = ({ rules = [], groups = [], users }: WorkspaceConfig): Settings => ({
  rules,
  groups: { groups, weights: Object.fromEntries(users.flatMap(({ id, weight }) => (weight === undefined ? [] : [[id, weight]]))) },
});
