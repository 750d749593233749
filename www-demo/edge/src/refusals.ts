// Which status a refusal has. The engine's codes stay as they are; a status only sorts them for those who read no further.
import type { EvenhandError, Plan, Reason, VerifyCode } from "evenhand";
import { httpStatus } from "evenhand/host";
import type { Outcome } from "evenhand/sqlite";
import type { Answer } from "./env.ts";
import { problem, type Fault, type ProblemOptions } from "./problem.ts";

/** A posted plan that does not hold. With several problems the gravest decides. */
export function fromVerdict(problems: readonly { code: VerifyCode; lead?: string; message: string }[]): Answer {
  const faults = problems.map(({ code, lead, message }) => ({ code, detail: message, ...(lead === undefined ? {} : { lead }) }));
  const status = httpStatus({ ok: false, code: "not_proved", problems });
  const gravest = problems.find((one) => httpStatus({ ok: false, code: "not_proved", problems: [one] }) === status);
  return problem(status, gravest?.code ?? "malformed", { problems: faults });
}

/** What the engine threw: mostly a command or data that is wrong, with a pointer to each place. */
export function fromEngine(error: EvenhandError): Answer {
  const { code, message, diagnostics } = error;
  const problems = diagnostics.map((one): Fault => ({ code: one.code, detail: one.message, pointer: one.path, ...(one.hint === undefined ? {} : { hint: one.hint }) }));
  const status = httpStatus(error);
  return problem(status, code, { detail: message, problems, ...(status === 503 ? { headers: { "retry-after": "1" } } : {}) });
}

/** Why a plan is not written: the command was refused, or none of its leads may be touched. */
export function fromPlan(plan: Plan): Answer | undefined {
  if (plan.refused.length > 0) return fromReasons(plan.refused);
  if (plan.count + plan.created().length + plan.removed().length + plan.runs.length > 0) return undefined;
  return fromDropped(plan.dropped().map(({ lead, code, message }) => ({ code, detail: message, lead })));
}

/** Why a command is refused as a whole. */
export function fromReasons(reasons: readonly Reason[]): Answer {
  return problem(httpStatus({ ok: false, code: "refused", reasons }), "refused", { problems: reasons.map(({ code, message }) => ({ code, detail: message })) });
}

/** Where a command touches nothing: what was left out is told and nothing written, unless all is as asked already. */
export function fromDropped(dropped: readonly Fault[]): Answer | undefined {
  const [first] = dropped;
  if (first === undefined || dropped.some(({ code }) => code === "no_change")) return undefined;
  const status = httpStatus({ ok: false, code: "nothing_to_do", dropped });
  const code = dropped.every((other) => other.code === first.code) ? first.code : "nothing_to_do";
  return problem(status, code, { problems: dropped });
}

/** How many leads were left out, whatever for. */
export const total = (dropped: Readonly<Record<string, number>>): number => Object.values(dropped).reduce((sum, n) => sum + n, 0);

/** A write that found something else than was read. In one object nothing comes between, but for a mark that is there already. */
export function fromOutcome(outcome: Extract<Outcome, { ok: false }>): [number, string, ProblemOptions] {
  if (outcome.done) return [409, "already_done", { problems: [{ code: "already_done", detail: "the plan was carried out already" }] }];
  const lost = outcome.lost.map((lead): Fault => ({ code: "rows_changed", detail: "the lead changed in the meantime", lead }));
  const state = outcome.stateLost.map((): Fault => ({ code: "state_changed", detail: "what was kept changed in the meantime" }));
  return [409, lost.length > 0 ? "rows_changed" : "state_changed", { problems: [...lost, ...state] }];
}
