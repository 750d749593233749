/** Properties for react-querybuilder (`evenhand/query-builder`; docs/query-builder.md). It imports nothing of that library. */
import type { Operator, WorkspaceConfig } from "./evenhand.js";

export interface BuilderOption { name: string; label: string }
export interface BuilderField {
  name: string;
  label: string;
  /** Fields of one datatype can be compared with each other. */
  datatype: string;
  comparator: "datatype";
}
export type BuilderEditor = "text" | "select" | "multiselect" | "checkbox";
export interface QueryBuilderOptions {
  /** Which fields, in which order; default all, in the order of the configuration. */
  fields?: readonly string[];
  /** Words for operators in place of these: those of a type go before those of all types. */
  labels?: Partial<Record<Operator, string>> & { types?: Partial<Record<string, Partial<Record<Operator, string>>>> };
  /** People who cannot be chosen any more are left out if they are not active; default false. */
  onlyActive?: boolean;
}
/** To be spread: `<QueryBuilder {...toQueryBuilder(config)} query={query} onQueryChange={setQuery} />`. */
export interface BuilderProps {
  fields: BuilderField[];
  getOperators(field: string): BuilderOption[];
  getValueEditorType(field: string, operator: string): BuilderEditor;
  /** Choices with words for people: names of people and units. */
  getValues(field: string, operator: string): BuilderOption[];
  getInputType(field: string, operator: string): string | null;
  getValueSources(field: string, operator: string): ["value"] | ["value", "field"];
  /** Values of several are lists. */
  listsAsArrays: true;
}
/** What react-querybuilder needs to show the fields of a configuration: every operator that a field has, and no other. */
export function toQueryBuilder(config: Pick<WorkspaceConfig, "fields" | "lead" | "users" | "org">, options?: QueryBuilderOptions): BuilderProps;
