// Made-up people. Some names are long, some have accents, and they come out the same every time.

const FIRST = [
  "Ada", "Agnès", "Amadou", "Anneliese", "Arjun", "Beatriz", "Björn", "Camille", "Chidi", "Chloé", "Dalia", "Désirée", "Diego", "Edda", "Emre", "Esmé", "Fatima",
  "Finn", "Giulia", "Hana", "Harold", "Ines", "Iris", "Jakub", "Jörg", "Kavita", "Kenji", "Leïla", "Lena", "Marguerite", "Mateo", "Mei", "Nadia", "Niamh", "Nils",
  "Olu", "Opal", "Paloma", "Priya", "Quentin", "Rosa", "Ruben", "Saoirse", "Seth", "Simone", "Søren", "Tara", "Thandiwe", "Tomás", "Vera", "Wanda", "Xiomara", "Yusuf", "Zoë",
];
const LAST = [
  "Abernathy", "Adeyemi", "Ahlström", "Alcântara", "Bachmann", "Bellweather", "Bianchi", "Brandt", "Calloway", "Castillo", "Chaudhary", "Dąbrowski", "Delacroix", "Drummond",
  "Ekström", "Falk", "Farrow", "Fernández", "Fitzgibbon", "García", "Grimes", "Haddad", "Holloway", "Ibarra", "Jansen", "Kirchgässner", "Kowalski", "Lindqvist", "Lomax",
  "Mbeki", "McAllister", "Montague", "Moreau", "Nakamura", "Novák", "O’Hara", "Okonkwo", "Papadopoulos", "Pratt", "Quist", "Ramaswamy", "Renner", "Saint-Clair", "Sandoval",
  "Sørensen", "Tanaka", "Thibodeaux", "Tully", "Ueda", "Van der Meer", "Villanueva", "Weiß", "Whitlock", "Yılmaz", "Zieliński",
];
const LONG = [
  "Wolfeschlegelstein-Hausenbergerdorff", "Featherstonehaugh-Cholmondeley", "Papadimitrakopoulou-Konstantinidis", "de la Fuente y Aguilar-Montenegro",
];

/** A full name; one in ninety does not fit into a column. */
export function person(random) {
  const first = random.pick(FIRST);
  return `${first} ${random.once(90) ? random.pick(LONG) : random.pick(LAST)}`;
}

const plain = (text) => text.normalize("NFKD").replace(/[^A-Za-z]/g, "").toLowerCase();

/** An address at a domain that is kept for examples. */
export function email(random, name) {
  const [first, ...rest] = name.split(" ");
  return `${plain(first)}.${plain(rest.join("")) || "x"}${random.draw(90) + 10}@${random.pick(["example.com", "example.org", "example.net"])}`;
}

/** A telephone number out of the range that is kept for fiction. */
export const phone = (random) => `(${200 + random.draw(700)}) 555-01${String(random.draw(100)).padStart(2, "0")}`;
