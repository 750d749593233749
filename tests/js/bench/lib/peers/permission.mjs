// The rules of `firm.mjs` for other engines. Each peer is asked `(person, verb, lead)` and answers yes or no.
import { AbilityBuilder, createMongoAbility } from "@casl/ability";
import { createRequire } from "node:module";
import { newEnforcer, newModel, StringAdapter } from "casbin";
import { above, below, PEOPLE } from "../firm.mjs";

/** CASL, with an ability made beforehand for each person. */
export function casl() {
  const abilities = new Map();
  for (const { id, role, unit } of PEOPLE) {
    const { can, cannot, build } = new AbilityBuilder(createMongoAbility);
    if (role === "agent") {
      can("view", "Lead", { unit });
      can("view", "Lead", { owner: id });
      can("edit", "Lead", { owner: id, status: { $ne: "lost" } });
    } else {
      can(["view", "edit"], "Lead", { unit: { $in: below(unit) } });
      cannot("edit", "Lead", { status: "junk" });
    }
    abilities.set(id, build({ detectSubjectType: () => "Lead" }));
  }
  return (person, verb, lead) => abilities.get(person.id).can(verb, lead);
}

const MODEL = `
[request_definition]
r = sub, obj, act
[policy_definition]
p = rule, act, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.act == p.act && eval(p.rule)
`;

const POLICY = `
p, r.sub.role == 'agent' && r.obj.unit == r.sub.unit, view, allow
p, r.sub.role == 'agent' && r.obj.owner == r.sub.id, view, allow
p, r.sub.role == 'agent' && r.obj.owner == r.sub.id && r.obj.status != 'lost', edit, allow
p, r.sub.role == 'leader' && r.sub.below.indexOf(r.obj.unit) >= 0, view, allow
p, r.sub.role == 'leader' && r.sub.below.indexOf(r.obj.unit) >= 0, edit, allow
p, r.sub.role == 'leader' && r.obj.status == 'junk', edit, deny
`;

/** node-casbin, with the conditions as expressions of its own. */
export async function casbin() {
  const enforcer = await newEnforcer(newModel(MODEL), new StringAdapter(POLICY));
  const subjects = new Map(PEOPLE.map((person) => [person.id, { ...person, below: below(person.unit) }]));
  return (person, verb, lead) => enforcer.enforceSync(subjects.get(person.id), lead, verb);
}

const CEDAR = `
permit (principal, action == Action::"view", resource) when { principal.role == "agent" && (resource.unit == principal.unit || resource.owner == principal) };
permit (principal, action == Action::"edit", resource) when { principal.role == "agent" && resource.owner == principal && resource.status != "lost" };
permit (principal, action in [Action::"view", Action::"edit"], resource) when { principal.role == "leader" && resource.unit in principal.unit };
forbid (principal, action == Action::"edit", resource) when { principal.role == "leader" && resource.status == "junk" };
`;

/** Cedar as WebAssembly, with the policies parsed beforehand; a call brings the entities that it is about. */
export function cedar() {
  const { preparsePolicySet, statefulIsAuthorized } = createRequire(import.meta.url)("@cedar-policy/cedar-wasm/nodejs");
  const parsed = preparsePolicySet("firm", { staticPolicies: CEDAR });
  if (parsed.type !== "success") throw new Error(JSON.stringify(parsed.errors));
  const uid = (type, id) => ({ type, id });
  const ref = (type, id) => ({ __entity: uid(type, id) });
  return (person, verb, lead) => {
    const units = above(lead.unit);
    const answer = statefulIsAuthorized({
      principal: uid("User", person.id),
      action: uid("Action", verb),
      resource: uid("Lead", lead.id),
      context: {},
      preparsedPolicySetId: "firm",
      entities: [
        { uid: uid("User", person.id), attrs: { role: person.role, unit: ref("Unit", person.unit) }, parents: [] },
        { uid: uid("Lead", lead.id), attrs: { owner: ref("User", lead.owner), unit: ref("Unit", lead.unit), status: lead.status }, parents: [] },
        ...units.map((unit, nth) => ({ uid: uid("Unit", unit), attrs: {}, parents: units.slice(nth + 1, nth + 2).map((parent) => uid("Unit", parent)) })),
      ],
    });
    if (answer.type !== "success") throw new Error(JSON.stringify(answer.errors));
    return answer.response.decision === "allow";
  };
}
