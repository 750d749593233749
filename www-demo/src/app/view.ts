// What the table shows, and how it came to be.
import type { Pool, QueryInput, SavedList, Sort, WorkspaceConfig } from "evenhand";
import type { View } from "../engine/types";

/** What is no table of leads. */
const PAGES = { offers: "Offers", rules: "Assignment rules", groups: "Reassignment groups", audit: "Audit" };
export type Page = keyof typeof PAGES;

export interface ShownView extends View {
  kind: "all" | "unowned" | "list" | "pool" | "built" | Page;
  title: string;
  columns: string[];
  pool?: string;
  /** The list that it was built from. */
  from?: string;
}

const HIDDEN = ["version", "run"] as const;

/** Fields that a person would look at. */
export function shownFields(config: WorkspaceConfig): string[] {
  const hidden = new Set<string>(HIDDEN.flatMap((role) => config.lead[role] ?? []));
  return Object.keys(config.fields).filter((field) => !hidden.has(field));
}

export const nameField = (config: WorkspaceConfig) => shownFields(config).find((field) => field !== config.lead.id && config.fields[field]?.type === "text") ?? config.lead.id;

function usual(config: WorkspaceConfig): string[] {
  const { lead } = config;
  const last = [lead.previousOwners, lead.notified, lead.assignedAt];
  return [nameField(config), ...shownFields(config).filter((field) => field !== lead.id && field !== nameField(config) && !last.includes(field))].slice(0, 9);
}

const everything: QueryInput = { combinator: "and", rules: [] };

export const allView = (config: WorkspaceConfig, noun: [string, string]): ShownView => ({ kind: "all", title: `All ${noun[1]}`, query: everything, sort: [], columns: usual(config) });

export const unownedView = (config: WorkspaceConfig): ShownView => ({
  kind: "unowned",
  title: "Without an owner",
  query: { combinator: "and", rules: [{ field: config.lead.owner, operator: "null" }] },
  sort: [],
  columns: usual(config),
});

export const listView = (list: SavedList, config: WorkspaceConfig): ShownView => ({
  kind: "list",
  title: list.name,
  list: list.id,
  from: list.id,
  query: list.query,
  sort: list.sort ?? [],
  columns: list.columns?.filter((column) => column in config.fields) ?? usual(config),
});

export const poolView = (pool: Pool, config: WorkspaceConfig): ShownView => ({
  kind: "pool",
  title: pool.name ?? pool.id,
  pool: pool.id,
  query: { combinator: "and", rules: [{ field: config.lead.pool ?? "", operator: "=", value: pool.id }] },
  sort: [],
  columns: usual(config),
});

/** Not leads, but who gets them. */
export const pageView = (page: Page, config: WorkspaceConfig): ShownView => ({ kind: page, title: PAGES[page], query: everything, sort: [], columns: usual(config) });

export const isPage = ({ kind }: ShownView) => kind in PAGES;

/** Pages that there is something for in a world. */
export const pagesOf = ({ lead, rules, groups = [] }: WorkspaceConfig) => ({ offers: lead.run !== undefined, rules: rules !== undefined, groups: groups.length > 0, audit: true });

/** The same view with another filter: no longer the saved list. */
export const built = (view: ShownView, query: QueryInput): ShownView => ({ ...view, kind: "built", title: view.from ? `${view.title.replace(/ \(changed\)$/, "")} (changed)` : "New list", list: undefined, query });

export const sorted = (view: ShownView, sort: Sort[]): ShownView => ({ ...view, sort });

/** What a link names; without a word of it, the first list. */
export function viewOf(place: { list?: string; pool?: string }, config: WorkspaceConfig, noun: [string, string]): ShownView {
  const pool = config.pools?.find(({ id }) => id === place.pool);
  if (pool) return poolView(pool, config);
  if (place.list === "all") return allView(config, noun);
  if (place.list === "unowned") return unownedView(config);
  for (const [page, there] of Object.entries(pagesOf(config))) if (there && place.list === page) return pageView(page as Page, config);
  const list = config.lists?.find(({ id }) => id === place.list) ?? config.lists?.[0];
  return list ? listView(list, config) : allView(config, noun);
}
