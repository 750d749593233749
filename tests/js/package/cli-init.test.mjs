// A configuration is proposed for files as CRMs export them. Headers and forms are theirs; people and companies are invented.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { manifest, pkg } from "./lib/installed.mjs";

const cli = join(pkg, manifest.bin.evenhand);
let folder;
const path = (name) => join(folder, name);

function run(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}

before(() => {
  folder = mkdtempSync(join(tmpdir(), "evenhand-init-"));
});
after(() => rmSync(folder, { recursive: true }));

const quoted = (cell) => (/[",;\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
const two = (number) => String(number).padStart(2, "0");
const FIRST = ["Amara", "Bruno", "Chiara", "Deniz", "Esi", "Farid", "Greta", "Hana"];
const LAST = ["Okonjo", "Valdez", "Lindqvist", "Moreau", "Tanaka"];
const name = (at) => [FIRST[at % FIRST.length], LAST[(at * 3) % LAST.length]];

/** Writes a file with these columns, each a function of the row's number. */
function write(file, columns, rows, { mark = "", end = "\n" } = {}) {
  const lines = [Object.keys(columns), ...Array.from({ length: rows }, (_, at) => Object.values(columns).map((cell) => String(cell(at))))];
  writeFileSync(path(file), mark + lines.map((line) => line.map(quoted).join() + end).join(""));
}

const OWNERS = ["Ida Brandt", "Jonas Ekberg", "Kemi Adeyemi"];

const files = {
  hubspot: {
    columns: {
      "Record ID": (at) => 801000 + at * 7,
      "First Name": (at) => name(at)[0],
      "Last Name": (at) => name(at)[1],
      Email: (at) => `${name(at).join(".").toLowerCase()}${at}@example.com`,
      "Phone Number": (at) => `${4930000000 + at}`,
      "Contact owner": (at) => (at % 4 === 3 ? "" : OWNERS[at % 3]),
      "Lead Status": (at) => ["NEW", "OPEN", "IN_PROGRESS", "UNQUALIFIED"][at % 4],
      "Create Date": (at) => `2026-0${1 + (at % 9)}-${two(1 + (at % 28))} ${two(at % 24)}:15`,
      "Last Activity Date": (at) => (at % 3 ? "" : `2026-02-${two(1 + (at % 28))} 08:0${at % 10}`),
      "Number of Sessions": (at) => at % 12,
      "Products of interest": (at) => ["Loans", "Loans;Savings", "Savings;Cards", "Cards"][at % 4],
      "Marketing contact status": (at) => ["Marketing contact", "Non-marketing contact"][at % 2],
    },
    options: { mark: "\ufeff" },
    lead: { id: "record_id", owner: "contact_owner", status: "lead_status", createdAt: "create_date", lastActivityAt: "last_activity_date" },
    types: { record_id: "text", phone_number: "text", contact_owner: "user", lead_status: "choice", create_date: "datetime", number_of_sessions: "number", products_of_interest: "tags", email: "text" },
    // The engine reads such times as they are.
    formats: { create_date: undefined },
    asks: ["several_values", "time_zone", "closed", "administrator"],
    open: ["UNQUALIFIED"],
  },
  salesforce: {
    columns: {
      "Lead ID": (at) => `00Q5f00000${(at + 46656).toString(36).toUpperCase()}EAF`,
      Salutation: (at) => ["Ms.", "Mr.", "Dr."][at % 3],
      "Lead Owner": (at) => OWNERS[at % 3],
      "Owner ID": (at) => `0055f00000${"ABC"[at % 3]}BcDEAW`,
      "Lead Owner Alias": (at) => ["ibran", "jekbe", "kadey"][at % 3],
      "Company / Account": (at) => `Northwind ${at % 50} GmbH`,
      "Annual Revenue": (at) => `$${1 + (at % 8)},${100 + (at % 800)},000`,
      "Zip/Postal Code": (at) => `0${1000 + at}`,
      "Lead Status": (at) => ["Open - Not Contacted", "Working - Contacted", "Closed - Converted", "Closed - Not Converted"][at % 4],
      "Created Date": (at) => `${1 + (at % 12)}/${1 + (at % 12)}/2026`,
      "Last Modified Date": (at) => `${1 + (at % 12)}/${13 + (at % 15)}/2026`,
      "Opt Out": (at) => at % 2,
      Unread: () => "",
    },
    options: { end: "\r\n" },
    lead: { id: "lead_id", owner: "lead_owner", status: "lead_status", createdAt: "created_date" },
    types: { lead_id: "text", owner_id: "choice", zip_postal_code: "text", annual_revenue: "text", created_date: "date", last_modified_date: "date", opt_out: "boolean", unread: "text" },
    formats: { created_date: "%m/%d/%Y", last_modified_date: "%m/%d/%Y" },
    asks: ["number_in_words", "day_or_month", "empty_column", "closed", "administrator"],
    open: ["Closed - Converted", "Closed - Not Converted"],
  },
  zoho: {
    columns: {
      "Record Id": (at) => `zcrm_${5200000000 + at}`,
      "Lead Owner.id": (at) => `zcrm_${3100 + (at % 4)}`,
      "Lead Owner": (at) => ["Lena Roth", "Mika Salo", "lena roth", "Unassigned"][at % 4],
      "Lead Name": (at) => name(at).join(" "),
      Mobile: (at) => `+44 7700 900${two(at % 100)}`,
      "Lead Source": (at) => ["Web", "Trade Show", "Partner"][at % 3],
      "Lead Status": (at) => ["Contacted", "Attempted to Contact", "Junk Lead", "Lost Lead"][at % 4],
      "Created Time": (at) => `${two(1 + (at % 28))} ${["Jan", "Feb", "Mar"][at % 3]}, 2026 ${two(at % 24)}:00:00`,
      "Assigned Time": (at) => `2026-04-${two(1 + (at % 28))}T10:00:00+02:00`,
      "No of Employees": (at) => at * 10,
    },
    options: {},
    lead: { id: "record_id", owner: "lead_owner", status: "lead_status", createdAt: "created_time", assignedAt: "assigned_time" },
    types: { record_id: "text", created_time: "datetime", assigned_time: "datetime", mobile: "text", no_of_employees: "number", lead_source: "choice" },
    formats: { created_time: "%d %b, %Y %H:%M:%S" },
    asks: ["time_zone", "closed", "hardly_a_person", "same_person", "administrator"],
    open: ["Junk Lead", "Lost Lead"],
  },
};

for (const [crm, { columns, options, lead, types, formats, asks, open }] of Object.entries(files)) {
  test(`a file as ${crm} exports it`, () => {
    write(`${crm}.csv`, columns, 240, options);
    const { code, out, err } = run("init", path(`${crm}.csv`), "--out", path(`${crm}.json`), "--json");
    assert.deepEqual([code, err], [0, ""]);
    const { config, questions, leads } = JSON.parse(out);
    assert.deepEqual(config, JSON.parse(readFileSync(path(`${crm}.json`), "utf8")));
    assert.equal(leads, 240);
    assert.deepEqual(config.lead, lead);
    assert.deepEqual(Object.fromEntries(Object.keys(types).map((field) => [field, config.fields[field].type])), types);
    for (const [field, format] of Object.entries(formats)) assert.equal(config.fields[field].format, format);
    assert.deepEqual(new Set(questions.map(({ code }) => code)), new Set(asks), JSON.stringify(questions, null, 1));
    assert.deepEqual(config.lifecycle.open.rules[0].value.toSorted(), open.toSorted());
    assert.deepEqual(Object.values(config.fields).map(({ label }) => label).toSorted(), Object.keys(columns).toSorted());
    const owners = new Set(Array.from({ length: 240 }, (_, at) => Object.entries(columns).find(([header]) => config.fields[lead.owner].label === header)[1](at)).filter(Boolean));
    assert.deepEqual(new Set(config.users.slice(1).map(({ id }) => id)), owners);
    for (const { path } of questions) assert.match(path, /^\/(fields|lead|users|lifecycle|timeZone)/);

    // It is used as it is: it is sound, reads the file without a problem, and a plan is made of both.
    assert.match(run("check", "--workspace", path(`${crm}.json`)).out, /the configuration is sound/);
    const files = ["--workspace", path(`${crm}.json`), "--leads", path(`${crm}.csv`)];
    const counted = run("select", ...files, "--count");
    assert.deepEqual([counted.out, counted.err], ["240\n", ""]);
    const people = [...owners].slice(0, 2);
    writeFileSync(path("command.json"), JSON.stringify({ type: "rebalance", users: people }));
    const plan = run("plan", ...files, "--command", path("command.json"), "--actor", config.users[0].id, "--now", "2026-05-01T09:00:00Z", "--json");
    assert.equal(plan.err, "");
    assert.deepEqual(JSON.parse(plan.out).refused, []);
  });
}

test("with a name of a script, the questions stand as comments beside what they are about", async () => {
  write("small.csv", files.salesforce.columns, 240);
  assert.equal(run("init", path("small.csv"), "--out", path("config.mjs")).code, 0);
  const text = readFileSync(path("config.mjs"), "utf8");
  assert.match(text, /\n {4}\/\/ \? `Created Date` holds days such as `1\/1\/2026` .*\n {4}\/\/ \? if the day comes first, the format is `%d\/%m\/%Y`\n {4}"created_date": \{\n/);
  assert.match(text, /\n {2}\/\/ \? leads that are `Closed - .*` look finished: .*\n {2}"lifecycle": \{\n/);
  const { default: config } = await import(pathToFileURL(path("config.mjs")));
  assert.deepEqual(config, JSON.parse(run("init", path("small.csv"), "--json").out).config);
});

test("what the options say is asked no more, and words later in the file are taken too", () => {
  const { "Lead Owner": owner, "Owner ID": _, ...rest } = files.salesforce.columns;
  write("late.csv", { ...rest, Handler: owner, Score: (at) => (at === 1700 ? "high" : at), Stage: (at) => (at > 1600 ? "Won" : at % 2 ? "Open" : "Called") }, 1800);
  const { config, questions } = JSON.parse(run("init", path("late.csv"), "--owner", "handler", "--zone", "Europe/Berlin", "--json").out);
  assert.deepEqual([config.lead.owner, config.fields.handler.type, config.timeZone, config.users.length], ["handler", "user", "Europe/Berlin", 4]);
  assert.deepEqual(config.fields.stage.choices.toSorted(), ["Called", "Open", "Won"]);
  const codes = questions.map(({ code }) => code);
  assert.ok(!codes.includes("no_owner") && !codes.includes("time_zone"), codes.join());
  assert.deepEqual(questions.filter(({ code }) => code === "not_a_number").map(({ path, message }) => [path, message]), [["/fields/score", "1 cell of `Score` could not be taken: `high` in row 1701"]]);
});

test("a file without an id or an owner is asked about both", () => {
  writeFileSync(path("bare.csv"), "Name;Town\nA;X\nA;Y\n");
  const { code, out, err } = run("init", path("bare.csv"));
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(out).lead, { id: "row_number", owner: "owner" });
  assert.match(err, /\/lead\/id: no column has another value in every row.*\n {4}add a column `row_number`/);
  assert.match(err, /\/lead\/owner: no column looks like the owner/);
  assert.match(run("init").err, /name the file/);
});
