/** Filters of other systems, taken over into this one's language (`evenhand/import`; docs/import.md). No engine is needed. */
import type { FieldDef, LeadShape, RuleGroup } from "./evenhand.js";

/** JsonLogic's rules, MongoDB's query documents, the body of HubSpot's CRM search or the filters of one of its lists. */
export type FilterSource = "jsonlogic" | "mongodb" | "hubspot";

export interface ImportOptions {
  /** The configuration that the filter is for: its fields, and which of them is the id. */
  config: { fields: Readonly<Record<string, FieldDef>>; lead: Pick<LeadShape, "id"> };
  /** Name in the foreign filter → field, for names that are not fields' own. Only what is named here may have a dot in it. */
  columns?: Readonly<Record<string, string>>;
  /**
   * JsonLogic and MongoDB: how rows hold a field that has no value. `"absent"`: they lack the key; `"null"`: they have it with null. What tells these two
   * apart (a default of `var`, `$exists`, two fields in `$expr`) is refused until this says it.
   */
  nulls?: "absent" | "null";
  /**
   * HubSpot: whether NEQ and NOT_IN find records without a value; its documentation does not say. They are refused until this does. Of a list, only what
   * lacks `includeObjectsWithNoValueSet`.
   */
  unset?: "match" | "skip";
  /** HubSpot's lists: whether they compare texts with regard to case; its documentation does not say. Texts with letters are refused until this does. */
  caseSensitive?: boolean;
}

/** Codes of the diagnostics of `filter_not_importable`. */
export type ImportCode =
  /** the foreign language has no such thing */
  | "malformed"
  /** it has, and this one cannot say it */
  | "not_supported"
  | "unknown_field"
  /** other rows would be found: by case, by an order of texts, by how texts become numbers, by blanks */
  | "not_exact"
  /** depends on what only the host knows: see `nulls`, `unset` and `caseSensitive` */
  | "ambiguous"
  | "value_invalid"
  | "too_deep";

/**
 * The same filter in this language: it finds exactly the same rows, also where fields have no value. Otherwise throws `EvenhandError`
 * `filter_not_importable` with every fault, each with a JSON pointer into the foreign filter; nothing of it is left out.
 */
export function importFilter(from: FilterSource, filter: unknown, options: ImportOptions): RuleGroup;
