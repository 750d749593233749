export const story = {
  title: "A lead changes hands, then companies",
  steps: [
    { say: "What can be reassigned by hand", actor: "marta", list: { list: "movable" }, expect: { count: 515 } },
    { say: "Same partner: another user", actor: "marta", plan: { type: "assign", leads: { ids: ["P-2001"] }, to: "dot" }, expect: { count: 1, refused: [], dropped: {}, people: { dot: { before: 312, after: 313, dealt: 1 }, colm: { before: 401, after: 400, released: 1 } }, notices: [{ user: "dot", kind: "assigned", count: 1, first: true }, { user: "colm", kind: "released", count: 1, first: false }], changes: { "P-2001": { assigned: "2026-03-11T10:00:00.000Z", notified: ["colm", "dot"], owner: "dot", previous: ["colm"] } } } },
    { say: "An accepted lead refuses, with the reason", actor: "marta", plan: { type: "assign", leads: { ids: ["P-2003"] }, to: "colm" }, expect: { count: 0, refused: [], dropped: { not_reassignable: 1 }, people: { colm: { before: 400, after: 400 } } } },
    { say: "So does one that a rule routed", actor: "marta", plan: { type: "assign", leads: { ids: ["P-2004"] }, to: "colm" }, expect: { count: 0, refused: [], dropped: { not_reassignable: 1 }, people: { colm: { before: 400, after: 400 } } } },
    { say: "A person of another partner cannot simply be put in", actor: "marta", plan: { type: "assign", leads: { ids: ["P-2002"] }, to: "lars" }, expect: { count: 0, refused: [], dropped: { boundary: 1 }, people: { lars: { before: 458, after: 458 } } } },
    {
      say: "Other partner: a copy goes over, the original is deactivated and keeps its history",
      actor: "marta",
      plan: { type: "transfer", lead: "P-2002", unit: "kestrel", user: "lars", newId: "P-2002-K" },
      keep: "transfer",
      expect: { count: 1, refused: [], dropped: {}, people: { lars: { before: 458, after: 459, dealt: 1 }, colm: { before: 400, after: 399 } }, notices: [{ user: "lars", kind: "assigned", count: 1, first: true }], created: [{ id: "P-2002-K", copyOf: "P-2002" }], changes: { "P-2002": { status: "INACTIVE" } } },
    },
    { say: "The new partner sees the copy …", actor: "lars", get: "P-2002-K", expect: { lead: { company: "Keystone Robotics", owner: "lars", partner: "kestrel", status: "PENDING" } } },
    { say: "… and not the original", actor: "lars", get: "P-2002", expect: { lead: null } },
    { say: "The notice is sent again", actor: "marta", plan: { type: "resend_notification", lead: "P-2002-K" }, expect: { count: 1, refused: [], dropped: {}, notices: [{ user: "lars", kind: "assigned", count: 1, first: false }], changes: { "P-2002-K": {} } } },
    { say: "Kestrel’s administrator may not give to another company", actor: "kit", ask: { do: "lead.reassign", lead: "P-2002-K", to: "colm" }, expect: { allowed: false, reasons: ["not_permitted", "boundary"] } },
    { say: "The copy was touched since, so the transfer cannot be undone", actor: "marta", undo: "transfer", expect: { count: 0, refused: [], dropped: { not_undoable: 2 } } },
  ],
};
