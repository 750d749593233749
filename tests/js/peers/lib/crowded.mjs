// Worlds in which much is asked for: lists, loads, profiles that act on many leads, and a command of each type.
import { readFileSync } from "node:fs";
import { STATUSES, condition, config, query, world } from "./world.mjs";

/** A world with lists, a load to count, and profiles that act on many. */
export function crowded(seed) {
  const here = world(seed, { leads: 24 });
  for (const { grants } of here.profiles) {
    for (const grant of grants) if (grant.do.includes("lead.edit") || grant.do.includes("lead.view")) grant.do = [...grant.do, "lead.mass"];
    grants.push({ do: ["list.view", "list.use", "rule.run", "plan.undo"], scope: "all" });
  }
  here.profiles.push({ id: "host", grants: [{ do: ["lead.view", "lead.edit", "lead.mass", "lead.give", "lead.release"], scope: "all" }] });
  here.users.push({ id: "host", unit: null, profiles: ["host"], active: true });
  here.leads.forEach((lead, at) => Object.assign(lead, { version: at % 3, note: null }));
  const more = {
    lifecycle: { onDeactivate: { status: "won" }, open: { rules: [{ field: "status", operator: "!=", value: "won" }] } },
    lists: [{ id: "high", name: "High", owner: "host", query: { rules: [{ field: "score", operator: ">=", value: 4 }] }, sort: [{ field: "score" }], sharedWith: { everyone: true } }],
  };
  more.rules = [{ id: "high", when: more.lists[0].query, to: { user: here.users[0].id } }, { id: "rest", overwriteOwner: true, to: { user: here.users[1].id } }];
  const made = config(here, more);
  made.users.forEach((user) => { user.tags = ["all"]; });
  return { here, made };
}

/** Open leads of each person, as the host counts them. */
export const loads = (users) => Object.fromEntries(users.map(({ id }, at) => [id, at % 4]));

/** The types of all commands but `undo`, which needs a plan to take back. */
export const KINDS = JSON.parse(readFileSync(new URL("../../../commands.json", import.meta.url), "utf8")).filter((kind) => kind !== "undo");

/** A command of each type, at random. */
export function commands({ random, users, leads, units }) {
  const ids = () => {
    const list = random.some(leads, 3).map(({ id }) => id);
    return random.once(3) ? [...list, "nothing"] : list.length > 0 ? list : ["lead0"];
  };
  const id = () => random.one(leads).id;
  const user = () => random.one(users).id;
  const filter = () => query(condition(random));
  const where = () => random.one([() => ({ ids: ids() }), () => ({ filter: filter() }), () => ({ list: "high" })])();
  return [
    () => ({ type: "assign", leads: { ids: ids() }, to: user() }),
    () => ({ type: "assign", leads: where(), slots: { owner: user(), lo: user() }, note: "moved" }),
    () => { const list = ids(); return { type: "assign", leads: { ids: list, seen: list.map(() => random.below(3)) }, to: user() }; },
    () => ({ type: "unassign", leads: where() }),
    () => ({ type: "split", leads: where(), split: { to: [user(), user(), user()].filter((one, at, all) => all.indexOf(one) === at), even: random.one(["dealt", "total"]), keep: random.once(2) } }),
    () => ({ type: "split", leads: where(), split: { to: [user()], together: ["status"] } }),
    () => ({ type: "rebalance", users: [...new Set([user(), user()])] }),
    () => ({ type: "reclaim", from: [user()], slot: random.one(["owner", "lo", "all"]) }),
    () => ({ type: "mass_edit", leads: where(), set: { status: random.one(STATUSES) }, note: { type: "call", text: "called" } }),
    () => ({ type: "mass_edit", leads: where(), units: { add: [random.one(units).id], remove: [random.one(units).id] } }),
    () => ({ type: "mass_edit", leads: where(), split: { to: { tags: ["all"] } } }),
    () => ({ type: "deactivate", leads: where() }),
    () => ({ type: "resend_notification", lead: id() }),
    () => ({ type: "claim_from_pool", lead: id() }),
    () => ({ type: "transfer", lead: id(), unit: random.one(units).id, user: user() }),
    () => ({ type: "route", leads: where() }),
  ].map((make) => make());
}
