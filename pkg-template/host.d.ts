/** Small things that every host needs (`evenhand/host`; docs/host.md): a configuration with its types, the fold of `folded` columns, statuses for refusals. */
import type { Command, Decision, FieldDef, FieldType, LeadShape, LeadsRef, SpecialValue, Split, WorkspaceConfig } from "./evenhand.js";
import type { Performed, Proved } from "./store.js";

/** Names of fields of these types. */
export type FieldOf<F, T extends FieldType> = { [K in keyof F & string]: F[K] extends { type: T } ? K : never }[keyof F & string];
/** `LeadShape` over these fields: every part names a field of a type that suits it. */
export interface LeadShapeOf<F> extends LeadShape {
  id: keyof F & string;
  version?: FieldOf<F, "number">;
  owner: FieldOf<F, "user">;
  slots?: (FieldOf<F, "user"> | { field: FieldOf<F, "user">; holders?: NonNullable<Exclude<NonNullable<LeadShape["slots"]>[number], string>["holders"]> })[];
  primary?: FieldOf<F, "user">;
  unit?: FieldOf<F, "unit">;
  access?: FieldOf<F, "units">;
  pool?: keyof F & string;
  status?: keyof F & string;
  run?: FieldOf<F, "text">;
  routedBy?: keyof F & string;
  createdAt?: FieldOf<F, "datetime">;
  createdBy?: keyof F & string;
  assignedAt?: FieldOf<F, "datetime">;
  lastActivityAt?: FieldOf<F, "datetime">;
  previousOwners?: FieldOf<F, "tags">;
  notified?: FieldOf<F, "tags">;
}

/** A configuration whose fields and lead are known to the compiler. */
export type Config<F = Record<string, FieldDef>, L = LeadShape> = Omit<WorkspaceConfig, "fields" | "lead"> & { fields: F; lead: L };
/** Gives the configuration back as it is. Its fields, choices and slots are inferred, and the lead's parts must name fields that suit them. */
export function defineConfig<const F extends Record<string, FieldDef>, const L extends LeadShapeOf<F>>(config: Omit<WorkspaceConfig, "fields" | "lead"> & { fields: F; lead: L }): Config<F, L>;

type Word<D> = D extends { type: "choice"; choices: readonly (infer W extends string)[] } ? W : string;
type List<D> = D extends { type: "tags"; choices: readonly (infer W extends string)[] } ? W[] : string[];
/** What a field holds where it has a value. */
export type ValueOf<D> = D extends { type: "number" } ? number : D extends { type: "boolean" } ? boolean : D extends { type: "tags" | "units" } ? List<D> : Word<D>;

type Fields<C> = C extends { fields: infer F } ? { -readonly [K in keyof F]: F[K] } : never;
type Lead<C> = C extends { lead: infer L } ? L : never;
/** A lead as tables and stores give it back. A choice that is not among `choices` is kept and reported, so check what comes from outside. */
export type Row<C> = { [K in keyof Fields<C>]: K extends Id<C> ? string : Fields<C>[K] extends { type: "tags" | "units" } ? ValueOf<Fields<C>[K]> : ValueOf<Fields<C>[K]> | null };
type Id<C> = Lead<C> extends { id: infer I } ? I : never;
/** Slots: the owner, and whatever `slots` names. */
export type SlotOf<C> = (Lead<C> extends { owner: infer O extends string } ? O : never) | (Lead<C> extends { slots: readonly (infer S)[] } ? (S extends string ? S : S extends { field: infer N extends string } ? N : never) : never);

type Part = "id" | "version" | "owner" | "primary" | "unit" | "access" | "pool" | "run" | "routedBy" | "assignedAt" | "previousOwners" | "notified";
type Reserved<C> = { [K in Part]: Lead<C> extends { [P in K]: infer N extends string } ? N : never }[Part] | SlotOf<C>;
type Special<D> = D extends { type: "user" } ? { actor: true } : D extends { type: "date" | "datetime" } ? Exclude<SpecialValue, { actor: unknown }> : never;
/** What a mass edit may set, by field: the fields that have commands of their own are not among them. */
export type Patch<C> = { [K in Exclude<keyof Fields<C>, Reserved<C>>]?: ValueOf<Fields<C>[K]> | null | Special<Fields<C>[K]> | (Fields<C>[K] extends { type: "tags" | "units" } ? { add?: ValueOf<Fields<C>[K]>; remove?: ValueOf<Fields<C>[K]> } : never) };

/** Commands over this configuration: slots and patches are those that it has. */
export type CommandOf<C> =
  | Exclude<Command, { type: "assign" | "unassign" | "mass_edit" }>
  | { type: "assign"; leads: LeadsRef; to?: string; slot?: SlotOf<C>; slots?: { [S in SlotOf<C>]?: string | null }; primary?: string | null; note?: string }
  | { type: "unassign"; leads: LeadsRef; slot?: SlotOf<C>; pool?: string }
  | { type: "mass_edit"; leads: LeadsRef; set?: Patch<C>; slots?: { [S in SlotOf<C>]?: string | null }; split?: Split; units?: { add?: string[]; remove?: string[] }; note?: { type: string; text: string }; alert?: string };

/**
 * A text as fields with this `compare` compare it, which is what a `folded` column holds: "caseless" (the default) lower-cases each character by itself,
 * "accentless" takes accents off besides, "digits" leaves digits alone. It is what `workspace.fold` gives, by the same tables, whatever the runtime.
 */
export function fold(text: string, compare?: NonNullable<FieldDef["compare"]>): string;

/**
 * The status for an answer: of what a store's `perform`, `undo` or `prove` came to, of a decision, or of an error that was thrown. 200 where it was done or is allowed; 403
 * where somebody may not; 404 for what is not there; 409 where one must look again; 422 for bad input; 503 where it may be tried again; 500 for whatever else. The codes
 * stay the ones to tell people by.
 */
export function httpStatus(of: Performed | Proved | Decision | unknown): number;
