// Values that move with the clock, as a person picks them.
import type { SpecialValue } from "evenhand";

export const isSpecial = (value: unknown): value is SpecialValue => typeof value === "object" && value !== null && ("actor" in value || "relative" in value);

/** Names a value, so that it is found again in the list below. */
export function relativeKey(value: SpecialValue): string {
  if ("actor" in value) return "{actor}";
  const { relative, offset = 0, unit } = value;
  const from = { now: "now", startOfDay: "today", endOfDay: "end of today", startOfWeek: "start of this week", endOfWeek: "end of this week", startOfMonth: "start of this month", endOfMonth: "end of this month", startOfQuarter: "start of this quarter", endOfQuarter: "end of this quarter", startOfYear: "start of this year", endOfYear: "end of this year", startOfFiscalQuarter: "start of this fiscal quarter", endOfFiscalQuarter: "end of this fiscal quarter", startOfFiscalYear: "start of this fiscal year", endOfFiscalYear: "end of this fiscal year" }[relative];
  if (offset === 0 || unit === undefined) return from;
  return `${Math.abs(offset)} ${unit}${Math.abs(offset) === 1 ? "" : "s"} ${offset < 0 ? "before" : "after"} ${from}`;
}

const at = (relative: "now" | "startOfDay", offset: number, unit: "hour" | "day" | "month"): SpecialValue => ({ relative, offset, unit });
const values: SpecialValue[] = [
  { relative: "now" },
  { relative: "startOfDay" },
  { relative: "endOfDay" },
  { relative: "startOfWeek" },
  { relative: "endOfWeek" },
  { relative: "startOfMonth" },
  { relative: "endOfMonth" },
  at("now", -24, "hour"),
  ...[-7, -14, -21, -30, -90].flatMap((days) => [at("now", days, "day"), at("startOfDay", days, "day")]),
  at("startOfDay", 7, "day"),
  at("startOfDay", 30, "day"),
];

export const RELATIVE = values.map((value) => ({ value, key: relativeKey(value), label: relativeKey(value).replace(/^./, (first) => first.toUpperCase()) }));
