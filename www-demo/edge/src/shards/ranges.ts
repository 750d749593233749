// Which shard a lead lies in: ranges of ids, in the order in which one table would take its rows, so that a split over them gives each lead to whom
// one table's would.
import type { Fault } from "../problem.ts";

/** The name of a shard's object. A tenant has no slash in its name, so no shard of another is called the same. */
export const shardName = (tenant: string, shard: number): string => `${tenant}/${shard}`;

/** Orders texts by code points, as SQLite and the engine do. */
export function byCodePoint(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return (a.codePointAt(at) ?? -1) - (b.codePointAt(at) ?? -1);
}

/** The shard of an id: each but the first begins with a bound. */
export function shardOf(bounds: readonly string[], id: string): number {
  let [from, to] = [0, bounds.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (byCodePoint(bounds[middle] ?? "", id) <= 0) from = middle + 1;
    else to = middle;
  }
  return from;
}

export function faultOfBounds(bounds: unknown, rest: object, most: number): Fault | undefined {
  const fault = (pointer: string, detail: string) => ({ code: "body_invalid", detail, pointer });
  const [other] = Object.keys(rest);
  if (other !== undefined) return fault(`/${other}`, "there is no such member");
  if (!Array.isArray(bounds)) return fault("/bounds", "the first id of every shard but the first is needed, as a list");
  if (bounds.length >= most) return fault("/bounds", `at most ${most} shards`);
  for (const [at, bound] of (bounds as unknown[]).entries()) {
    if (typeof bound !== "string" || bound === "") return fault(`/bounds/${at}`, "a bound is an id");
    if (at > 0 && byCodePoint(bounds[at - 1] as string, bound) >= 0) return fault(`/bounds/${at}`, "bounds stand in the order of their code points");
  }
  return undefined;
}
