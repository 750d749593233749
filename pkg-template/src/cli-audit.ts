import type * as Contract from "../evenhand.js";
import { clean, plural, table } from "./cli-text.js";

type Named = { group?: string | null; rule?: string };

const nameOf = ({ group, rule }: Named): string => (rule !== undefined ? `rule ${rule}` : group === undefined || group === null ? "" : group);
const signed = (number: number): string => (number > 0 ? `+${number.toFixed(1)}` : number.toFixed(1));

/** A chance as people say it. */
function chanceText({ chance, exact }: Contract.AuditChance): string {
  if (chance === null) return "";
  const text = chance >= 0.01 ? `${(chance * 100).toFixed(chance < 0.1 ? 1 : 0)} %` : chance <= 1e-15 ? "1e-15" : `1 in ${readable(1 / chance)}`;
  return exact === true || chance === 1 ? text : `≤ ${text}`;
}

/** A large number in two digits. */
function readable(number: number): string {
  const rounded = Number(number.toPrecision(2));
  if (rounded < 1e6) return rounded.toLocaleString("en-US");
  return rounded < 1e9 ? `${rounded / 1e6} million` : rounded.toExponential(1).replace("e+", "e");
}

/** A finding as a sentence. */
function findingText(found: Contract.AuditFinding): string {
  const of = nameOf(found) === "" ? "" : ` (${nameOf(found)})`;
  const words = (): string => {
    switch (found.kind) {
      case "share":
        return `received ${found.leads} leads, where ${found.share.toFixed(1)} would be even`;
      case "period":
        return `received ${found.leads} leads from ${found.period} on, where ${found.share.toFixed(1)} would be even`;
      case "tie":
        return `had the odd lead of ${found.by === "day" ? "days" : "batches"} that did not divide evenly ${found.won} of ${found.ties} times, where ${found.expected.toFixed(1)} would be even`;
      case "flood":
        return `had ${found.received} of the ${found.leads} leads after ${found.to.slice(0, 10)}, back from an absence in which ${found.missed} went by`;
      case "streak":
        return `had ${found.length} leads in a row from ${found.from.slice(0, 10)} on`;
      case "gap":
        return `was passed over ${found.length} times in a row from ${found.from.slice(0, 10)} on`;
    }
  };
  return `${clean(found.user)}${clean(of)} ${words()}: ${chanceText(found)} by chance`;
}

/** Most periods and findings that are printed. */
const PERIODS = 8;
const FINDINGS = 20;

/** The report for a terminal. */
export function auditLines(report: Contract.AuditReport): string {
  const out = [`${plural(report.leads, "lead")} from ${report.from.slice(0, 10)} to ${report.to.slice(0, 10)}\n`];
  const { withoutTime, withoutReceiver, notAmongPeople } = report.leftOut;
  for (const [count, why] of [
    [withoutTime, "without a time"],
    [withoutReceiver, "without a receiver"],
    [notAmongPeople, "of others than `people`"],
  ] as const)
    if (count > 0) out.push(`left out: ${plural(count, "row")} ${why}\n`);
  if (report.problemCount > 0) out.push(`${plural(report.problemCount, "cell")} could not be read\n`);
  for (const group of report.groups) {
    const name = nameOf(group);
    const runs = (list: Contract.AuditRun[]) => new Map(list.map((run) => [run.user, run]));
    const [streaks, gaps] = [runs(group.streaks), runs(group.gaps)];
    const rows = group.people.map((person) => {
      const [streak, gap] = [streaks.get(person.user), gaps.get(person.user)];
      return [person.user, person.leads, person.share.toFixed(1), signed(person.difference), chanceText(person), streak?.length ?? "", gap?.length ?? ""];
    });
    out.push(`\n${name === "" ? "" : `${clean(name)}, ${plural(group.leads, "lead")}`}${group.known ? "" : `${name === "" ? "" : "; "}who was available is inferred`}\n`.replace(/^\n\n/, "\n"));
    out.push(table([["person", "leads", "share", "differs", "chance", "streak", "gap"], ...rows]));
    const periods = group.periods.slice(-PERIODS);
    if (group.periods.length > 1) {
      const cells = group.people.map(({ user }) => [user, ...periods.map(({ people }) => people.find((person) => person.user === user)).map((one) => (one === undefined ? "" : signed(one.difference)))]);
      const more = group.periods.length - periods.length;
      out.push(`\nleads more or less than the exact share, by ${report.period}${more > 0 ? ` (the last ${periods.length} of ${group.periods.length})` : ""}\n`, table([["person", ...periods.map(({ period }) => period)], ...cells]));
    }
  }
  const found = report.findings;
  if (found.length === 0) out.push(`\nnothing that a fair draw would not do (${plural(report.tests, "chance")} looked at)\n`);
  else {
    out.push(`\n${plural(found.length, "finding")}: a fair draw has one in ${readable(1 / report.level)} histories, a fair rotation hardly ever\n`);
    out.push(...found.slice(0, FINDINGS).map((one) => `  ${findingText(one)}\n`));
    if (found.length > FINDINGS) out.push(`  … and ${found.length - FINDINGS} more\n`);
  }
  return out.join("");
}

const xml = (text: string): string => clean(text).replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
const cut = (text: string, most: number): string => ([...text].length > most ? `${[...text].slice(0, most - 1).join("")}…` : text);

const [NAME, BAR, CELL, LINE] = [150, 240, 46, 22];
const STYLE = `text{font:12px system-ui,sans-serif;fill:#1c2430}.h{font-size:15px;font-weight:600}.s{fill:#5b6675}.r{text-anchor:end}.c{text-anchor:middle;font-size:11px}
.bar{fill:#8fa9c4}.due{stroke:#1c2430;stroke-width:2}.more{fill:#d9822b}.less{fill:#3a78b5}.odd{stroke:#b3261e;stroke-width:2;fill:none}
@media(prefers-color-scheme:dark){svg{background:#14181f}text{fill:#e6eaf0}.s{fill:#9aa6b5}.due{stroke:#e6eaf0}.bar{fill:#4d6580}}`;

/** Most periods that are drawn. */
const DRAWN = 24;

/**
 * The report as a picture: for each person a bar with the leads and a mark at the exact share, and beside it what each period had
 * more (orange) or less (blue) than its share, the stronger the less likely. What is a finding is framed.
 */
export function auditSvg(report: Contract.AuditReport): string {
  const out: string[] = [];
  let y = 0;
  const columns = Math.min(DRAWN, Math.max(...report.groups.map(({ periods }) => periods.length)));
  const width = Math.max(760, NAME + BAR + 104 + columns * CELL + 20);
  const text = (x: number, at: number, kind: string, words: string) => out.push(`<text x="${x}" y="${at}" class="${kind}">${xml(words)}</text>`);
  const odd = new Set(report.findings.map((found) => JSON.stringify([found.kind, nameOf(found), found.user, "period" in found ? found.period : ""])));
  const isOdd = (kind: string, group: Named, user: string, period = "") => odd.has(JSON.stringify([kind, nameOf(group), user, period]));
  y += 26;
  text(12, y, "h", `${plural(report.leads, "lead")}, ${report.from.slice(0, 10)} to ${report.to.slice(0, 10)}`);
  for (const group of report.groups) {
    const periods = group.periods.slice(-columns);
    const left = NAME + BAR + 104;
    y += 34;
    const name = nameOf(group);
    text(12, y, "h", `${name === "" ? "Leads" : cut(name, 40)}${group.known ? "" : " (who was available is inferred)"}`);
    y += 18;
    text(NAME, y, "s", "leads, and the exact share");
    if (periods.length < group.periods.length) text(left, y - 18, "s", `the last ${periods.length} of ${plural(group.periods.length, report.period)}`);
    periods.forEach(({ period }, at) => {
      if (periods.length <= 12 || at % 3 === 0) text(left + at * CELL + CELL / 2, y, "c s", report.period === "month" ? period.slice(0, 7) : period.slice(5));
    });
    const most = Math.max(1, ...group.people.map((person) => Math.max(person.leads, person.share)));
    for (const person of group.people) {
      y += LINE;
      const scale = (number: number) => ((number / most) * BAR).toFixed(1);
      text(NAME - 8, y - 6, "r", cut(person.user, 22));
      out.push(`<rect x="${NAME}" y="${y - 18}" width="${scale(person.leads)}" height="16" class="bar"/>`);
      const due = (NAME + Number(scale(person.share))).toFixed(1);
      out.push(`<line x1="${due}" x2="${due}" y1="${y - 20}" y2="${y}" class="due"/>`);
      if (isOdd("share", group, person.user)) out.push(`<rect x="${NAME - 2}" y="${y - 20}" width="${BAR + 4}" height="20" class="odd"/>`);
      text(NAME + BAR + 92, y - 6, "r", `${person.leads} (${signed(person.difference)})`);
      periods.forEach(({ period, people }, at) => {
        const one = people.find(({ user }) => user === person.user);
        if (one === undefined) return;
        const x = left + at * CELL;
        const strength = one.chance === null ? 0 : Math.min(1, -Math.log10(Math.max(one.chance, 1e-15)) / 6);
        out.push(`<rect x="${x}" y="${y - 20}" width="${CELL - 2}" height="${LINE - 2}" class="${one.difference >= 0 ? "more" : "less"}" opacity="${(0.08 + 0.8 * strength).toFixed(2)}"/>`);
        if (isOdd("period", group, person.user, period)) out.push(`<rect x="${x}" y="${y - 20}" width="${CELL - 2}" height="${LINE - 2}" class="odd"/>`);
        text(x + CELL / 2 - 1, y - 6, "c", signed(one.difference));
      });
    }
  }
  y += 36;
  text(12, y, "h", report.findings.length === 0 ? "Nothing that a fair draw would not do" : plural(report.findings.length, "finding"));
  for (const found of report.findings.slice(0, FINDINGS)) {
    y += 18;
    text(12, y, "", cut(findingText(found), 130));
  }
  if (report.findings.length > FINDINGS) text(12, (y += 18), "s", `… and ${report.findings.length - FINDINGS} more`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y + 20}" viewBox="0 0 ${width} ${y + 20}" role="img"><title>How even ${plural(report.leads, "lead")} were assigned</title><style>${STYLE}</style>\n${out.join("\n")}\n</svg>\n`;
}
