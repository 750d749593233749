// A call floor: leads wait in named pools, agents take them or are given them, and give them back.
import type { Verb, WorkspaceConfig } from "../../evenhand.js";

const WORK: Verb[] = ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass"];
const DESKS = ["alpha", "bravo", "charlie", "delta"] as const;
const AGENTS = {
  alpha: ["Ana Bellweather", "Bram Jansen", "Chidi Okafor", "Dana Quist", "Elif Yılmaz", "Femi Adeyemi"],
  bravo: ["Gus Holloway", "Hana Ueda", "Ivo Novák", "June Calloway", "Kofi Mensah", "Lior Avraham"],
  charlie: ["Mina Ramaswamy", "Noel Thibodeaux", "Olga Zielińska", "Pavel Dušek", "Rhea Saint-Clair", "Sol Castillo"],
  delta: ["Tove Ahlström", "Umar Chaudhary", "Vik Banerjee", "Wren Abernathy", "Ximena Villanueva", "Yara Haddad"],
};

/** The first name is the id: no two agents share one. */
const id = (name: string) => name.slice(0, name.indexOf(" ")).toLowerCase();

const config: WorkspaceConfig = {
  version: 1,
  timeZone: "America/New_York",
  fields: {
    id: { type: "text", label: "Lead" },
    version: { type: "number", label: "Version" },
    name: { type: "text", label: "Name" },
    status: { type: "choice", label: "Status", choices: ["Fresh", "Working", "Callback", "No answer", "Sold", "Dead"] },
    owner: { type: "user", label: "Agent" },
    pool: { type: "choice", label: "Pool" },
    desk: { type: "unit", label: "Desk" },
    phone: { type: "text", label: "Phone" },
    city: { type: "choice", label: "City" },
    score: { type: "number", label: "Score" },
    campaign: { type: "choice", label: "Campaign" },
    calls: { type: "number", label: "Calls" },
    created: { type: "datetime", label: "Created" },
    assigned: { type: "datetime", label: "Assigned" },
    activity: { type: "datetime", label: "Last activity" },
    previous: { type: "tags", label: "Former agents" },
  },
  lead: {
    id: "id",
    version: "version",
    owner: "owner",
    pool: "pool",
    unit: "desk",
    status: "status",
    createdAt: "created",
    assignedAt: "assigned",
    lastActivityAt: "activity",
    previousOwners: "previous",
  },
  lifecycle: {
    open: { combinator: "and", rules: [{ field: "status", operator: "notIn", value: ["Sold", "Dead"] }] },
    onAssign: { status: "Working" },
    onUnassign: { status: "Fresh" },
  },
  org: [{ id: "floor", name: "Call floor", kind: "company" }, ...DESKS.map((desk) => ({ id: desk, name: `Desk ${desk.charAt(0).toUpperCase()}${desk.slice(1)}`, kind: "desk", parent: "floor" }))],
  profiles: [
    {
      id: "floor_manager",
      name: "Floor manager",
      grants: [
        { do: WORK, scope: "company" },
        { do: ["list.view", "list.use", "list.edit", "list.share", "list.delete", "plan.undo", "log.view", "lead.export"], scope: "company" },
      ],
    },
    {
      id: "desk_lead",
      name: "Desk lead",
      grants: [
        { do: WORK, scope: "subtree" },
        { do: ["list.view", "list.use"], scope: "company" },
        { do: ["list.edit", "list.delete", "plan.undo"], scope: "own" },
      ],
    },
    {
      id: "agent",
      name: "Agent",
      grants: [
        { do: ["lead.view", "lead.edit", "lead.release"], scope: "own" },
        { do: ["lead.view", "lead.claim"], scope: "unowned" },
        { do: ["list.view", "list.use", "list.edit", "list.delete", "plan.undo"], scope: "own" },
      ],
    },
  ],
  users: [
    { id: "ruth", name: "Ruth Montague", unit: "floor", profiles: ["floor_manager"] },
    { id: "percy", name: "Percy Lomax", unit: "alpha", profiles: ["desk_lead"] },
    { id: "sunniva", name: "Sunniva Falk", unit: "bravo", profiles: ["desk_lead"] },
    ...DESKS.flatMap((desk) => AGENTS[desk].map((name) => ({ id: id(name), name, unit: desk, profiles: ["agent"], tags: [desk] }))),
  ],
  pools: [
    { id: "solar", name: "Solar, new", members: { unit: "floor" } },
    { id: "callbacks", name: "Callbacks", members: { tags: ["alpha", "bravo"], users: ["ruth"] } },
    { id: "spanish", name: "Spanish speakers", members: { users: ["sol", "ximena", "ana", "ruth"] } },
    { id: "winback", name: "Win-back", members: { unit: "floor" } },
  ],
  lists: [
    {
      id: "fresh",
      name: "Fresh, best score first",
      owner: "ruth",
      query: { combinator: "and", rules: [{ field: "owner", operator: "null" }, { field: "status", operator: "=", value: "Fresh" }] },
      sort: [{ field: "score", descending: true }, { field: "created" }],
      columns: ["name", "score", "pool", "city", "campaign", "calls", "created"],
      sharedWith: { everyone: true },
    },
    {
      id: "idle",
      name: "Idle for 30 days",
      owner: "ruth",
      query: {
        combinator: "and",
        rules: [
          { field: "owner", operator: "notNull" },
          { field: "status", operator: "notIn", value: ["Sold", "Dead"] },
          { field: "activity", operator: "<", value: { relative: "now", offset: -30, unit: "day" } },
          // A new assignment resets the timer.
          { field: "assigned", operator: "<", value: { relative: "now", offset: -30, unit: "day" } },
        ],
      },
      sort: [{ field: "activity" }],
      columns: ["name", "owner", "pool", "activity", "status", "calls", "desk"],
      sharedWith: { units: ["floor"] },
    },
    {
      id: "alpha",
      name: "Desk Alpha, open",
      owner: "percy",
      query: { combinator: "and", rules: [{ field: "desk", operator: "=", value: "alpha" }, { field: "status", operator: "notIn", value: ["Sold", "Dead"] }] },
      columns: ["name", "owner", "status", "pool", "score", "activity"],
      sharedWith: { users: ["ruth"] },
    },
  ],
};

export default config;
