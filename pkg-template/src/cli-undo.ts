// What becomes of a plan later: whether it holds, and how it is taken back.
import type * as Contract from "../evenhand.js";
import { file, given, load, opened, planFile, print, time } from "./cli-input.js";
import { Usage, type Values } from "./cli-options.js";
import { shown } from "./cli-shown.js";
import { clean } from "./cli-text.js";

/** Most problems that are printed. */
const PROBLEMS = 20;

function context(values: Values): { actor: string; now: Contract.Instant; state?: Contract.State } {
  return { actor: given(values, "actor"), now: time(given(values, "now")), ...(values.state !== undefined && { state: file(values.state) as Contract.State }) };
}

export async function verify(values: Values): Promise<number> {
  const asked: Contract.VerifyContext = context(values);
  if (values["max-age"] !== undefined) {
    if (!/^\d+$/.test(values["max-age"])) throw new Usage("`--max-age` must be a whole number of seconds");
    asked.maxAgeSeconds = Number(values["max-age"]);
  }
  const plan = planFile(given(values, "plan"));
  const { workspace } = await opened(values);
  const verdict = workspace.verify(load(workspace, values), plan, asked);
  if (values.json === true) return print(`${JSON.stringify({ ok: verdict.ok, problems: verdict.problems })}\n`, verdict.ok ? 0 : 1);
  if (verdict.ok) return print(`the plan is what the rules give: ${verdict.plan.count} leads, digest ${verdict.plan.digest}\n`, 0);
  const lines = verdict.problems.slice(0, PROBLEMS).map(({ code, lead, message }) => `  ${code}${lead === undefined ? "" : ` (${clean(lead)})`}: ${clean(message)}\n`);
  const more = verdict.problems.length > PROBLEMS ? `  … and ${verdict.problems.length - PROBLEMS} more\n` : "";
  return print(`the plan does not hold:\n${lines.join("")}${more}`, 1);
}

export async function undo(values: Values): Promise<number> {
  const asked = context(values);
  const plan = planFile(given(values, "plan"));
  const { workspace } = await opened(values);
  const leads = load(workspace, values);
  return shown(workspace.undo(leads, plan, asked), leads, workspace, values);
}
