// Which status a refusal has. The engine's codes stay as they are; a status only sorts them for those who read no further.
import type { EvenhandError, Plan, VerifyCode } from "evenhand";
import type { Outcome } from "evenhand/sqlite";
import type { Answer } from "./env.ts";
import { problem, type Fault, type ProblemOptions } from "./problem.ts";

const VERDICTS: Record<VerifyCode, number> = {
  malformed: 400,
  actor: 403,
  refused: 403,
  tampered: 422,
  from_the_future: 422,
  semantics_differ: 409,
  config_changed: 409,
  too_old: 409,
  state_changed: 409,
  loads_changed: 409,
  rows_changed: 409,
  already_done: 409,
  time_dependent: 409,
};

/** A posted plan that does not hold. With several problems the first in the order of the table decides the status. */
export function fromVerdict(problems: readonly { code: VerifyCode; lead?: string; message: string }[]): Answer {
  const faults = problems.map(({ code, lead, message }) => ({ code, detail: message, ...(lead === undefined ? {} : { lead }) }));
  const first = (Object.keys(VERDICTS) as VerifyCode[]).find((code) => problems.some((one) => one.code === code)) ?? "malformed";
  return problem(VERDICTS[first], first, { problems: faults });
}

const ERRORS: Record<string, number> = {
  plan_malformed: 400,
  plan_missing: 404,
  unknown_actor: 403,
  engine_failed: 503,
  out_of_memory: 503,
};

/** What the engine threw: mostly a command or data that is wrong, with a pointer to each place. */
export function fromEngine({ code, message, diagnostics }: EvenhandError): Answer {
  const problems = diagnostics.map((one): Fault => ({ code: one.code, detail: one.message, pointer: one.path, ...(one.hint === undefined ? {} : { hint: one.hint }) }));
  const status = ERRORS[code] ?? 422;
  return problem(status, code, { detail: message, problems, ...(status === 503 ? { headers: { "retry-after": "1" } } : {}) });
}

const UNKNOWN = new Set(["unknown_lead", "unknown_run"]);
const FORBIDDEN = new Set(["not_permitted", "receiver_not_permitted"]);

/** Why a plan is not written: the command was refused, or none of its leads may be touched. */
export function fromPlan(plan: Plan): Answer | undefined {
  if (plan.refused.length > 0) {
    const problems = plan.refused.map(({ code, message }): Fault => ({ code, detail: message }));
    const dropped = plan.dropped().map(({ lead, code, message }): Fault => ({ code, detail: message, lead }));
    // `allOrNothing` refuses for what became of some lead, anything else for who asks.
    return problem(dropped.length > 0 ? 409 : 403, "refused", { problems: [...problems, ...dropped] });
  }
  const touched = plan.count + plan.created().length + plan.removed().length + plan.runs.length;
  const dropped = plan.dropped();
  if (touched > 0 || dropped.length === 0 || dropped.some(({ code }) => code === "no_change")) return undefined;
  const all = (test: (code: string) => boolean) => dropped.every(({ code }) => test(code));
  const status = all((code) => UNKNOWN.has(code)) ? 404 : all((code) => FORBIDDEN.has(code)) ? 403 : 409;
  const [first] = dropped;
  const code = first !== undefined && all((other) => other === first.code) ? first.code : "nothing_to_do";
  return problem(status, code, { problems: dropped.map(({ lead, code, message }) => ({ code, detail: message, lead })) });
}

/** A write that found something else than was read. In one object nothing comes between, but for a mark that is there already. */
export function fromOutcome(outcome: Extract<Outcome, { ok: false }>): [number, string, ProblemOptions] {
  if (outcome.done) return [409, "already_done", { problems: [{ code: "already_done", detail: "the plan was carried out already" }] }];
  const lost = outcome.lost.map((lead): Fault => ({ code: "rows_changed", detail: "the lead changed in the meantime", lead }));
  const state = outcome.stateLost.map((): Fault => ({ code: "state_changed", detail: "what was kept changed in the meantime" }));
  return [409, lost.length > 0 ? "rows_changed" : "state_changed", { problems: [...lost, ...state] }];
}
