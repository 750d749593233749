// People and what they hold, as bars: what stays, what is added, what goes.
import type * as Contract from "../evenhand.js";
import { short, width } from "./cli-text.js";

/** Colours of a terminal, or none. */
export interface Paint {
  faint(text: string): string;
  added(text: string): string;
  warn(text: string): string;
}

/** Colours where a person sees them: on a terminal that has some, and where `NO_COLOR` is not set. */
export function paint(stream: NodeJS.WriteStream): Paint {
  const colours = stream.isTTY === true && (process.env["NO_COLOR"] ?? "") === "" && stream.hasColors();
  const in_ = (code: number) => (text: string) => (colours && text !== "" ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { faint: in_(2), added: in_(32), warn: in_(33) };
}

/** Characters of the longest bar. */
const LONGEST = 32;

/** A line for each person: now, then, a bar, the difference. `called` gives names that differ from ids. */
export function bars(lines: readonly Contract.AssigneeLine[], called: (user: string) => string, colour: Paint): string {
  const most = Math.max(1, ...lines.map(({ before, after }) => Math.max(before ?? 0, after ?? 0)));
  const long = (count: number) => (count <= 0 ? 0 : Math.max(1, Math.round((count / most) * LONGEST)));
  const rows = lines.map(({ user, before, after, dealt, released }) => {
    const [now, then] = [before ?? 0, after ?? 0];
    const stays = long(Math.min(now, then));
    const added = then > now ? Math.max(1, long(then) - stays) : 0;
    const gone = now > then ? Math.max(1, long(now) - stays) : 0;
    const bar = `${"█".repeat(stays)}${colour.added("▒".repeat(added))}${colour.faint("░".repeat(gone))}`;
    const change = [dealt > 0 ? colour.added(`+${dealt}`) : "", released > 0 ? colour.faint(`−${released}`) : ""].filter(Boolean).join(" ");
    return { name: short(called(user)), now: before === null ? "?" : String(before), then: after === null ? "?" : String(after), bar, change };
  });
  const wide = (key: "name" | "now" | "then", least: number) => Math.max(least, ...rows.map((row) => width(row[key])));
  const [name, now, then] = [wide("name", 6), wide("now", 3), wide("then", 4)];
  const head = `${"person".padEnd(name)}  ${"now".padStart(now)}   ${"then".padStart(then)}`;
  const text = rows.map((row) => `${row.name}${" ".repeat(name - width(row.name))}  ${row.now.padStart(now)} → ${row.then.padStart(then)}  ${row.bar}${row.bar === "" || row.change === "" ? "" : "  "}${row.change}`.trimEnd());
  return [head, ...text].map((line) => `${line}\n`).join("");
}
