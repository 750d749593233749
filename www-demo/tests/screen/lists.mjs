export const screen = [
  [{ as: "Delphine Moreau" }, { list: "All files" }, { click: "Filter" }, { condition: ["Status", "is", "Docs out"] }, { condition: ["Language", "is", "Spanish"] }, { count: "$" }],
  [{ click: "Save list" }, { fill: ["Name", "Docs out, Spanish"] }, { people: ["Cleo Fitzgerald"] }, { click: "Save" }, { list: "Docs out, Spanish" }],
  [{ as: "Cleo Fitzgerald" }, { list: "Docs out, Spanish" }, { count: "$" }],
  [{ as: "Ezra Tully" }, { gone: "Docs out, Spanish" }],
  [
    { as: "Delphine Moreau" }, { list: "Renewals on hold" }, { count: "$" }, { click: "Mass edit" },
    { check: "Assigned to: split evenly" }, { people: ["Abel Sandoval", "Cleo Fitzgerald", "Devi Chaudhary", "Ezra Tully"] }, { slide: ["Weight of Devi Chaudhary", 0.5] }, { fill: ["Most for Ezra Tully", "10"] },
    { check: "Status" }, { choose: ["Status", "In review"] }, { check: "Next step" }, { fill: ["Next step", "Call back"] }, { check: "Tags" }, { fill: ["Tags: add", "priority"] },
    { check: "Add a note" }, { fill: ["Type of the note", "Renewal"] }, { fill: ["Text of the note", "Second notice went out on Monday."] }, { check: "Add an alert" }, { fill: ["Text of the alert", "Call before Friday"] },
    { write: "Change $ files" }, { toast: "Mass edit, split among 4 people" },
  ],
  [{ list: "All files" }, { pick: [1, 2, 3] }, { see: "3 files picked" }, { click: "Mass edit" }, { check: "Hardship" }, { choose: ["Hardship", "Yes"] }, { write: "Change $ files" }],
  [{ list: "Docs out, Spanish" }, { click: "Mass edit" }, { check: "Give a company access" }, { check: "Harbor Servicing" }, { see: "gains access" }, { write: "Change $ files" }],
  [{ as: "Cleo Fitzgerald" }, { list: "All files" }, { click: "Mass edit" }, { see: "Tick what is to change" }, { click: "Close" }],
  [{ as: "Abel Sandoval" }, { list: "All files" }, { find: "F-32846" }, { link: "Edit fields…" }, { check: "Status" }, { choose: ["Status", "Open"] }, { write: "Change $ file" }],
  [{ as: "Delphine Moreau" }, { click: "Undo: Mass edit, split among 4 people" }, { toast: "$ put back" }],
];
