// Worlds in which much is asked for: lists, loads, profiles that act on many leads, and a command of each type.
import { COMMANDS } from "../../commands.mjs";
import { STATUSES, condition, config, query, world } from "./world.mjs";

/** A world with lists, a load to count, and profiles that act on many. */
export function crowded(seed) {
  const here = world(seed, { leads: 24 });
  for (const { grants } of here.profiles) {
    for (const grant of grants) if (grant.do.includes("lead.edit") || grant.do.includes("lead.view")) grant.do = [...grant.do, "lead.mass"];
    grants.push({ do: ["list.view", "list.use", "rule.run", "plan.undo", "group.trigger", "group.cancel"], scope: "all" });
  }
  here.profiles.push({ id: "host", grants: [{ do: ["lead.view", "lead.edit", "lead.mass", "lead.give", "lead.release"], scope: "all" }] });
  here.users.push({ id: "host", unit: null, profiles: ["host"], active: true });
  here.leads.forEach((lead, at) => Object.assign(lead, { version: at % 3, note: null }));
  const more = {
    lifecycle: { onDeactivate: { status: "won" }, open: { rules: [{ field: "status", operator: "!=", value: "won" }] } },
    lists: [{ id: "high", name: "High", owner: "host", query: { rules: [{ field: "score", operator: ">=", value: 4 }] }, sort: [{ field: "score" }], sharedWith: { everyone: true } }],
  };
  more.rules = [{ id: "high", when: more.lists[0].query, to: { user: here.users[0].id } }, { id: "rest", overwriteOwner: true, to: { user: here.users[1].id } }];
  const members = { users: here.users.map(({ id }) => id) };
  more.groups = [
    { id: "turns", name: "Turns", members, method: { type: "round_robin" }, onNobody: [{ to: "hold" }] },
    { id: "asks", name: "Asks", members, method: { type: "sequential_offer", minutes: 5 } },
    { id: "cast", name: "Cast", members, method: { type: "broadcast_offer", minutes: 5 } },
  ];
  const made = config(here, more);
  made.users.forEach((user) => { user.tags = ["all"]; });
  Object.assign(made.fields, { run: { type: "text" } });
  made.lead.run = "run";
  here.leads.forEach((lead, at) => { lead.run = at < RUNS ? `run${at}` : null; });
  here.state = runs(here);
  return { here, made };
}

const RUNS = 6;

/** The state of the first leads, which are offered: each to one person, the last to all; the window of the fifth is over. */
function runs({ users }) {
  const now = Date.parse("2026-03-02T09:00:00Z");
  const state = {};
  for (let at = 0; at < RUNS; at += 1) {
    const [all, expiresAt] = [at === RUNS - 1, at === 4 ? now : now + 60_000];
    const offeredTo = all ? users.map(({ id }) => id) : [users[at].id];
    const run = { format: 1, lead: `lead${at}`, slot: "owner", group: all ? "cast" : "asks", kind: all ? "broadcast" : "sequential", status: "offered" };
    const value = { ...run, number: at, pass: 1, passFrom: 0, roster: all ? [] : users.map(({ id }) => id), offeredTo, history: [], startedAt: now - 60_000, expiresAt, opened: { at: now - 60_000, window: 0 } };
    state[`run/run${at}`] = { version: 1, value };
    state[`due/${(BigInt(expiresAt) ^ (1n << 63n)).toString(16)}/run${at}.0`] = { version: 1, value: { format: 1 } };
    if (!all) state[`user/${users[at].id}`] = { version: 1, value: { format: 1, offers: [{ run: `run${at}`, group: "asks" }] } };
  }
  state["group/cast"] = { version: 1, value: { format: 1, audience: users.map(({ id }) => id) } };
  return state;
}

/** Whether somebody is offered a lead that they need not see to hear of. */
export const isOffered = ({ state }, actor, { type, run }) => ["claim", "decline"].includes(type) && state[`run/${run}`].value.offeredTo.includes(actor);

/** What a plan reads of the state, asked until nothing new is named; `all` is what the host has. */
export function needed(workspace, command, context, all) {
  const asked = new Set();
  for (let state = {}; ; ) {
    const needs = workspace.needs(command, { ...context, state });
    const { keys, prefixes } = needs.state;
    const before = asked.size;
    for (const name of [...keys, ...prefixes]) asked.add(name);
    if (asked.size === before) return { needs, state };
    needs.leads.filter?.free();
    const found = Object.entries(all).filter(([key]) => keys.includes(key) || prefixes.some((prefix) => key.startsWith(prefix)));
    state = { ...Object.fromEntries(keys.map((key) => [key, null])), ...Object.fromEntries(found) };
  }
}

/** Open leads of each person, as the host counts them. */
export const loads = (users) => Object.fromEntries(users.map(({ id }, at) => [id, at % 4]));

/** The types of all commands but `undo`, which needs a plan to take back. */
export const KINDS = COMMANDS.filter((kind) => kind !== "undo");

/** A command of each type, at random. */
export function commands({ random, users, leads, units }) {
  const ids = () => {
    const list = random.some(leads, 3).map(({ id }) => id);
    return random.once(3) ? [...list, "nothing"] : list.length > 0 ? list : ["lead0"];
  };
  const id = () => random.one(leads).id;
  const user = () => random.one(users).id;
  const filter = () => query(condition(random));
  const run = () => `run${random.once(2) ? RUNS - 1 : random.below(RUNS)}`;
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
    () => ({ type: "start_group", leads: where(), group: random.one(["turns", "asks", "cast"]) }),
    () => ({ type: "claim", run: run() }),
    () => ({ type: "decline", run: run() }),
    () => ({ type: "cancel_run", run: run(), ...(random.once(2) ? { to: user() } : {}) }),
    () => ({ type: "sweep", ...(random.once(3) ? { leads: where() } : {}) }),
  ].map((make) => make());
}
