import type * as Contract from "../evenhand.js";
import type * as Host from "../host.js";
import type { Proved } from "../store.js";
import { EvenhandError } from "./errors.js";

export { fold } from "./fold.js";

export const defineConfig: typeof Host.defineConfig = (config) => config as never;

/** Codes of errors that are no bad input. */
const ERRORS: Record<string, number> = {
  plan_malformed: 400, unknown_actor: 403, hidden_field_decides: 403, plan_missing: 404, engine_failed: 503, out_of_memory: 503,
  // Faults of the host's own.
  busy: 500, freed: 500, wrong_engine: 500, stale_selection: 500, options_invalid: 500, sql_inexact: 500, state_table_required: 500, wasm_invalid: 500, wasm_unavailable: 500, zones_invalid: 500,
};
/** With several problems the first of these decides. */
const VERDICTS: Record<Contract.VerifyCode, number> = {
  malformed: 400, actor: 403, refused: 403, hidden_fields: 403, tampered: 422, from_the_future: 422, semantics_differ: 409, config_changed: 409, too_old: 409,
  state_changed: 409, loads_changed: 409, rows_changed: 409, already_done: 409, time_dependent: 409,
};

export function httpStatus(of: unknown): number {
  if (of instanceof EvenhandError || (of instanceof Error && of.name === "EvenhandError" && "code" in of)) return ERRORS[String(of.code)] ?? 422;
  if (typeof of !== "object" || of === null || of instanceof Error) return 500;
  if ("allowed" in of) return of.allowed === true ? 200 : 403;
  if (!("ok" in of)) return 500;
  const result = of as Proved;
  if (result.ok) return 200;
  switch (result.code) {
    // All or nothing refuses for what became of some lead, anything else for who asks.
    case "refused": return result.reasons.some(({ data }) => data !== undefined && "lead" in data) ? 409 : 403;
    case "nothing_to_do": {
      const all = (...codes: string[]) => result.dropped.every(({ code }) => codes.includes(code));
      return all("unknown_lead", "unknown_run") ? 404 : all("not_permitted", "receiver_not_permitted") ? 403 : 409;
    }
    case "not_proved": return Object.entries(VERDICTS).find(([code]) => result.problems.some((one) => one.code === code))?.[1] ?? 400;
    default: return 409;
  }
}
