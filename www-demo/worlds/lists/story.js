const MINE = { id: "docs", name: "Docs out, Spanish", owner: "delphine", query: { combinator: "and", rules: [{ field: "status", operator: "=", value: "Docs out" }, { field: "language", operator: "=", value: "Spanish" }] }, sort: [{ field: "debt", descending: true }], columns: ["name", "status", "language", "debt", "assigned_to"], sharedWith: { users: ["cleo"] } };

export const story = {
  title: "A list, a mass edit, and the way back",
  steps: [
    { say: "The count is there before anything happens", actor: "delphine", list: MINE.query, expect: { count: 152 } },
    { say: "The list is saved and shared with Cleo", actor: "delphine", save: MINE, expect: { lists: 5 } },
    { say: "Cleo sees the list, and in it only what is hers", actor: "cleo", list: { list: "docs" }, expect: { count: 22 } },
    { say: "Ezra was not given it", actor: "ezra", ask: { do: "list.use", list: "docs" }, expect: { allowed: false, reasons: ["unknown_list"] } },
    {
      say: "With the list: four people, one with half the weight and one with a cap; status, note and alert in the same step",
      actor: "delphine",
      plan: {
        type: "mass_edit",
        leads: { list: "renewals" },
        split: { to: ["abel", "cleo", { user: "devi", weight: 0.5 }, { user: "ezra", cap: 10 }] },
        set: { status: "In review", next_step: "Call back", tags: { add: ["priority"] } },
        note: { type: "Renewal", text: "Second notice went out on Monday." },
        alert: "Call before Friday",
      },
      keep: "renewals",
      expect: { count: 89, refused: [], dropped: {}, spread: 22, people: { abel: { before: 472, after: 493, dealt: 27, released: 6 }, cleo: { before: 619, after: 624, dealt: 20, released: 15 }, devi: { before: 396, after: 398, dealt: 14, released: 12 }, ezra: { before: 543, after: 537, dealt: 8, released: 14 }, bao: { before: 284, after: 277, released: 7 }, frida: { before: 229, after: 217, released: 12 }, gideon: { before: 184, after: 182, released: 2 } }, attach: { note: { type: "Renewal", text: "Second notice went out on Monday." }, alert: "Call before Friday" } },
    },
    { say: "With three selected: exactly those three, and only what was ticked", actor: "delphine", plan: { type: "mass_edit", leads: { ids: ["F-30001", "F-30002", "F-30003"] }, set: { hardship: true } }, expect: { count: 3, refused: [], dropped: {} } },
    { say: "Another company is given access, and the plan warns of it", actor: "delphine", plan: { type: "mass_edit", leads: { list: "docs" }, units: { add: ["harbor"] } }, expect: { count: 150, refused: [], dropped: { no_change: 2 }, warnings: ["access_granted"] } },
    { say: "An owner is not a field to be typed over", actor: "cleo", ask: { do: "lead.mass", lead: "any" }, expect: { allowed: true, reasons: [] } },
    { say: "Somebody changed one of the renewals", actor: "abel", plan: { type: "mass_edit", leads: { ids: ["F-32846"] }, set: { status: "Open" } }, expect: { count: 1, refused: [], dropped: {}, changes: { "F-32846": { status: "Open" } } } },
    { say: "Undo puts the others back, also to somebody who has left, and says so", actor: "delphine", undo: "renewals", expect: { count: 88, refused: [], dropped: { changed_since: 1 }, warnings: ["returns_to_inactive"], people: { abel: { before: 493, after: 473, dealt: 6, released: 26 }, bao: { before: 277, after: 284, dealt: 7 }, cleo: { before: 624, after: 619, dealt: 15, released: 20 }, devi: { before: 398, after: 396, dealt: 12, released: 14 }, ezra: { before: 537, after: 542, dealt: 13, released: 8 }, frida: { before: 217, after: 229, dealt: 12 } } } },
  ],
};
