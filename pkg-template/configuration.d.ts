/// <reference lib="esnext.disposable" />
/** What a configuration and a filter are: plain JSON. Part of the contract in `evenhand.d.ts`, which has all of it. */
import type { Diagnostic, EngineOptions } from "./evenhand.js";

// ------------------------------------------------------------------ configuration (plain JSON)

/** RFC 3339 text, epoch milliseconds, or a Date. What is given back is never a Date. */
export type Instant = string | number | Date;
/** An id. A number is its text: `7` and `"7"` are the same one, wherever an id is taken; plans and answers have texts. */
export type Id = string | number;
/** A configuration, or a part of one, whose ids may be numbers. The types of what is read from a configuration have texts. */
export type NumericIds<T> = T extends readonly (infer U)[] ? readonly NumericIds<U>[] : T extends object ? { [K in keyof T]: K extends IdKey ? NumericId<T[K]> : NumericIds<T[K]> } : T;
type NumericId<T> = T extends string ? (string extends T ? Id : T) : T extends readonly (infer U)[] ? readonly NumericId<U>[] : NumericIds<T>;
type IdKey = "id" | "parent" | "unit" | "units" | "user" | "users" | "profiles" | "schedule" | "group" | "pool" | "owner" | "defaultAssignee" | "availableTo" | "remove";
export type Scalar = string | number | boolean | null;
/** New values for fields; `{actor:true}` and `{relative:"now"}` are allowed, and tags may be added or removed. */
export type FieldPatch = Record<string, Scalar | string[] | Exclude<SpecialValue, { actor: "unit" | "team" }> | { add?: string[]; remove?: string[] }>;

export interface WorkspaceConfig {
  version: 1;
  /** IANA zone of the organisation, with its area (`America/New_York`), or "UTC", which is the default. Short names (`EST`, `BST`) are `zone_without_area`: they mean several places. */
  timeZone?: string;
  /** Offset tables for the zones used, if the host wants to fix them; others come from where the engine takes them (`EngineOptions.zones`) when the workspace is compiled. */
  zones?: Record<string, ZoneTable>;
  /** Of which release of the time zone database a table in `zones` is, for what is told of differences; part of no digest. */
  zoneVersions?: Record<string, string>;
  /** First day of the week for relative dates and weekly limits, 0 = Sunday; default 1. */
  weekStart?: 0 | 1 | 2 | 3 | 4 | 5 | 6;
  /** Month and day on which the fiscal year begins, such as "04-06", up to the 28th; default "01-01". */
  fiscalYearStart?: string;
  /** Where the anniversary of a 29 February falls in a year that has none; default "02-28". */
  leapDay?: "02-28" | "03-01";
  fields: Record<string, FieldDef>;
  /** Types of users' attributes; one that is not named here is inferred (text → choice, list → tags). */
  userFields?: Record<string, FieldDef>;
  lead: LeadShape;
  lifecycle?: Lifecycle;
  org?: OrgUnit[];
  users: User[];
  profiles?: readonly Profile[];
  pools?: Pool[];
  schedules?: Schedule[];
  groups?: Group[];
  rules?: AssignmentRule[];
  lists?: SavedList[];
}

export type FieldType = "text" | "number" | "boolean" | "date" | "datetime" | "choice" | "tags" | "user" | "unit" | "units";
export interface FieldDef {
  type: FieldType;
  label?: string;
  /** The words of a choice field or of tags. Others are kept and reported as `unknown_choice`. */
  choices?: string[];
  /** Short for `compare: "exact"`. An id always compares exactly. */
  caseSensitive?: boolean;
  /**
   * How a text field compares (docs/filters.md#texts): as it is written, without regard to case (the default), without regard to accents either, or by its
   * digits alone, as telephone numbers do.
   */
  compare?: "exact" | "caseless" | "accentless" | "digits";
  /**
   * How date and datetime cells are written where it is not RFC 3339, as a strptime pattern: "%d %b, %Y %H:%M:%S", or several, tried in this order for
   * each cell (20 at most). A date takes the day of a time. `%s` are seconds and `%Q` milliseconds since 1970, for numbers and texts alike.
   */
  format?: string | string[];
  /** What stands between the elements of tags or units that are written as text, one character or more; a comma if absent. */
  separator?: string;
  /** How the numbers of a number field are written as text where it is not as in JSON; nothing is guessed: `docs/loading.md`. */
  numberFormat?: NumberFormat;
}
export interface NumberFormat {
  /** Before decimals; default ".". */
  decimal?: "." | ",";
  /** What may stand between groups of digits; nothing if absent. A blank may be one that does not break, or a thin one; an apostrophe may be a round one. */
  group?: "," | "." | " " | "'";
  /** What may stand before or behind the number: ["$", "USD"]. */
  currency?: string[];
  /** What `15%` is: 0.15 or 15. A percent sign is a problem if this is absent. */
  percent?: "fraction" | "number";
  /** Whether `(3)` is -3. */
  parentheses?: boolean;
}

/** Which fields play which part. A slot is a field of type `user` that can be assigned (agent, loan officer, lender…). */
export interface LeadShape {
  id: string;
  /** A number that every change raises by one: the guard against lost updates. Without it every changed field is guarded by its old value. */
  version?: string;
  /** The owner is always a slot. */
  owner: string;
  slots?: (string | { field: string; /** who may hold it */ holders?: Members })[];
  /** Field that names the primary agent, where that is a pointer of its own; otherwise the owner is the primary. */
  primary?: string;
  unit?: string;
  /** Field of type `units`: organisations that have been given access; they count as the lead's unit does. */
  access?: string;
  pool?: string;
  /** For display. */
  status?: string;
  /** Text field that holds the running offer: set when one starts, cleared when it ends. It is the lock. Needed where groups make offers. */
  run?: string;
  /** Field that `route` fills with the rule's id. */
  routedBy?: string;
  createdAt?: string;
  /** For display. */
  createdBy?: string;
  assignedAt?: string;
  lastActivityAt?: string;
  /** Tags field, newest first. */
  previousOwners?: string;
  /** Tags field: users who have had a notice of this lead, so that a first notice can be told from a later one. */
  notified?: string;
}

export interface Lifecycle {
  /** Only these leads may be reassigned by hand once they have an owner, e.g. status = PENDING and routedBy is null. */
  reassignable?: RuleGroup;
  /** Only these count towards a user's workload. */
  open?: RuleGroup;
  onAssign?: FieldPatch;
  onUnassign?: FieldPatch;
  onDeactivate?: FieldPatch;
  /** Retiring always clears the owner. */
  onRetire?: FieldPatch;
  /** For the copy that crosses a boundary. */
  onCopy?: FieldPatch;
  /** Leads whose owner did nothing for so long are retired by `sweep`. */
  retireAfterMinutes?: number;
  /** What crossing from one unit of this kind to another does. */
  boundary?: { kind: string; mode: "allow" | "grant_access" | "duplicate" | "deny" };
}

export interface OrgUnit { id: string; name?: string; kind?: string; parent?: string | null }

export interface User {
  id: string;
  name?: string;
  /**
   * What else stands for the user in leads that are loaded (an e-mail address, a name, a former id), in any case: the id is what is stored. What stands
   * for two users is a problem of the cell, `ambiguous_user`, and a warning of `check`; what is another user's id is an error.
   */
  aliases?: string[];
  /** A service acts (routes, sweeps) and never receives. */
  kind?: "person" | "service";
  unit?: string;
  profiles?: string[];
  tags?: string[];
  /** default true */
  active?: boolean;
  paused?: boolean;
  absences?: { from: Instant; to: Instant; kind?: string }[];
  schedule?: string;
  /** Where the days of this user's lists and filters begin, if not in the organisation's zone: named as that is. Rights, rules and working hours do not follow it: `docs/filters.md`. */
  timeZone?: string;
  /** Anything a match or a member filter may look at: licences, languages, skills. */
  attributes?: Record<string, Scalar | string[]>;
  /** Decimal with at most six places; 0 is never served by rotation. Default 1. */
  weight?: number;
  /** Most open leads at once. */
  capacity?: number;
  limits?: Limit[];
  /** Leads this user can be given at all. */
  accepts?: RuleGroup;
}
export interface Limit { count: number; per: "hour" | "day" | "week" | "month"; rolling?: boolean }

export interface Profile {
  id: string; name?: string; grants: Grant[];
  /** What whoever has it may not see, or not edit, whatever their other profiles say. To them a hidden field is one that does not exist: `docs/permissions.md`. */
  fields?: Record<string, "hidden" | "readOnly">;
}
export interface Grant { do: Verb[]; scope: Scope; where?: RuleGroup; deny?: boolean }
export type Scope = "none" | "own" | "team" | "subtree" | "company" | "all" | "unowned";
export type Verb =
  | "lead.view" | "lead.edit" | "lead.release" | "lead.give" | "lead.claim" | "lead.mass" | "lead.export"
  | "list.view" | "list.use" | "list.edit" | "list.share" | "list.delete"
  | "group.view" | "group.edit" | "group.trigger" | "group.cancel"
  | "rule.view" | "rule.edit" | "rule.run" | "member.pause" | "log.view" | "plan.undo";

export interface Pool { id: string; name?: string; /** who may be given, or may claim, leads of the pool; absent = anybody */ members?: Members; unit?: string }
export interface Schedule {
  id: string;
  timeZone?: string;
  /** 0 = Sunday. Windows are [start, end) in local "HH:MM" (24:00 allowed); end at or before start runs over midnight. */
  week: Partial<Record<0 | 1 | 2 | 3 | 4 | 5 | 6, [string, string][]>>;
  /** Local dates that replace the weekday; an empty list is a holiday. */
  dates?: Record<string, [string, string][]>;
}

/** Users, holders of any of the tags, and people of the unit and below, together; `where` narrows them (fields: id, unit, tags, profiles, active, paused and the attributes, which may not bear these names). Order: users as listed, then configuration order. Empty is an error. */
export interface Members { users?: string[]; tags?: string[]; unit?: string; where?: RuleGroup }

export interface Group {
  id: string;
  name: string;
  members: Members;
  /** Gets the lead when nobody claims it or nobody is eligible. */
  defaultAssignee?: string;
  /** Org units whose users, and those below, may see and trigger the group; absent = everybody who may trigger groups. */
  availableTo?: string[];
  /** Unit the group belongs to, for the scope of group.edit. */
  unit?: string;
  /** Slot that the group fills; default the owner. */
  slot?: string;
  method: Method;
  /** Most open leads at once of a member who has no `capacity` of their own. */
  capacity?: number;
  /** Limits of a member who has none of their own. */
  limits?: Limit[];
  /** While it is closed, nobody in the group is in hours. */
  schedule?: string;
  /** Lead field against user attribute: all must hold, e.g. {lead:"state", user:"licences", op:"in"}. */
  match?: { lead: string; user: string; op: "equals" | "in" | "overlaps" | "covers" }[];
  joiners?: "next_round" | "now" | "reset";
  absentTurn?: "forfeit" | "hold" | "credit";
  /** Recent owners not to be asked again; when that leaves nobody: relax (default) or strict. */
  remember?: { last: number; whenEmpty?: "relax" | "strict" };
  onNobody?: Fallback[];
}
export type Fallback = { to: "default" } | { group: string } | { pool: string } | { user: string } | { to: "next_rule" } | { to: "hold" } | { to: "ignore_availability" } | { to: "unassigned" };

export type Method =
  | { type: "round_robin"; perRound?: number }
  | { type: "weighted" }
  | { type: "least_recent"; manualCounts?: boolean }
  | { type: "least_loaded"; measure?: "open" | "spare" | "spare_percent" }
  | { type: "fewest_in_period"; period: "day" | "week" | "month"; baseline?: "minimum" | "average" | "zero" }
  /** `runMinutes` limits the whole run, by the clock of `minutes`; for `restSeconds` after a claim nobody is offered another lead. */
  | { type: "sequential_offer"; minutes: number; passes?: number; clock?: "wall" | "working"; runMinutes?: number; restSeconds?: number }
  | { type: "broadcast_offer"; minutes: number; reopenMinutes?: number; anonymous?: boolean; runMinutes?: number; restSeconds?: number };

export interface AssignmentRule {
  id: string;
  name?: string;
  enabled?: boolean;
  when?: RuleGroup;
  schedule?: string;
  to: RuleTarget;
  overwriteOwner?: boolean;
  /** A required rule that finds nobody stops with `needs_review`; an optional one lets the next rule try. */
  required?: boolean;
}
export type RuleTarget =
  | { user: string } | { group: string } | { pool: string }
  | { field: string; otherwise?: RuleTarget }
  /** The owner of the most recently created other lead with the same value in this field. With `absentUpToDays`, one whose absence ends within so many days keeps the lead all the same. */
  | { same: string; otherwise: RuleTarget; absentUpToDays?: number };

export interface SavedList {
  id: string;
  name: string;
  owner: string;
  query: RuleGroup;
  sort?: Sort[];
  columns?: string[];
  sharedWith?: { users?: string[]; units?: string[]; profiles?: string[]; everyone?: boolean };
}
export interface Sort {
  field: string;
  descending?: boolean;
  nulls?: "first" | "last";
  /** `choices`: in the order of the field's choices, other words behind them. `natural`: numbers in texts as numbers, `Unit 9` before `Unit 10`. Else by value, texts by code point. */
  order?: "value" | "choices" | "natural";
}
/** Which offset (seconds east of UTC) holds until when; the last without end. */
export type ZoneTable = { untilMs: number | null; offsetSeconds: number }[];

/** Changes to a workspace by id, all or nothing. */
export interface ConfigPatch {
  users?: Edit<User>; profiles?: Edit<Profile>; pools?: Edit<Pool>; schedules?: Edit<Schedule>; groups?: Edit<Group>; lists?: Edit<SavedList>;
  /** These are replaced as a whole. */
  org?: OrgUnit[]; rules?: AssignmentRule[]; lifecycle?: Lifecycle;
}
export interface Edit<T> { put?: T[]; remove?: string[] }

// ------------------------------------------------------------------ filters (react-querybuilder's own JSON)

/** Anything shaped like react-querybuilder's group; names and values are checked when it is compiled. */
export interface QueryInput { combinator?: string; not?: boolean; rules: readonly unknown[]; disabled?: boolean; muted?: boolean }
export interface RuleGroup extends QueryInput { /** without one, and with none between the rules, `and` */ combinator?: "and" | "or" | "xor"; rules: readonly (RuleGroup | FilterRule | "and" | "or" | "xor")[] }
export interface FilterRule {
  field: string;
  operator: Operator;
  value?: unknown;
  valueSource?: "value" | "field";
  /** For tags and units: how many elements must match the sub-group in `value`. */
  match?: { mode: "all" | "some" | "none" | "atLeast" | "atMost" | "exactly"; threshold?: number };
  disabled?: boolean;
  muted?: boolean;
}
export type Operator =
  | "=" | "!=" | "<" | ">" | "<=" | ">="
  | "contains" | "beginsWith" | "endsWith" | "doesNotContain" | "doesNotBeginWith" | "doesNotEndWith"
  | "null" | "notNull" | "in" | "notIn" | "between" | "notBetween"
  | "anniversaryOn" | "anniversaryBetween"             // a day of any year: birthdays, renewals
  | "where"                                            // the user in a user field satisfies the group in `value`
  | "empty" | "notEmpty" | "under" | "notUnder";       // `under`: a unit, or a user's unit, at or below this unit
/** Values with a meaning of their own: the acting user, that user's unit, the people of that unit (for `in` and `notIn`), and instants relative to `now`. */
export type SpecialValue =
  | { actor: true }
  | { actor: "unit" | "team" }
  | { relative: "now" | "startOfDay" | "endOfDay" | "startOfWeek" | "endOfWeek" | "startOfMonth" | "endOfMonth" | "startOfQuarter" | "endOfQuarter" | "startOfYear" | "endOfYear" | "startOfFiscalQuarter" | "endOfFiscalQuarter" | "startOfFiscalYear" | "endOfFiscalYear"; offset?: number; unit?: "minute" | "hour" | "day" | "week" | "month" | "quarter" | "year" };

export interface FilterOptions { now?: Instant; actor?: Id | null }
export interface Filter extends Disposable {
  /** One lead, as a plain object; what is no object is `wrong_type`. */
  matches(lead: object, options?: FilterOptions): boolean;
  /** Why: the same tree, each node with its verdict and the value it saw. */
  explain(lead: object, options?: FilterOptions): FilterExplanation;
  /** Plain English. */
  describe(): string;
  /** Both conditions; together they may be as large as one. */
  and(other: Filter): Filter;
  readonly warnings: Diagnostic[];
  /** A condition with bound parameters that selects the same rows. What the dialect cannot say exactly throws `sql_inexact`, unless it is allowed; then `notes` says what differs. */
  toSQL(dialect: Dialect, options?: FilterOptions & SqlOptions & { allowInexact?: boolean }): { sql: string; params: unknown[]; exact: boolean; notes: string[] };
  readonly fields: string[];
  free(): void;
}
export interface FilterExplanation { matched: boolean; field?: string; operator?: string; expected?: unknown; actual?: unknown; /** The zone in which the rule's days begin, where that is a user's own. */ timeZone?: string; rules?: FilterExplanation[] }
export type Dialect = "postgres" | "sqlite";
/**
 * How a column holds its field. `text` fits all but lists: days and instants in every form that a cell may have, numbers and truth values as words.
 * `integer`: words, text, numbers, and truth values as 0 and 1. `number`: numbers. `boolean`: in SQLite 0 and 1. `epoch_ms`: milliseconds since 1970.
 * `timestamp`: a local time of the organisation's zone. `date`, `timestamptz`, `timestamp` and `array` are PostgreSQL's. `json`: a JSON array of texts.
 * Where nothing is said, PostgreSQL's columns are taken to be text, numbers, `boolean`, `date`, `timestamptz` and `text[]`, and refuse other types;
 * in SQLite each row is looked at, which no index serves: say it of columns that hold nothing else.
 */
export type SqlStorage = "text" | "integer" | "number" | "boolean" | "date" | "timestamptz" | "timestamp" | "epoch_ms" | "array" | "json";
export interface SqlOptions {
  /**
   * Field → column, with how it is stored (`SqlStorage`), and a column that holds the text as `workspace.fold` gives it, where the database cannot fold it itself.
   * For plans `type` names a PostgreSQL type that values are cast to (`uuid`, an enum), and `notNull` marks a list that is never null, but empty.
   */
  columns?: Record<string, string | { column: string; as?: SqlStorage; folded?: string; type?: string; notNull?: boolean }>;
  alias?: string;
  /** First number of `$n`. */
  paramStart?: number;
  /** Most bound parameters in one statement (some edge databases take 100); longer lists travel as one JSON parameter. As many as the database takes
   * if nothing is said: 65,535 for PostgreSQL, 32,766 for SQLite. */
  maxParams?: number;
}
