// The worlds that a visitor picks from. Each is a configuration, a generator of leads, and a story. Of those that
// are `written` the build writes the leads down (`leads.mjs`): they are read in half the time that making them takes.

export const worlds = [
  {
    id: "lender",
    title: "Lender CRM",
    line: "One lead, several roles, and a primary agent that is a pointer of its own.",
    lead: ["lead", "leads"],
    count: 4000,
    now: "2026-03-02T15:00:00Z",
    actor: "nora",
  },
  {
    id: "partners",
    title: "Partner portal",
    line: "Leads go to partner companies. What a partner accepted stays theirs.",
    lead: ["lead", "leads"],
    count: 4000,
    now: "2026-03-11T10:00:00Z",
    actor: "marta",
  },
  {
    id: "pools",
    title: "Call floor",
    line: "A hundred thousand leads in named pools: claim, give back, reclaim, rebalance.",
    lead: ["lead", "leads"],
    count: 100_000,
    now: "2026-03-16T13:30:00Z",
    actor: "ruth",
    written: true,
  },
  {
    id: "lists",
    title: "List builder",
    line: "Lists with filters and sharing, and one form that changes only what is ticked.",
    lead: ["file", "files"],
    count: 4000,
    now: "2026-03-18T17:00:00Z",
    actor: "delphine",
  },
  {
    id: "realty",
    title: "Real estate",
    line: "Groups that give leads in turn, ask one after the other, or all at once.",
    lead: ["lead", "leads"],
    count: 4000,
    now: "2026-03-20T16:00:00Z",
    actor: "raj",
  },
];
