import type * as Contract from "../evenhand.js";
import type { bound } from "./glue.js";
import { json, jsonText } from "./input.js";
import { inner } from "./handle.js";
import type { Instance } from "./instance.js";
import { LeadTable } from "./leads.js";

/** About as many bytes are held at most; past it, all is let go. */
const MOST = 2 ** 22;
/** Bytes of one thing in a map. */
const ENTRY = 128;
/** Ways of one actor that are held: there are fewer verbs, but a host may pass on whatever it was sent. */
const VERBS = 32;
/** Longest text that is held, or goes over by itself. */
const LONGEST = 64;
/** Last millisecond of the year 9999. */
const LAST = 253402300799999;

/** A decision with its one reason. */
interface Answer {
  allowed: boolean;
  reason: Contract.Reason;
  /** What stands before the lead's id in its message, if that is in it. */
  prefix: string | undefined;
  /** What the module answers for a lead of a table, and the answer with the next such number. */
  outcome: number;
  next: Answer | undefined;
}
/** By the classes of the fields, one after the other. */
type Tree = (Tree | Answer | undefined)[];
type Lead = Record<string, unknown>;
type Ask = <T>(run: (workspace: bound.Workspace) => T) => T;

/** The values of a field that came up, numbered; lists by their text. */
interface Values {
  single: Map<unknown, number>;
  lists: Map<unknown, number>;
}

/** A field that decides. */
interface Field {
  name: string;
  values: Values;
  /** Where its key stood last time. */
  at: number;
  /** For each value the number of its class, counted from 1; 0 where it is not known yet. */
  places: Uint8Array;
  classes: number[];
}

type Found = { user: number; verb: number; id: string; fields: string[] | null };

/** How an actor's questions with one verb are answered, and the next verb's. */
interface Way {
  /** Undefined where every answer is left to the module. */
  user: number | undefined;
  verb: number;
  name: unknown;
  /** How many ways of this actor there are from here on. */
  nth: number;
  id: string;
  /** Null where it takes more than one field at a time to decide. */
  fields: Field[] | null;
  tree: Tree;
  /** Where the key of the id stood last time. */
  at: number;
  /** The answers for leads of tables. */
  rows: Answer | undefined;
  next: Way | undefined;
}

declare global {
  interface String {
    isWellFormed?(): boolean;
  }
}

const hasOwn = Object.prototype.hasOwnProperty;
const short = (text: unknown): text is string => typeof text === "string" && text.length <= LONGEST;
/** Whether an id stands in a message as it is: in JSON, half a character becomes another one. */
const legible = (id: unknown): id is string | number =>
  typeof id === "string" ? id.length <= LONGEST && (id.isWellFormed?.() ?? !/\p{Surrogate}/u.test(id)) : Number.isSafeInteger(id);

/** A decision of the host's own. Written out, it is made in half the time. */
function fresh({ allowed, reason, prefix }: Answer, id: string | number): Contract.Decision {
  const { code, question, profile, grant, message } = reason;
  if (prefix !== undefined) return { allowed, reasons: [{ code, question: question!, message: `${prefix}${id}\`` }] };
  return { allowed, reasons: [profile === undefined ? { ...reason } : { code, question: question!, profile, grant: grant!, message }] };
}

function answer({ allowed, reasons }: Contract.Decision, id: unknown, outcome: number, next: Answer | undefined): Answer | undefined {
  const [reason] = reasons;
  if (reason === undefined || reasons.length > 1 || reason.data !== undefined) return undefined;
  const hidden = reason.code === "unknown_lead";
  if (hidden && !legible(id)) return undefined;
  return { allowed, reason: { ...reason }, prefix: hidden ? reason.message.slice(0, -1 - `${id}`.length) : undefined, outcome, next };
}

/**
 * Answers questions about leads of a kind that was asked about before.
 *
 * Nothing about a lead is remembered. For an actor and a verb the module names the fields that decide, and tells of each value that
 * comes up which class it is of; of all leads whose fields are of the same classes, one is asked about in full. All of it holds for one
 * revision of the configuration. Whatever is out of the ordinary is left to the module.
 */
export class Known {
  readonly #instance: Instance;
  readonly #made: bound.Workspace;
  readonly #ask: Ask;
  #ways = new Map<unknown, Way>();
  #values = new Map<string, Values>();
  #held = 0;
  /** Where the module reads the id of a lead. */
  #id: Uint8Array = new Uint8Array();
  /** How often all was forgotten: what a host's object does while it is read may change the configuration, or free it. */
  #cleared = 0;

  constructor(instance: Instance, made: bound.Workspace, ask: Ask) {
    this.#instance = instance;
    this.#made = made;
    this.#ask = ask;
  }

  /** Forgets everything. */
  clear(): void {
    this.#ways = new Map();
    this.#values = new Map();
    this.#held = 0;
    this.#id = new Uint8Array();
    this.#cleared++;
  }

  /** The answer, if there is nothing unusual about the question. */
  can(question: Contract.PermissionQuestion): Contract.Decision | undefined {
    if (typeof question !== "object" || question === null || !this.#instance.usable) return undefined;
    let actor: unknown, verb: unknown, lead: unknown, now: unknown, leads: unknown;
    for (const key in question) {
      if (!hasOwn.call(question, key)) return undefined;
      if (key === "actor") actor = question.actor;
      else if (key === "do") verb = question.do;
      else if (key === "lead") lead = question.lead;
      else if (key === "now") now = question.now;
      else if (key === "leads") leads = question.leads;
      else return undefined;
    }
    const table = leads instanceof LeadTable ? leads : undefined;
    // From here on nothing of the host's is run but what a lead's own properties do.
    if (now !== undefined && !(Number.isInteger(now) && (now as number) >= 0 && (now as number) <= LAST)) return undefined;
    let way = this.#ways.get(actor);
    while (way !== undefined && way.name !== verb) way = way.next;
    way ??= this.#way(actor, verb);
    if (way === undefined) return undefined;
    if (typeof lead === "string") return table && this.#row(way, actor, table, lead, now as number | undefined);
    return typeof lead === "object" && lead !== null && leads === undefined ? this.#object(way, actor, lead as Lead) : undefined;
  }

  #way(actor: unknown, verb: unknown): Way | undefined {
    if (!short(actor) || !short(verb)) return undefined;
    const [who, what] = [json(actor), json(verb)];
    const found = this.#ask((workspace) => workspace.way(who, what)) as Found | null;
    this.#hold((4 + 2 * (found?.fields?.length ?? 0)) * ENTRY);
    const field = (name: string): Field => {
      let values = this.#values.get(name);
      if (values === undefined) this.#values.set(name, (values = { single: new Map(), lists: new Map() }));
      return { name, values, at: 0, places: new Uint8Array(), classes: [] };
    };
    const { user, verb: number = 0, id = "", fields } = found ?? {};
    const last = this.#ways.get(actor);
    const next = last !== undefined && last.nth < VERBS ? last : undefined;
    const nth = (next?.nth ?? 0) + 1;
    const way = { user, verb: number, name: verb, nth, id, fields: fields?.map(field) ?? null, tree: [], at: 0, rows: undefined, next };
    this.#ways.set(actor, way);
    return way;
  }

  #row(way: Way, actor: unknown, leads: LeadTable, lead: string, now: number | undefined): Contract.Decision | undefined {
    const { length } = lead;
    const { user, verb, name } = way;
    if (user === undefined || length > LONGEST) return undefined;
    let id = this.#id;
    if (id.length === 0) id = this.#id = this.#ask((workspace) => this.#instance.view(workspace.place(), LONGEST));
    for (let nth = 0; nth < length; nth++) {
      const unit = lead.charCodeAt(nth);
      if (unit > 127) return undefined;
      id[nth] = unit;
    }
    const table = inner(leads, this.#instance, "table");
    // There is a way, so the workspace is not freed: that forgets all ways, and nothing of the host's ran since.
    // The engine was found usable above. A call by `call` takes a tenth longer.
    let found: number;
    try {
      found = this.#made.outcome(user, verb, now ?? NaN, table, length);
    } catch (thrown) {
      throw this.#instance.told(thrown);
    }
    let known = way.rows;
    while (known !== undefined && known.outcome !== found) known = known.next;
    if (known !== undefined) return fresh(known, lead);
    if (found < 0) return undefined;
    const input = json({ actor, do: name, lead, now });
    const decision: Contract.Decision = this.#ask((workspace) => workspace.canIn(input, table));
    this.#hold(ENTRY);
    way.rows = answer(decision, lead, found, way.rows) ?? way.rows;
    return decision;
  }

  #object(way: Way, actor: unknown, lead: Lead): Contract.Decision | undefined {
    const { fields } = way;
    if (fields === null) return undefined;
    const before = this.#cleared;
    // An object that throws, or changes the configuration, while it is read is left to the module.
    try {
      const prototype = Object.getPrototypeOf(lead);
      if ((prototype !== Object.prototype && prototype !== null) || Array.isArray(lead) || lead.toJSON !== undefined) return undefined;
      const keys = Object.keys(lead);
      let at = way.tree[0];
      for (let nth = 0; at !== undefined && nth < fields.length; nth++) {
        const field = fields[nth]!;
        if (keys[field.at] !== field.name && (field.at = keys.indexOf(field.name)) < 0) at = undefined;
        else {
          const value = lead[field.name];
          const { single, lists } = field.values;
          const code = typeof value === "object" && value !== null ? lists.get(JSON.stringify(value)) : single.get(value);
          at = code === undefined ? undefined : (at as Tree)[field.places[code] ?? 0];
        }
      }
      const found = at as Answer | undefined;
      const named = found?.prefix !== undefined && (keys[way.at] === way.id || keys[(way.at = keys.indexOf(way.id))] === way.id);
      const id = named ? lead[way.id] : 0;
      if (found !== undefined && (found.prefix === undefined || named) && legible(id)) return before === this.#cleared && this.#instance.usable ? fresh(found, id) : undefined;
      const picked: Lead = Object.create(null);
      for (const name of [way.id, ...fields.map(({ name }) => name)]) if (keys.includes(name)) picked[name] = lead[name];
      const copy: Lead = JSON.parse(jsonText({ lead: picked })).lead;
      return before === this.#cleared && Object.prototype.toString.call(lead) === "[object Object]" ? this.#learn(way, fields, actor, copy) : undefined;
    } catch {
      return undefined;
    }
  }

  /** Asks in full, about a copy of what decides: a lead that is another one at every look must teach nothing wrong. */
  #learn(way: Way, fields: Field[], actor: unknown, copy: Lead): Contract.Decision {
    const input = json({ actor, do: way.name, lead: copy });
    const { decision, classes } = this.#ask((workspace) => workspace.learn(input)) as { decision: Contract.Decision; classes: number[] | null };
    const kept = classes === null ? undefined : answer(decision, copy[way.id], 0, undefined);
    const values = fields.map(({ name }) => copy[name]);
    const texts = values.map((value) => (typeof value === "object" && value !== null ? JSON.stringify(value) : value));
    if (kept === undefined || fields.some(({ classes }) => classes.length > 254) || texts.some((text) => typeof text === "string" && !short(text))) return decision;
    let [tree, place] = [way.tree, 0];
    this.#hold(ENTRY * (1 + fields.length));
    for (const [nth, field] of fields.entries()) {
      const [text, own] = [texts[nth], classes![nth]!];
      const { single, lists } = field.values;
      const values = text === copy[field.name] ? single : lists;
      const code = values.get(text) ?? single.size + lists.size;
      if (!values.has(text)) this.#hold(ENTRY);
      values.set(text, code);
      if (code >= field.places.length) {
        const places = new Uint8Array(2 * code + 16);
        places.set(field.places);
        this.#hold(places.length);
        field.places = places;
      }
      if (!field.classes.includes(own)) field.classes.push(own);
      tree = (tree[place] ??= []) as Tree;
      place = field.places[code] = field.classes.indexOf(own) + 1;
    }
    tree[place] = kept;
    return decision;
  }

  /** Makes room for so many more. */
  #hold(more: number): void {
    if ((this.#held += more) <= MOST) return;
    this.clear();
    this.#held = more;
  }
}
