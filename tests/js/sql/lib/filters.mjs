// Random leads, and random filters over a field or two of every type; the same for the same seed.

const field = (type, more = {}) => ({ type, ...more });
/** Every type twice, so that a field can be compared with another one. */
export const FIELDS = {
  id: field("text"),
  owner: field("user"),
  agent: field("user"),
  name: field("text"),
  city: field("text"),
  code: field("text", { caseSensitive: true }),
  number: field("text", { caseSensitive: true }),
  first: field("text", { compare: "accentless" }),
  last: field("text", { compare: "accentless" }),
  phone: field("text", { compare: "digits" }),
  mobile: field("text", { compare: "digits" }),
  score: field("number"),
  rooms: field("number"),
  hot: field("boolean"),
  sold: field("boolean"),
  born: field("date"),
  due: field("date"),
  made: field("datetime"),
  seen: field("datetime"),
  status: field("choice", { choices: ["new", "open", "won"] }),
  phase: field("choice"),
  unit: field("unit"),
  branch: field("unit"),
  tags: field("tags"),
  labels: field("tags"),
  access: field("units"),
  reach: field("units"),
};
const TYPED = Object.fromEntries(Object.entries(FIELDS).map(([name, { type, caseSensitive, compare }]) => [name, compare ?? (caseSensitive ? "exact" : type)]));
const NAMES = Object.keys(FIELDS).filter((name) => name !== "id");
const TWINS = Object.fromEntries(NAMES.map((name) => [name, NAMES.filter((other) => TYPED[other] === TYPED[name])]));

export const CONFIG = {
  version: 1,
  // A zone whose clock changes on the day of `NOW`.
  timeZone: "America/New_York",
  leapDay: "03-01",
  fiscalYearStart: "04-06",
  fields: FIELDS,
  lead: { id: "id", owner: "owner", slots: ["agent"], unit: "unit", access: "access" },
  org: [{ id: "north" }, { id: "n1", parent: "north" }, { id: "n2", parent: "n1" }, { id: "south" }],
  profiles: [{ id: "all", grants: [{ do: ["lead.view"], scope: "all" }] }],
  users: [
    { id: "ann", unit: "n1", profiles: ["all"] }, { id: "bob", unit: "south" }, { id: "7", unit: "n2" }, { id: "8" },
    // Whose days begin elsewhere: at another hour, and on a day whose first hour the clock leaves out.
    { id: "kim", unit: "n1", profiles: ["all"], timeZone: "Asia/Tokyo" }, { id: "lou", profiles: ["all"], timeZone: "America/Havana" },
  ],
};
const NOW = "2026-03-08T17:30:00.000Z";
/** Who asks, in turn. */
export const CONTEXTS = ["ann", "kim", "lou"].map((actor) => ({ actor, now: NOW }));

// ---- leads

const LETTERS = ["a", "a", "A", "b", "B", "é", "É", "İ", "i", "ß", "ẞ", "Σ", "ς", "%", "_", "'", '"', "\\", "$1", "?", "😀", " ", ","];
const WORDS = {
  user: ["ann", "bob", "7", "8", "99"],
  choice: ["new", "open", "won", "New", "lost, again"],
  unit: ["north", "n1", "n2", "south", "Gone"],
  tags: ["vip", "VIP", "late", "x,y", "é", "É", "'$1", '"{}\\', "null"],
};
const NUMBERS = [0, 1, -1.5, 3, 42, 0.1, 0.30000000000000004, 1e-7, 1e15, -7, 2 ** 53, 123456.789];
const WHOLE = [0, 1, 3, 42, -7, 100];
const DAYS = ["2026-03-07", "2026-03-08", "2026-03-09", "2026-02-28", "2026-01-01", "1999-12-31", "0001-01-01", "9999-12-31"];
const INSTANTS = [
  "2026-03-08T04:59:59.999Z", "2026-03-08T05:00:00.000Z", "2026-03-08T06:59:59.999Z", "2026-03-08T07:00:00.000Z", "2026-03-09T03:59:59.999Z",
  "2026-03-09T04:00:00.000Z", NOW, "2026-03-08T17:29:59.999Z", "2026-03-02T05:00:00.000Z", "1969-12-31T23:59:59.999Z", "0001-01-01T05:00:00.000Z",
  "9999-12-31T23:59:59.999Z", "2026-03-07T14:59:59.999Z", "2026-03-07T15:00:00.000Z", "2026-03-08T15:00:00.000Z",
];
const text = (rng, most = 4) => Array.from({ length: rng.below(most + 1) }, () => rng.pick(LETTERS)).join("");
/** Elements of a list, the first of them perhaps twice. */
const elements = (rng, list) => rng.some(list, 3).flatMap((item, at) => (at === 0 && rng.below(4) === 0 ? [item, item] : [item]));
const digits = (rng) => String(rng.pick([1, 7, 42, -3, 10, 71]));
/** Letters with and without accents, composed and not, and some that are written as others. */
const ACCENTS = ["a", "a", "A", "á", "Á", "a\u0301", "A\u0323\u0301", "ạ\u0301", "o", "ø", "Ø", "ß", "s", "S", "İ", "ı", "i", "가", "각", "%", " ", ","];
const sounds = (rng, most = 4) => Array.from({ length: rng.below(most + 1) }, () => rng.pick(ACCENTS)).join("");
const NUMERALS = ["1", "1", "2", "7", "0", "1", "２", "٧", "०"];
const BETWEEN = ["", "", "", " ", "-", "+", "(", ") ", "/", "a", "²", ","];
const dialled = (rng, least, most) => Array.from({ length: least + rng.below(most + 1 - least) }, () => rng.pick(BETWEEN) + rng.pick(NUMERALS)).join("") + rng.pick(BETWEEN);

const CELLS = {
  // Numbers that a column of whole numbers can hold.
  number: (rng) => digits(rng),
  rooms: (rng) => rng.pick(WHOLE),
  first: (rng) => sounds(rng),
  last: (rng) => sounds(rng),
  phone: (rng) => dialled(rng, 0, 3),
  mobile: (rng) => dialled(rng, 0, 3),
  agent: (rng) => rng.pick(["7", "8", "99"]),
};
const OF_TYPE = {
  text: (rng) => text(rng),
  user: (rng) => rng.pick(WORDS.user),
  choice: (rng) => rng.pick([...WORDS.choice, ""]),
  unit: (rng) => rng.pick(WORDS.unit),
  number: (rng) => rng.pick(NUMBERS),
  boolean: (rng) => rng.below(2) === 0,
  date: (rng) => rng.pick(DAYS),
  datetime: (rng) => rng.pick(INSTANTS),
  tags: (rng) => elements(rng, WORDS.tags),
  units: (rng) => elements(rng, WORDS.unit),
};

export function leads(rng, count) {
  const cell = (name) => (rng.below(5) === 0 ? null : (CELLS[name] ?? OF_TYPE[FIELDS[name].type])(rng));
  return Array.from({ length: count }, (_, at) => ({ id: String(at), ...Object.fromEntries(NAMES.map((name) => [name, cell(name)])) }));
}

const SPELT = { ß: "ss", ø: "o", ı: "i" };
const WAYS = {
  /** Each code point lower-cased by itself. */
  text: (value) => [...value].map((letter) => [...letter.toLowerCase()][0]).join(""),
  accentless: (value) => WAYS.text(value.normalize("NFD").replace(/[\u0300-\u036f]/g, "")).replace(/[ßøı]/g, (letter) => SPELT[letter]),
  // Of these letters all tens begin at a multiple of sixteen, or six behind one.
  digits: (value) => [...value].filter((letter) => /\p{Nd}/u.test(letter)).map((letter) => (letter.codePointAt(0) - (/[०-९]/.test(letter) ? 6 : 0)) % 16).join(""),
};
/** The fields that a database needs a folded column for, or may have one. */
export const FOLDED = NAMES.filter((name) => TYPED[name] in WAYS);
/** Those that no database folds itself. */
export const LOOSE = FOLDED.filter((name) => TYPED[name] !== "text");
/** What such a column holds. */
export const folded = (name, value) => value && WAYS[TYPED[name]](value);

// ---- filters

const NULLS = ["null", "notNull", "empty", "notEmpty"];
const EQUAL = ["=", "!="];
const ORDER = ["=", "!=", "<", ">", "<=", ">="];
const LISTS = ["in", "notIn"];
const RANGES = ["between", "notBetween"];
const PARTS = ["contains", "beginsWith", "endsWith", "doesNotContain", "doesNotBeginWith", "doesNotEndWith"];
const YEARLY = ["anniversaryOn", "anniversaryBetween"];
const UNDER = ["under", "notUnder"];
const TEXT = [...ORDER, ...LISTS, ...RANGES, ...PARTS, ...NULLS];
const ORDERED = [...ORDER, ...LISTS, ...RANGES, ...NULLS];
const MANY = [...EQUAL, "contains", "doesNotContain", ...LISTS, "match", "match", ...NULLS];
/** What each type has. */
const OPERATORS = {
  text: TEXT,
  exact: TEXT,
  accentless: TEXT,
  digits: TEXT,
  number: ORDERED,
  date: [...ORDERED, ...YEARLY],
  datetime: [...ORDERED, ...YEARLY],
  boolean: [...EQUAL, ...NULLS],
  choice: [...EQUAL, ...LISTS, ...NULLS],
  user: [...EQUAL, ...LISTS, ...UNDER, ...NULLS],
  unit: [...EQUAL, ...LISTS, ...UNDER, ...NULLS],
  tags: MANY,
  units: [...MANY, ...UNDER],
};
const MODES = ["all", "some", "none", "atLeast", "atMost", "exactly"];
const BETWEEN_FIELDS = { text: [...ORDER, ...PARTS], exact: [...ORDER, ...PARTS], accentless: [...ORDER, ...PARTS], digits: [...ORDER, ...PARTS], number: ORDER, date: ORDER, datetime: ORDER };
const BASES = ["now", "startOfDay", "endOfDay", "startOfWeek", "endOfWeek", "startOfMonth", "endOfMonth", "startOfQuarter", "endOfQuarter", "startOfYear", "endOfYear", "startOfFiscalQuarter", "endOfFiscalQuarter", "startOfFiscalYear", "endOfFiscalYear"];
const relative = (rng) => ({ relative: rng.pick(BASES), offset: rng.below(5) - 2, unit: rng.pick(["minute", "hour", "day", "week", "month", "quarter", "year"]) });

const VALUES = {
  text: (rng, name) => (name === "number" ? digits(rng) : TYPED[name] === "accentless" ? sounds(rng, 2) : TYPED[name] === "digits" ? dialled(rng, 1, 2) : text(rng, 2)),
  number: (rng, name) => rng.pick([(value) => value, String])(rng.pick(name === "rooms" ? [...WHOLE, 1.5] : NUMBERS)),
  boolean: (rng) => rng.pick([true, false, "true"]),
  date: (rng) => (rng.below(4) === 0 ? relative(rng) : rng.pick(DAYS)),
  datetime: (rng) =>
    rng.pick([relative, () => rng.pick(DAYS), () => rng.pick(INSTANTS), () => "2026-03-08T02:30", () => "2026-03-08T10:29+05:30", () => Date.parse(NOW)])(rng),
  choice: (rng) => rng.pick([...WORDS.choice, "none"]),
  user: (rng) => (rng.below(6) === 0 ? { actor: true } : rng.pick([...WORDS.user, "nobody"])),
  unit: (rng) => rng.pick([...WORDS.unit, "nowhere", { actor: "unit" }]),
  tags: (rng) => rng.pick([...WORDS.tags, "none"]),
  units: (rng) => rng.pick([...WORDS.unit, "nowhere", { actor: "unit" }]),
};

/** A list as it is, or as text between commas where its values stay the same that way. */
function written(rng, list) {
  const plain = list.every((item) => typeof item === "string" && /^[^\s\\]+$/.test(item));
  return plain && list.length > 0 && rng.below(3) === 0 ? list.map((item) => item.replaceAll(",", "\\,")).join(rng.pick([",", " , "])) : list;
}

function several(rng, least, one) {
  // Now and then more than are bound one by one.
  const count = rng.below(8) === 0 ? 17 + rng.below(20) : least + rng.below(4);
  return written(rng, Array.from({ length: count }, one));
}

/** The value of a rule about days of any year. */
function yearly(rng, operator) {
  const every = ["02-28", "02-29", "03-01", "03-08", "12-31", "01-01"];
  const days = [...DAYS, "2027-02-28", "2027-03-01", "2028-02-29", "2025-12-30"];
  // Both bounds are days of every year, or neither.
  const day = rng.below(2) === 0 ? () => rng.pick(every) : () => (rng.below(3) === 0 ? relative(rng) : rng.pick(days));
  return operator === "anniversaryOn" ? day() : [day(), day()];
}

/** The value of a rule. */
function value(rng, name, operator) {
  const { type } = FIELDS[name];
  const one = () => VALUES[type](rng, name);
  if (NULLS.includes(operator)) return null;
  if (YEARLY.includes(operator)) return yearly(rng, operator);
  if (UNDER.includes(operator)) return rng.pick(["north", "n1", "n2", "south", { actor: "unit" }]);
  if (RANGES.includes(operator)) return written(rng, [one(), one()].map((bound) => (bound === "" ? "a" : bound)));
  if (LISTS.includes(operator) && type === "user" && rng.below(6) === 0) return { actor: "team" };
  if (LISTS.includes(operator)) return several(rng, rng.below(9) === 0 ? 0 : 1, one);
  return EQUAL.includes(operator) && (type === "tags" || type === "units") ? written(rng, Array.from({ length: 1 + rng.below(2) }, one)) : one();
}

function element(rng, name) {
  const [type, like] = FIELDS[name].type === "units" ? ["unit", "unit"] : ["exact", "tags"];
  const operator = rng.pick(OPERATORS[type]);
  const one = () => (PARTS.includes(operator) ? rng.pick(["v", "V", "i", "é", ",", "", "late"]) : VALUES[like](rng));
  if (LISTS.includes(operator)) return { field: "", operator, value: several(rng, 1, one) };
  if (RANGES.includes(operator)) return { field: "", operator, value: [one(), one()] };
  if (UNDER.includes(operator) || NULLS.includes(operator)) return { field: "", operator, value: value(rng, "unit", operator) };
  return { field: "", operator, value: one() };
}

function matching(rng, name) {
  const mode = rng.pick(MODES);
  const threshold = rng.pick([0, 1, 2, 0.5, 0.33, 0.75]);
  return { field: name, operator: "=", match: { mode, threshold }, value: group(rng, () => element(rng, name), 1) };
}

function rule(rng) {
  const name = rng.pick(NAMES);
  const type = TYPED[name];
  const operator = rng.pick(OPERATORS[type]);
  const more = rng.below(25) === 0 ? { [rng.pick(["disabled", "muted"])]: true } : {};
  if (operator === "match") return { ...matching(rng, name), ...more };
  if (rng.below(4) === 0) {
    return { field: name, operator: rng.pick(BETWEEN_FIELDS[type] ?? EQUAL), valueSource: "field", value: rng.pick(TWINS[name]), ...more };
  }
  return { field: name, operator, value: value(rng, name, operator), ...more };
}

const COMBINATORS = ["and", "or", "xor"];

/** A group of rules and, as deep as that, of groups. */
function group(rng, one, depth) {
  const member = () => (depth > 0 && rng.below(4) === 0 ? group(rng, one, depth - 1) : one());
  const rules = Array.from({ length: rng.below(20) === 0 ? 0 : 1 + rng.below(3) }, member);
  const not = rng.below(4) === 0 ? { not: true } : {};
  if (rng.below(4) > 0) return { combinator: rng.pick(COMBINATORS), ...not, rules };
  return { ...not, rules: rules.flatMap((node, at) => (at === 0 ? [node] : [rng.pick(COMBINATORS), node])) };
}

export const filter = (rng) => group(rng, () => rule(rng), 2);

// ---- what is in a filter, and smaller ones

/** Every rule of a filter, those inside `match` left out. */
export const rules = (query) => query.rules.flatMap((node) => (typeof node === "string" ? [] : node.rules ? rules(node) : [node]));
/** A rule's type and operator, or its mode of `match`. */
export const kindOf = ({ field: name, operator, match, valueSource }) => `${TYPED[name]} ${match ? match.mode : operator}${valueSource ? " field" : ""}`;
/** All that there is of them. */
export const KINDS = Object.entries(OPERATORS).flatMap(([type, operators]) => [
  ...operators.flatMap((operator) => (operator === "match" ? MODES : [operator])).map((operator) => `${type} ${operator}`),
  ...(BETWEEN_FIELDS[type] ?? EQUAL).map((operator) => `${type} ${operator} field`),
]);

function* smaller(query) {
  const put = (at, node) => ({ ...query, rules: query.rules.with(at, node) });
  for (const [at, node] of query.rules.entries()) {
    if (typeof node === "string") continue;
    // Between combinators a rule goes with one of them.
    if (query.rules.length > 1) yield { ...query, rules: query.rules.toSpliced(query.combinator ? at : Math.max(at - 1, 0), query.combinator ? 1 : 2) };
    if (node.rules) yield node;
    for (const less of node.rules ? smaller(node) : []) yield put(at, less);
    for (const less of node.match ? smaller(node.value) : []) yield put(at, { ...node, value: less });
    const values = LISTS.includes(node.operator) && Array.isArray(node.value) ? node.value : [];
    for (const i of values.keys()) yield put(at, { ...node, value: values.toSpliced(i, 1) });
  }
  if (query.not) yield { ...query, not: false };
}

/** The filter with all left out that it fails without. */
export async function shrunk(query, fails) {
  for (const less of smaller(query)) if (await fails(less)) return shrunk(less, fails);
  return query;
}
