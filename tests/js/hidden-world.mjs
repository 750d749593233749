// A world with hidden fields, and its leads twice: what ann may know of both is the same.
export const rule = (field, operator, value) => ({ rules: [{ field, operator, value }] });
export const HIDDEN = ["score", "secret", "labels"];

export const config = {
  version: 1,
  fields: {
    id: { type: "text" }, owner: { type: "user" }, unit: { type: "unit" }, made: { type: "datetime" }, city: { type: "text", compare: "exact" },
    source: { type: "choice", choices: ["web", "fair"] }, score: { type: "number", label: "Credit" }, secret: { type: "text" }, labels: { type: "tags" },
  },
  lead: { id: "id", owner: "owner", unit: "unit", createdAt: "made" },
  lifecycle: { onAssign: { secret: "given" }, onDeactivate: { score: 0 } },
  org: [{ id: "north" }],
  users: [
    { id: "ann", unit: "north", profiles: ["agent", "clerk"] },
    { id: "bob", unit: "north", profiles: ["boss"], attributes: { cities: ["Graz"] } },
  ],
  profiles: [
    {
      id: "agent",
      grants: [
        { do: ["lead.view"], scope: "all", where: rule("city", "!=", "Wels") },
        { do: ["lead.edit", "lead.release", "lead.give", "lead.claim", "lead.mass", "lead.export", "rule.run", "rule.edit", "plan.undo", "list.use"], scope: "all" },
      ],
      fields: { score: "hidden", source: "readOnly" },
    },
    { id: "clerk", grants: [], fields: { secret: "hidden", labels: "hidden" } },
    { id: "boss", grants: [{ do: ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass"], scope: "all" }] },
  ],
  rules: [{ id: "graz", when: rule("city", "=", "Graz"), to: { user: "bob" } }],
  lists: [
    { id: "rich", name: "Rich", owner: "bob", query: rule("score", ">", 50), sharedWith: { everyone: true } },
    { id: "all", name: "All", owner: "bob", query: { rules: [] }, sort: [{ field: "city" }], columns: ["city", "score"], sharedWith: { everyone: true } },
  ],
};
const leads = (hidden) =>
  ["Graz", "Linz", "Wels", null, "Graz", "Linz"].map((city, at) => ({
    id: `l${at}`, owner: [null, "ann", "bob"][at % 3], unit: "north", made: `2026-02-0${at + 1}T10:00:00Z`, city, source: at % 2 === 0 ? "web" : null, ...hidden(at),
  }));
export const TABLES = [
  leads((at) => ({ score: at * 20, secret: at % 2 === 0 ? "given" : "a rather long secret", labels: ["x", "y"] })),
  leads((at) => ({ score: at === 2 ? null : 0, secret: null, labels: at === 1 ? [] : ["z"] })),
];
