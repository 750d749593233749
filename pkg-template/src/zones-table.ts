import type * as Contract from "../evenhand.js";
import type * as Public from "../zones.js";
import { data, released, version } from "./zones-data.js";

/** The second at which tables end: from 2060 on the last offset holds. */
export const END = Date.UTC(2060, 0, 1) / 1000;
const QUARTER = 900;

/** Name → the line that tells of it; made when first asked for. */
let index: Map<string, string> | undefined;

function lines(): Map<string, string> {
  if (index === undefined) {
    index = new Map();
    for (const line of data.split("\n")) for (const name of line.slice(0, line.indexOf("|")).split(" ")) index.set(name, line);
  }
  return index;
}

const words = (text: string): string[] => (text === "" ? [] : text.split(" "));
const number = (word: string): number => parseInt(word, 36);
/** Seconds: behind a point as they are, else in quarters of an hour. */
const seconds = (word: string): number => (word.startsWith(".") ? number(word.slice(1)) : number(word) * QUARTER);

/** The package's own time zone table. */
export const zones: typeof Public.zones = {
  version,
  released,
  names: () => [...lines().keys()].sort(),
  table(name) {
    const line = lines().get(name);
    return line === undefined ? undefined : read(line);
  },
};

/** The known name that is written like this one but for capitals; or that ends in it, as `Europe/Berlin` in `Berlin`. */
export function spelling(name: string): string | undefined {
  const plain = name.toLowerCase().replaceAll(" ", "_");
  if (lines().has(name)) return name;
  const all = zones.names();
  return all.find((known) => known.toLowerCase() === plain) ?? all.find((known) => known.toLowerCase().endsWith(`/${plain}`));
}

function read(line: string): Contract.ZoneTable {
  const [, rule = "", offsets = "", times = "", order = ""] = line.split("|");
  const known = words(offsets).map(seconds);
  const table: Contract.ZoneTable = [];
  let held = known[0] ?? 0;
  let at = 0;
  const change = (second: number, offset: number): void => {
    if (second >= END || offset === held) return;
    table.push({ untilMs: second * 1000, offsetSeconds: held });
    held = offset;
  };
  words(times).forEach((time, place) => change((at += seconds(time)), known[number(order.charAt(place))] ?? 0));
  const [standard, summer, ...when] = words(rule);
  if (standard !== undefined && summer !== undefined) {
    const [usual, other] = [seconds(standard), seconds(summer)];
    for (let year = new Date(at * 1000).getUTCFullYear(); year < 2060; year++) {
      const two: [second: number, offset: number][] = [
        [dayOf(year, when.slice(0, 3)) + seconds(when[3] ?? "") - usual, other],
        [dayOf(year, when.slice(4, 7)) + seconds(when[7] ?? "") - other, usual],
      ];
      for (const [second, offset] of two.sort(([a], [b]) => a - b)) if (second > at) change(second, offset);
    }
  }
  table.push({ untilMs: null, offsetSeconds: held });
  return table;
}

/** The second at which a day of a rule begins, as if by UTC: the first, second … such weekday of a month, or the last. */
function dayOf(year: number, rule: string[]): number {
  const [month = 1, week = 1, weekday = 0] = rule.map(number);
  const first = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  let day = 1 + ((weekday - first + 7) % 7) + (week - 1) * 7;
  if (day > days) day -= 7;
  return Date.UTC(year, month - 1, day) / 1000;
}
