// How values are shown. Numbers and days are written the same way everywhere.
import type { FieldDef, WorkspaceConfig } from "evenhand";

const numbers = new Intl.NumberFormat("en-US");
export const number = (value: number) => numbers.format(value);
export const signed = (value: number) => (value > 0 ? `+${number(value)}` : value < 0 ? `−${number(-value)}` : "0");

export const plural = (count: number, [one, many]: readonly [string, string]) => `${number(count)} ${count === 1 ? one : many}`;

const formats = new Map<string, Intl.DateTimeFormat>();
function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${JSON.stringify(options)}`;
  const held = formats.get(key);
  if (held) return held;
  const made = new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options });
  formats.set(key, made);
  return made;
}

export const zoneOf = (config: WorkspaceConfig) => config.timeZone ?? "UTC";
export const time = (at: number, zone: string) => format(zone, { hour: "2-digit", minute: "2-digit" }).format(at);
export const day = (at: number, zone: string) => format(zone, { weekday: "short", day: "numeric", month: "short" }).format(at);
export const date = (at: number, zone: string) => format(zone, { day: "numeric", month: "short", year: "numeric" }).format(at);
export const month = (at: number) => format("UTC", { month: "short", year: "numeric" }).format(at);
export const moment = (at: number, zone: string) => format(zone, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" }).format(at);

/** A cell as text. */
export function cell(value: unknown, field: FieldDef | undefined, config: WorkspaceConfig): string {
  if (value === null || value === undefined || value === "") return "";
  if (Array.isArray(value)) return value.map((one) => (field?.type === "units" ? unitName(String(one), config) : userName(String(one), config))).join(", ");
  switch (field?.type) {
    case "number":
      return number(Number(value));
    case "boolean":
      return value === true ? "Yes" : "No";
    case "user":
      return userName(String(value), config);
    case "unit":
      return unitName(String(value), config);
    case "datetime":
      return moment(Date.parse(String(value)), zoneOf(config));
    case "date":
      return date(Date.parse(`${String(value)}T00:00:00Z`), "UTC");
    default:
      return [...(config.pools ?? []), ...(config.rules ?? [])].find(({ id }) => id === value)?.name ?? String(value);
  }
}

const names = new WeakMap<WorkspaceConfig, Map<string, string>>();
export function userName(id: string, config: WorkspaceConfig): string {
  let map = names.get(config);
  if (!map) names.set(config, (map = new Map(config.users.map((user) => [user.id, user.name ?? user.id]))));
  return map.get(id) ?? id;
}
export const unitName = (id: string, config: WorkspaceConfig) => config.org?.find((unit) => unit.id === id)?.name ?? id;
export const initials = (name: string) => {
  const words = name.split(/[\s-]+/).filter(Boolean);
  return `${words[0]?.[0] ?? ""}${words.length > 1 ? (words[words.length - 1]?.[0] ?? "") : ""}`.toUpperCase();
};
export const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?…]$/.test(text) ? "" : "."}`;

/** Operators as a person says them. */
export const OPERATORS: Record<string, string> = {
  "=": "is",
  "!=": "is not",
  "<": "is below",
  ">": "is above",
  "<=": "is at most",
  ">=": "is at least",
  in: "is one of",
  notIn: "is none of",
  between: "is between",
  notBetween: "is not between",
  contains: "contains",
  doesNotContain: "does not contain",
  beginsWith: "begins with",
  endsWith: "ends with",
  null: "is empty",
  notNull: "is not empty",
  under: "is in or below",
  notUnder: "is not in or below",
};

/** The engine names things by their ids, between backticks; here they are shown by their names. */
export function named(text: string, config: WorkspaceConfig): string {
  const { users, org = [], pools = [], profiles = [], lists = [], groups = [], rules = [], fields } = config;
  const name = (id: string) => fields[id]?.label ?? [...users, ...org, ...pools, ...profiles, ...lists, ...groups, ...rules].find((one) => one.id === id)?.name;
  return sentence(text.replace(/`([^`]+)`/g, (_, id: string) => name(id) ?? `“${OPERATORS[id] ?? id}”`));
}

/** Words for why a row was left out. */
export const DROPS: Record<string, string> = {
  unknown_lead: "No such lead, or not yours to see",
  duplicate_id: "Named twice",
  stale: "Changed since you saw it",
  not_permitted: "Not yours to change",
  not_reassignable: "May not be reassigned by hand",
  locked: "An offer is running",
  boundary: "Belongs to another organisation",
  receiver_inactive: "The receiver is not active",
  receiver_not_permitted: "The receiver may not have it",
  not_a_holder: "Holds no role on it",
  nobody_eligible: "Nobody of these may receive it",
  no_capacity: "No room left with anybody",
  no_change: "Already as it would be",
  changed_since: "Changed since",
  not_undoable: "Cannot be put back",
  already_claimed: "Already claimed",
  offer_expired: "The time to claim it is over",
  not_offered: "It is not offered to you",
  run_ended: "The offers have ended",
  unknown_run: "There is no such offer",
  lead_not_loaded: "The lead is not here",
  no_rule: "No rule is for it",
  held: "Waits until somebody is free",
  needs_review: "Needs somebody to look at it",
};
