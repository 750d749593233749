// A hundred thousand leads of a call floor. Half of them wait in pools; the desks' books are far from even.
import { person, phone } from "../names.js";
import { before, source } from "../random.js";
import { config } from "./config.js";

const CITIES = ["Albany", "Boston", "Buffalo", "Camden", "Hartford", "Newark", "Philadelphia", "Pittsburgh", "Providence", "Richmond", "Scranton", "Worcester"];
const CAMPAIGNS = ["Spring 25", "Autumn 25", "Winter 26", "Referral drive"];
const SPANISH = ["ana", "sol", "ximena"];
const STATUS = { Working: 7, Callback: 3, "No answer": 5, Sold: 2, Dead: 3 };

/** Whoever holds a lead is a member of its pool. */
function pools(owner, desk) {
  const all = { solar: 9, callbacks: 3, spanish: 1, winback: 5 };
  if (owner === null) return all;
  if (!SPANISH.includes(owner)) delete all.spanish;
  if (desk !== "alpha" && desk !== "bravo") delete all.callbacks;
  return all;
}

export function leads(count, now) {
  const random = source(20260316);
  const agents = config.users.filter(({ profiles }) => profiles[0] === "agent");
  const shares = Object.fromEntries(agents.map(({ id }, at) => [id, 3 + ((at * 5) % 11)]));
  const homes = Object.fromEntries(agents.map(({ id, unit }) => [id, unit]));
  const desks = ["alpha", "bravo", "charlie", "delta"];
  const theirs = Object.fromEntries(agents.map(({ id, unit }) => [id, pools(id, unit)]));
  const anybody = pools(null);
  const rows = [];
  for (let n = 0; n < count; n += 1) {
    const owner = random.draw(2) === 0 ? null : random.weighted(shares);
    const status = owner === null ? "Fresh" : random.weighted(STATUS);
    const created = before(random, now, 400);
    rows.push({
      id: `A-${String(n + 1).padStart(6, "0")}`,
      version: 1,
      name: person(random),
      status,
      owner,
      pool: random.weighted(theirs[owner] ?? anybody),
      desk: homes[owner] ?? random.pick(desks),
      phone: random.once(25) ? null : phone(random),
      city: random.once(40) ? null : random.pick(CITIES),
      score: random.draw(100) + 1,
      campaign: random.pick(CAMPAIGNS),
      calls: owner === null ? 0 : random.draw(9),
      created,
      assigned: owner === null ? null : before(random, now, 90),
      activity: owner === null ? null : before(random, now, 60),
      previous: [],
    });
  }
  return rows;
}
