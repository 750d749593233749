// The package's time zone table against jiff with data of its own, and against the runtime's Intl where that is of the same release.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { createEngineSync } from "evenhand";
import { zones } from "evenhand/zones";
import { here, pkg } from "./lib/installed.mjs";

const root = resolve(here, "../../..");
const names = zones.names();
const [FROM, TO] = [Date.UTC(2020, 0) / 1000, Date.UTC(2046, 0) / 1000];

/** Zones that must be among those that are compared: half-hour summer time, rules by the moon, skipped days, negative summer time, late changes of rules. */
const AMONG = [
  "Australia/Lord_Howe", "Africa/Casablanca", "Africa/El_Aaiun", "Africa/Cairo", "Pacific/Apia", "Asia/Kolkata", "Asia/Gaza", "Asia/Beirut", "Antarctica/Troll", "America/Nuuk",
  "America/Scoresbysund", "America/Asuncion", "America/Santiago", "America/Winnipeg", "America/Vancouver", "America/Edmonton", "America/Inuvik", "America/St_Johns", "Europe/Dublin", "Europe/Chisinau",
  "Pacific/Easter", "Pacific/Chatham", "US/Eastern", "Etc/GMT+12", "Asia/Calcutta",
];

/** Where two releases are compared that differ, the zones that may: `ours against theirs` → names. Where they are equal no zone may. */
const DIFFER = {};

/** The offset in seconds that a table gives at a second. */
const offset = (table, second) => table.find(({ untilMs }) => untilMs === null || second * 1000 < untilMs).offsetSeconds;
const changes = (table) => table.slice(0, -1).map(({ untilMs }) => untilMs / 1000);
const tables = new Map(names.map((name) => [name, zones.table(name)]));

function differing(ours, theirs) {
  if (ours === theirs) return [];
  const known = DIFFER[`${ours} against ${theirs}`];
  assert.ok(known, `the package's table is of ${ours} and the other of ${theirs}: name in DIFFER the zones that may differ`);
  return known;
}

/** What jiff says: its release, and for each zone the offsets at the asked instants and its own changes. */
function jiff(asked) {
  const cargo = process.env.CARGO ?? "cargo";
  // As `cargo test --workspace` builds it, which has done so already where all tests run.
  execFileSync(cargo, ["build", "--quiet", "--profile", "test", "--workspace", "--example", "zones-jiff"], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  const program = join(resolve(root, process.env.CARGO_TARGET_DIR ?? "target"), "debug/examples/zones-jiff");
  const input = [...asked].map(([name, seconds]) => [name, ...seconds].join(" ")).join("\n");
  const [version, ...lines] = execFileSync(program, [], { input, encoding: "utf8", maxBuffer: 1 << 28 }).trimEnd().split("\n");
  assert.equal(lines.length, asked.size);
  const zone = (line) => {
    if (line === "?") return undefined;
    const [offsets, found] = line.split("|").map((part) => (part === "" ? [] : part.split(" ")));
    return { offsets: offsets.map(Number), changes: found.map((change) => change.split(":").map(Number)) };
  };
  return { version, zones: new Map([...asked.keys()].map((name, place) => [name, zone(lines[place])])) };
}

test("every change of 2020 to 2045 in every zone, and all offsets since 1970, are those that jiff has", () => {
  for (const name of AMONG) assert.ok(tables.has(name), name);
  const asked = new Map();
  for (const [name, table] of tables) {
    const around = changes(table).flatMap((second) => [second - 3600, second - 1, second, second + 3600]);
    asked.set(name, [0, ...around, FROM, TO - 1, Date.UTC(2060, 0) / 1000 - 1]);
  }
  const other = jiff(asked);
  const wrong = new Set();
  let compared = 0;
  for (const [name, table] of tables) {
    const theirs = other.zones.get(name);
    const ours = asked.get(name).map((second) => offset(table, second));
    const same =
      theirs !== undefined &&
      ours.every((seconds, place) => seconds === theirs.offsets[place]) &&
      theirs.changes.every(([second, before, after]) => offset(table, second - 1) === before && offset(table, second) === after) &&
      theirs.changes.length === changes(table).filter((second) => second > FROM && second < TO).length;
    if (!same) wrong.add(name);
    compared += theirs?.changes.length ?? 0;
  }
  assert.deepEqual([...wrong].sort(), differing(zones.version, other.version), `${zones.version} against jiff's ${other.version}`);
  const changing = [...tables].filter(([, table]) => changes(table).some((second) => second > FROM && second < TO)).length;
  assert.ok(changing >= 60 && compared > 60 * 26, `${changing} zones with ${compared} changes were compared`);
});

test("a difference would be found", () => {
  const table = zones.table("Europe/Dublin");
  const place = table.findIndex(({ untilMs }) => untilMs > Date.UTC(2030, 0));
  const { changes: theirs } = jiff(new Map([["Europe/Dublin", []]])).zones.get("Europe/Dublin");
  const holds = (table) => theirs.every(([second, before, after]) => offset(table, second - 1) === before && offset(table, second) === after);
  assert.ok(holds(table));
  for (const change of [{ untilMs: table[place].untilMs + 1000 }, { untilMs: table[place].untilMs - 1000 }, { offsetSeconds: table[place].offsetSeconds + 1 }]) {
    assert.ok(!holds(table.with?.(place, { ...table[place], ...change }) ?? table.map((entry, at) => (at === place ? { ...entry, ...change } : entry))));
  }
});

test("the runtime's Intl has the same tables where it is of the same release", (t) => {
  const theirs = process.versions.tz;
  const known = theirs === zones.version ? [] : DIFFER[`${zones.version} against ${theirs}`];
  if (known === undefined) return t.skip(`this Node has ${theirs}, the package ${zones.version}`);
  const engine = createEngineSync({ zones: "intl" });
  const config = { version: 1, fields: { id: { type: "text" }, owner: { type: "user" } }, lead: { id: "id", owner: "owner" }, users: [{ id: "ann" }] };
  const wrong = [];
  for (const [name, table] of tables) {
    if (["Etc/UTC", "Etc/GMT"].includes(name)) continue;
    const [found] = Object.values(engine.workspace({ ...config, timeZone: name }).zones());
    if (JSON.stringify(found) !== JSON.stringify(table)) wrong.push(name);
  }
  assert.deepEqual(wrong, known);
  engine.free();
});

test("all names have an area and every table holds", () => {
  assert.ok(names.length > 550);
  assert.deepEqual(names, [...new Set(names)].sort());
  assert.match(zones.version, /^20\d\d[a-z]$/);
  assert.match(zones.released, /^20\d\d-\d\d-\d\d$/);
  const engine = createEngineSync();
  const fields = { id: { type: "text" }, owner: { type: "user" } };
  const config = { version: 1, fields, lead: { id: "id", owner: "owner" }, users: [{ id: "ann" }] };
  const all = engine.workspace({ ...config, schedules: names.map((timeZone) => ({ id: timeZone, timeZone, week: {} })) });
  for (const [name, table] of Object.entries(all.zones())) assert.deepEqual(table, tables.get(name), name);
  assert.equal(Object.keys(all.zones()).length, names.length - 2, "all but Etc/UTC and Etc/GMT, which need no table");
  for (const name of names) assert.match(name, /^[A-Z][A-Za-z]*\/[\w+/-]+$/);
  for (const name of ["", "UTC", "EST", "berlin", "europe/berlin", "__proto__", "Etc/GMT+12 ", "Europe/Berlin|"]) assert.equal(zones.table(name), undefined, name);
  // What is handed out is the caller's own.
  zones.table("Asia/Kolkata")[0].offsetSeconds = 0;
  assert.deepEqual(zones.table("Asia/Kolkata"), [{ untilMs: null, offsetSeconds: 19_800 }]);
  engine.free();
});

test("the table is small, and none of it is in the module", () => {
  const bytes = ["zones.js", "zones-data-part.js"].map((name) => readFileSync(join(pkg, name)));
  const size = gzipSync(Buffer.concat(bytes), { level: 9 }).length;
  assert.ok(size < 12_000, `${size} bytes gzip`);
  const module = readFileSync(join(pkg, "evenhand.wasm")).toString("latin1");
  assert.ok(!module.includes("Punta_Arenas"));
  const holding = readdirSync(pkg, { recursive: true }).filter((name) => statSync(join(pkg, name)).isFile() && readFileSync(join(pkg, name), "latin1").includes("Punta_Arenas"));
  assert.deepEqual(holding.sort(), ["cjs/zones-data-part.js", "zones-data-part.js"]);
});
