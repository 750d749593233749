const OPEN = { field: "status", operator: "notIn", value: ["Funded", "Withdrawn", "Lost"] };

export const story = {
  title: "A lead gets its people, then a book changes hands",
  steps: [
    { say: "Nora looks for applications that have no loan officer", actor: "nora", list: { list: "applications" }, expect: { count: 358 } },
    { say: "Who may be the loan officer of Zoë’s application?", actor: "nora", receivers: { lead: "L-1001", slot: "loan_officer" }, expect: { allowed: ["grace", "hugo", "ines", "keiko"] } },
    {
      say: "An org admin and a loan officer are assigned in their slots; both are told, for the first time",
      actor: "nora",
      plan: { type: "assign", leads: { ids: ["L-1001"] }, slots: { org_admin: "theo", loan_officer: "hugo" } },
      expect: { count: 1, refused: [], dropped: {}, people: { hugo: { before: 387, after: 388, dealt: 1 }, theo: { before: 0, after: 0 } }, notices: [{ user: "hugo", kind: "assigned", count: 1, first: true }, { user: "theo", kind: "assigned", count: 1, first: true }], changes: { "L-1001": { loan_officer: "hugo", notified: ["amara", "hugo", "theo"], org_admin: "theo" } } },
    },
    { say: "Ben holds no slot on the lead, so he cannot be its primary agent", actor: "nora", plan: { type: "assign", leads: { ids: ["L-1001"] }, primary: "ben" }, expect: { count: 0, refused: [], dropped: { not_a_holder: 1 } } },
    { say: "Hugo, the new loan officer, becomes the primary agent", actor: "nora", plan: { type: "assign", leads: { ids: ["L-1001"] }, primary: "hugo" }, expect: { count: 1, refused: [], dropped: {}, changes: { "L-1001": { primary: "hugo" } } } },
    { say: "All roles of the lead", actor: "nora", get: "L-1001", expect: { lead: { name: "Zoë Kirchgässner", agent: "amara", loan_officer: "hugo", org_admin: "theo", primary: "hugo", status: "Application" } } },
    { say: "An originator may not hand the lead on", actor: "hugo", ask: { do: "lead.reassign", lead: "L-1001", to: "ben" }, expect: { allowed: false, reasons: ["not_permitted", "not_permitted"] } },
    {
      say: "Carla leaves: her open leads go to four others, so that all end level",
      actor: "nora",
      plan: {
        type: "mass_edit",
        leads: { filter: { combinator: "and", rules: [{ field: "agent", operator: "=", value: "carla" }, OPEN] } },
        split: { to: ["ben", "elena", "grace", "max"], even: "total" },
        note: { type: "Handover", text: "Carla has left; please introduce yourself." },
      },
      keep: "handover",
      expect: { count: 447, refused: [], dropped: {}, spread: 1, people: { ben: { before: 304, after: 346, dealt: 42 }, elena: { before: 241, after: 346, dealt: 105 }, grace: { before: 213, after: 345, dealt: 132 }, max: { before: 177, after: 345, dealt: 168 }, carla: { before: 447, after: 0, released: 447 } }, attach: { note: { type: "Handover", text: "Carla has left; please introduce yourself." } } },
    },
    { say: "Elena works on one of them", actor: "elena", plan: { type: "mass_edit", leads: { ids: ["L-1031"] }, set: { product: "Construction" } }, expect: { count: 1, refused: [], dropped: {}, changes: { "L-1031": { product: "Construction" } } } },
    { say: "Undo puts back all but what was changed since", actor: "nora", undo: "handover", expect: { count: 446, refused: [], dropped: { changed_since: 1 }, people: { ben: { before: 346, after: 304, released: 42 }, carla: { before: 0, after: 446, dealt: 446 }, elena: { before: 346, after: 242, released: 104 }, grace: { before: 345, after: 213, released: 132 }, max: { before: 345, after: 177, released: 168 } } } },
  ],
};
