import type * as Contract from "../evenhand.js";
import { Known } from "./can.js";
import { fault } from "./errors.js";
import { Filter } from "./filter.js";
import type { bound } from "./glue.js";
import { Handle, inner, wrong } from "./handle.js";
import { asked, json, jsonText, told } from "./input.js";
import type { Instance } from "./instance.js";
import { LeadTable, Loader } from "./leads.js";
import { Plan, planInput } from "./plan.js";
import { Selection } from "./selection.js";
import { Simulation } from "./simulation.js";
import { encode, encodeInto } from "./text.js";
import { hinted, zonesOf } from "./zones-named.js";

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Keys of a command that narrow it. */
const NARROWS = /^(leads|ids|filter|list|all|seen|runs|limit|pool|slot|split|cap|to|user)$/;

/** Keys below which there are more of them. */
const NESTED: readonly string[] = ["leads", "split", "to", "users"];

/** What was looked up and not found must not widen a command: a key that narrows it has a value where it is there. */
function narrowed(command: unknown, path = ""): void {
  if (!isObject(command)) return;
  const list = Array.isArray(command);
  for (const key of Object.keys(command)) {
    const value = (command as Record<string, unknown>)[key];
    if (value === undefined && NARROWS.test(key)) throw fault("command_invalid", `\`${key}\` is undefined`, { path: `${path}/${key}`, hint: "leave the key out, or give it a value" });
    if (isObject(value) && (list || NESTED.includes(key))) narrowed(value, `${path}/${key}`);
  }
}

/** The same of a question. */
function defined(question: object, keys: readonly string[]): void {
  for (const key of keys)
    if (key in question && (question as Record<string, unknown>)[key] === undefined)
      throw fault("question_invalid", `\`${key}\` is undefined`, { path: `/${key}`, hint: key === "to" ? "`null` is nobody; leave the key out to ask about no receiver in particular" : "leave the key out, or give it a value" });
}

/** Bytes that the module has set aside for a command and its context. */
const SHORT = 3072;

/** A context as the module takes it: what of it is bytes goes beside the text. */
function contextInput(context: Contract.PlanContext): [context: Uint8Array, beside: Uint8Array[]] {
  const [text, beside] = contextParts(context);
  return [json(text), beside];
}

function contextParts(context: Contract.PlanContext): [text: unknown, beside: Uint8Array[]] {
  const beside: Uint8Array[] = [];
  if (!isObject(context)) return [context, beside];
  const text: Record<string, unknown> = { ...context };
  if (isObject(context.plans)) {
    const data = new Map<string, unknown>();
    for (const [id, plan] of Object.entries(context.plans)) {
      const given = planInput(plan);
      if (given instanceof Uint8Array) beside.push(json(id), given);
      else data.set(id, plan);
    }
    text.plans = Object.fromEntries(data);
  }
  if (isObject(context.settlement)) {
    const { bytes, ...shard } = context.settlement;
    if (bytes instanceof Uint8Array) beside.push(json(null), bytes);
    text.settlement = shard;
  }
  return [text, beside];
}

export class Workspace extends Handle<bound.Workspace> implements Contract.Workspace {
  /** Zones whose tables were added and are no part of the configuration as it was given. */
  readonly #zones: string[];
  readonly #source: Contract.TimeZones;
  readonly #known: Known;
  /** Where short texts are written; empty once the module's memory grew. */
  #short: Uint8Array = new Uint8Array();

  constructor(instance: Instance, made: bound.Workspace, zones: string[], source: Contract.TimeZones) {
    super(instance, made, "workspace");
    this.#zones = zones;
    this.#source = source;
    this.#known = new Known(instance, made, (run) => this.call(run));
  }

  get config(): Contract.WorkspaceConfig {
    const config: Contract.WorkspaceConfig = this.call((workspace) => workspace.config());
    if (this.#zones.length === 0) return config;
    for (const key of ["zones", "zoneVersions"] as const) {
      const added = config[key];
      if (added === undefined) continue;
      for (const zone of this.#zones) delete added[zone];
      if (Object.keys(added).length === 0) delete config[key];
    }
    return config;
  }

  get digest(): string {
    return this.call((workspace) => workspace.digest());
  }

  zones(): Record<string, Contract.ZoneTable> {
    return this.call((workspace) => workspace.zones());
  }

  /** Tables for the zones that a patch names and this workspace has none for. */
  #zonesOf(patch: Contract.ConfigPatch | undefined) {
    return zonesOf(patch, () => this.zones(), () => this.call((workspace) => workspace.config()).zones ?? {}, this.#source);
  }

  update(patch: Contract.ConfigPatch): void {
    const names = this.#zonesOf(patch);
    const [input, tables] = [told(patch), json(names)];
    hinted(() => this.call((workspace) => workspace.update(input, tables)));
    this.#known.clear();
    this.#zones.push(...Object.keys(names.zones));
  }

  load(data: readonly object[] | Uint8Array | ArrayBuffer | string, options: Contract.LoadOptions = {}): Contract.LeadTable {
    return Loader.open(this.instance, options, (input, memory) => this.call((workspace) => workspace.loader(input, memory))).all(data);
  }

  loader(options: Contract.LoadOptions = {}): Contract.Loader {
    return Loader.open(this.instance, options, (input, memory) => this.call((workspace) => workspace.loader(input, memory)));
  }

  filter(query: Contract.QueryInput, options?: Parameters<Contract.Workspace["filter"]>[1]): Contract.Filter {
    const [input, how] = [json(query), json(options)];
    return new Filter(this.instance, this.call((workspace) => workspace.filter(input, how)));
  }

  can(question: Contract.PermissionQuestion): Contract.Decision {
    const known = this.#known.can(question);
    if (known !== undefined) return known;
    const { leads, ...rest }: { leads?: Contract.LeadTable | null | undefined; lead?: unknown } = question ?? {};
    defined(rest, ["to", "slot", "unit", "list", "group", "rule", "user"]);
    // A lead that was looked up and not found is no lead, and a table that is not there is not "any".
    if ("lead" in rest && rest.lead === undefined) rest.lead = null;
    if (/^(string|number)$/.test(typeof rest.lead) && (leads === null || (leads === undefined && "leads" in question))) throw fault("question_invalid", "`leads` is undefined", { path: "/leads", hint: "a lead that is named by its id is looked up in `leads`" });
    const input = json(question === undefined || question === null ? question : rest);
    if (leads === undefined || leads === null) return this.call((workspace) => workspace.can(input));
    const table = this.#table(leads);
    return this.call((workspace) => workspace.canIn(input, table));
  }

  readable(query: Parameters<Contract.Workspace["readable"]>[0], options: Parameters<Contract.Workspace["readable"]>[1]): Contract.Filter {
    const [input, who] = [json(asked(query)), json(options)];
    return new Filter(this.instance, this.call((workspace) => workspace.readable(input, who)));
  }

  fields(actor: Contract.Id | null): { field: string; editable: boolean }[] {
    // Whoever was looked up and not found is not the host.
    const who = json(actor === undefined ? "" : actor);
    return this.call((workspace) => workspace.fields(who));
  }

  scope(actor: Contract.Id, verb: Contract.Verb): Contract.Filter {
    const [who, what] = [json(actor), json(verb)];
    return new Filter(this.instance, this.call((workspace) => workspace.scope(who, what)));
  }

  receivers(leads: Contract.LeadTable, question: Parameters<Contract.Workspace["receivers"]>[1]): (Contract.Decision & { user: string })[] {
    defined(question ?? {}, ["slot"]);
    const [table, input] = [this.#table(leads), json(question)];
    return this.call((workspace) => workspace.receivers(table, input));
  }

  fold(field: string, text: string): string {
    const [name, written] = [json(field), json(text)];
    return this.call((workspace) => workspace.fold(name, written));
  }

  members(members: Contract.Members): string[] {
    const input = told(members);
    return this.call((workspace) => workspace.members(input));
  }

  plan(leads: Contract.LeadTable, command: Contract.Command, context: Contract.PlanContext): Contract.Plan {
    const table = this.#table(leads);
    narrowed(command);
    const [parts, plans] = contextParts(context);
    const given = jsonText(parts);
    const ref: unknown = typeof command === "object" && command !== null && "leads" in command ? command.leads : undefined;
    if (typeof ref === "object" && ref !== null && "selection" in ref && ref.selection instanceof Selection) {
      const picked = inner(ref.selection, this.instance, "selection");
      const [rest, input] = [json({ ...command, leads: { ...ref, selection: true } }), encode(given)];
      return new Plan(this.instance, this.call((workspace) => workspace.planPicked(table, rest, picked, input, plans)));
    }
    const text = jsonText(command);
    // A letter is written in at most three bytes.
    if ((text.length + given.length) * 3 <= SHORT && plans.length === 0) {
      if (this.#short.length === 0) this.#short = this.call((workspace) => this.instance.view(workspace.place(), SHORT));
      const both = encodeInto(text + given, this.#short);
      // Only letters of one byte each tell by their number where the context begins.
      const first = both === text.length + given.length ? text.length : encode(text).length;
      const second = both - first;
      return new Plan(this.instance, this.call((workspace) => workspace.planShort(table, first, second)));
    }
    const [written, input] = [encode(text), encode(given)];
    return new Plan(this.instance, this.call((workspace) => workspace.plan(table, written, input, plans)));
  }

  needs(of: Parameters<Contract.Workspace["needs"]>[0], context: Parameters<Contract.Workspace["needs"]>[1]): Contract.Needs {
    const [given, plans] = contextInput(context);
    const input = planInput(of);
    // Only a plan, or its header, names the command that it came from.
    const posted = isObject(of) && "command" in of;
    if (!posted) narrowed(of);
    const needs = this.call((workspace) =>
      input instanceof Uint8Array ? workspace.needsBytes(input, given, plans) : posted ? workspace.needsData(input.json, given, plans) : workspace.needs(input.json, given, plans),
    );
    return this.instance.call(() => {
      const answer = needs.answer() as Contract.Needs;
      const filter = needs.takeFilter();
      needs.free();
      return filter === undefined ? answer : { ...answer, leads: { filter: new Filter(this.instance, filter) } };
    });
  }

  verify(leads: Contract.LeadTable, plan: Contract.PlanData | Uint8Array, context: Contract.VerifyContext): Contract.Verdict {
    const table = this.#table(leads);
    const [input, plans] = contextInput(context);
    const posted = planInput(plan);
    const verdict = this.call((workspace) =>
      posted instanceof Uint8Array ? workspace.verifyBytes(table, posted, input, plans) : workspace.verifyData(table, posted.json, input, plans),
    );
    return this.instance.call(() => {
      const holds = verdict.takePlan();
      const problems = verdict.problems();
      verdict.free();
      return holds === undefined ? { ok: false, problems } : { ok: true, plan: new Plan(this.instance, holds), problems: [] };
    });
  }

  undo(leads: Contract.LeadTable, plan: Contract.PlanData | Uint8Array, context: Contract.PlanContext): Contract.Plan {
    const table = this.#table(leads);
    const [input] = contextInput(context);
    const original = planInput(plan);
    const back = this.call((workspace) =>
      original instanceof Uint8Array ? workspace.undoBytes(table, original, input) : workspace.undoData(table, original.json, input),
    );
    return new Plan(this.instance, back);
  }

  explain(leads: Contract.LeadTable, leadId: Contract.Id, context: Contract.PlanContext, options?: { assume?: Contract.Assumption; instead?: Contract.Id }): Contract.RoutingTrace {
    const table = this.#table(leads);
    const [id, [given], input] = [json(leadId), contextInput(context), json(options ?? {})];
    return this.call((workspace) => workspace.explain(table, id, given, input)) as Contract.RoutingTrace;
  }

  forecast(groupId: Contract.Id, n: number, context: Contract.PlanContext): string[] {
    const [id, [given]] = [json(groupId), contextInput(context)];
    return this.call((workspace) => workspace.forecast(id, n, given)) as string[];
  }

  simulate(leads: Contract.LeadTable, what: { draft?: Contract.ConfigPatch; leads?: Contract.LeadsRef } | null, context: Contract.PlanContext): Contract.Simulation {
    const table = this.#table(leads);
    narrowed({ leads: null, ...asked(what) });
    const draft = what?.draft;
    const names = this.#zonesOf(draft);
    const ref: unknown = what?.leads;
    const selected = isObject(ref) && "selection" in ref && ref.selection instanceof Selection ? { ids: ref.selection.ids() } : ref;
    const [input, tables, [given]] = [told(ref === undefined ? what : { ...what, leads: selected }), json(names), contextInput(context)];
    return new Simulation(
      this.instance,
      hinted(() => this.call((workspace) => workspace.simulate(table, input, tables, given))),
    );
  }

  tally(leads: Contract.LeadTable, command: Contract.Command, context: Contract.PlanContext): Uint8Array {
    const table = this.#table(leads);
    narrowed(command);
    const [text, [given]] = [json(command), contextInput(context)];
    return this.call((workspace) => workspace.tally(table, text, given));
  }

  settle(tallies: Uint8Array[], command: Contract.Command, context: Contract.PlanContext): Uint8Array {
    narrowed(command);
    const [text, [given]] = [json(command), contextInput(context)];
    return this.call((workspace) => workspace.settle(tallies, text, given));
  }

  override free(): void {
    this.#known.clear();
    super.free();
  }

  #table(leads: Contract.LeadTable): bound.LeadTable {
    this.check();
    return leads instanceof LeadTable ? inner(leads, this.instance, "table") : wrong("`leads`", "a table that this workspace loaded");
  }
}
