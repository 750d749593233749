import type * as Contract from "../evenhand.js";

// A zone's table is worked out once for all engines: up to 10,000 questions to Intl, 10 to 25 ms.
const known = /* @__PURE__ */ new Map<string, Contract.ZoneTable | undefined>();

const DAY = 86_400;
const FIRST = 0;
const LAST = Date.UTC(2060, 0, 1) / 1000;
/** No offset held for less: the shortest since 1970 was a week but for an hour (Recife, October 2000). */
const STEP = 6 * DAY;
/** These need no table. */
const UTC = ["UTC", "Etc/UTC", "Etc/GMT", "GMT"];

/**
 * The configuration with a table for each zone that it names and brings none for, and the names of those zones.
 * One that the runtime does not know is left for the module to report, with its place.
 */
export function withZones<T>(config: T): [T, string[]] {
  try {
    const read = config as Partial<Contract.WorkspaceConfig>;
    const given = { ...read.zones };
    const found = tables(given, read.timeZone, read.schedules);
    const names = Object.keys(found);
    return names.length === 0 ? [config, names] : [{ ...config, zones: { ...given, ...found } }, names];
  } catch {
    // It has no such shape, and the module says so.
    return [config, []];
  }
}

/** Tables for the zones that a patch names and the workspace has none for. */
export function zonesOf(patch: Contract.ConfigPatch, given: object): Record<string, Contract.ZoneTable> {
  try {
    return tables(given, undefined, patch.schedules?.put);
  } catch {
    return {};
  }
}

function tables(given: object, zone: string | undefined, schedules: readonly Contract.Schedule[] = []): Record<string, Contract.ZoneTable> {
  const found = new Map<string, Contract.ZoneTable>();
  for (const name of [zone, ...schedules.map(({ timeZone }) => timeZone)]) {
    if (typeof name !== "string" || UTC.includes(name) || Object.hasOwn(given, name)) continue;
    const table = tableOf(name);
    if (table !== undefined) found.set(name, table);
  }
  return Object.fromEntries(found);
}

function tableOf(name: string): Contract.ZoneTable | undefined {
  if (!known.has(name)) known.set(name, probe(name));
  return known.get(name);
}

/** The offsets from 1970 to 2060. Before, the first one holds, and after, the last. */
function probe(name: string): Contract.ZoneTable | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset", hour: "2-digit", hourCycle: "h23" });
  } catch {
    return undefined;
  }
  const offset = (second: number): number => {
    const [, sign, hours, minutes, seconds] = /GMT(?:([+\u2212-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(format.format(second * 1000)) ?? [];
    const size = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
    return sign === "+" || size === 0 ? size : -size;
  };
  const table: Contract.ZoneTable = [];
  let held = offset(FIRST);
  for (let from = FIRST; from < LAST; from += STEP) {
    const to = Math.min(from + STEP, LAST);
    const next = offset(to);
    if (next === held) continue;
    // The last second of the old offset and the first of the new one.
    let [before, after] = [from, to];
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (offset(middle) === held) before = middle;
      else after = middle;
    }
    table.push({ untilMs: after * 1000, offsetSeconds: held });
    held = next;
  }
  table.push({ untilMs: null, offsetSeconds: held });
  return table;
}
