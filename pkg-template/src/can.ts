import type * as Contract from "../evenhand.js";
import type { bound } from "./glue.js";
import { json } from "./input.js";
import type { Instance } from "./instance.js";

/** Most values and answers that are held; past it, all are let go. */
const MOST = 2 ** 15;
/** Longest text that is held. */
const LONGEST = 64;
/** Last millisecond of the year 9999. */
const LAST = 253402300799999;

/** A decision with its one reason; `prefix` is what stands before the lead's id in its message, if that is in it. */
type Answer = { allowed: boolean; reason: Contract.Reason; prefix: string | undefined };
/** By the classes of the fields, one after the other. */
type Tree = (Tree | Answer | undefined)[];
type Lead = Record<string, unknown>;
type Ask = <T>(run: (workspace: bound.Workspace) => T) => T;

/** A field that decides. */
interface Field {
  name: string;
  /** Where its key stood last time. */
  at: number;
  /** The place in `classes` of each value that came up; of lists, by their text. */
  values: Map<unknown, number>;
  lists: Map<unknown, number>;
  classes: number[];
}

/** How an actor's questions with one verb are answered. */
interface Way {
  user: number;
  verb: number;
  id: string;
  /** Null where it takes more than one field at a time to decide. */
  fields: Field[] | null;
  tree: Tree;
}

const decoder = /* @__PURE__ */ new TextDecoder();
const short = (text: unknown): text is string => typeof text === "string" && text.length <= LONGEST;
/** Whether an id stands in a message as it is. */
const legible = (id: unknown): id is string | number => (typeof id === "string" ? id.length <= LONGEST && /^[ -~]*$/.test(id) : Number.isSafeInteger(id));

function fresh({ allowed, reason, prefix }: Answer, id: string | number): Contract.Decision {
  return { allowed, reasons: [prefix === undefined ? { ...reason } : { ...reason, message: `${prefix}${id}\`` }] };
}

function answer({ allowed, reasons }: Contract.Decision, id: unknown): Answer | undefined {
  const [reason] = reasons;
  if (reason === undefined || reasons.length > 1 || reason.data !== undefined) return undefined;
  if (reason.code !== "unknown_lead") return { allowed, reason: { ...reason }, prefix: undefined };
  return legible(id) ? { allowed, reason: { ...reason }, prefix: reason.message.slice(0, -1 - `${id}`.length) } : undefined;
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
  readonly #ask: Ask;
  #ways = new Map<unknown, Map<unknown, Way | null>>();
  #held = 0;

  constructor(instance: Instance, ask: Ask) {
    this.#instance = instance;
    this.#ask = ask;
  }

  /** Forgets everything. */
  clear(): void {
    this.#ways = new Map();
    this.#held = 0;
  }

  /** The answer, if there is nothing unusual about the question. */
  can(question: Contract.PermissionQuestion): Contract.Decision | undefined {
    if (typeof question !== "object" || question === null || !this.#instance.usable) return undefined;
    let actor: unknown, verb: unknown, lead: unknown, now: unknown;
    for (const key of Object.keys(question)) {
      if (key === "actor") actor = question.actor;
      else if (key === "do") verb = question.do;
      else if (key === "lead") lead = question.lead;
      else if (key === "now") now = question.now;
      else if (key !== "leads") return undefined;
    }
    if (now !== undefined && !(Number.isInteger(now) && (now as number) >= 0 && (now as number) <= LAST)) return undefined;
    const way = this.#ways.get(actor)?.get(verb) ?? this.#way(actor, verb);
    if (way === null || typeof lead !== "object" || lead === null || question.leads !== undefined) return undefined;
    return this.#object(way, actor, verb, lead as Lead);
  }

  #way(actor: unknown, verb: unknown): Way | null {
    if (!short(actor) || !short(verb)) return null;
    const known = this.#ways.get(actor)?.get(verb);
    if (known !== undefined) return known;
    const [who, what] = [json(actor), json(verb)];
    const found = this.#ask((workspace) => workspace.way(who, what));
    const field = (name: string): Field => ({ name, at: 0, values: new Map(), lists: new Map(), classes: [] });
    const way: Way | null = found && { ...found, fields: found.fields && found.fields.map(field), tree: [] };
    this.#hold(1);
    const verbs = this.#ways.get(actor) ?? new Map<unknown, Way | null>();
    this.#ways.set(actor, verbs.set(verb, way));
    return way;
  }

  #object(way: Way, actor: unknown, verb: unknown, lead: Lead): Contract.Decision | undefined {
    const { fields } = way;
    const prototype = Object.getPrototypeOf(lead);
    if (fields === null || (prototype !== Object.prototype && prototype !== null) || lead.toJSON !== undefined) return undefined;
    const keys = Object.keys(lead);
    let at = way.tree[0];
    for (let nth = 0; at !== undefined && nth < fields.length; nth++) {
      const field = fields[nth]!;
      if (keys[field.at] !== field.name && (field.at = keys.indexOf(field.name)) < 0) at = undefined;
      else {
        const value = lead[field.name];
        const place = typeof value === "object" && value !== null ? field.lists.get(JSON.stringify(value)) : field.values.get(value);
        at = place === undefined ? undefined : (at as Tree)[place];
      }
    }
    if (at !== undefined) {
      const found = at as Answer;
      if (found.prefix === undefined) return fresh(found, 0);
      const id = keys.includes(way.id) ? lead[way.id] : undefined;
      if (legible(id)) return fresh(found, id);
    }
    return this.#learn(way, fields, actor, verb, lead, keys);
  }

  /** Asks in full, about a copy of what decides: a lead that is another one at every look must teach nothing wrong. */
  #learn(way: Way, fields: Field[], actor: unknown, verb: unknown, lead: Lead, keys: string[]): Contract.Decision {
    const picked: Lead = Object.create(null);
    for (const name of [way.id, ...fields.map(({ name }) => name)]) if (keys.includes(name)) picked[name] = lead[name];
    const input = json({ actor, do: verb, lead: picked });
    const copy: Lead = JSON.parse(decoder.decode(input)).lead;
    const { decision, classes } = this.#ask((workspace) => workspace.learn(input)) as { decision: Contract.Decision; classes: number[] | null };
    const kept = classes === null ? undefined : answer(decision, copy[way.id]);
    const values = fields.map(({ name }) => copy[name]);
    const texts = values.map((value) => (typeof value === "object" && value !== null ? JSON.stringify(value) : value));
    if (kept === undefined || texts.some((text) => typeof text === "string" && !short(text))) return decision;
    this.#hold(1 + fields.length);
    let [tree, place] = [way.tree, 0];
    fields.forEach((field, nth) => {
      const [value, text, own] = [values[nth], texts[nth], classes![nth]!];
      tree = (tree[place] ??= []) as Tree;
      place = field.classes.indexOf(own);
      if (place < 0) place = field.classes.push(own) - 1;
      (text === value ? field.values : field.lists).set(text, place);
    });
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
