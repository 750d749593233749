// A world in the words of Cedar: users are in their unit and their profiles, units in the unit above, a lead in its units and
// in its owner. Every grant is a policy.
import cedar from "@cedar-policy/cedar-wasm/nodejs";

const uid = (type, id) => ({ type, id });
const ref = (type, id) => ({ __entity: uid(type, id) });

/** A condition of a grant over `resource`. A comparison with what is not there is false. */
function condition([kind, ...rest]) {
  const [value] = rest;
  switch (kind) {
    case "status": return `(resource has status && resource.status == ${JSON.stringify(value)})`;
    case "in": return `(resource has status && ${JSON.stringify(value)}.contains(resource.status))`;
    case "least": return `(resource has score && resource.score >= ${value})`;
    case "below": return `(resource has score && resource.score < ${value})`;
    case "actor": return `(resource has ${value} && resource.${value} == principal)`;
    case "nobody": return `!(resource has ${value})`;
    case "not": return `!${condition(value)}`;
    default: return `(${rest.map(condition).join(kind === "and" ? " && " : " || ")})`;
  }
}

/** What a scope covers of leads. */
const OF_LEADS = {
  none: "false",
  own: "(resource has owner && resource.owner == principal) || (resource has lo && resource.lo == principal)",
  team: "principal has unit && (resource.units.contains(principal.unit) || (resource has owner && resource.owner has unit && resource.owner.unit == principal.unit))",
  subtree: "principal has unit && resource in principal.unit",
  company: "principal has company && resource in principal.company",
  all: "true",
  unowned: "!(resource has owner)",
};

/** What a scope covers of people: whoever `who` is. */
const ofPeople = (who, unowned) => ({
  none: "false",
  own: `${who} == principal`,
  team: `principal has unit && ${who} has unit && ${who}.unit == principal.unit`,
  subtree: `principal has unit && ${who} in principal.unit`,
  company: `principal has company && ${who} in principal.company`,
  all: "true",
  unowned,
});

/** Each scope but these two holds what is one's own. */
const scoped = (table, scope) => (["none", "unowned"].includes(scope) ? table[scope] : `(${table.own}) || (${table[scope]})`);

/** The verbs whose grants go by leads; the others go by a holder or a receiver. */
const BY_LEAD = ["lead.view", "lead.edit", "lead.claim"];

/** The policies of one grant. */
function policies(profile, { do: verbs, scope, where, deny }) {
  const policy = (actions, when) =>
    `${deny ? "forbid" : "permit"} (principal in Profile::"${profile}", action in [${actions.map((verb) => `Action::"${verb}"`)}], resource)
    when { ${when} } when { ${where === undefined ? "true" : condition(where)} };`;
  const out = [];
  const byLead = verbs.filter((verb) => BY_LEAD.includes(verb));
  if (byLead.length > 0) out.push(policy(byLead, scoped(OF_LEADS, scope)));
  if (verbs.includes("lead.release")) {
    out.push(policy(["release owner"], `resource has owner && (${scoped(ofPeople("resource.owner", "false"), scope)})`));
    out.push(policy(["release lo"], `resource has lo && (${scoped(ofPeople("resource.lo", "!(resource has owner)"), scope)})`));
  }
  if (verbs.includes("lead.give")) out.push(policy(["lead.give"], scoped(ofPeople("context.receiver", "false"), scope)));
  return out;
}

/** Answers as Cedar does. */
export class Peer {
  #entities;
  #leads;
  /** How many questions ended with a policy that forbids the view. */
  hidden = 0;

  constructor({ units, users, profiles, leads }) {
    const top = (id) => {
      const { parent } = units.find((unit) => unit.id === id);
      return parent === null ? id : top(parent);
    };
    this.#entities = [
      ...units.map(({ id, parent }) => ({ uid: uid("Unit", id), attrs: {}, parents: parent === null ? [] : [uid("Unit", parent)] })),
      ...profiles.map(({ id }) => ({ uid: uid("Profile", id), attrs: {}, parents: [] })),
      ...users.map(({ id, unit, profiles, active }) => ({
        uid: uid("User", id),
        attrs: { active, ...(unit === null ? {} : { unit: ref("Unit", unit), company: ref("Unit", top(unit)) }) },
        parents: [...profiles.map((profile) => uid("Profile", profile)), ...(unit === null ? [] : [uid("Unit", unit)])],
      })),
    ];
    this.#leads = new Map(leads.map((lead) => [lead.id, entity(lead)]));
    const all = profiles.flatMap(({ id, grants }) => grants.flatMap((grant) => policies(id, grant)));
    const staticPolicies = ["forbid (principal, action, resource) unless { principal has active && principal.active };", ...all].join("\n");
    const parsed = cedar.preparsePolicySet("world", { staticPolicies });
    if (parsed.type !== "success") throw new Error(JSON.stringify(parsed.errors, undefined, 1));
  }

  /** One request: whether it is allowed, and whether any policy decided that. */
  #ask(actor, action, lead, context = {}, known = this.#leads.get(lead)) {
    const { value: answer } = authorized({
      principal: uid("User", actor), action: uid("Action", action), resource: uid("Lead", lead), context,
      preparsedPolicySetId: "world", entities: [...this.#entities, known],
    }).next();
    if (answer.type !== "success") throw new Error(JSON.stringify(answer.errors));
    const { decision, diagnostics } = answer.response;
    if (diagnostics.errors.length > 0) throw new Error(JSON.stringify(diagnostics.errors));
    return { allowed: decision === "allow", silent: diagnostics.reason.length === 0 };
  }

  /** A verb includes view. Whoever may claim a lead may give it to themselves, unless giving is denied. */
  can({ actor, do: verb, lead, slot = "owner", to }) {
    const view = this.#ask(actor, "lead.view", lead);
    if (!view.allowed) {
      this.hidden += view.silent ? 0 : 1;
      return false;
    }
    if (verb === "lead.release") return this.#ask(actor, `release ${slot}`, lead).allowed;
    if (verb !== "lead.give") return this.#ask(actor, verb, lead).allowed;
    const give = this.#ask(actor, verb, lead, { receiver: ref("User", to) });
    return give.allowed || (give.silent && to === actor && this.#ask(actor, "lead.claim", lead).allowed);
  }

  /** Whether somebody sees a lead once they have it. */
  seesAsOwner(user, lead) {
    return this.#ask(user, "lead.view", lead.id, {}, entity({ ...lead, owner: user })).allowed;
  }
}

/**
 * Node 20 stops ("unreachable code") when optimised code that holds such a call is given up in the middle of it. A generator is never made
 * a part of other code, and nothing here gives cause to give it up.
 */
function* authorized(question) {
  return cedar.statefulIsAuthorized(question);
}

function entity({ id, owner, lo, unit, access, status, score }) {
  const units = [...new Set([...access, ...(unit === null ? [] : [unit])])];
  const attrs = { units: units.map((unit) => ref("Unit", unit)) };
  if (owner !== null) attrs.owner = ref("User", owner);
  if (lo !== null) attrs.lo = ref("User", lo);
  if (status !== null) attrs.status = status;
  if (score !== null) attrs.score = score;
  const parents = [...units.map((unit) => uid("Unit", unit)), ...(owner === null ? [] : [uid("User", owner)])];
  return { uid: uid("Lead", id), attrs, parents };
}
