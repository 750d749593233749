// The data of each world, loaded when it is opened.

const world = ([{ config }, { leads }, { story }]) => ({ config, leads, story });

const loaders = {
  lender: () => Promise.all([import("./lender/config.js"), import("./lender/leads.js"), import("./lender/story.js")]),
  partners: () => Promise.all([import("./partners/config.js"), import("./partners/leads.js"), import("./partners/story.js")]),
  pools: () => Promise.all([import("./pools/config.js"), import("./pools/leads.js"), import("./pools/story.js")]),
  realty: () => Promise.all([import("./realty/config.js"), import("./realty/leads.js"), import("./realty/story.js")]),
  lists: () => Promise.all([import("./lists/config.js"), import("./lists/leads.js"), import("./lists/story.js")]),
};

export const loadWorld = (id) => loaders[id]().then(world);
