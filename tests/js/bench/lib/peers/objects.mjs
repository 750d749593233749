// Peers that ask objects one by one.
import logic from "json-logic-js";
import { Query } from "mingo";
import sift from "sift";
import { asLogic, asMongo, byHand } from "../question.mjs";

logic.add_operation("lower", (text) => text.toLowerCase());

/** Rows of the objects that pass. */
function passing(leads, test) {
  const rows = [];
  for (let row = 0; row < leads.length; row++) {
    if (test(leads[row])) rows.push(row);
  }
  return rows;
}

export const peers = {
  "hand-written JS": byHand,
  mingo(leads, question) {
    const query = new Query(asMongo(question));
    return passing(leads, (lead) => query.test(lead));
  },
  sift: (leads, question) => passing(leads, sift(asMongo(question))),
  "json-logic-js"(leads, question) {
    const rule = asLogic(question);
    return passing(leads, (lead) => logic.apply(rule, lead));
  },
};
