// Which shard a lead lies in: ranges of ids, in the order in which one table would take its rows, so that a split over them gives each lead to whom
// one table's would.
import type { Env } from "../env.ts";
import { Refusal, type Fault } from "../problem.ts";
import type { Shard } from "./shard.ts";

/** A shard's object. A tenant has no slash in its name, so no shard of another is called the same. */
export const shardObject = ({ SHARD }: Env, tenant: string, shard: number): DurableObjectStub<Shard> => SHARD.get(SHARD.idFromName(`${tenant}/${shard}`));

/** All shards, by their places: one more than there are bounds. */
export const placesOf = (bounds: readonly string[]): number[] => Array.from({ length: bounds.length + 1 }, (_, place) => place);

export const notSpread = () => new Refusal(404, "tenant_unknown", { detail: "this tenant's leads are not spread over shards" });

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
