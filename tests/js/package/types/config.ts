// What `defineConfig` infers, and what the compiler refuses. It is never run.
import { createEngineSync, type QueryInput, type Sort } from "evenhand";
import { defineConfig, fold, httpStatus, type CommandOf, type Patch, type Row, type SlotOf } from "evenhand/host";

const config = defineConfig({
  version: 1,
  fields: {
    id: { type: "text" },
    version: { type: "number" },
    name: { type: "text", label: "Name" },
    status: { type: "choice", choices: ["new", "open"] },
    source: { type: "choice" },
    score: { type: "number" },
    hot: { type: "boolean" },
    due: { type: "date" },
    tags: { type: "tags", choices: ["vip", "late"] },
    labels: { type: "tags" },
    owner: { type: "user" },
    officer: { type: "user" },
    lender: { type: "user" },
    editor: { type: "user" },
    seenAt: { type: "datetime" },
  },
  lead: { id: "id", version: "version", owner: "owner", slots: ["officer", { field: "lender", holders: { tags: ["lender"] } }], status: "status", assignedAt: "seenAt" },
  lifecycle: { onAssign: { status: "open" } },
  users: [{ id: "ann" }],
});
type C = typeof config;

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const sure = <T extends true>(): T => true as T;

// Rows: choices are their words, lists are never null, the id never is.
interface Wanted {
  id: string; version: number | null; name: string | null; status: "new" | "open" | null; source: string | null; score: number | null; hot: boolean | null; due: string | null;
  tags: ("vip" | "late")[]; labels: string[]; owner: string | null; officer: string | null; lender: string | null; editor: string | null; seenAt: string | null;
}
sure<Same<{ [K in keyof Row<C>]: Row<C>[K] }, { [K in keyof Wanted]: Wanted[K] }>>();
sure<Same<SlotOf<C>, "owner" | "officer" | "lender">>();
// What a mass edit may set: not the id, the version, the slots, or when it was assigned.
sure<Same<keyof Patch<C>, "name" | "status" | "source" | "score" | "hot" | "due" | "tags" | "labels" | "editor">>();

export const commands: CommandOf<C>[] = [
  { type: "assign", leads: { ids: ["1"] }, slots: { officer: "ann", lender: null } },
  { type: "mass_edit", leads: { ids: ["1"] }, set: { status: "open", tags: { add: ["vip"] }, due: { relative: "now" }, editor: { actor: true }, score: null } },
  { type: "split", leads: { all: true }, split: { to: ["ann"] } },
  // @ts-expect-error: no slot
  { type: "assign", leads: { ids: ["1"] }, slots: { editor: "ann" } },
  // @ts-expect-error: no such choice
  { type: "mass_edit", leads: { ids: ["1"] }, set: { status: "lost" } },
  // @ts-expect-error: no such tag
  { type: "mass_edit", leads: { ids: ["1"] }, set: { tags: { add: ["gold"] } } },
  // @ts-expect-error: the owner has commands of its own
  { type: "mass_edit", leads: { ids: ["1"] }, set: { owner: "ann" } },
  // @ts-expect-error: a number
  { type: "mass_edit", leads: { ids: ["1"] }, set: { score: "5" } },
];

const fields = { id: { type: "text" }, owner: { type: "user" }, score: { type: "number" } } as const;
// @ts-expect-error: the owner is a field of people
defineConfig({ version: 1, fields, lead: { id: "id", owner: "score" }, users: [] });
// @ts-expect-error: there is no such field
defineConfig({ version: 1, fields, lead: { id: "id", owner: "owner", version: "versoin" }, users: [] });
// @ts-expect-error: no type of field
defineConfig({ version: 1, fields: { id: { type: "txt" }, owner: { type: "user" } }, lead: { id: "id", owner: "owner" }, users: [] });
// @ts-expect-error: a user has an id
defineConfig({ version: 1, fields, lead: { id: "id", owner: "owner" }, users: [{ name: "Ann" }] });

// Words of an organisation: how numbers are written, what people are called in files, the days of any year.
const words = defineConfig({
  version: 1,
  leapDay: "03-01",
  fiscalYearStart: "04-06",
  fields: {
    id: { type: "text" },
    owner: { type: "user" },
    stage: { type: "choice", choices: ["new", "won"] },
    price: { type: "number", numberFormat: { decimal: ",", group: ".", currency: ["€"], percent: "fraction", parentheses: true } },
    phone: { type: "text", compare: "digits" },
    born: { type: "date" },
  },
  lead: { id: "id", owner: "owner" },
  users: [{ id: "ann", aliases: ["ann@example.com", "0051"], timeZone: "Europe/Vienna" }],
});
// @ts-expect-error: a point, or a comma
defineConfig({ version: 1, fields: { ...fields, price: { type: "number", numberFormat: { decimal: ";" } } }, lead: { id: "id", owner: "owner" }, users: [] });
// @ts-expect-error: 28 February, or 1 March
defineConfig({ version: 1, leapDay: "02-29", fields, lead: { id: "id", owner: "owner" }, users: [] });
// @ts-expect-error: a month and a day, as a text
defineConfig({ version: 1, fiscalYearStart: 4, fields, lead: { id: "id", owner: "owner" }, users: [] });
// @ts-expect-error: a list
defineConfig({ version: 1, fields, lead: { id: "id", owner: "owner" }, users: [{ id: "ann", aliases: "Ann" }] });

export const left: QueryInput = {
  combinator: "and",
  rules: [
    { field: "owner", operator: "where", value: { combinator: "and", rules: [{ field: "active", operator: "=", value: false }] } },
    { field: "unit", operator: "=", value: { actor: "unit" } },
    { field: "born", operator: "anniversaryBetween", value: ["12-20", { relative: "now", offset: 1, unit: "month" }] },
  ],
};
export const order: Sort[] = [{ field: "stage", order: "choices" }, { field: "phone", order: "natural", descending: true }];
// @ts-expect-error: no order
export const disorder: Sort[] = [{ field: "stage", order: "labels" }];

/** What is inferred is a configuration, and its commands are commands. */
export function use(): number {
  const workspace = createEngineSync().workspace(config);
  const table = workspace.load([{ id: "1", owner: fold("ANN", "accentless") }]);
  createEngineSync().workspace(words).load([]).select(left, { actor: "ann", now: 0 }).sort(order).free();
  for (const command of commands) workspace.plan(table, command, { actor: "ann", now: 0 }).free();
  const [row] = table.select(null, { actor: null }).rows() as Row<C>[];
  const status: "new" | "open" | null | undefined = row?.status;
  return httpStatus(status);
}
