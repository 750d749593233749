export const screen = [
  [{ as: "Marta Halden" }, { list: "Can be reassigned by hand" }, { count: "$" }],
  [{ find: "P-2001" }, { click: "Reassign Partner user" }, { radio: "Dorothea Amann" }, { click: "Assign to Dorothea" }, { toast: "Assigned to Dorothea Amann" }],
  [{ list: "All leads" }, { find: "P-2003" }, { click: "Reassign Partner user: not allowed, why?" }, { see: "Reassign Partner user is not allowed" }],
  [{ list: "All leads" }, { find: "P-2004" }, { click: "Reassign Partner user: not allowed, why?" }, { see: "Reassign Partner user is not allowed" }],
  [{ list: "All leads" }, { find: "P-2002" }, { click: "Reassign Partner user" }, { unfold: "who may not, and why" }, { see: "Lars Ekström" }],
  [
    { link: "Transfer to another organisation instead…" }, { choose: ["Transfer to", "Kestrel Systems"] }, { choose: ["There, to", "Lars Ekström"] },
    { see: "goes over" }, { remember: /P-2002-\w+/ }, { write: "Transfer $ lead" }, { toast: "Transferred to Kestrel Systems" },
  ],
  [{ as: "Lars Ekström" }, { list: "All leads" }, { find: "$remembered" }, { see: "Kestrel Systems" }],
  [{ search: "P-2002" }, { see: "Nothing here is called “P-2002”" }],
  [{ as: "Marta Halden" }, { list: "All leads" }, { find: "$remembered" }, { click: "Send notice again" }, { toast: "Notice sent again" }],
  [{ as: "Kit Nakamura" }, { list: "All leads" }, { find: "$remembered" }, { click: "Reassign Partner user" }, { unfold: "who may not, and why" }, { see: "Colm Fitzgibbon" }, { click: "Cancel" }],
  [{ as: "Marta Halden" }, { click: "Undo: Transferred to Kestrel Systems" }, { toast: "There is nothing left to put back" }],
];
