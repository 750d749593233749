// The calls that a CRM makes in its first minutes, in each of the five systems: the functions of the module that they enter are its core, and all others come in a part of
// their own when a call first needs one (`xtask/src/defer.rs`). What stands here decides about bytes and milliseconds at the start, and about nothing else.
// Usage: node first-calls.mjs FACADE MARKED ENTERED (writes the numbers of the functions that were entered)
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { World } from "../world.mjs";
import { world } from "../worlds.mjs";

const [facade, marked, entered] = process.argv.slice(2);
const MARK = "entered_";
const NOW = Date.UTC(2026, 2, 11, 15);
const DAY = 86_400_000;
const LEADS = 300;

// The glue keeps its instance to itself.
const instances = [];
const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...given) => {
  const made = await instantiate(...given);
  instances.push(made);
  return made;
};

const { createEngine, EvenhandError } = await import(pathToFileURL(join(facade, "node.js")).href);
const engine = await createEngine({ wasm: new WebAssembly.Module(readFileSync(marked)) });

/** What a getter gives was asked for; that is all. */
const seen = () => undefined;

/** A value for a field of the lead with this number: of each type more than one, and none now and then. */
function value(nth, { type, choices }, { users, units }) {
  const turn = (list, step = 1) => list[Math.floor(nth / step) % list.length];
  const any = {
    text: () => `${["Lead", "ZOË", "o’Neil"][nth % 3]} ${nth % 97}`,
    number: () => 1000 * (nth % 61) + (nth % 4) / 4,
    choice: () => turn(choices ?? ["Denver", "Galway", "Pune"]),
    boolean: () => nth % 2 === 0,
    date: () => new Date(NOW - (nth % 90) * DAY).toISOString().slice(0, 10),
    datetime: () => NOW - (nth % 800) * 3_600_000,
    user: () => turn(users),
    unit: () => turn(units, 2),
    units: () => [turn(units)],
    tags: () => [turn(users, 3), "vip"].slice(nth % 2),
  };
  return nth % 11 === 5 ? null : any[type]();
}

function leadsOf({ fields, lead, users, org, pools }) {
  const people = { users: users.map(({ id }) => id), units: org.map(({ id }) => id) };
  const cell = (nth, key, field) => {
    if (key === lead.run) return null;
    if (key === lead.owner && nth % 3 === 0) return null;
    return key === lead.pool ? pools[nth % pools.length].id : value(nth, field, people);
  };
  return Array.from({ length: LEADS }, (_, nth) => ({ ...Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, cell(nth, key, field)])), [lead.id]: `L-${nth}`, [lead.version]: 1 }));
}

/** Enough for all that grows, with texts of their own, and with dates and numbers as texts in part, as they are in files. */
function manyOf(config) {
  const written = (value, { type }) => (value === null || !["datetime", "number"].includes(type) ? value : type === "number" ? String(value) : new Date(value).toISOString());
  const apart = (value, { type }, turn) => (type === "text" && value !== null ? `${value}, ${turn}` : value);
  return Array.from({ length: 20 }, () => leadsOf(config)).flatMap((leads, turn) =>
    leads.map((lead) => ({ ...Object.fromEntries(Object.entries(lead).map(([key, value]) => [key, apart(turn % 2 === 0 ? value : written(value, config.fields[key]), config.fields[key], turn)])), [config.lead.id]: `${turn}-${lead[config.lead.id]}` })),
  );
}

/** Conditions as a person builds them: of each type of field the usual ones. */
const CONDITIONS = {
  text: [["contains", "ead 1"], ["beginsWith", "Lead"], ["=", "Lead 7"], ["!=", "x"], ["null"], ["notEmpty"]],
  number: [["=", 5000], ["<", 9000], [">=", 1], ["between", [1, 20_000]], ["notNull"]],
  choice: [["=", "Denver"], ["!=", "Galway"], ["in", ["Denver", "Pune"]], ["notIn", ["Galway"]], ["null"]],
  boolean: [["=", true]],
  date: [["<", { relative: "startOfWeek" }], [">=", "2026-02-01"], ["between", ["2026-01-01", "2026-02-01"]]],
  datetime: [["<", { relative: "startOfDay", offset: -14, unit: "day" }], [">=", { relative: "startOfMonth" }], ["notNull"]],
  user: [["=", { actor: "id" }], ["in", { actor: "team" }], ["in", ["ana", "ben"]], ["notIn", ["ana"]], ["!=", "ana"], ["where", { rules: [{ field: "active", operator: "=", value: false }] }], ["null"], ["notNull"]],
  unit: [["under", "floor"], ["null"]],
  units: [["notEmpty"]],
  tags: [["contains", "vip"], ["in", ["vip"]], ["empty"]],
};

function look(workspace, leads, config, viewer) {
  const ask = (query) => {
    const found = leads.select(query, viewer);
    seen(found.count);
    return found;
  };
  for (const { id, sort } of config.lists) {
    const found = ask({ list: id });
    const sorted = sort ? found.sort(sort) : found;
    sorted.rows(0, 50);
    sorted.ids(0, 10);
  }
  for (const [field, { type }] of Object.entries(config.fields)) {
    for (const [operator, value] of CONDITIONS[type]) {
      try {
        const filter = workspace.filter({ combinator: "and", rules: [{ field, operator, value }] }, { incomplete: "skip", actor: viewer.actor });
        seen(filter.describe(), filter.warnings, filter.fields);
        ask(filter);
      } catch {
        // Not every unit and choice is there in each system; what is said then is needed too.
      }
    }
    ask(null).sort([{ field, descending: true }]).rows(0, 20, [field]);
  }
  ask({ combinator: "or", not: true, rules: [{ field: config.lead.owner, operator: "null" }, { combinator: "and", rules: [] }] }).and(ask(null)).countBy(config.lead.owner);
  leads.get("L-1", viewer);
}

/** A plan, what is shown of it, what is posted, and its changes in the table. */
function perform(workspace, leads, command, context) {
  const plan = workspace.plan(leads, command, context);
  seen(plan.refused, plan.assignees, plan.droppedCount, plan.warnings, plan.state, plan.reads, plan.notifications, plan.split, plan.outcome);
  plan.preview(0, 50);
  plan.changes(0, 50);
  plan.dropped(0, 50);
  plan.byAssignee();
  leads.apply(plan.encode());
  return plan.count;
}

const SYSTEMS = {
  lender: ["nora", [
    { type: "assign", leads: { ids: ["L-1", "L-2"] }, to: "amara" },
    { type: "assign", leads: { ids: ["L-3"] }, slot: "loan_officer", to: "hugo" },
    { type: "unassign", leads: { ids: ["L-4"] } },
  ]],
  partners: ["marta", [{ type: "assign", leads: { ids: ["L-0"] }, to: "kit" }]],
  pools: ["ruth", [{ type: "split", leads: { list: "fresh" }, split: { to: ["ana", "bram", { user: "chidi", weight: 2 }, { user: "dana", cap: 5 }] } }]],
  realty: ["ilse", [{ type: "assign", leads: { ids: ["L-0"] }, to: "gaby" }]],
  lists: ["delphine", [
    { type: "mass_edit", leads: { list: "renewals" }, split: { to: ["abel", "cleo", { user: "devi", weight: 0.5 }] }, set: { status: "In review", tags: { add: ["vip"] } }, note: { type: "Call", text: "Twice." } },
    { type: "mass_edit", leads: { filter: { combinator: "and", rules: [{ field: "status", operator: "=", value: "Open" }] } }, set: { hardship: true } },
  ]],
};

for (const [system, [actor, commands]] of Object.entries(SYSTEMS)) {
  const { default: config } = await import(pathToFileURL(join(facade, "presets", `${system}.js`)).href);
  const workspace = engine.workspace(config);
  const rows = leadsOf(config);
  workspace.load(manyOf(config)).free();
  const leads = workspace.load(new TextEncoder().encode(JSON.stringify(rows)));
  const context = { actor, now: NOW };
  look(workspace, leads, config, context);
  for (const verb of ["lead.view", "lead.edit", "lead.reassign", "lead.mass", "list.use"]) {
    workspace.can({ ...context, do: verb, lead: rows[1] });
    workspace.can({ ...context, do: verb, lead: "L-1", leads });
    workspace.can({ ...context, do: verb, lead: "any" });
  }
  for (const verb of ["list.view", "list.use", "list.edit"]) for (const { id } of config.lists) workspace.can({ ...context, do: verb, list: id });
  for (const verb of ["group.view", "group.trigger", "group.edit"]) for (const { id } of config.groups ?? []) workspace.can({ ...context, do: verb, group: id });
  workspace.can({ ...context, do: "lead.export", lead: "any" });
  for (const { id } of config.users) for (const verb of ["plan.undo", "list.edit", "group.edit", "rule.edit"]) workspace.can({ actor: id, now: NOW, do: verb });
  for (const verb of ["rule.view", "rule.edit"]) for (const { id } of config.rules ?? []) workspace.can({ ...context, do: verb, rule: id });
  workspace.receivers(leads, { ...context, lead: "L-1" });
  workspace.fields(actor);
  seen(workspace.digest, engine.memory());
  seen(leads.size, leads.problems, leads.problemCount, leads.columns, leads.bytes, leads.revision);
  const changed = commands.map((command) => perform(workspace, leads, command, context));
  if (changed.every((count) => count === 0)) throw new Error(`nothing changed in the system of ${system}`);
}

// Files, whole and in pieces, and rows enough for all that grows.
{
  const { default: config } = await import(pathToFileURL(join(facade, "presets", "lists.js")).href);
  const workspace = engine.workspace(config);
  const rows = manyOf(config);
  const fields = Object.keys(config.fields);
  const cell = (value) => (value === null ? "" : `"${[value].flat().join(";").replaceAll('"', '""')}"`);
  const csv = [fields.join(), ...rows.map((row) => fields.map((field) => cell(row[field])).join())].join("\n");
  for (const [data, format] of [[rows, "rows"], [JSON.stringify(rows), "json"], [csv, "csv"]]) {
    workspace.load(data, { format }).free();
    const loader = workspace.loader({ format });
    for (let at = 0; at < data.length; at += data.length / 3) loader.push(data.slice(at, at + data.length / 3));
    const leads = loader.finish();
    look(workspace, leads, config, { actor: "delphine", now: NOW });
    leads.free();
  }
}

// And what else is looked at in organisations of chance: their answers do not matter here.
const presets = await import(pathToFileURL(join(facade, "presets.js")).href);
const LOOKS = ["load", "select", "rows", "countBy", "can", "receivers", "filter", "scope"];
for (let seed = 0; seed < 40; seed += 1) {
  const { steps, ...given } = world(seed, Object.values(presets));
  const organisation = new World(engine, given);
  for (const step of steps.filter(({ call }) => LOOKS.includes(call))) {
    try {
      organisation.step(step);
    } catch (error) {
      if (!(error instanceof EvenhandError)) throw error;
    }
  }
}

// The least that there is: without versions, zone or rights.
const least = engine.workspace({ version: 1, fields: { id: { type: "text" }, owner: { type: "user" } }, lead: { id: "id", owner: "owner" }, users: [{ id: "ada" }] });
least.load([{ id: "1", owner: "ada" }, { id: "2", owner: "nobody" }]).select(null, { actor: null }).rows();

const found = new Set();
for (const { exports } of instances) {
  for (const [name, global] of Object.entries(exports)) if (name.startsWith(MARK) && global.value === 1) found.add(Number(name.slice(MARK.length)));
}
if (found.size === 0) throw new Error("no function was entered");
writeFileSync(entered, `${[...found].sort((a, b) => a - b).join("\n")}\n`);
