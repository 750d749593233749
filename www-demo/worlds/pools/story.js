const OPEN = { field: "status", operator: "notIn", value: ["Sold", "Dead"] };
const ALPHA = ["ana", "bram", "chidi", "dana", "elif", "femi"];

export const story = {
  title: "A morning on the floor",
  steps: [
    { say: "Fresh leads, best score first", actor: "ruth", list: { list: "fresh" }, expect: { count: 50061 } },
    {
      say: "Three hundred of the Spanish speakers’ pool go to the three who speak it",
      actor: "ruth",
      plan: {
        type: "split",
        leads: { filter: { combinator: "and", rules: [{ field: "pool", operator: "=", value: "spanish" }, { field: "owner", operator: "null" }, { field: "score", operator: ">", value: 88 }] } },
        split: { to: ["sol", "ximena", "ana"] },
      },
      keep: "spanish",
      expect: { count: 341, refused: [], dropped: {}, spread: 1, people: { sol: { before: 2179, after: 2293, dealt: 114 }, ximena: { before: 617, after: 731, dealt: 114 }, ana: { before: 570, after: 683, dealt: 113 } }, notices: [{ user: "ana", kind: "assigned", count: 113 }, { user: "sol", kind: "assigned", count: 114 }, { user: "ximena", kind: "assigned", count: 114 }] },
    },
    { say: "Somebody who is not a member of the pool gets none of it", actor: "ruth", plan: { type: "split", leads: { filter: { combinator: "and", rules: [{ field: "pool", operator: "=", value: "spanish" }, { field: "owner", operator: "null" }] } }, split: { to: ["bram"] } }, write: false, expect: { count: 0, refused: [], dropped: { nobody_eligible: 2455 }, spread: 0, people: { bram: { before: 1627, after: 1627 } } } },
    { say: "Bram claims a lead from a pool", actor: "bram", plan: { type: "claim_from_pool", lead: "A-000001" }, keep: "claim", expect: { count: 1, refused: [], dropped: {}, people: { bram: { before: 1627, after: 1628, dealt: 1 } }, notices: [{ user: "bram", kind: "assigned", count: 1 }], changes: { "A-000001": { assigned: "2026-03-16T13:30:00.000Z", owner: "bram", status: "Working" } } } },
    { say: "Gus is a moment too late", actor: "gus", plan: { type: "claim_from_pool", lead: "A-000001" }, expect: { count: 0, refused: [], dropped: { unknown_lead: 1 } } },
    { say: "Unassigned, it is back in its pool and counts towards nobody’s load", actor: "ruth", plan: { type: "unassign", leads: { ids: ["A-000001"] } }, expect: { count: 1, refused: [], dropped: {}, people: { bram: { before: 1628, after: 1627, released: 1 } }, notices: [{ user: "bram", kind: "released", count: 1 }], changes: { "A-000001": { owner: null, previous: ["bram"], status: "Fresh" } } } },
    { say: "Idle for thirty days", actor: "ruth", list: { list: "idle" }, expect: { count: 12532 } },
    { say: "One of them gets another agent …", actor: "ruth", plan: { type: "assign", leads: { ids: ["A-039061"] }, to: "tove" }, expect: { count: 1, refused: [], dropped: {}, people: { tove: { before: 1033, after: 1034, dealt: 1 }, sol: { before: 2293, after: 2292, released: 1 } }, notices: [{ user: "tove", kind: "assigned", count: 1 }, { user: "sol", kind: "released", count: 1 }], changes: { "A-039061": { assigned: "2026-03-16T13:30:00.000Z", owner: "tove", previous: ["sol"], status: "Working" } } } },
    { say: "… and a new assignment resets its timer", actor: "ruth", list: { list: "idle" }, expect: { count: 12531 } },
    {
      say: "The idle ones go back to the win-back pool",
      actor: "ruth",
      plan: { type: "unassign", leads: { list: "idle" }, pool: "winback" },
      keep: "idle",
      expect: { count: 12531, refused: [], dropped: {} },
    },
    { say: "Yara leaves: everything she holds goes back to its pools", actor: "ruth", plan: { type: "reclaim", from: ["yara"] }, keep: "yara", expect: { count: 1098, refused: [], dropped: {}, people: { yara: { before: 1098, after: 0, released: 1098 } }, notices: [{ user: "yara", kind: "released", count: 1098 }] } },
    { say: "Desk Alpha is evened out with the fewest moves", actor: "percy", plan: { type: "rebalance", users: ALPHA }, keep: "alpha", expect: { count: 1147, refused: [], dropped: { no_change: 5464 }, spread: 1, people: { ana: { before: 478, after: 1102, dealt: 624 }, bram: { before: 1072, after: 1102, dealt: 30 }, chidi: { before: 1766, after: 1102, released: 664 }, dana: { before: 909, after: 1102, dealt: 193 }, elif: { before: 1585, after: 1102, released: 483 }, femi: { before: 801, after: 1101, dealt: 300 } } } },
    { say: "Percy leads desk Alpha; of Bravo’s leads he may give none", actor: "percy", ask: { do: "lead.give", lead: "A-000002", to: "gus" }, expect: { allowed: false, reasons: ["unknown_lead"] } },
    { say: "All open leads of the floor, dealt anew among its people", actor: "ruth", plan: { type: "split", leads: { filter: { combinator: "and", rules: [OPEN] } }, split: { to: { tags: ["alpha", "bravo", "charlie", "delta"] } } }, write: false, expect: { count: 86283, refused: [], dropped: { no_change: 1291 }, spread: 1 } },
    { say: "And Percy’s rebalance is taken back", actor: "ruth", undo: "alpha", expect: { count: 1147, refused: [], dropped: {}, people: { ana: { before: 1102, after: 478, released: 624 }, bram: { before: 1102, after: 1072, released: 30 }, chidi: { before: 1102, after: 1766, dealt: 664 }, dana: { before: 1102, after: 909, released: 193 }, elif: { before: 1102, after: 1585, dealt: 483 }, femi: { before: 1101, after: 801, released: 300 } } } },
  ],
};
