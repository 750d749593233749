// What the page and the worker tell each other: plain data, all of it from the engine.
import type { AssigneeLine, AssignmentRule, AuditEntry, AuditReport, Change, Command, Decision, Diagnostic, Dropped, Group, Notice, PermissionQuestion, QueryInput, Reason, RoutingTrace, Run, SavedList, Sort, SimulatedMove, SimulationReport, WorkspaceConfig } from "evenhand";
import type { ColumnGuess } from "evenhand/columns";

export type Row = Record<string, unknown>;

export interface Opened {
  world: string;
  /** Whether it lasts at the edge, or else in this browser. */
  edge: boolean;
  title: string;
  /** One of what the world is about, and several. */
  noun: [string, string];
  config: WorkspaceConfig;
  actor: string;
  now: number;
  /** When this was told, by the browser's own clock. */
  told: number;
  size: number;
  /** Cells that did not fit, of a visitor's own file. */
  problems: number;
  story: { title: string; steps: string[] } | null;
}

/** What the table shows. */
export interface View {
  query: QueryInput;
  /** The saved list that this is, if nothing of it was changed. */
  list?: string;
  search?: string;
  sort: Sort[];
}

export interface Counted {
  count: number;
  /** Plain English. */
  words: string;
  warnings: Diagnostic[];
  /** What finding them took in the worker. */
  milliseconds: number;
  error?: Failure;
}

/** A selection that the worker holds. */
export interface Found extends Counted {
  key: number;
  /** Its first rows, with these fields: what is seen at once is not asked for by a second question. */
  rows: Row[];
  fields: string[];
}

export interface Failure {
  code: string;
  message: string;
  hint?: string;
  path?: string;
}

export interface ListLine {
  list: SavedList;
  count: number;
  mine: boolean;
  canEdit: boolean;
}
export interface PoolLine {
  id: string;
  name: string;
  /** Leads of the pool that nobody owns. */
  waiting: number;
  all: number;
}
export interface Overview {
  all: number;
  unowned: number;
  lists: ListLine[];
  pools: PoolLine[];
  /** Offers that are open: those to the actor, and how many there are in all. */
  offers: { mine: number; all: number };
  /** Groups that the actor may see. */
  groups: number;
  /** What the actor might do at all. */
  may: Record<"mass" | "edit" | "export" | "give" | "release" | "claim" | "undo" | "route" | "seeRules" | "editRules", Explained>;
}

/** A decision, and for each question that failed what would change it. */
export interface Explained extends Decision {
  remedies: Remedy[];
}
export interface Remedy {
  question: string;
  verb: string;
  scope: string;
  /** Profiles of this configuration that have such a grant. */
  profiles: string[];
}

export interface PersonLine extends AssigneeLine {
  name: string;
  unit?: string;
}

export interface Summary {
  token: number;
  command: Command;
  id: string;
  count: number;
  refused: Reason[];
  remedies: Remedy[];
  people: PersonLine[];
  dropped: { code: string; count: number }[];
  warnings: Diagnostic[];
  notices: Notice[];
  runs: Run[];
  split: { spread: number; bound: number; exact: boolean } | null;
  attach: { note?: { type: string; text: string }; alert?: string };
  created: { id: string; copyOf: string }[];
  sample: Change[];
  milliseconds: number;
}

export interface DroppedLine extends Dropped {
  name: string;
}

export type Written =
  | { ok: true; id: string; count: number; title: string }
  | { ok: false; conflict: { count: number; by: string[] }; summary: Summary }
  | { ok: false; failure: Failure };

/** A run of offers, as the actor may know of it. */
export interface OfferView {
  run: Run;
  group: string;
  /** What the lead is called, and a few of its fields, where the actor may see it. */
  name: string;
  facts: { label: string; field: string; value: unknown }[];
  /** Whether the actor is asked. */
  mine: boolean;
  /** From when to when the window that is open is. */
  window: number;
  cancel: Explained;
}
export interface GroupView {
  id: string;
  name: string;
  method: string;
  members: string[];
  defaultAssignee?: string;
  trigger: Explained;
  edit: Explained;
}

export interface LeadView {
  row: Row;
  offer: OfferView | null;
  timeline: { at: number; actor: string; text: string; plan: string }[];
  /** For each slot, whether the actor may change it. */
  slots: { field: string; label: string; user: string | null; primary: boolean; may: Explained }[];
  primary: string | null;
  edit: Explained;
  claim: Explained;
  release: Explained;
  give: Explained;
}

export interface Receiver extends Decision {
  user: string;
  name: string;
  unit?: string;
  remedies: Remedy[];
  /** Open leads now, where the actor may know. */
  open: number | null;
}

export interface LogLine {
  id: string;
  seq: number;
  title: string;
  actor: string;
  at: number;
  count: number;
  undone: boolean;
  undoes?: string;
}

export type { ColumnGuess };
export interface FileGuess {
  name: string;
  size: number;
  rows: number;
  format: "csv" | "json";
  columns: ColumnGuess[];
  id: string | null;
  owner: string | null;
  status: string | null;
  created: string | null;
  warnings: string[];
}

export type Asked = Omit<PermissionQuestion, "leads" | "now" | "actor">;

/** What can be changed about who is in the groups, and how they take turns. Weights are the people's own. */
export interface GroupSettings {
  groups: Group[];
  weights: Record<string, number>;
}
/** Parts of a configuration that are changed here, as they were put in force. */
export interface Settings {
  rules: AssignmentRule[];
  groups: GroupSettings;
}
/** What there is to say about a draft of groups; members in the order in which they are asked, null where the group cannot be read. */
export interface Grouped {
  members: (string[] | null)[];
  found: Diagnostic[];
  elsewhere: Diagnostic[];
}

/** Rules in words, and what there is to say about them. */
export interface RuleWords {
  /** Empty where every lead is meant. */
  when: string;
  target: string;
}
export interface Ruled {
  words: RuleWords[];
  /** About the rules: the path says which one. */
  found: Diagnostic[];
  elsewhere: Diagnostic[];
}
export interface Trial {
  summary: Summary;
  byRule: Record<string, number>;
}
/** Every lead as it came, by the rules that stand and by a draft of them. */
export interface Replay {
  report: SimulationReport;
  /** The first leads that the draft sends elsewhere. */
  moves: SimulatedMove[];
}
/** A history of assignments: whose leads stand where, what was done here, or a file. */
export type AuditSource =
  | { from: "held" }
  | { from: "log" }
  | { from: "file"; bytes: Uint8Array; format: "csv" | "json"; /** header → part of an entry */ columns: Record<string, keyof AuditEntry>; timeFormat?: string };
/** Null where nothing was assigned. */
export interface Audited {
  report: AuditReport | null;
}
/** What a plan gave: for each lead who got it and by which group or rule, as places among `names`. */
export interface Given {
  leads: string[];
  to: Uint32Array;
  by: Uint32Array;
  names: string[];
}
export interface Trace {
  trace: RoutingTrace;
  rules: { rule: string; name: string; outcome: RoutingTrace["rules"][number]["outcome"]; /** Conditions that did not hold, and what they saw. */ failed: { field: string; actual: unknown }[] }[];
}
