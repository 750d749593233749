// Proposes a configuration for a file: what its columns are, who the people in it are, and what somebody must look at who knows it.
import type * as Contract from "../evenhand.js";
import { utf8, write } from "./cli-input.js";
import { Usage, type Values } from "./cli-options.js";
import { loadSheet, openSheet, type Sheet, sheetConfig } from "./cli-sheet.js";
import { clean, plural } from "./cli-text.js";
import { createEngine } from "./node.js";

/** Something that the file leaves open: where in the configuration it was decided, and how. */
interface Question {
  code: string;
  /** JSON pointer into the configuration. */
  path: string;
  message: string;
  hint?: string;
}

/** Most different values of a choice that are written down. */
const CHOICES = 100;
/** Words of a status that nobody works on any more. */
const CLOSED = /\b(lost|junk|closed|converted|won|dead|dis?qualified|unqualified|not interested|archived|spam|duplicate|do not contact|funded|sold|bad)\b/i;
/** Names of owners who are hardly people. */
const NOBODY = /^(unassigned|none|nobody|n\/?a|-+|queue|system|admin|administrator|integration|import|api)\b|\bqueue$|\bpool$/i;

export async function init(path: string | undefined, values: Values): Promise<number> {
  if (path === undefined) throw new Usage("name the file: `evenhand init leads.csv`");
  const engine = await createEngine();
  const sheet = openSheet(engine, utf8(path), path, values);
  const questions = found(sheet);
  let admin = "admin";
  while (sheet.people.includes(admin)) admin += "1";
  const base = sheetConfig(sheet, [], admin);
  if (values.zone !== undefined) base.timeZone = values.zone;
  const table = loadSheet(engine.workspace(base), sheet);
  const config = proposal(base, sheet, table, admin, values.zone, questions);
  const again = loadSheet(engine.workspace(config), sheet);
  unread(sheet, again, questions);
  const told = engine.check(config);
  for (const { code, path, message, hint } of told) questions.push({ code, path, message, ...(hint !== undefined && { hint }) });

  const file = values.out ?? "-";
  const text = /\.(js|mjs|ts)$/.test(file) ? commented(config, questions) : `${JSON.stringify(config, null, 2)}\n`;
  if (values.out !== undefined) write(file, text, path);
  if (values.json === true) process.stdout.write(`${JSON.stringify({ leads: again.size, config, questions })}\n`);
  else {
    if (values.out === undefined) process.stdout.write(text);
    // Beside the configuration, so that it can go into a file.
    const stream = values.out === undefined || values.out === "-" ? process.stderr : process.stdout;
    stream.write(report(config, again, questions, values.out));
  }
  return told.some(({ severity }) => severity === "error") ? 1 : 0;
}

/** What was open when the columns were looked at. */
function found(sheet: Sheet): Question[] {
  const { guess } = sheet;
  const out: Question[] = sheet.notes.map((message) => ({ code: "id_not_unique", path: "/lead/id", message }));
  for (const { code, column, message, hint } of guess.questions) {
    // What an option said is no question any more.
    if (code === "several_ids" && column !== guess.id) continue;
    if (["no_owner", "several_owners"].includes(code) && (guess.owner === null ? code !== "no_owner" : column !== guess.owner)) continue;
    if (code === "no_id" && guess.id !== null) continue;
    const field = guess.columns.find(({ header }) => header === column)?.field;
    const place = code.endsWith("_id") || code.endsWith("_ids") ? "/lead/id" : code.endsWith("_owner") || code.endsWith("_owners") ? "/lead/owner" : `/fields/${field}`;
    const numbered = code === "no_id" ? "add a column `row_number` that tells the leads apart, or name one with `--id`" : hint;
    out.push({ code, path: place, message, ...(numbered !== undefined && { hint: numbered }) });
  }
  return out;
}

function proposal(base: Contract.WorkspaceConfig, sheet: Sheet, table: Contract.LeadTable, admin: string, zone: string | undefined, questions: Question[]): Contract.WorkspaceConfig {
  const { guess } = sheet;
  const all = table.select(null, { actor: null });
  const { fields } = base;
  const lead: Contract.LeadShape = { ...base.lead };
  for (const { field, header, type } of guess.columns) {
    const def = fields[field];
    if (def?.type === "choice" || def?.type === "tags") {
      const words = all.countBy(field).flatMap(([value]) => (value === null ? [] : [String(value)]));
      if (words.length <= CHOICES) def.choices = words;
      else questions.push({ code: "many_choices", path: `/fields/${field}`, message: `\`${header}\` has ${words.length} different words: none are fixed` });
    }
    if (type === "datetime" && /^(date |time )?assigned\b|owner assigned|assigned (date|at|on|time)/i.test(header)) lead.assignedAt ??= field;
    if (type === "datetime" && /^last (activity|contact|touch)|activity (date|time)/i.test(header)) lead.lastActivityAt ??= field;
  }
  const local = guess.columns.filter(({ type, format, examples }) => type === "datetime" && (format !== undefined || !/([zZ]|[+-]\d\d:?\d\d)$/.test(examples[0] ?? "")));
  if (local.length > 0 && zone === undefined) {
    const which = local.map(({ header }) => `\`${header}\``).join(", ");
    questions.push({ code: "time_zone", path: "/timeZone", message: `times in ${which} have no offset: they are read as UTC`, hint: "`--zone America/New_York` says where they were written" });
  }
  const config: Contract.WorkspaceConfig = { version: 1, timeZone: zone ?? "UTC", fields, lead, users: [] };
  const status = lead.status === undefined ? undefined : fields[lead.status];
  const closed = status?.choices?.filter((word) => CLOSED.test(word)) ?? [];
  if (closed.length > 0 && closed.length < (status?.choices?.length ?? 0)) {
    config.lifecycle = { open: { combinator: "and", rules: [{ field: lead.status as string, operator: "notIn", value: closed }] } };
    questions.push({ code: "closed", path: "/lifecycle/open", message: `leads that are ${closed.map((word) => `\`${word}\``).join(", ")} look finished: they do not count towards anybody's work` });
  }
  config.profiles = [
    { id: "administrator", name: "Administrator", grants: [{ do: ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.claim", "lead.mass", "list.view", "list.use", "list.edit", "list.share", "list.delete", "rule.view", "rule.edit", "rule.run", "member.pause", "log.view", "plan.undo"], scope: "all" }] },
    { id: "agent", name: "Agent", grants: [{ do: ["lead.view", "lead.edit", "lead.release", "list.view", "list.use", "list.edit"], scope: "own" }, { do: ["lead.view", "lead.claim"], scope: "unowned" }] },
  ];
  const people = all.countBy(lead.owner).flatMap(([value, count]) => (value === null ? [] : [{ id: String(value), count }]));
  config.users = [{ id: admin, name: "Administrator", profiles: ["administrator"] }, ...people.map(({ id }) => ({ id, name: id, profiles: ["agent"] }))];
  questions.push({ code: "administrator", path: "/users/0", message: `\`${admin}\` is made up: somebody has to act who may give leads to others`, hint: "give the profile `administrator` to whoever does that, and leave this one out" });
  const alike = new Map<string, string[]>();
  for (const { id } of people) {
    const plain = id.normalize("NFKD").toLowerCase().replace(/[^\p{Letter}\p{Number}]/gu, "").split("").sort().join("");
    alike.set(plain, [...(alike.get(plain) ?? []), id]);
  }
  for (const [index, { id, count }] of people.entries()) {
    if (NOBODY.test(id)) questions.push({ code: "hardly_a_person", path: `/users/${index + 1}`, message: `\`${id}\`, who has ${plural(count, "lead")}, is hardly a person`, hint: "leave it out, and empty the cell, if it means that nobody has the lead" });
  }
  for (const same of alike.values()) if (same.length > 1) questions.push({ code: "same_person", path: "/users", message: `${same.map((name) => `\`${name}\``).join(" and ")} may be the same person` });
  return config;
}

/** Cells that do not fit what a sample promised. */
function unread(sheet: Sheet, table: Contract.LeadTable, questions: Question[]): void {
  const counts = new Map<string, { count: number; first: Contract.LoadProblem }>();
  for (const problem of table.problems) {
    const key = JSON.stringify([problem.field, problem.code]);
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { count: 1, first: problem });
    else known.count += 1;
  }
  for (const { count, first } of counts.values()) {
    const header = sheet.guess.columns.find(({ field }) => field === first.field)?.header ?? first.field;
    const row = first.row === null ? "" : ` in row ${first.row + 1}`;
    questions.push({ code: first.code, path: `/fields/${first.field}`, message: `${plural(count, "cell")} of \`${header}\` could not be taken: \`${first.value}\`${row}` });
  }
}

/** The configuration as a module, each question beside what it is about. */
function commented(config: Contract.WorkspaceConfig, questions: readonly Question[]): string {
  const comment = (indent: string, { message, hint }: Question) => [message, ...(hint === undefined ? [] : [hint])].map((text) => `${indent}// ? ${clean(text)}`);
  const lines = JSON.stringify(config, null, 2).split("\n");
  const out: string[] = [];
  const open = [...questions];
  const tell = (indent: string, about: (question: Question) => boolean) => {
    for (const question of open.filter(about)) {
      out.push(...comment(indent, question));
      open.splice(open.indexOf(question), 1);
    }
  };
  let section = "";
  for (const line of lines) {
    const [, indent = "", key] = /^( +)"((?:[^"\\]|\\.)*)":/.exec(line) ?? [];
    if (indent.length === 2 && key !== undefined) {
      section = key;
      tell(indent, ({ path }) => path === `/${key}` || (path.startsWith(`/${key}/`) && !["fields", "lead"].includes(key)));
    } else if (indent.length === 4 && key !== undefined) tell(indent, ({ path }) => path === `/${section}/${key}`);
    out.push(line);
  }
  const head = open.flatMap((question) => comment("", question));
  return `${[...head, `export default ${out.join("\n")}`].join("\n")};\n`;
}

function report(config: Contract.WorkspaceConfig, table: Contract.LeadTable, questions: readonly Question[], out: string | undefined): string {
  const { lead, fields, users } = config;
  const label = (field: string | undefined) => (field === undefined ? "none" : `\`${clean(fields[field]?.label ?? field)}\``);
  const kinds = Object.values(fields).reduce<Record<string, number>>((sum, { type }) => ({ ...sum, [type]: (sum[type] ?? 0) + 1 }), {});
  const parts = [
    `${plural(table.size, "lead")}, ${plural(Object.keys(fields).length, "field")} (${Object.entries(kinds).map(([type, count]) => `${count} ${type}`).join(", ")})\n`,
    `id ${label(lead.id)}, owner ${label(lead.owner)}, status ${label(lead.status)}, created ${label(lead.createdAt)}, ${plural(users.length - 1, "person").replace("persons", "people")}\n`,
  ];
  if (questions.length > 0) parts.push(`\n${plural(questions.length, "question")}:\n`, ...questions.map(({ path, message, hint }) => `  ${clean(path)}: ${clean(message)}\n${hint === undefined ? "" : `    ${clean(hint)}\n`}`));
  if (out !== undefined && out !== "-") parts.push(`\nwritten to ${out}${/\.(js|mjs|ts)$/.test(out) ? "" : `; \`evenhand check --workspace ${out}\` holds it against the rules once it is changed`}\n`);
  return parts.join("");
}
