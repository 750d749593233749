// Values as the cells of a file say them, so that the same configuration reads them again.
import type * as Contract from "../evenhand.js";

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
/** Words for true and false that a column may have, by the one that is met first. */
const TRUTHS: readonly (readonly [string, string])[] = [["true", "false"], ["TRUE", "FALSE"], ["True", "False"], ["yes", "no"], ["Yes", "No"], ["YES", "NO"], ["y", "n"], ["Y", "N"], ["t", "f"], ["T", "F"], ["1", "0"], ["checked", "unchecked"]];

/** How the values of one field are written. `example` is a cell of its column that is not empty. */
export function writer(field: Contract.FieldDef, zone: Contract.ZoneTable | undefined, example: string): (value: unknown) => string | null {
  const format = Array.isArray(field.format) ? field.format[0] : field.format;
  switch (field.type) {
    case "boolean": {
      const [yes, no] = TRUTHS.find((words) => words.includes(example.trim())) ?? ["true", "false"];
      return (value) => (value === null ? null : value === true ? yes : no);
    }
    case "date":
      return (value) => (value === null ? null : format === undefined ? String(value) : pattern(format, Date.parse(`${String(value)}T00:00:00Z`), 0));
    case "datetime":
      return (value) => {
        if (value === null || format === undefined) return value === null ? null : String(value);
        const at = Date.parse(String(value));
        const offset = zone?.find(({ untilMs }) => untilMs === null || at < untilMs)?.offsetSeconds ?? 0;
        return pattern(format, at, offset);
      };
    case "tags":
    case "units": {
      const separator = field.separator ?? ",";
      return (value) => {
        const parts = (value as string[] | null) ?? [];
        if (parts.length === 0) return null;
        // What would be read as a list of another kind, or loses blanks, is written as JSON.
        if (parts.some((part) => /^[[{]/.test(part) || part !== part.trim() || part === "" || part.includes("\\"))) return JSON.stringify(parts);
        return parts.map((part) => part.replaceAll(separator, `\\${separator}`)).join(separator === "," ? ", " : separator);
      };
    }
    default:
      return (value) => (value === null ? null : String(value));
  }
}

/** How far what is read again may be from what was written: a pattern without seconds cuts them. */
export function precision(field: Contract.FieldDef): number {
  const format = Array.isArray(field.format) ? field.format[0] : field.format;
  if (field.type !== "datetime" || format === undefined || /%[QLf]/.test(format)) return 1;
  return /%S|%s|%T/.test(format) ? 1_000 : /%M|%R/.test(format) ? 60_000 : /%[HI]/.test(format) ? 3_600_000 : 86_400_000;
}

/** An instant by a strptime pattern. */
function pattern(format: string, at: number, offset: number): string {
  const zoned = /\b(UTC|GMT|Z)\b/.test(format.replace(/%./g, " "));
  const local = new Date(at + (zoned ? 0 : offset * 1000));
  const two = (number: number) => String(number).padStart(2, "0");
  const hour = local.getUTCHours();
  const [month, day] = [MONTHS[local.getUTCMonth()] ?? "", DAYS[local.getUTCDay()] ?? ""];
  const parts: Record<string, () => string> = {
    Y: () => String(local.getUTCFullYear()).padStart(4, "0"),
    y: () => two(local.getUTCFullYear() % 100),
    m: () => two(local.getUTCMonth() + 1),
    d: () => two(local.getUTCDate()),
    e: () => String(local.getUTCDate()).padStart(2, " "),
    B: () => month,
    b: () => month.slice(0, 3),
    h: () => month.slice(0, 3),
    A: () => day,
    a: () => day.slice(0, 3),
    H: () => two(hour),
    I: () => two(hour % 12 === 0 ? 12 : hour % 12),
    p: () => (hour < 12 ? "AM" : "PM"),
    M: () => two(local.getUTCMinutes()),
    S: () => two(local.getUTCSeconds()),
    s: () => String(Math.floor(at / 1000)),
    Q: () => String(at),
    L: () => String(local.getUTCMilliseconds()).padStart(3, "0"),
    f: () => String(local.getUTCMilliseconds()).padStart(3, "0"),
    j: () => String(Math.floor((local.getTime() - Date.UTC(local.getUTCFullYear(), 0, 1)) / 86_400_000) + 1).padStart(3, "0"),
    z: () => `${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 3600))}${two(Math.floor((Math.abs(offset) % 3600) / 60))}`,
    D: () => `${two(local.getUTCMonth() + 1)}/${two(local.getUTCDate())}/${two(local.getUTCFullYear() % 100)}`,
    F: () => local.toISOString().slice(0, 10),
    T: () => local.toISOString().slice(11, 19),
    R: () => local.toISOString().slice(11, 16),
    "%": () => "%",
  };
  return format.replace(/%(.)/g, (all, key: string) => parts[key]?.() ?? all);
}
