// The data of each world, loaded when it is opened. What its leads are made of is a part by itself: leads may come out of a file instead.

const books = {
  lender: () => Promise.all([import("./lender/config.js"), import("./lender/story.js")]),
  partners: () => Promise.all([import("./partners/config.js"), import("./partners/story.js")]),
  pools: () => Promise.all([import("./pools/config.js"), import("./pools/story.js")]),
  realty: () => Promise.all([import("./realty/config.js"), import("./realty/story.js")]),
  lists: () => Promise.all([import("./lists/config.js"), import("./lists/story.js")]),
};
const generators = {
  lender: () => import("./lender/leads.js"),
  partners: () => import("./partners/leads.js"),
  pools: () => import("./pools/leads.js"),
  realty: () => import("./realty/leads.js"),
  lists: () => import("./lists/leads.js"),
};

/** What all of them draw from comes along, and not after it. */
const names = () => import("./names.js");

/** Configuration and story. */
export const loadBook = (id) => books[id]().then(([{ config }, { story }]) => ({ config, story }));
/** How its leads are made: `leads(count, now)`. */
export const loadLeads = (id) => Promise.all([generators[id](), names()]).then(([{ leads }]) => leads);
/** All of it. */
export const loadWorld = async (id) => {
  const [book, leads] = await Promise.all([loadBook(id), loadLeads(id)]);
  return { ...book, leads };
};
