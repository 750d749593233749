import type * as Contract from "../evenhand.js";

/** What a terminal must not be told by a lead's text, and what would break a line. */
export const clean = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, "\ufffd");

/** How many columns of a terminal a text takes: wide characters take two, marks none. */
export function width(text: string): number {
  let sum = 0;
  for (const char of text) {
    if (/\p{Mark}|\u200d|\ufe0f/u.test(char)) continue;
    const point = char.codePointAt(0) ?? 0;
    const wide = (point >= 0x1100 && point <= 0x115f) || (point >= 0x2e80 && point <= 0xa4cf) || (point >= 0xac00 && point <= 0xd7a3) || (point >= 0xf900 && point <= 0xfaff) || (point >= 0xff00 && point <= 0xff60) || (point >= 0x1f300 && point <= 0x1faff) || (point >= 0x20000 && point <= 0x3fffd);
    sum += wide ? 2 : 1;
  }
  return sum;
}

const LONGEST = 40;

export function short(text: string): string {
  const all = [...clean(text)];
  return all.length > LONGEST ? `${all.slice(0, LONGEST - 1).join("")}…` : all.join("");
}

/** Rows of cells with their columns aligned; numbers stand to the right. The first row is the heading. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map((row) => row.map((cell) => short(String(cell))));
  const columns = cells[0]?.map((_, at) => Math.max(...cells.map((row) => width(row[at] ?? "")))) ?? [];
  const right = columns.map((_, at) => rows.length > 1 && rows.slice(1).every((row) => typeof row[at] === "number" || row[at] === ""));
  const line = (row: string[]) =>
    columns
      .map((size, at) => {
        const cell = row[at] ?? "";
        const pad = " ".repeat(size - width(cell));
        return right[at] === true ? pad + cell : cell + pad;
      })
      .join("  ")
      .trimEnd();
  const [heading = [], ...rest] = cells;
  return [line(heading), columns.map((size) => "─".repeat(size)).join("  "), ...rest.map(line)].map((text) => `${text}\n`).join("");
}

/** Faults, one a line, each with its hint. */
export function diagnosticLines(list: readonly Contract.Diagnostic[]): string {
  return list
    .map(({ severity, code, path, message, hint }) => {
      const place = path === "" ? "" : ` at ${clean(path)}`;
      return `  ${severity} ${code}${place}: ${clean(message)}\n${hint === undefined ? "" : `    hint: ${clean(hint)}\n`}`;
    })
    .join("");
}

/** Which columns stand for no field, and which fields have no column. */
export function columnLines({ unused, missing }: Contract.LeadTable["columns"]): string {
  const line = (what: string, names: string[]) => (names.length === 0 ? "" : `${what}: ${names.map(short).join(", ")}\n`);
  return line("columns that stand for no field", unused) + line("fields without a column", missing);
}

export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

/** A plan as a person reads it before saying yes. */
export function planLines(plan: Contract.Plan, leads: Contract.LeadTable, names: ReadonlyMap<string, string>): string {
  const out: string[] = [];
  const problems = leads.problemCount;
  out.push(`${plural(leads.size, "lead")} read${problems > 0 ? `, ${plural(problems, "cell")} of them with a problem` : ""}\n`);
  if (plan.refused.length > 0) {
    out.push("\nrefused:\n", ...plan.refused.map(({ code, message }) => `  ${code}: ${clean(message)}\n`));
    return out.join("");
  }
  const lines = plan.assignees;
  if (lines.length > 0) {
    const number = (value: number | null): number | string => value ?? "?";
    const released = lines.some((line) => line.released !== 0);
    const capped = lines.some((line) => line.cap !== undefined);
    const heading = ["person", "before", "dealt", ...(released ? ["released"] : []), "after", ...(capped ? ["cap"] : [])];
    const rows = lines.map((line) => [
      names.get(line.user) ?? line.user,
      number(line.before),
      line.dealt === 0 ? "" : line.dealt,
      ...(released ? [line.released === 0 ? "" : line.released] : []),
      number(line.after),
      ...(capped ? [line.cap ?? ""] : []),
    ]);
    out.push("\n", table([heading, ...rows]));
  }
  if (plan.split !== null) {
    const { spread, bound, exact } = plan.split;
    out.push(`\nspread ${spread}${exact ? ", the least possible" : `, at most ${bound}`}\n`);
  }
  const dropped = Object.entries(plan.droppedCount);
  if (dropped.length > 0) out.push("\nleft out:\n", ...dropped.map(([code, count]) => `  ${code}: ${count}\n`));
  if (plan.warnings.length > 0) out.push("\nwarnings:\n", diagnosticLines(plan.warnings));
  const created = plan.created().length;
  const copies = created === 0 ? "" : `, ${plural(created, "copy").replace("copys", "copies")} would be made`;
  const notices = plan.notifications.length;
  out.push(`\n${plural(plan.count, "lead")} would change${copies}, ${plural(notices, "notice")} would be sent\n`, `plan ${plan.id}\n`);
  return out.join("");
}
