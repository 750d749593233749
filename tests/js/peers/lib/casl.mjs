// What casl can say of a world: own, all, unowned, conditions, denies. Its conditions are about one object and its last rule
// that fits wins, so denies come after what they deny. It knows no tree of units.
import { buildMongoQueryMatcher, createMongoAbility, subject } from "@casl/ability";
import { $and, $nor, $or, and, nor, or } from "@ucast/mongo2js";

/** By itself casl takes `$and` and its like for names of fields. */
const conditionsMatcher = buildMongoQueryMatcher({ $and, $nor, $or }, { and, nor, or });

/** A condition of a grant as a query over the fields of a lead. */
function condition([kind, ...rest], actor) {
  const [value] = rest;
  switch (kind) {
    case "status": return { status: value };
    case "in": return { status: { $in: value } };
    case "least": return { $and: [{ score: { $ne: null } }, { score: { $gte: value } }] };
    case "below": return { $and: [{ score: { $ne: null } }, { score: { $lt: value } }] };
    case "actor": return { [value]: actor };
    case "nobody": return { [value]: null };
    case "not": return { $nor: [condition(value, actor)] };
    default: return { [kind === "and" ? "$and" : "$or"]: rest.map((inner) => condition(inner, actor)) };
  }
}

const NOTHING = { id: null };

/** What a scope covers, for each kind of question. */
const covered = {
  lead: (scope, actor) => ({ none: NOTHING, own: { $or: [{ owner: actor }, { lo: actor }] }, all: {}, unowned: { owner: null } })[scope],
  release: (scope, actor) => ({ none: NOTHING, own: { owner: actor }, all: { owner: { $ne: null } }, unowned: NOTHING })[scope],
  give: (scope, actor) => ({ none: NOTHING, own: { receiver: actor }, all: {}, unowned: NOTHING })[scope],
};

/** The rules of one user. */
export class Peer {
  #ability;

  constructor({ users, profiles }, actor) {
    const { profiles: held, active } = users.find(({ id }) => id === actor);
    const grants = held.flatMap((id) => profiles.find((profile) => profile.id === id).grants).filter(() => active);
    const rules = grants.flatMap(({ do: verbs, scope, where, deny = false }) =>
      verbs.map((verb) => {
        const parts = [(covered[verb.slice(5)] ?? covered.lead)(scope, actor), where === undefined ? {} : condition(where, actor)];
        const conditions = parts.filter((part) => Object.keys(part).length > 0);
        const rule = { action: verb, subject: "lead", inverted: deny };
        return conditions.length === 0 ? rule : { ...rule, conditions: { $and: conditions } };
      }),
    );
    this.#ability = createMongoAbility([...rules.filter((rule) => !rule.inverted), ...rules.filter((rule) => rule.inverted)], { conditionsMatcher });
  }

  can({ actor, do: verb, lead, to }) {
    const about = (receiver) => subject("lead", { ...lead, receiver });
    if (!this.#ability.can("lead.view", about())) return false;
    if (verb !== "lead.give") return this.#ability.can(verb, about());
    const rule = this.#ability.relevantRuleFor(verb, about(to));
    return rule === null ? to === actor && this.#ability.can("lead.claim", about()) : !rule.inverted;
  }

  /** Whether this user sees a lead once they have it. */
  seesAsOwner(actor, lead) {
    return this.can({ actor, do: "lead.view", lead: { ...lead, owner: actor } });
  }
}
