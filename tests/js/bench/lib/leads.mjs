// Made-up leads of 16 fields, the same for the same seed, as JSON, NDJSON and CSV bytes and as objects.
import { Random } from "./random.mjs";

const count = (n, make) => Array.from({ length: n }, (_, nth) => make(nth));
const digits = (number, width) => String(number).padStart(width, "0");

const FIRST = "Ada Alan Barbara Carl Dorothy Edsger Emmy Frances Grace Hedy Ida John Katherine Leonhard Mary Niklaus Olga Pierre Radia Sofia Tim Ursula Yukihiro Zoë".split(" ");
const LAST =
  "Allen Backus Church Dijkstra Euler Franklin Goldberg Hopper Iverson Johnson Kowalevskaja Lovelace McCarthy Noether Ostrom Perlman Quine Ritchie Shannon Turing Ulam Vaughan Wirth Émilie".split(
    " ",
  );
const ENDS = ["", "-Smith", "son", "er"];

export const STATUS = ["new", "contacted", "qualified", "nurturing", "proposal", "won", "lost", "junk"];
export const SOURCE = ["web", "referral", "phone", "email", "event", "partner", "ads", "social", "chat", "import", "walk-in", "marketplace"];
export const FILE = ["purchase", "refinance", "equity"];
export const STATES = count(50, (nth) => `S${digits(nth, 2)}`);
export const OWNERS = count(200, (nth) => `user-${digits(nth, 3)}`);
export const COMPANIES = count(500, (nth) => `Company ${nth} Inc`);
export const TAGS = count(30, (nth) => `tag${nth}`);

/** The fields as a configuration has them, the id first. */
export const fields = {
  id: { type: "text" },
  firstName: { type: "text" },
  lastName: { type: "text" },
  email: { type: "text" },
  phone: { type: "text" },
  status: { type: "choice", choices: STATUS },
  source: { type: "choice", choices: SOURCE },
  state: { type: "choice", choices: STATES },
  owner: { type: "user" },
  company: { type: "text" },
  score: { type: "number" },
  value: { type: "number" },
  created: { type: "datetime" },
  lastContact: { type: "datetime" },
  tags: { type: "tags" },
  fileType: { type: "choice", choices: FILE },
};

const TWO = count(60, (nth) => digits(nth, 2));
const THREE = count(1000, (nth) => digits(nth, 3));
const MONTHS = count(48, (nth) => `${2022 + Math.floor(nth / 12)}-${TWO[1 + (nth % 12)]}`);

function moment(random) {
  const day = `${random.of(MONTHS)}-${TWO[1 + random.below(28)]}`;
  return `${day}T${TWO[random.below(24)]}:${random.of(TWO)}:${random.of(TWO)}.${random.of(THREE)}Z`;
}

/** Up to four different tags. */
function tags(random) {
  const out = [];
  for (let rest = random.below(5); rest > 0; rest--) {
    const tag = random.of(TAGS);
    if (!out.includes(tag)) out.push(tag);
  }
  return out;
}

const quoted = (text) => (text === null ? "null" : `"${text}"`);

/** The lead with that number, as JSON text: no text in it needs an escape. */
function lead(random, number) {
  const [first, last] = [random.of(FIRST), random.of(LAST) + random.of(ENDS)];
  const contact = `"firstName":"${first}","lastName":"${last}","email":"${first}.${last}${number}@Example${random.below(50)}.com"`;
  const phone = `"phone":"+1-555-${random.of(THREE)}-${random.below(9)}${random.of(THREE)}"`;
  const kinds = `"status":"${random.of(STATUS)}","source":"${random.of(SOURCE)}","state":"${random.of(STATES)}"`;
  const owner = `"owner":${quoted(random.below(5) === 0 ? null : random.of(OWNERS))},"company":"${random.of(COMPANIES)}"`;
  const numbers = `"score":${random.below(101)},"value":${random.below(100_000_000) / 100}`;
  const times = `"created":"${moment(random)}","lastContact":${quoted(random.below(3) === 0 ? null : moment(random))}`;
  const rest = `"tags":[${tags(random).map(quoted).join(",")}],"fileType":"${random.of(FILE)}"`;
  return `{"id":"lead-${digits(number, 7)}",${contact},${phone},${kinds},${owner},${numbers},${times},${rest}}`;
}

/** The leads as texts, a thousand at a time. */
function* thousands(rows, seed) {
  const random = new Random(seed);
  for (let from = 0; from < rows; from += 1000) yield count(Math.min(1000, rows - from), (nth) => lead(random, from + nth));
}

/** So many different leads. */
export class Leads {
  #texts;

  constructor(rows, seed) {
    this.rows = rows;
    this.#texts = Array.from(thousands(rows, seed), (thousand) => Buffer.from(thousand.join(",\n")));
  }

  /** A JSON array, as bytes. */
  json() {
    return joined(["[", ...this.#texts.flatMap((text, nth) => (nth > 0 ? [",\n", text] : [text])), "]"]);
  }

  /** A line of JSON for each lead, as bytes. */
  ndjson() {
    return joined(this.#texts.map((text) => `${text.toString().replaceAll("},\n", "}\n")}\n`));
  }

  /** The leads as objects made by `JSON.parse`: that is what a program holds that has fetched them. */
  objects() {
    const out = [];
    for (const text of this.#texts) for (const lead of JSON.parse(`[${text}]`)) out.push(lead);
    return out;
  }

  /** CSV of their objects, as bytes. Tags are joined by commas; null is an empty cell. */
  csv(objects = this.objects()) {
    const cell = (value) => (value === null ? "" : typeof value === "object" ? `"${value.join(",")}"` : value);
    const lines = (from) => `${objects.slice(from, from + 1000).map((lead) => Object.values(lead).map(cell).join(",")).join("\n")}\n`;
    return joined([`${Object.keys(fields).join(",")}\n`, ...count(Math.ceil(objects.length / 1000), (nth) => lines(nth * 1000))]);
  }
}

function joined(parts) {
  const all = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
  return new Uint8Array(all.buffer, all.byteOffset, all.length);
}
