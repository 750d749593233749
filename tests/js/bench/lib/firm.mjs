// A small organisation and who may do what in it, told to Evenhand and to its peers.
import { Random } from "./random.mjs";

const TEAMS = ["north", "south", "west"].flatMap((region) => [1, 2, 3].map((nth) => ({ id: `${region}-${nth}`, parent: region })));
export const UNITS = [{ id: "firm", parent: null }, ...["north", "south", "west"].map((id) => ({ id, parent: "firm" })), ...TEAMS];

/** 60 people: six agents in each team, a leader in each region, the rest agents at the top. */
export const PEOPLE = Array.from({ length: 60 }, (_, nth) => {
  const role = nth < 3 ? "leader" : "agent";
  return { id: `person-${nth}`, role, unit: role === "leader" ? UNITS[1 + nth].id : (TEAMS[nth % 12]?.id ?? "firm") };
});

/** A unit and all below. */
export function below(unit) {
  return [unit, ...UNITS.filter(({ parent }) => parent === unit).flatMap(({ id }) => below(id))];
}

/** A unit and all above. */
export function above(unit) {
  const { parent } = UNITS.find(({ id }) => id === unit);
  return parent === null ? [unit] : [unit, ...above(parent)];
}

const STATUS = ["new", "open", "won", "lost", "junk"];

export const leads = (() => {
  const random = new Random(77);
  return Array.from({ length: 1000 }, (_, nth) => {
    const owner = random.of(PEOPLE);
    return { id: `lead-${nth}`, owner: owner.id, unit: owner.unit, status: random.of(STATUS) };
  });
})();

/** May this person view or edit this lead? */
export const questions = (() => {
  const random = new Random(78);
  return Array.from({ length: 4096 }, () => {
    const lead = random.of(leads);
    // Half of the questions are about somebody near.
    const near = PEOPLE.filter((person) => above(lead.unit).includes(person.unit));
    return { person: random.of(random.below(2) === 0 ? near : PEOPLE), verb: random.of(["view", "edit"]), lead };
  });
})();

const status = (operator, value) => ({ combinator: "and", rules: [{ field: "status", operator, value }] });

/**
 * An agent views own leads and the team's and edits own ones that are not lost; a leader views and edits everything in the unit and below
 * that is not junk.
 */
export const config = {
  version: 1,
  fields: { id: { type: "text" }, owner: { type: "user" }, unit: { type: "unit" }, status: { type: "choice", choices: STATUS } },
  lead: { id: "id", owner: "owner", unit: "unit" },
  org: UNITS,
  users: PEOPLE.map(({ id, role, unit }) => ({ id, unit, profiles: [role] })),
  profiles: [
    {
      id: "agent",
      grants: [
        { do: ["lead.view"], scope: "team" },
        { do: ["lead.edit"], scope: "own", where: status("!=", "lost") },
      ],
    },
    {
      id: "leader",
      grants: [
        { do: ["lead.view", "lead.edit"], scope: "subtree" },
        { do: ["lead.edit"], scope: "all", where: status("=", "junk"), deny: true },
      ],
    },
  ],
};
