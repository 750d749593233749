// A link opens the same world, list, lead and actor.

export interface Place {
  world: string;
  /** Whether it lasts at the edge. */
  edge?: boolean;
  actor?: string;
  list?: string;
  pool?: string;
  lead?: string;
}

export function readPlace(hash: string): Place {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?");
  const params = new URLSearchParams(search);
  const get = (name: string) => params.get(name) ?? undefined;
  return { world: path || "lender", edge: get("at") === "edge", actor: get("as"), list: get("list"), pool: get("pool"), lead: get("lead") };
}

export function writePlace({ world, edge, actor, list, pool, lead }: Place): string {
  const params = new URLSearchParams();
  if (edge) params.set("at", "edge");
  if (actor) params.set("as", actor);
  if (list) params.set("list", list);
  if (pool) params.set("pool", pool);
  if (lead) params.set("lead", lead);
  const search = params.toString();
  return `#/${world}${search ? `?${search}` : ""}`;
}
