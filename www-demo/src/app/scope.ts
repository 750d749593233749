// Which leads a form is about: one, those that are picked, or all that the view shows.
import type { LeadsRef, QueryInput } from "evenhand";
import { useMemo } from "react";
import { useDesk } from "./desk";

/** The view as a filter, the search included, as the worker reads it. */
export function useLeads(lead?: string): LeadsRef {
  const { selected, view, opened } = useDesk();
  return useMemo(() => {
    if (lead !== undefined) return { ids: [lead] };
    if (selected.size > 0) return { ids: [...selected] };
    const search = view.search?.trim();
    if (view.list !== undefined && !search) return { list: view.list };
    // A filter of which nothing is left is no way of saying "all": that is said by name.
    if (!search) return view.query.rules.length === 0 ? { all: true } : { filter: view.query };
    const { fields, lead: shape } = opened.config;
    const texts = Object.keys(fields).filter((field) => fields[field]?.type === "text" && field !== shape.run);
    const rules = texts.map((field) => (field === shape.id ? { field, operator: "=", value: search } : { field, operator: "contains", value: search }));
    const filter: QueryInput = { combinator: "and", rules: [view.query, { combinator: "or", rules }] };
    return { filter };
  }, [lead, selected, view.list, view.query, view.search, opened.config]);
}

export function useScopeWords(lead?: string): string {
  const { selected, view, opened } = useDesk();
  const { noun } = opened;
  if (lead !== undefined) return `This ${noun[0]}`;
  if (selected.size > 0) return `The ${selected.size === 1 ? `one ${noun[0]}` : `${selected.size} ${noun[1]}`} that you picked`;
  return `All of “${view.title}”${view.search ? ` that fit “${view.search}”` : ""}`;
}
