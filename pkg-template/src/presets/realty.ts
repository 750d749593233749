// A real-estate company: groups of agents get leads in turn, one after the other ("next up"), or all at once ("blast"). Each group
// belongs to an office or to the company, and is offered to some of the offices only.
import type { Verb, WorkspaceConfig } from "../../evenhand.js";

const STATUSES = ["New", "Attempted", "Engaged", "Showing", "Under contract", "Closed", "Lost"];
const WORK: Verb[] = ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass"];
const LISTS: Verb[] = ["list.view", "list.use", "list.edit", "list.delete"];
/** To see groups and to start them; which ones, their `availableTo` says. */
const GROUPS: Verb[] = ["group.view", "group.trigger"];

const config: WorkspaceConfig = {
  version: 1,
  timeZone: "America/Denver",
  fields: {
    id: { type: "text", label: "Lead" },
    version: { type: "number", label: "Version" },
    name: { type: "text", label: "Name" },
    status: { type: "choice", label: "Status", choices: STATUSES },
    agent: { type: "user", label: "Agent" },
    lender: { type: "user", label: "Lender" },
    office: { type: "unit", label: "Office" },
    city: { type: "choice", label: "City" },
    price: { type: "number", label: "Price" },
    source: { type: "choice", label: "Source", choices: ["Portal", "Open house", "Sign call", "Referral", "Website"] },
    language: { type: "choice", label: "Language", choices: ["English", "Spanish", "Mandarin"] },
    email: { type: "text", label: "E-mail" },
    phone: { type: "text", label: "Phone" },
    created: { type: "datetime", label: "Created" },
    assigned: { type: "datetime", label: "Assigned" },
    activity: { type: "datetime", label: "Last activity" },
    previous: { type: "tags", label: "Former agents" },
    notified: { type: "tags", label: "Notified" },
    run: { type: "text", label: "Offer running" },
  },
  userFields: { languages: { type: "tags", label: "Languages" } },
  lead: {
    id: "id",
    version: "version",
    owner: "agent",
    slots: ["agent", { field: "lender", holders: { tags: ["lender"] } }],
    unit: "office",
    run: "run",
    status: "status",
    createdAt: "created",
    assignedAt: "assigned",
    lastActivityAt: "activity",
    previousOwners: "previous",
    notified: "notified",
  },
  lifecycle: { open: { combinator: "and", rules: [{ field: "status", operator: "notIn", value: ["Closed", "Lost"] }] } },
  org: [
    { id: "crestline", name: "Crestline Homes", kind: "company" },
    { id: "harbor", name: "Harbor office", kind: "office", parent: "crestline" },
    { id: "first_home", name: "First Home team", kind: "team", parent: "harbor" },
    { id: "uptown", name: "Uptown office", kind: "office", parent: "crestline" },
    { id: "valley", name: "Valley office", kind: "office", parent: "crestline" },
  ],
  profiles: [
    {
      id: "broker",
      name: "Broker",
      grants: [
        { do: WORK, scope: "company" },
        { do: [...GROUPS, "group.edit", "group.cancel", "plan.undo", "log.view", "lead.export", ...LISTS, "list.share"], scope: "company" },
        { do: ["rule.view", "rule.edit", "rule.run", "member.pause"], scope: "all" },
      ],
    },
    {
      // Groups of the own office and below.
      id: "office_manager",
      name: "Office manager",
      grants: [
        { do: WORK, scope: "subtree" },
        { do: ["group.edit", "group.cancel", "plan.undo"], scope: "subtree" },
        { do: [...GROUPS, "list.view", "list.use"], scope: "company" },
        { do: [...LISTS, "list.share"], scope: "own" },
      ],
    },
    {
      // Groups of the own team.
      id: "team_lead",
      name: "Team lead",
      grants: [
        { do: WORK, scope: "team" },
        { do: ["group.edit"], scope: "team" },
        { do: [...GROUPS, "list.view", "list.use"], scope: "company" },
        { do: LISTS, scope: "own" },
      ],
    },
    {
      // What nobody owns is there for everybody to see, and is had by being asked.
      id: "agent",
      name: "Agent",
      grants: [
        { do: ["lead.view", "lead.edit"], scope: "own" },
        { do: ["lead.view"], scope: "unowned" },
        { do: ["list.view", "list.use"], scope: "company" },
        { do: LISTS, scope: "own" },
      ],
    },
    { id: "clockwork", name: "Clockwork", grants: [{ do: ["lead.view", "rule.run"], scope: "all" }] },
  ],
  users: [
    // Takes time forward: offers that nobody answered move on.
    { id: "clock", name: "The clock", kind: "service", unit: "crestline", profiles: ["clockwork"] },
    { id: "ilse", name: "Ilse Marchetti-Boone", unit: "crestline", profiles: ["broker"] },
    { id: "raj", name: "Raj Mehta", unit: "harbor", profiles: ["office_manager"] },
    { id: "sunday", name: "Sunday Adebayo", unit: "uptown", profiles: ["office_manager"] },
    { id: "wim", name: "Wim de Graaf", unit: "valley", profiles: ["office_manager"] },
    { id: "joss", name: "Joss Ferreira", unit: "first_home", profiles: ["team_lead"], tags: ["buyers"], attributes: { languages: ["English", "Spanish"] } },
    { id: "alma", name: "Alma Ríos", unit: "harbor", profiles: ["agent"], tags: ["buyers", "spanish"], attributes: { languages: ["English", "Spanish"] } },
    { id: "brett", name: "Brett Lindholm", unit: "harbor", profiles: ["agent"], tags: ["buyers"], attributes: { languages: ["English"] } },
    { id: "cora", name: "Cora Whitfield", unit: "first_home", profiles: ["agent"], tags: ["buyers"], attributes: { languages: ["English"] } },
    { id: "diego", name: "Diego Paredes", unit: "uptown", profiles: ["agent"], tags: ["buyers", "spanish", "luxury"], attributes: { languages: ["English", "Spanish"] } },
    { id: "esther", name: "Esther Quan", unit: "uptown", profiles: ["agent"], tags: ["buyers", "luxury"], attributes: { languages: ["English", "Mandarin"] } },
    { id: "floyd", name: "Floyd Hastings", unit: "uptown", profiles: ["agent"], tags: ["luxury"], paused: true, attributes: { languages: ["English"] } },
    { id: "gaby", name: "Gabriela Montes", unit: "valley", profiles: ["agent"], tags: ["buyers", "spanish"], attributes: { languages: ["English", "Spanish"] } },
    { id: "hank", name: "Hank Tolliver", unit: "valley", profiles: ["agent"], tags: ["buyers"], attributes: { languages: ["English"] } },
    { id: "ivy", name: "Ivy Okonjo", unit: "valley", profiles: ["agent"], tags: ["buyers"], capacity: 40, attributes: { languages: ["English"] } },
    { id: "lou", name: "Lou Kessler", unit: "crestline", profiles: ["agent"], tags: ["lender"] },
  ],
  groups: [
    { id: "in_turn", name: "Valley in turn", members: { users: ["gaby", "hank", "ivy"] }, method: { type: "round_robin" }, defaultAssignee: "wim", availableTo: ["valley"], unit: "valley" },
    { id: "next_up", name: "Next up, Spanish", members: { tags: ["spanish"] }, method: { type: "sequential_offer", minutes: 5, passes: 1 }, defaultAssignee: "ilse", unit: "crestline" },
    { id: "blast", name: "Blast to all buyers’ agents", members: { tags: ["buyers"] }, method: { type: "broadcast_offer", minutes: 10, reopenMinutes: 10 }, defaultAssignee: "ilse", unit: "crestline" },
    { id: "luxury", name: "Luxury desk", members: { tags: ["luxury"] }, method: { type: "sequential_offer", minutes: 15, passes: 2 }, defaultAssignee: "sunday", availableTo: ["uptown"], unit: "uptown" },
    { id: "first_homes", name: "First homes", members: { unit: "first_home" }, method: { type: "round_robin" }, defaultAssignee: "raj", availableTo: ["harbor"], unit: "first_home" },
  ],
  rules: [
    { id: "spanish", name: "Spanish speakers are asked", when: { combinator: "and", rules: [{ field: "language", operator: "=", value: "Spanish" }] }, to: { group: "next_up" } },
    { id: "open_house", name: "Open houses go to everybody at once", when: { combinator: "and", rules: [{ field: "source", operator: "=", value: "Open house" }] }, to: { group: "blast" } },
    { id: "valley", name: "The valley in turn", when: { combinator: "and", rules: [{ field: "office", operator: "=", value: "valley" }] }, to: { group: "in_turn" } },
  ],
  lists: [
    {
      id: "fresh",
      name: "New, nobody’s",
      owner: "ilse",
      query: { combinator: "and", rules: [{ field: "agent", operator: "null" }, { field: "status", operator: "=", value: "New" }] },
      sort: [{ field: "price", descending: true }],
      columns: ["name", "source", "language", "price", "city", "office", "created"],
      sharedWith: { everyone: true },
    },
    {
      id: "offered",
      name: "Being offered now",
      owner: "ilse",
      query: { combinator: "and", rules: [{ field: "run", operator: "notNull" }] },
      columns: ["name", "agent", "source", "language", "price", "office"],
      sharedWith: { everyone: true },
    },
    {
      id: "quiet",
      name: "Quiet for two weeks",
      owner: "raj",
      query: {
        combinator: "and",
        rules: [
          { field: "agent", operator: "notNull" },
          { field: "activity", operator: "<", value: { relative: "now", offset: -14, unit: "day" } },
          { field: "status", operator: "notIn", value: ["Closed", "Lost"] },
        ],
      },
      sort: [{ field: "activity" }],
      columns: ["name", "status", "agent", "activity", "price", "office"],
      sharedWith: { units: ["crestline"] },
    },
  ],
};

export default config;
