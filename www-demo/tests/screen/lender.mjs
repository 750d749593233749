// What a person does at each step of the lender's story. `$` is a number that the engine gave when the same step ran without a screen.
export const screen = [
  [{ as: "Nora Vance" }, { list: "Applications without a loan officer" }, { count: "$" }],
  [{ find: "L-1001" }, { click: "Assign Loan officer" }, { radios: ["grace", "hugo", "ines", "keiko"] }, { click: "Cancel" }],
  [
    { click: "Assign Loan officer" }, { radio: "Hugo Marchetti" }, { click: "Assign to Hugo" }, { toast: "Roles: Hugo Marchetti" },
    { click: "Assign Org admin" }, { radio: "Theo Brandt" }, { click: "Assign to Theo" }, { toast: "Roles: Theo Brandt" },
  ],
  [{ options: ["Primary agent", ["Nobody", "Amara Obi", "Hugo Marchetti", "Theo Brandt"]] }],
  [{ choose: ["Primary agent", "Hugo Marchetti"] }, { toast: "Hugo Marchetti made primary agent" }],
  [{ see: "Assigned to Hugo Marchetti as Loan officer." }, { see: "Assigned to Theo Brandt as Org admin." }],
  [{ as: "Hugo Marchetti" }, { list: "All leads" }, { find: "L-1001" }, { click: "Reassign Agent: not allowed, why?" }, { see: "Reassign Agent is not allowed" }],
  [
    { as: "Nora Vance" }, { list: "Carla’s open leads" }, { count: "$" }, { click: "Reassign all" },
    { people: ["Ben Whitlock", "Elena Fischer", "Grace Lindqvist", "Maximiliana"] },
    { radio: "Everybody ends level" }, { see: "spread 1, the least possible" },
    { unfold: "Change other fields in the same step" }, { check: "Add a note" }, { fill: ["Type of the note", "Handover"] }, { fill: ["Text of the note", "Carla has left; please introduce yourself."] },
    { write: "Reassign $ leads" }, { toast: "Mass edit, split among 4 people" },
  ],
  [{ as: "Elena Fischer" }, { list: "All leads" }, { find: "L-1031" }, { link: "Edit fields…" }, { check: "Product" }, { choose: ["Product", "Construction"] }, { write: "Change $ lead" }],
  [{ as: "Nora Vance" }, { click: "Undo: Mass edit, split among 4 people" }, { toast: "$ put back" }, { toast: "1 had been changed since" }],
];
