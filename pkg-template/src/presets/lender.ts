// A lender's CRM: one lead, several roles on it, and a primary agent that is a pointer of its own.
import type { Verb, WorkspaceConfig } from "../../evenhand.js";

const STATUSES = ["New", "Contacted", "Application", "Processing", "Underwriting", "Clear to close", "Funded", "Withdrawn", "Lost"];

/** What a manager of the company may do with leads. */
const MANAGE: Verb[] = ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass"];
const LISTS: Verb[] = ["list.view", "list.use", "list.edit", "list.share", "list.delete"];

const config: WorkspaceConfig = {
  version: 1,
  timeZone: "America/Chicago",
  fields: {
    id: { type: "text", label: "Lead" },
    version: { type: "number", label: "Version" },
    name: { type: "text", label: "Name" },
    status: { type: "choice", label: "Status", choices: STATUSES },
    agent: { type: "user", label: "Agent" },
    loan_officer: { type: "user", label: "Loan officer" },
    org_admin: { type: "user", label: "Org admin" },
    primary: { type: "user", label: "Primary agent" },
    branch: { type: "unit", label: "Branch" },
    product: { type: "choice", label: "Product", choices: ["Purchase", "Refinance", "Cash-out", "HELOC", "Construction"] },
    amount: { type: "number", label: "Loan amount" },
    state: { type: "choice", label: "State" },
    source: { type: "choice", label: "Source", choices: ["Web form", "Referral", "Branch", "Phone", "Open house", "Partner", "Mailer"] },
    email: { type: "text", label: "E-mail" },
    phone: { type: "text", label: "Phone" },
    created: { type: "datetime", label: "Created" },
    assigned: { type: "datetime", label: "Assigned" },
    activity: { type: "datetime", label: "Last activity" },
    previous: { type: "tags", label: "Former agents" },
    notified: { type: "tags", label: "Notified" },
  },
  lead: {
    id: "id",
    version: "version",
    owner: "agent",
    slots: [
      "agent",
      { field: "loan_officer", holders: { tags: ["loan_officer"] } },
      { field: "org_admin", holders: { tags: ["org_admin"] } },
    ],
    primary: "primary",
    unit: "branch",
    status: "status",
    createdAt: "created",
    assignedAt: "assigned",
    lastActivityAt: "activity",
    previousOwners: "previous",
    notified: "notified",
  },
  lifecycle: {
    open: { combinator: "and", rules: [{ field: "status", operator: "notIn", value: ["Funded", "Withdrawn", "Lost"] }] },
  },
  org: [
    { id: "northgate", name: "Northgate Lending", kind: "company" },
    { id: "chicago", name: "Chicago Loop", kind: "branch", parent: "northgate" },
    { id: "austin", name: "Austin", kind: "branch", parent: "northgate" },
    { id: "denver", name: "Denver", kind: "branch", parent: "northgate" },
  ],
  profiles: [
    {
      id: "manager",
      name: "Company manager",
      grants: [
        { do: MANAGE, scope: "company" },
        { do: ["lead.view", "lead.edit", "lead.mass", "lead.claim"], scope: "unowned" },
        { do: [...LISTS, "plan.undo", "log.view", "lead.export"], scope: "company" },
      ],
    },
    {
      id: "branch_manager",
      name: "Branch manager",
      grants: [
        { do: MANAGE, scope: "subtree" },
        { do: ["list.view", "list.use"], scope: "company" },
        { do: ["list.edit", "list.share", "list.delete"], scope: "own" },
        { do: ["plan.undo"], scope: "own" },
      ],
    },
    {
      id: "originator",
      name: "Originator",
      grants: [
        { do: ["lead.view", "lead.edit"], scope: "own" },
        { do: LISTS, scope: "own" },
      ],
    },
  ],
  users: [
    { id: "nora", name: "Nora Vance", unit: "northgate", profiles: ["manager"], tags: ["org_admin"] },
    { id: "theo", name: "Theo Brandt", unit: "northgate", profiles: ["manager"], tags: ["org_admin"] },
    { id: "imani", name: "Imani Cole", unit: "chicago", profiles: ["branch_manager"], tags: ["org_admin"] },
    { id: "rafael", name: "Rafael Ibarra", unit: "austin", profiles: ["branch_manager"], tags: ["org_admin"] },
    { id: "amara", name: "Amara Obi", unit: "chicago", profiles: ["originator"], tags: ["agent"] },
    { id: "ben", name: "Ben Whitlock", unit: "chicago", profiles: ["originator"], tags: ["agent"] },
    { id: "carla", name: "Carla Reyes", unit: "chicago", profiles: ["originator"], tags: ["agent"] },
    { id: "dmitri", name: "Dmitri Volkov", unit: "austin", profiles: ["originator"], tags: ["agent"] },
    { id: "elena", name: "Elena Fischer", unit: "austin", profiles: ["originator"], tags: ["agent"] },
    { id: "farid", name: "Farid Haddad", unit: "denver", profiles: ["originator"], tags: ["agent"] },
    { id: "grace", name: "Grace Lindqvist", unit: "denver", profiles: ["originator"], tags: ["agent", "loan_officer"] },
    { id: "hugo", name: "Hugo Marchetti", unit: "chicago", profiles: ["originator"], tags: ["loan_officer"] },
    { id: "ines", name: "Inês Calder", unit: "austin", profiles: ["originator"], tags: ["loan_officer"] },
    { id: "jonas", name: "Jonas Pike", unit: "denver", profiles: ["originator"], tags: ["loan_officer"], active: false },
    { id: "keiko", name: "Keiko Tan", unit: "chicago", profiles: ["originator"], tags: ["loan_officer"], capacity: 900 },
    { id: "max", name: "Maximiliana Oyelaran-Featherstonehaugh", unit: "denver", profiles: ["originator"], tags: ["agent"] },
  ],
  lists: [
    {
      id: "applications",
      name: "Applications without a loan officer",
      owner: "nora",
      query: { combinator: "and", rules: [{ field: "status", operator: "=", value: "Application" }, { field: "loan_officer", operator: "null" }] },
      sort: [{ field: "amount", descending: true }],
      columns: ["name", "status", "agent", "loan_officer", "org_admin", "amount", "branch", "created"],
      sharedWith: { everyone: true },
    },
    {
      id: "carla",
      name: "Carla’s open leads",
      owner: "nora",
      query: { combinator: "and", rules: [{ field: "agent", operator: "=", value: "carla" }, { field: "status", operator: "notIn", value: ["Funded", "Withdrawn", "Lost"] }] },
      columns: ["name", "status", "agent", "primary", "product", "amount", "branch", "activity"],
    },
    {
      id: "quiet",
      name: "Quiet for three weeks",
      owner: "imani",
      query: {
        combinator: "and",
        rules: [
          { field: "activity", operator: "<", value: { relative: "startOfDay", offset: -21, unit: "day" } },
          { field: "status", operator: "in", value: ["New", "Contacted", "Application"] },
        ],
      },
      sort: [{ field: "activity" }],
      columns: ["name", "status", "activity", "agent", "branch", "phone", "source"],
      sharedWith: { units: ["northgate"] },
    },
    {
      id: "nobodys",
      name: "Nobody’s, by branch",
      owner: "nora",
      query: { combinator: "and", rules: [{ field: "agent", operator: "null" }] },
      sort: [{ field: "branch" }, { field: "created", descending: true }],
      columns: ["name", "status", "branch", "source", "amount", "created"],
    },
  ],
};

export default config;
