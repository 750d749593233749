// Deals the leads of a CSV file out evenly, without a configuration: what it would be is found out from the file and the options.
import { existsSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import type { FileGuess } from "../columns.js";
import type * as Contract from "../evenhand.js";
import { bars, paint } from "./cli-bars.js";
import { file, given, names, time, utf8, write } from "./cli-input.js";
import { Usage, type Values } from "./cli-options.js";
import { ACTOR, columnOf, loadSheet, neededColumn, openSheet, type Sheet, sheetConfig } from "./cli-sheet.js";
import { sqlScript } from "./cli-sql.js";
import { clean, diagnosticLines, plural, table } from "./cli-text.js";
import { readWhere } from "./cli-where.js";
import { rewritten } from "./csv.js";
import { createEngine } from "./node.js";

/** Most cells with a problem that are printed. */
const PROBLEMS = 100;

export async function split(path: string | undefined, values: Values): Promise<number> {
  if (path === undefined) throw new Usage("name the file: `evenhand split leads.csv --to ann,bob`");
  const even = values.even ?? "dealt";
  if (even !== "dealt" && even !== "total") throw new Usage("`--even` is `dealt` or `total`");
  if (values.sql !== undefined && values.sql !== "sqlite" && values.sql !== "postgres") throw new Usage("`--sql` is `sqlite` or `postgres`");
  if (values.sql !== undefined && values.out !== undefined) throw new Usage("name `--sql` or `--out`, not both");
  if (values.table !== undefined && values.sql === undefined) throw new Usage("`--table` goes with `--sql`");
  if (values.all === true && values.where !== undefined) throw new Usage("name `--where` or `--all`, not both");
  const engine = await createEngine();
  const sheet = openSheet(engine, utf8(path), path, values);
  const { guess } = sheet;
  if (values.sql !== undefined && guess.id === null) throw new Usage("`--sql` needs a column that tells the leads apart; name it with `--id`");
  const to = receivers(given(values, "to"), sheet);
  let actor = ACTOR;
  while (sheet.people.includes(actor)) actor += "!";
  const workspace = engine.workspace(sheetConfig(sheet, to.map(({ user }) => user), actor));
  const leads = loadSheet(workspace, sheet);
  const owner = workspace.config.lead.owner;
  const now = values.now === undefined ? Date.now() : time(values.now);
  const query: Contract.QueryInput | null =
    values.where !== undefined
      ? readWhere(values.where, (name) => fieldOf(sheet, name, owner))
      : values.all === true
        ? null
        : { rules: [{ field: owner, operator: "null" }] };
  const ids = leads.select(query, { actor: null, now }).ids();
  if (values.where !== undefined && query !== null) sheet.notes.push(...unmet(query as Contract.RuleGroup, leads, guess));
  const options: Contract.Split = { to: to.map(({ user, weight }) => (weight === 1 ? user : { user, weight })), even, ...(values.keep === true && { keep: true }) };
  if (values.together !== undefined) options.together = names(values.together).map((name) => neededColumn(guess, name, "--together").field);
  const state = values.state !== undefined && existsSync(values.state) ? (file(values.state) as Contract.State) : {};
  const plan = workspace.plan(leads, { type: "split", leads: { ids }, split: options }, { actor, now, state });
  const newcomers = to.map(({ user }) => user).filter((user) => !sheet.people.includes(user));

  let written: Uint8Array | undefined;
  if (values.out !== undefined && plan.refused.length === 0) {
    written = dealt(sheet, plan);
    confirm(workspace, sheet, leads, plan, written);
    write(values.out, written, path);
    if (values.state !== undefined) remember(values.state, state, plan);
  }
  const code = plan.refused.length > 0 || plan.count === 0 ? 1 : 0;
  const problems = leads.problems.map(({ row, field, code, value }) => ({ row: row === null ? null : row + 1, column: guess.columns.find((column) => column.field === field)?.header ?? field, code, value }));
  if (values.json === true) {
    const columns = { id: guess.id, owner: guess.owner ?? sheet.added, ownerIsNew: sheet.added !== null };
    process.stdout.write(`${JSON.stringify({ leads: leads.size, found: ids.length, columns, newPeople: newcomers, problemCount: leads.problemCount, ...(values.problems === true && { problems }), plan })}\n`);
    return code;
  }
  // Where the answer itself goes to standard output, what is said of it goes beside it.
  const beside = values.out === "-" || values.sql !== undefined;
  const stream = beside ? process.stderr : process.stdout;
  stream.write(report(sheet, leads, ids.length, plan, newcomers, values, path, stream));
  if (values.problems === true) stream.write(problemLines(problems, leads.problemCount));
  if (values.sql !== undefined) process.stdout.write(plan.refused.length > 0 ? "" : statements(sheet, workspace, plan, values.sql as Contract.Dialect, values.table ?? basename(path).replace(/\.[^.]*$/, "")));
  return code;
}

/** People as they are named, with weights behind a colon. Somebody whom the file knows in another case is that one. */
function receivers(text: string, sheet: Sheet): { user: string; weight: number }[] {
  return names(text).map((part) => {
    const [, name = part, weight] = /^(.*?)\s*:\s*([^:]*)$/.exec(part) ?? [];
    if (name.trim() === "") throw new Usage("`--to` names somebody without a name");
    if (weight !== undefined && (!/^\d+(\.\d+)?$/.test(weight) || Number(weight) === 0)) throw new Usage(`--to: \`${weight}\` is no weight; \`${name}:2\` gets twice as many`);
    const known = sheet.people.includes(name) ? [name] : sheet.people.filter((one) => one.toLowerCase() === name.toLowerCase());
    if (known.length > 1) throw new Usage(`--to: \`${name}\` may be ${known.map((one) => `\`${one}\``).join(" or ")}`);
    return { user: known[0] ?? name, weight: weight === undefined ? 1 : Number(weight) };
  });
}

function fieldOf(sheet: Sheet, name: string, owner: string): string {
  const found = columnOf(sheet.guess, name);
  if (found !== undefined) return found.field;
  if (sheet.added !== null && ["owner", sheet.added.toLowerCase()].includes(name.toLowerCase())) return owner;
  const near = sheet.guess.columns.map(({ header }) => header);
  throw new Usage(`there is no column \`${name}\`; there is ${near.map((header) => `\`${header}\``).join(", ")}`);
}

/** Most words of a column that are told. */
const WORDS = 12;

/** What the condition looks for in a column of few words or of people, and no lead has there: mostly another word for it, or the same in another case. */
function unmet(query: Contract.RuleGroup | Contract.FilterRule, leads: Contract.LeadTable, guess: FileGuess): string[] {
  if ("rules" in query) return query.rules.flatMap((rule) => (typeof rule === "string" ? [] : unmet(rule, leads, guess)));
  const column = guess.columns.find(({ field }) => field === query.field);
  if (column === undefined || !["choice", "user"].includes(column.type) || !["=", "!=", "in", "notIn"].includes(query.operator)) return [];
  const there = leads.select(null, { actor: null }).countBy(column.field).flatMap(([word]) => (typeof word === "string" ? [word] : []));
  const list = there.slice(0, WORDS).map((word) => `\`${word}\``).join(", ");
  const missing = [query.value].flat().filter((word) => !there.includes(String(word)));
  return missing.map((word) => `no lead has \`${word}\` as \`${column.header}\`; there is ${list}${there.length > WORDS ? ", …" : ""}`);
}

/** The file with its new owners. */
function dealt(sheet: Sheet, plan: Contract.Plan): Uint8Array {
  const owners = new Map(Object.entries(plan.byAssignee()).flatMap(([user, ids]) => ids.map((id) => [id, user] as const)));
  return rewritten(sheet.bytes, sheet.added === null ? [] : [sheet.added], (records) => {
    const user = owners.get(sheet.idAt < 0 ? String(records.number) : records.text(sheet.idAt));
    return user === undefined ? undefined : new Map([[sheet.ownerAt, user]]);
  });
}

/** Reads what is to be written as anybody would, and holds it against what the plan says. */
function confirm(workspace: Contract.Workspace, sheet: Sheet, leads: Contract.LeadTable, plan: Contract.Plan, written: Uint8Array): void {
  leads.apply(plan);
  const again = loadSheet(workspace, sheet, written, null);
  const { id, owner } = workspace.config.lead;
  const [here, there] = [leads, again].map((table) => table.select(null, { actor: null })) as [Contract.Selection, Contract.Selection];
  const PAGE = 10_000;
  let same = here.count === there.count;
  for (let at = 0; same && at < here.count; at += PAGE) {
    const rows = there.rows(at, PAGE, [id, owner]);
    same = here.rows(at, PAGE, [id, owner]).every((row, nth) => row[id] === rows[nth]?.[id] && row[owner] === rows[nth]?.[owner]);
  }
  again.free();
  if (!same) throw new Error("the file that would be written does not read as the plan says; nothing was written");
}

/** Keeps what a later split is to know of the remainder; marks of what was done are of no use without a database. */
function remember(path: string, state: Contract.State, plan: Contract.Plan): void {
  const kept: Contract.State = { ...state };
  for (const { key, version, value } of plan.state) if (!key.startsWith("done/")) kept[key] = { version, value };
  writeFileSync(path, `${JSON.stringify(kept, null, 2)}\n`);
}

function statements(sheet: Sheet, workspace: Contract.Workspace, plan: Contract.Plan, dialect: Contract.Dialect, name: string): string {
  const { id, owner } = workspace.config.lead;
  const columns = { [id]: { column: sheet.guess.id as string, as: "text" as const }, [owner]: { column: sheet.guess.owner ?? (sheet.added as string), as: "text" as const } };
  return sqlScript(plan.toSQL(dialect, { table: name, stateTable: null, columns }), dialect);
}

function report(sheet: Sheet, leads: Contract.LeadTable, found: number, plan: Contract.Plan, newcomers: readonly string[], values: Values, path: string, stream: NodeJS.WriteStream): string {
  const colour = paint(stream);
  const { guess } = sheet;
  const out = sheet.notes.map((note) => `${colour.warn("note:")} ${clean(note)}\n`);
  const told = guess.id === null ? "rows are numbered" : `told apart by \`${guess.id}\``;
  const owned = sheet.added === null ? `owned as \`${guess.owner}\` says` : `owned by nobody: a column \`${sheet.added}\` would be added`;
  out.push(`${plural(leads.size, "lead")} in ${path === "-" ? "standard input" : path}, ${clean(told)}, ${clean(owned)}\n`);
  const problems = leads.problemCount;
  if (problems > 0 && values.problems !== true) out.push(`${plural(problems, "problem")} with cells or rows (--problems lists them)\n`);
  const which = values.where !== undefined ? `where ${values.where}` : values.all === true ? "in all" : "that nobody owns";
  out.push(`${plural(found, "lead")} ${clean(which)}\n`);
  if (plan.refused.length > 0) return `${out.join("")}\nrefused:\n${plan.refused.map(({ code, message }) => `  ${code}: ${clean(message)}\n`).join("")}`;
  const fresh = new Set(newcomers);
  if (plan.assignees.length > 0) out.push("\n", bars(plan.assignees, (user) => (fresh.has(user) ? `${user} (new)` : user), colour));
  if (plan.split !== null) out.push(`\nspread ${plan.split.spread}${plan.split.exact ? ", the least possible" : `, at most ${plan.split.bound}`}\n`);
  const dropped = Object.entries(plan.droppedCount);
  if (dropped.length > 0) out.push("\nleft out:\n", ...dropped.map(([code, count]) => `  ${code}: ${count}\n`));
  if (plan.warnings.length > 0) out.push("\n", diagnosticLines(plan.warnings));
  const done = values.out !== undefined ? `${values.out === "-" ? "written" : `written to ${values.out}`}, every other byte as it was` : values.sql !== undefined ? "as statements" : "nothing is written without --out FILE";
  out.push(`\n${plural(plan.count, "lead")} ${values.out === undefined ? "would change" : "changed"}; ${done}\n`);
  return out.join("");
}

function problemLines(problems: readonly { row: number | null; column: string; code: string; value: string }[], count: number): string {
  if (count === 0) return "\nno problems: every cell could be read\n";
  const rows = problems.slice(0, PROBLEMS).map(({ row, column, code, value }) => [row ?? "", column, code, value]);
  const more = count > rows.length ? `… and ${count - rows.length} more\n` : "";
  return `\n${table([["row", "column", "problem", "value"], ...rows])}${more}`;
}
