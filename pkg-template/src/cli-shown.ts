// A plan that was made: written where it is to go, and shown.
import { writeFileSync } from "node:fs";
import type * as Contract from "../evenhand.js";
import { print } from "./cli-input.js";
import type { Values } from "./cli-options.js";
import { planLines } from "./cli-text.js";

export function shown(made: Contract.Plan, leads: Contract.LeadTable, workspace: Contract.Workspace, values: Values): number {
  if (values.out !== undefined) writeFileSync(values.out, values.out.endsWith(".bin") ? made.encode() : `${JSON.stringify(made)}\n`);
  const names = new Map(workspace.config.users.map(({ id, name }) => [`${id}`, name ?? `${id}`]));
  const text = values.json === true ? `${JSON.stringify(made)}\n` : planLines(made, leads, names);
  return print(text, made.refused.length > 0 || (made.count === 0 && made.created().length === 0) ? 1 : 0);
}
