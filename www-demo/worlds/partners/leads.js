// Leads of the partner portal. Two thirds came through a routing rule, the rest were given by hand, and the last ones have just come in.
import { email, person } from "../names.js";
import { before, source } from "../random.js";

const USERS = { bea: 2, colm: 6, dot: 5, kit: 3, lars: 7, milo: 1, odd: 4, pia: 5, tess: 3, uli: 6 };
const HOME = { bea: "brightline", colm: "brightline", dot: "brightline", kit: "kestrel", lars: "kestrel", milo: "kestrel", odd: "oakhart", pia: "oakhart", tess: "tessera", uli: "tessera" };
const STATUS = { PENDING: 9, ACCEPTED: 7, DECLINED: 2, WON: 3, LOST: 3 };
const RULES = ["existing", "nordics", "large", "rest"];
/** Of every so many leads, one has not been routed. */
const FRESH = 25;
const COUNTRIES = ["GB", "IE", "DE", "DK", "SE", "NO", "NL", "FR", "ES", "PL"];
const HEAD = ["Aldous", "Bright", "Cobalt", "Deep", "Ember", "Fjord", "Grand", "Halcyon", "Iron", "Juniper", "Keystone", "Lumen", "Maris", "Nordlys", "Øster", "Pavilion", "Quarry", "Río", "Silver", "Tallow", "Umbra", "Vega", "Wren", "Yarrow"];
const TAIL = ["Foods", "Freight", "Health", "Insurance", "Labs", "Logistics", "Materials", "Media", "Partners", "Retail", "Robotics", "Textiles", "Utilities", "Works", "& Daughters", "Aktiengesellschaft für Verbundwerkstoffe"];

const story = (id, company, status, owner, partner, rule) => ({
  id, version: 1, company, contact: "Jörg Bachmann", status, owner, partner, rule, product: "Platform", value: 96000, country: "DE", email: "joerg.bachmann@example.com",
  created: "2026-02-20T09:00:00.000Z", assigned: "2026-02-20T09:05:00.000Z", previous: [], notified: [owner],
});

export function leads(count, now) {
  const random = source(20260311);
  const rows = [
    story("P-2001", "Øster Materials", "PENDING", "colm", "brightline", null),
    story("P-2002", "Keystone Robotics", "PENDING", "colm", "brightline", null),
    story("P-2003", "Vega Insurance", "ACCEPTED", "dot", "brightline", null),
    story("P-2004", "Fjord Freight", "PENDING", "dot", "brightline", "nordics"),
  ];
  for (let n = rows.length; n < count; n += 1) {
    const fresh = n >= count - count / FRESH;
    const owner = fresh ? null : random.weighted(USERS);
    const contact = person(random);
    const created = before(random, now, fresh ? 2 : 120);
    rows.push({
      id: `P-${2001 + n}`,
      version: 1,
      company: `${random.pick(HEAD)} ${random.once(60) ? TAIL[TAIL.length - 1] : random.pick(TAIL.slice(0, -1))}`,
      contact,
      status: fresh ? "PENDING" : random.weighted(STATUS),
      owner,
      partner: HOME[owner] ?? "portal",
      rule: !fresh && random.draw(3) > 0 ? random.pick(RULES) : null,
      product: random.pick(["Platform", "Analytics", "Support plan", "Migration"]),
      value: random.once(20) ? null : (4 + random.draw(240)) * 1000,
      country: random.pick(COUNTRIES),
      email: random.once(14) ? null : email(random, contact),
      created,
      assigned: fresh ? null : created,
      previous: [],
      notified: fresh ? [] : [owner],
    });
  }
  return rows;
}
