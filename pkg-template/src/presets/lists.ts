// Mass edit from a list builder: lists with filters, columns and sharing, and one form that changes only what is ticked.
import type { Verb, WorkspaceConfig } from "../../evenhand.js";

const FILE_TYPES = ["Purchase file", "Settlement file", "Enquiry", "Renewal", "Referral file"];
const STATUSES = ["Open", "In review", "Docs out", "On hold", "Enrolled", "Cancelled"];
const WORK: Verb[] = ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass"];
const LISTS: Verb[] = ["list.view", "list.use", "list.edit", "list.share", "list.delete"];

const config: WorkspaceConfig = {
  version: 1,
  timeZone: "America/Los_Angeles",
  fields: {
    id: { type: "text", label: "File" },
    version: { type: "number", label: "Version" },
    name: { type: "text", label: "Client" },
    type: { type: "choice", label: "File type", choices: FILE_TYPES },
    status: { type: "choice", label: "Status", choices: STATUSES },
    assigned_to: { type: "user", label: "Assigned to" },
    negotiator: { type: "user", label: "Negotiator" },
    processor: { type: "user", label: "Processor" },
    company: { type: "unit", label: "Company" },
    shared: { type: "units", label: "Shared with companies" },
    created_by: { type: "user", label: "Created by" },
    created: { type: "datetime", label: "Created at" },
    debt: { type: "number", label: "Enrolled debt" },
    language: { type: "choice", label: "Language", choices: ["English", "Spanish", "Vietnamese", "Tagalog"] },
    tags: { type: "tags", label: "Tags" },
    next_step: { type: "text", label: "Next step" },
    review_on: { type: "date", label: "Review on" },
    hardship: { type: "boolean", label: "Hardship" },
    email: { type: "text", label: "E-mail" },
    assigned: { type: "datetime", label: "Assigned at" },
    notified: { type: "tags", label: "Notified" },
  },
  lead: {
    id: "id",
    version: "version",
    owner: "assigned_to",
    slots: ["assigned_to", { field: "negotiator", holders: { tags: ["negotiator"] } }, { field: "processor", holders: { tags: ["processor"] } }],
    unit: "company",
    access: "shared",
    status: "status",
    createdAt: "created",
    createdBy: "created_by",
    assignedAt: "assigned",
    notified: "notified",
  },
  lifecycle: { open: { combinator: "and", rules: [{ field: "status", operator: "notIn", value: ["Enrolled", "Cancelled"] }] } },
  org: [
    { id: "meridian", name: "Meridian Relief", kind: "company" },
    { id: "west", name: "West office", kind: "office", parent: "meridian" },
    { id: "south", name: "South office", kind: "office", parent: "meridian" },
    { id: "harbor", name: "Harbor Servicing", kind: "company" },
    { id: "ledger", name: "Ledger & Lowe", kind: "company" },
  ],
  profiles: [
    {
      id: "administrator",
      name: "Administrator",
      grants: [
        { do: WORK, scope: "all" },
        { do: [...LISTS, "plan.undo", "log.view", "lead.export"], scope: "all" },
      ],
    },
    {
      id: "office_lead",
      name: "Office lead",
      grants: [
        { do: WORK, scope: "subtree" },
        { do: ["list.view", "list.use"], scope: "company" },
        { do: ["list.edit", "list.share", "list.delete", "plan.undo"], scope: "own" },
      ],
    },
    {
      id: "counsellor",
      name: "Counsellor",
      grants: [
        { do: ["lead.view", "lead.edit", "lead.mass"], scope: "own" },
        { do: LISTS, scope: "own" },
        { do: ["plan.undo"], scope: "own" },
      ],
    },
    { id: "servicing", name: "Servicing partner", grants: [{ do: ["lead.view", "lead.edit"], scope: "company" }] },
  ],
  users: [
    { id: "delphine", name: "Delphine Moreau", unit: "meridian", profiles: ["administrator"] },
    { id: "hollis", name: "Hollis Grimes", unit: "west", profiles: ["office_lead"] },
    { id: "abel", name: "Abel Sandoval", unit: "west", profiles: ["counsellor"], tags: ["negotiator"] },
    { id: "bao", name: "Bảo Nguyễn", unit: "west", profiles: ["counsellor"], tags: ["processor"] },
    { id: "cleo", name: "Cleo Fitzgerald", unit: "west", profiles: ["counsellor"] },
    { id: "devi", name: "Devi Chaudhary", unit: "south", profiles: ["counsellor"], tags: ["negotiator"] },
    { id: "ezra", name: "Ezra Tully", unit: "south", profiles: ["counsellor"] },
    { id: "frida", name: "Frida Alcântara", unit: "south", profiles: ["counsellor"], tags: ["processor"] },
    { id: "gideon", name: "Gideon Farrow", unit: "south", profiles: ["counsellor"], active: false },
    { id: "hester", name: "Hester Quist", unit: "harbor", profiles: ["servicing"] },
    { id: "lowe", name: "Lowell Abernathy", unit: "ledger", profiles: ["servicing"] },
  ],
  lists: [
    {
      id: "renewals",
      name: "Renewals on hold",
      owner: "delphine",
      query: { combinator: "and", rules: [{ field: "type", operator: "=", value: "Renewal" }, { field: "status", operator: "=", value: "On hold" }] },
      sort: [{ field: "debt", descending: true }],
      columns: ["name", "type", "status", "assigned_to", "negotiator", "debt", "company", "created"],
      sharedWith: { users: ["cleo", "hollis"] },
    },
    {
      id: "spanish",
      name: "Spanish, not yet enrolled",
      owner: "delphine",
      query: { combinator: "and", rules: [{ field: "language", operator: "=", value: "Spanish" }, { field: "status", operator: "notIn", value: ["Enrolled", "Cancelled"] }] },
      columns: ["name", "language", "status", "assigned_to", "processor", "debt", "tags"],
      sharedWith: { everyone: true },
    },
    {
      id: "shared",
      name: "Shared with another company",
      owner: "delphine",
      query: { combinator: "and", rules: [{ field: "shared", operator: "notEmpty" }] },
      columns: ["name", "status", "company", "shared", "assigned_to", "debt"],
    },
    {
      id: "reviews",
      name: "Review this week",
      owner: "hollis",
      query: {
        combinator: "and",
        rules: [
          { field: "review_on", operator: ">=", value: { relative: "startOfWeek" } },
          { field: "review_on", operator: "<=", value: { relative: "endOfWeek" } },
        ],
      },
      sort: [{ field: "review_on" }],
      columns: ["name", "review_on", "status", "assigned_to", "next_step", "hardship"],
      sharedWith: { units: ["meridian"] },
    },
  ],
};

export default config;
