// Leads of the real-estate company: most have an agent, some are new and nobody's.
import { email, person, phone } from "../names.js";
import { before, source } from "../random.js";

const BOOKS = { joss: 3, alma: 6, brett: 7, cora: 4, diego: 6, esther: 8, floyd: 3, gaby: 5, hank: 6 };
const HOME = { joss: "first_home", alma: "harbor", brett: "harbor", cora: "first_home", diego: "uptown", esther: "uptown", floyd: "uptown", gaby: "valley", hank: "valley", ivy: "valley" };
const STATUS = { Attempted: 6, Engaged: 7, Showing: 4, "Under contract": 2, Closed: 5, Lost: 4 };
const CITIES = { harbor: ["Port Ellery", "Saltmarsh"], first_home: ["Port Ellery", "Lowgate"], uptown: ["Ashford Heights", "Kingsmere"], valley: ["Dry Creek", "Alder Flats"] };

const story = (id, name, rest) => ({
  id, version: 1, name, status: "New", agent: null, lender: null, office: "harbor", city: "Port Ellery", price: 385000, source: "Portal", language: "English",
  email: "someone@example.com", phone: "(303) 555-0127", created: "2026-03-20T15:40:00.000Z", assigned: null, activity: null, previous: [], notified: [], run: null, ...rest,
});

export function leads(count, now) {
  const random = source(20260320);
  const rows = [
    story("R-4001", "Lucía Barrientos", { language: "Spanish", email: "lucia.barrientos@example.com" }),
    story("R-4002", "Tobias Ekvall", { source: "Open house", price: 520000, office: "uptown", city: "Kingsmere", email: "tobias.ekvall@example.org" }),
    story("R-4003", "Wendeline Featherstonehaugh-Cholmondeley", { office: "valley", city: "Dry Creek", price: 298000, email: "wendeline@example.net" }),
    story("R-4004", "Marisol Quiroga", { language: "Spanish", price: 455000, email: "marisol.quiroga@example.com" }),
  ];
  for (let n = rows.length; n < count; n += 1) {
    const name = person(random);
    const agent = random.once(16) ? null : random.weighted(BOOKS);
    // Ivy has begun this month: her book is small, and nearly full.
    const owner = agent !== null && random.once(110) ? "ivy" : agent;
    const office = HOME[owner] ?? random.pick(["harbor", "first_home", "uptown", "valley"]);
    const created = before(random, now, owner === null ? 4 : 150);
    rows.push({
      id: `R-${4001 + n}`,
      version: 1,
      name,
      status: owner === null ? "New" : random.weighted(STATUS),
      agent: owner,
      lender: owner !== null && random.once(5) ? "lou" : null,
      office,
      city: random.pick(CITIES[office]),
      price: random.once(25) ? null : (140 + random.draw(random.once(8) ? 2400 : 620)) * 1000,
      source: random.pick(["Portal", "Open house", "Sign call", "Referral", "Website"]),
      language: random.weighted({ English: 8, Spanish: 3, Mandarin: 1 }),
      email: random.once(14) ? null : email(random, name),
      phone: random.once(8) ? null : phone(random),
      created,
      assigned: owner === null ? null : created,
      activity: owner === null ? null : before(random, now, 40),
      previous: [],
      notified: owner === null ? [] : [owner],
      run: null,
    });
  }
  return rows;
}
