import type * as Contract from "../evenhand.js";
import { END, spelling } from "./zones-table.js";

// A zone's table is worked out once for all engines: up to 10,000 questions, 10 to 25 ms.
const known = /* @__PURE__ */ new Map<string, Contract.ZoneTable | undefined>();

const DAY = 86_400;
/** No offset held for less: the shortest since 1970 was a week but for an hour (Recife, October 2000). */
const STEP = 6 * DAY;

/** What the runtime's `Intl` knows. */
export const intl: Contract.TimeZones = {
  /** Node tells it; no other runtime does. */
  get version(): string | undefined {
    const version: unknown = typeof process === "object" ? process?.versions?.tz : undefined;
    return typeof version === "string" ? version : undefined;
  },
  table(name) {
    // `Intl` takes names however they are written; a configuration means the same everywhere only if they are written in one way.
    if ((spelling(name) ?? name) !== name) return undefined;
    if (!known.has(name)) known.set(name, probe(name));
    return known.get(name);
  },
};

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
  let held = offset(0);
  for (let from = 0; from < END; from += STEP) {
    const to = Math.min(from + STEP, END);
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
