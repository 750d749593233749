export const screen = [
  [{ as: "Ruth Montague" }, { list: "Fresh, best score first" }, { count: "$" }],
  [
    { list: "Spanish speakers" }, { click: "Filter" }, { condition: ["Agent", "is empty"] }, { condition: ["Score", "is above", 88] }, { count: "$" },
    { click: "Reassign all" }, { people: ["Sol Castillo", "Ximena Villanueva", "Ana Bellweather"] }, { see: "spread 1, the least possible" }, { write: "Reassign $ leads" }, { toast: "split among 3 people" },
  ],
  [{ list: "Spanish speakers" }, { click: "Reassign all" }, { people: ["Bram Jansen"] }, { see: "Nobody of these may receive it" }, { offer: "Nothing would change" }, { click: "Close" }],
  [{ as: "Bram Jansen" }, { list: "All leads" }, { find: "A-000001" }, { click: "Claim" }, { toast: "Claimed from the pool" }],
  [{ as: "Gus Holloway" }, { list: "All leads" }, { search: "A-000001" }, { see: "Nothing here is called “A-000001”" }],
  [{ as: "Ruth Montague" }, { list: "All leads" }, { find: "A-000001" }, { inside: "Return to pool" }, { toast: "Returned to its pool" }],
  [{ list: "Idle for 30 days" }, { count: "$" }],
  [{ find: "A-039061" }, { click: "Reassign Agent" }, { radio: "Tove Ahlström" }, { click: "Assign to Tove" }, { toast: "Assigned to Tove Ahlström" }],
  [{ list: "Idle for 30 days" }, { count: "$" }],
  [{ click: "Close" }, { click: "Return to pool" }, { choose: ["Into", "Win-back"] }, { write: "Return $ leads" }, { toast: "Returned to Win-back" }],
  [{ click: "Reclaim from Yara Haddad" }, { write: "Reclaim $ leads" }, { toast: "Reclaimed from Yara Haddad" }],
  [
    { as: "Percy Lomax" }, { click: "Rebalance…" }, { people: ["Ana Bellweather", "Bram Jansen", "Chidi Okafor", "Dana Quist", "Elif Yılmaz", "Femi Adeyemi"] },
    { see: "spread 1, the least possible" }, { write: "Move $ leads" }, { toast: "Rebalanced 6 people" },
  ],
  [{ list: "All leads" }, { search: "A-000002" }, { see: "Nothing here is called “A-000002”" }],
  [
    { as: "Ruth Montague" }, { list: "All leads" }, { click: "Filter" }, { condition: ["Status", "is none of"] }, { several: ["Sold", "Dead"] }, { click: "Reassign all" },
    { people: ["Everybody tagged alpha", "Everybody tagged bravo", "Everybody tagged charlie", "Everybody tagged delta"] }, { offer: "Reassign $ leads" }, { click: "Close" },
  ],
  [{ click: "Undo: Rebalanced 6 people" }, { toast: "$ put back" }],
];
