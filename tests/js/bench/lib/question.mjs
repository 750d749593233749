// The list query: owner in 10 · status in 3 · score ≥ n · created before a day · (state is one, or a tag, or the last name contains).
import { OWNERS, STATES, STATUS, TAGS } from "./leads.mjs";
import { Random } from "./random.mjs";

const PARTS = ["son", "lov", "ier", "ace", "cher", "ill", "urch", "mith", "ker", "ott"];

/** The query with other constants for each number; all of them find about as many rows. */
export function question(number) {
  const random = new Random(1000 + number);
  return {
    owners: random.some(OWNERS, 10),
    statuses: random.some(STATUS, 3),
    score: 38 + random.below(5),
    before: `2025-0${1 + random.below(9)}-${10 + random.below(19)}`,
    state: random.of(STATES),
    tag: random.of(TAGS),
    part: random.of(PARTS),
  };
}

/** As react-querybuilder writes it. */
export const asRules = ({ owners, statuses, score, before, state, tag, part }) => ({
  combinator: "and",
  rules: [
    { field: "owner", operator: "in", value: owners },
    { field: "status", operator: "in", value: statuses },
    { field: "score", operator: ">=", value: score },
    { field: "created", operator: "<", value: before },
    {
      combinator: "or",
      rules: [
        { field: "state", operator: "=", value: state },
        { field: "tags", operator: "contains", value: tag },
        { field: "lastName", operator: "contains", value: part },
      ],
    },
  ],
});

/** As mingo and sift take it. */
export const asMongo = ({ owners, statuses, score, before, state, tag, part }) => ({
  owner: { $in: owners },
  status: { $in: statuses },
  score: { $gte: score },
  created: { $lt: before },
  $or: [{ state }, { tags: tag }, { lastName: { $regex: new RegExp(part, "i") } }],
});

/** As JsonLogic, with an operation `lower` of its own. */
export const asLogic = ({ owners, statuses, score, before, state, tag, part }) => ({
  and: [
    { in: [{ var: "owner" }, owners] },
    { in: [{ var: "status" }, statuses] },
    { ">=": [{ var: "score" }, score] },
    { "<": [{ var: "created" }, before] },
    { or: [{ "==": [{ var: "state" }, state] }, { in: [tag, { var: "tags" }] }, { in: [part, { lower: [{ var: "lastName" }] }] }] },
  ],
});

const list = (values) => values.map((value) => `'${value}'`).join(", ");

/** As a condition of SQL; `hasTag` and `hasPart` are the dialect's. */
export const asSql = ({ owners, statuses, score, before, state, tag, part }, { hasTag, hasPart }) =>
  `owner IN (${list(owners)}) AND status IN (${list(statuses)}) AND score >= ${score} AND created < '${before}' AND (state = '${state}' OR ${hasTag(tag)} OR ${hasPart(part)})`;

/** By hand: the loop that somebody writes who wants it fast, narrowest question first. */
export function byHand(leads, { owners, statuses, score, before, state, tag, part }) {
  const [owned, open] = [new Set(owners), new Set(statuses)];
  const rows = [];
  for (let row = 0; row < leads.length; row++) {
    const lead = leads[row];
    if (
      owned.has(lead.owner) &&
      open.has(lead.status) &&
      lead.score >= score &&
      lead.created < before &&
      (lead.state === state || lead.tags.includes(tag) || lead.lastName.toLowerCase().includes(part))
    ) {
      rows.push(row);
    }
  }
  return rows;
}
