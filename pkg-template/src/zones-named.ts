import type * as Contract from "../evenhand.js";
import { EvenhandError, fault } from "./errors.js";
import { spelling } from "./zones-table.js";

/** Tables by name, and of which release they are. */
export interface Found {
  zones: Record<string, Contract.ZoneTable>;
  zoneVersions: Record<string, string>;
}

/** A zone's name and where in the configuration it stands. */
type Named = [name: string, path: string];

/** These need no table. */
const UTC = ["UTC", "Etc/UTC", "Etc/GMT"];
const DAY = 86_400_000;
/** Governments change their clocks at short notice: what a table says of the years after its own is not more than likely. */
const FRESH = 366 * DAY;

/**
 * The configuration with a table for each zone that it names and brings none for, and the names of those zones.
 * One that is not known is left for the module to report, with its place.
 */
export function withZones<T>(config: T, source: Contract.TimeZones): [T, string[]] {
  const read = shape(config);
  if (read === undefined) return [config, []];
  const found = tables(read.named, read.given, source);
  const names = Object.keys(found.zones);
  if (names.length === 0) return [config, names];
  return [{ ...config, zones: { ...read.given, ...found.zones }, zoneVersions: { ...read.versions, ...found.zoneVersions } }, names];
}

/** Tables for the zones that a patch names and the workspace has none for: `used` are those that it knows by name, `given` all that it brings. */
export function zonesOf(patch: Contract.ConfigPatch | undefined, used: () => object, given: () => object, source: Contract.TimeZones): Found {
  const read = shape({ schedules: patch?.schedules?.put, users: patch?.users?.put });
  // Whoever pauses somebody waits for neither.
  const known = read?.named.length ? used() : {};
  const named = (read?.named ?? []).filter(([name]) => !UTC.includes(name) && !Object.hasOwn(known, name));
  return tables(named, named.length > 0 ? given() : {}, source);
}

/** What a configuration says of zones; nothing where it has not the shape of one, which the module tells. */
function shape(config: unknown): { named: Named[]; given: object; versions: object } | undefined {
  try {
    const { timeZone, schedules, users, zones, zoneVersions } = config as Partial<Contract.WorkspaceConfig>;
    const named: [unknown, string][] = [[timeZone, "/timeZone"]];
    (schedules ?? []).forEach((schedule, place) => named.push([schedule?.timeZone, `/schedules/${place}/timeZone`]));
    // Many people share a few zones: each is named once.
    const known = new Set<unknown>(named.map(([name]) => name));
    (users ?? []).forEach((user, place) => {
      if (user?.timeZone === undefined || known.has(user.timeZone)) return;
      known.add(user.timeZone);
      named.push([user.timeZone, `/users/${place}/timeZone`]);
    });
    return { named: named.filter((pair): pair is Named => typeof pair[0] === "string"), given: { ...zones }, versions: { ...zoneVersions } };
  } catch {
    return undefined;
  }
}

function tables(named: Named[], given: object, source: Contract.TimeZones): Found {
  const zones = new Map<string, Contract.ZoneTable>();
  for (const [name] of named) {
    if (UTC.includes(name) || Object.hasOwn(given, name) || zones.has(name) || !name.includes("/")) continue;
    const table = source.table(name);
    if (table !== undefined) zones.set(name, table);
  }
  const { version } = source;
  const versions = typeof version === "string" ? [...zones.keys()].map((name) => [name, version] as const) : [];
  return { zones: Object.fromEntries(zones), zoneVersions: Object.fromEntries(versions) };
}

/** Runs what may report zones that are not known; the hints of these name the zone that was likely meant. */
export function hinted<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof EvenhandError) hints(error.diagnostics);
    throw error;
  }
}

/** The same for faults that were not thrown. */
export function hints(list: Contract.Diagnostic[]): Contract.Diagnostic[] {
  for (const diagnostic of list) {
    const name = diagnostic.data?.["name"];
    if (!["unknown_zone", "zone_without_area"].includes(diagnostic.code) || typeof name !== "string") continue;
    const meant = spelling(name);
    if (meant !== undefined && meant !== name) diagnostic.hint = `did you mean \`${meant}\`?`;
  }
  return list;
}

/**
 * Warns of tables that are older, by the date of their release, than what they are used for: the instant `now`, and the dates of
 * schedules in their zone. Nothing is known of the age of tables that the configuration brings.
 */
export function outdated(config: unknown, source: Contract.TimeZones, now: unknown): Contract.Diagnostic[] {
  const at = instant(now);
  const read = shape(config);
  const released = typeof source.released === "string" ? Date.parse(source.released) : NaN;
  if (read === undefined || Number.isNaN(released)) return [];
  const { timeZone, schedules } = config as Partial<Contract.WorkspaceConfig>;
  const taken = (name: string) => Object.hasOwn(tables([[name, ""]], read.given, source).zones, name);
  const out: Contract.Diagnostic[] = [];
  const warn = (path: string, zone: string, date: string) =>
    out.push({
      severity: "warning",
      code: "zones_outdated",
      path,
      message: `the table of the time zone \`${zone}\` was published on ${source.released}, and ${date} is more than a year later`,
      hint: "take a newer release of the time zone table: with a newer `evenhand`, or as `zones` of the engine or the configuration",
      data: { zone, version: source.version ?? null, released: source.released, date },
    });
  for (const [name, path] of read.named) {
    if (at !== undefined && at - released > FRESH && taken(name)) warn(path, name, new Date(at).toISOString().slice(0, 10));
  }
  (schedules ?? []).forEach((schedule, place) => {
    const name = schedule?.timeZone ?? timeZone;
    const late = Object.keys(schedule?.dates ?? {}).filter((date) => Date.parse(date) - released > FRESH).sort().at(-1);
    if (late !== undefined && typeof name === "string" && taken(name)) warn(`/schedules/${place}/dates/${late}`, name, late);
  });
  return out;
}

/** The milliseconds of an instant. */
function instant(now: unknown): number | undefined {
  if (now === undefined || now === null) return undefined;
  const written = typeof now === "string" && /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d.*(?:[Zz]|[+-]\d\d:?\d\d)$/.test(now) ? Date.parse(now) : NaN;
  const ms = typeof now === "number" ? now : now instanceof Date ? now.getTime() : written;
  if (Number.isFinite(ms) && Math.abs(ms) <= 8.64e15) return ms;
  throw fault("instant_invalid", "`now` is not an instant in RFC 3339, such as 2026-03-01T09:00:00Z, nor epoch milliseconds", { path: "/now" });
}
