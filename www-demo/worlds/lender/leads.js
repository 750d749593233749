// Leads of the lender: agents with unequal books, a few that nobody owns, cells that are empty.
import { email, person, phone } from "../names.js";
import { before, source } from "../random.js";

const BOOKS = { amara: 9, ben: 7, carla: 11, dmitri: 8, elena: 6, farid: 10, grace: 5, max: 4 };
const OFFICERS = { grace: 3, hugo: 5, ines: 4, jonas: 1, keiko: 3 };
const HOME = { amara: "chicago", ben: "chicago", carla: "chicago", dmitri: "austin", elena: "austin", farid: "denver", grace: "denver", max: "denver" };
const STATUS = { New: 9, Contacted: 8, Application: 6, Processing: 4, Underwriting: 3, "Clear to close": 2, Funded: 6, Withdrawn: 3, Lost: 4 };
const PRODUCT = { Purchase: 6, Refinance: 4, "Cash-out": 2, HELOC: 2, Construction: 1 };
const LATE = ["Processing", "Underwriting", "Clear to close", "Funded"];
const STATES = ["IL", "TX", "CO", "WI", "IN", "IA", "NM", "UT", "MO", "KS"];

export function leads(count, now) {
  const random = source(20260302);
  const rows = [
    // The lead of the story: an application that has an agent and nobody in its other roles.
    {
      id: "L-1001", version: 1, name: "Zoë Kirchgässner", status: "Application", agent: "amara", loan_officer: null, org_admin: null, primary: "amara", branch: "chicago",
      product: "Purchase", amount: 412000, state: "IL", source: "Web form", email: "zoe.kirchgassner@example.com", phone: "(312) 555-0142",
      created: "2026-02-24T15:10:00.000Z", assigned: "2026-02-24T15:12:00.000Z", activity: "2026-02-27T20:30:00.000Z", previous: [], notified: ["amara"],
    },
  ];
  for (let n = 1; n < count; n += 1) {
    const name = person(random);
    const agent = random.once(14) ? null : random.weighted(BOOKS);
    const status = agent === null ? random.pick(["New", "Contacted"]) : random.weighted(STATUS);
    const officer = LATE.includes(status) || random.once(4) ? random.weighted(OFFICERS) : null;
    const created = before(random, now, 160);
    rows.push({
      id: `L-${1001 + n}`,
      version: 1,
      name,
      status,
      agent,
      loan_officer: agent === null ? null : officer,
      org_admin: random.once(3) ? random.pick(["nora", "theo", "imani", "rafael"]) : null,
      primary: agent,
      branch: HOME[agent] ?? random.pick(["chicago", "austin", "denver"]),
      product: random.weighted(PRODUCT),
      amount: random.once(30) ? null : (80 + random.draw(870)) * 1000,
      state: random.pick(STATES),
      source: random.pick(["Web form", "Referral", "Branch", "Phone", "Open house", "Partner", "Mailer"]),
      email: random.once(16) ? null : email(random, name),
      phone: random.once(9) ? null : phone(random),
      created,
      assigned: agent === null ? null : created,
      activity: random.once(12) ? null : before(random, now, 45),
      previous: [],
      notified: agent === null ? [] : [agent],
    });
  }
  return rows;
}
