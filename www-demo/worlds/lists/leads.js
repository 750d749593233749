// Client files of the list builder's world.
import { email, person } from "../names.js";
import { before, source } from "../random.js";

const BOOKS = { abel: 6, bao: 4, cleo: 8, devi: 5, ezra: 7, frida: 3, gideon: 2 };
const HOME = { abel: "west", bao: "west", cleo: "west", devi: "south", ezra: "south", frida: "south", gideon: "south" };
const TYPE = { "Purchase file": 4, "Settlement file": 6, Enquiry: 5, Renewal: 3, "Referral file": 2 };
const STATUS = { Open: 6, "In review": 4, "Docs out": 3, "On hold": 3, Enrolled: 4, Cancelled: 2 };
const LANGUAGE = { English: 12, Spanish: 5, Vietnamese: 2, Tagalog: 1 };
const TAGS = ["priority", "veteran", "self-employed", "call evenings", "documents missing"];
const STEPS = ["Call back", "Send agreement", "Ask for statements", "Check hardship letter", "Wait for creditor"];
const DAY = 24 * 60 * 60_000;

export function leads(count, now) {
  const random = source(20260318);
  const rows = [];
  for (let n = 0; n < count; n += 1) {
    const name = person(random);
    const owner = random.once(18) ? null : random.weighted(BOOKS);
    const created = before(random, now, 200);
    rows.push({
      id: `F-${30001 + n}`,
      version: 1,
      name,
      type: random.weighted(TYPE),
      status: random.weighted(STATUS),
      assigned_to: owner,
      negotiator: random.once(3) ? random.pick(["abel", "devi"]) : null,
      processor: random.once(4) ? random.pick(["bao", "frida"]) : null,
      company: HOME[owner] ?? random.pick(["west", "south"]),
      shared: random.once(25) ? [random.pick(["harbor", "ledger"])] : [],
      created_by: random.pick(["delphine", "hollis", "cleo", "ezra"]),
      created,
      debt: random.once(25) ? null : (30 + random.draw(900)) * 100,
      language: random.weighted(LANGUAGE),
      tags: TAGS.filter(() => random.once(6)),
      next_step: random.once(3) ? null : random.pick(STEPS),
      review_on: random.once(4) ? null : new Date(Date.parse(now) + (random.draw(60) - 20) * DAY).toISOString().slice(0, 10),
      hardship: random.once(5),
      email: random.once(14) ? null : email(random, name),
      assigned: owner === null ? null : created,
      notified: owner === null ? [] : [owner],
    });
  }
  return rows;
}
