// The command line, as a person and as a script call it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createEngine } from "evenhand";
import { manifest, pkg } from "./lib/installed.mjs";
import { command, leads, NOW, workspace } from "./sample.mjs";

let folder;
const cli = join(pkg, manifest.bin.evenhand);
const path = (name) => join(folder, name);

function run(args, options = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: "utf8", ...options });
  return { code: status, out: stdout, err: stderr };
}

const plan = (...more) => ["plan", "--workspace", path("workspace.json"), "--leads", path("leads.csv"), "--command", path("command.json"), "--actor", "nora.vance", "--now", NOW, ...more];
const select = (...more) => ["select", "--workspace", path("workspace.json"), "--leads", path("leads.csv"), ...more];
const write = (name, content) => writeFileSync(path(name), typeof content === "string" ? content : JSON.stringify(content));

before(() => {
  folder = mkdtempSync(join(tmpdir(), "evenhand-cli-"));
  write("workspace.json", workspace);
  write("leads.csv", leads(400));
  write("command.json", command);
});
after(() => rmSync(folder, { recursive: true }));

test("a plan is shown as a table", () => {
  const { code, out, err } = run(plan());
  assert.deepEqual([code, err], [0, ""]);
  assert.equal(out, readFileSync(new URL("cli-plan.txt", import.meta.url), "utf8"));
});

test("the plan is written, and is what the engine makes", async () => {
  for (const name of ["plan.json", "plan.bin"]) assert.equal(run(plan("--out", path(name))).code, 0);
  const engine = await createEngine();
  const here = engine.workspace(workspace);
  const table = here.load(leads(400));
  const made = here.plan(table, command, { actor: "nora.vance", now: NOW });
  assert.deepEqual(JSON.parse(readFileSync(path("plan.json"), "utf8")), JSON.parse(JSON.stringify(made)));
  assert.deepEqual(new Uint8Array(readFileSync(path("plan.bin"))), made.encode());
  assert.deepEqual(JSON.parse(run(plan("--json")).out), JSON.parse(JSON.stringify(made)));
  engine.free();
});

test("leads may come from standard input", () => {
  const args = plan("--json").map((arg) => (arg === path("leads.csv") ? "-" : arg));
  const { out } = run(args, { input: readFileSync(path("leads.csv")) });
  assert.equal(JSON.parse(out).digest, JSON.parse(run(plan("--json")).out).digest);
});

test("a command that is refused, or changes nothing, ends with 1", () => {
  const refused = run(plan().map((arg) => (arg === "nora.vance" ? "ben.whitlock" : arg)));
  assert.equal(refused.code, 1);
  assert.match(refused.out, /^400 leads read\n\nrefused:\n {2}\w+: /);
  write("nothing.json", { type: "assign", leads: { ids: [] }, to: "ben.whitlock" });
  const nothing = run(plan().map((arg) => (arg === path("command.json") ? path("nothing.json") : arg)));
  assert.deepEqual([nothing.code, /0 leads would change/.test(nothing.out)], [1, true]);
});

test("leads are selected, counted and listed", () => {
  write("filter.json", { combinator: "and", rules: [{ field: "status", operator: "=", value: "Funded" }] });
  const { code, out } = run(select("--filter", path("filter.json"), "--count"));
  assert.equal(code, 0);
  const rows = JSON.parse(run(select("--filter", path("filter.json"), "--json", "--fields", "id,status", "--limit", "3")).out);
  assert.deepEqual([rows.count, rows.rows.length, Object.keys(rows.rows[0])], [Number(out), 3, ["id", "status"]]);
  assert.match(run(select("--limit", "1", "--fields", "id,last")).out, /^id {4}last\n─+ {2}─+\n4563 {2}\w+\n… and 399 more\n400 of 400 leads\n$/);
  assert.ok(Number(run(select("--actor", "ben.whitlock", "--count")).out) < 100);
  write("none.json", { rules: [{ field: "id", operator: "=", value: "nobody" }] });
  assert.equal(run(select("--filter", path("none.json"))).code, 1);
});

test("a history is audited and drawn", () => {
  write("columns.json", { Id: "lead", Owner: "receiver", Created: "time" });
  const line = (n, owner) => `${n},${owner},"${1 + Math.floor(n / 4)} Apr, 2026 09:${10 + n % 4}:00"\n`;
  const log = (owner) => `Id,Owner,Created\n${Array.from({ length: 96 }, (_, n) => line(n, owner(n))).join("")}`;
  const audit = (...more) => run(["audit", "--log", path("log.csv"), "--columns", path("columns.json"), "--time-format", "%d %b, %Y %H:%M:%S", ...more]);
  write("log.csv", log((n) => ["Ann", "Bob", "Cyd"][n % 3]));
  const even = audit("--svg", path("even.svg"), "--period", "week");
  assert.deepEqual([even.code, even.err], [0, ""]);
  assert.match(even.out, /^96 leads from 2026-04-01 to 2026-04-24\n\nwho was available is inferred\nperson {2}leads {2}share/);
  assert.match(even.out, /Bob +32 +31\.7 +\+0\.3/);
  assert.match(even.out, /nothing that a fair draw would not do \(\d+ chances looked at\)\n$/);
  // Every day begins with Ann, and has four leads for three people.
  write("log.csv", log((n) => ["Ann", "Bob", "Cyd"][n % 4 % 3]));
  const odd = audit("--svg", path("odd.svg"), "--people", "Ann,Bob,Cyd");
  assert.deepEqual([odd.code, odd.err], [1, ""]);
  assert.match(odd.out, /\n {2}Ann had the odd lead of days that did not divide evenly 24 of 24 times, where 8\.0 would be even: 1 in [\d.]+e11 by chance\n/);
  const svg = readFileSync(path("odd.svg"), "utf8");
  assert.ok(svg.startsWith("<svg ") && svg.endsWith("</svg>\n") && /class="odd"|Ann had the odd lead/.test(svg), svg);
  const report = JSON.parse(audit("--json", "--people", "Ann,Bob,Cyd").out);
  assert.deepEqual([report.findings[0].kind, report.findings[0].user, report.findings[0].won], ["tie", "Ann", 24]);
  const piped = run(["audit", "--log", "-", "--json"], { input: '[{"lead":"1","time":"2026-04-01T00:00:00Z","receiver":"<b>"}]' });
  assert.equal(JSON.parse(piped.out).groups[0].people[0].user, "<b>");
  assert.match(audit("--level", "x").err, /`--level` must be a number/);
  assert.match(audit("--level", "2").err, /options_invalid: .*\n {2}error out_of_range at \/level/);
  assert.match(run(["audit"]).err, /`--log` is missing/);
});

test("a configuration is checked", () => {
  assert.deepEqual(run(["check", "--workspace", path("workspace.json")]), { code: 0, out: "the configuration is sound\n", err: "" });
  write("bad.json", { ...workspace, lead: { id: "id", owner: "ownr" } });
  const { code, out } = run(["check", "--workspace", path("bad.json")]);
  assert.equal(code, 1);
  assert.match(out, /^ {2}error \w+ at \/lead\/owner: .*`ownr`.*\n {4}hint: did you mean `owner`\?\n/);
  assert.ok(JSON.parse(run(["check", "--json", "--workspace", path("bad.json")]).out).length > 0);
  writeFileSync(path("zoned.json"), JSON.stringify({ ...JSON.parse(readFileSync(path("workspace.json"), "utf8")), timeZone: "America/Winnipeg" }));
  const old = JSON.parse(run(["check", "--json", "--workspace", path("zoned.json"), "--now", "2099-01-01T00:00:00Z"]).out);
  assert.deepEqual(old.map(({ code, path }) => [code, path]), [["zones_outdated", "/timeZone"]]);
});

test("what cannot be used ends with 2 and says why", () => {
  write("broken.json", "{");
  write("broken.csv", 'Lead ID,Lead Owner,Lead Status,Last Name\n1,ann,new,"abc\n');
  write("typo.json", { rules: [{ field: "stauts", operator: "=", value: 1 }] });
  const replaced = (from, to, args = plan()) => args.map((arg) => (arg === from ? to : arg));
  const faults = [
    [[], /^Usage/],
    [["plann"], /there is no command `plann`/],
    [["plan", "--wat"], /--wat/],
    [["plan", "extra"], /`extra` is not expected here/],
    [["check"], /`--workspace` is missing/],
    [["check", "--workspace", path("workspace.json"), "--count"], /`check` has no option `--count`/],
    [replaced(path("workspace.json"), path("nowhere.json")), /nowhere\.json.*ENOENT/],
    [replaced(path("leads.csv"), path("nowhere.csv")), /nowhere\.csv.*ENOENT/],
    [replaced(path("workspace.json"), path("broken.json")), /broken\.json is not JSON/],
    [replaced(path("leads.csv"), path("broken.csv")), /csv_truncated: .*\n {2}error csv_truncated: .*\n {4}hint: /],
    [replaced(NOW, "yesterday"), /context_invalid: .*\n {2}error instant_invalid at \/now: /],
    [select("--filter", path("typo.json")), /query_invalid: .*\n {2}error unknown_field at \/rules\/0\/field: .*\n {4}hint: did you mean `status`\?/],
    [select("--limit", "many"), /`--limit` must be a whole number/],
  ];
  for (const [args, message] of faults) {
    const { code, out, err } = run(args);
    assert.equal(code, 2, args.join(" "));
    assert.match(out + err, message);
  }
});

test("help and version are there, and the program is run by its name", () => {
  const { code, out } = run(["--help"]);
  assert.equal(code, 0);
  assert.match(out, /Exit codes/);
  assert.equal(run(["--version"]).out, `${manifest.version}\n`);
  assert.match(readFileSync(cli, "utf8"), /^#!\/usr\/bin\/env node\n/);
});

test("columns that stand for no field, and fields without a column, are told beside the answer", () => {
  write("few.csv", 'Lead ID,Owner,Nick \u001b[31mname,Lead Status\n1,ann,A,New\n');
  const few = (...more) => select("--json", ...more).map((arg) => (arg === path("leads.csv") ? path("few.csv") : arg));
  const refused = run(few());
  assert.equal(refused.code, 2);
  assert.match(refused.err, /column_missing: .*`owner`.*\n.*\n {4}hint: if `Owner` holds it/);
  write("columns.json", { Owner: "owner" });
  const told = run(few("--columns", path("columns.json")));
  assert.equal(JSON.parse(told.out).count, 1);
  assert.match(told.err, /^columns that stand for no field: Nick \ufffd\[31mname\nfields without a column: first, last, /);
  assert.equal(JSON.parse(run(few("--absent", "owner")).out).rows[0].owner, null);
  assert.match(run(few("--absent", "ownr")).err, /options_invalid: .*\n {2}error unknown_field at \/absent\/0: .*\n {4}hint: did you mean `owner`\?/);
});

test("what a lead says cannot drive a terminal", () => {
  write("odd.csv", 'Lead ID,Last Name\n1,"\u001b[31mred\u202e\nnext"\n');
  const { out } = run(select("--fields", "last", "--absent", "owner,status").map((arg) => (arg === path("leads.csv") ? path("odd.csv") : arg)));
  assert.ok(![..."\u001b\u202e"].some((char) => out.includes(char)));
  assert.equal(out.split("\n").length, 5);
});

test("more rows than a page are for those who may export them", () => {
  const few = run(select("--actor", "nora.vance", "--limit", "200", "--json"));
  assert.deepEqual([few.code, JSON.parse(few.out).rows.length], [0, 200]);
  const more = select("--actor", "nora.vance", "--limit", "201", "--json");
  const refused = run(more);
  assert.deepEqual([refused.code, refused.out], [2, ""]);
  assert.match(refused.err, /not_permitted: `nora\.vance` may export no lead.*\n {2}error not_permitted at \/limit: .*\n {4}hint: ask for 200 rows at most/);
  const profiles = structuredClone(workspace.profiles);
  profiles[0].grants.push({ do: ["lead.export"], scope: "company", where: { rules: [{ field: "status", operator: "=", value: "Funded" }] } });
  write("exports.json", { ...workspace, profiles });
  const found = run(more.map((arg) => (arg === path("workspace.json") ? path("exports.json") : arg)));
  const { count, rows } = JSON.parse(found.out);
  assert.ok(count > 0 && count === rows.length && rows.every(({ status }) => status === "Funded"), found.out);
  assert.match(found.err, /^evenhand: \d+ more leads may not be exported by nora\.vance$/m);
  // The host itself, and whoever only counts, is not asked.
  assert.equal(JSON.parse(run(select("--limit", "400", "--json")).out).rows.length, 400);
  assert.equal(Number(run(select("--actor", "nora.vance", "--limit", "400", "--count")).out), 400);
});

test("an installation is compared with the machine that built it", async () => {
  const { code, out } = run(["conformance"]);
  assert.match(out, /^40 worlds, \d{4} calls: every answer is that of the machine which built the package\n$/);
  assert.equal(code, 0);
  // Another answer is seen: an engine that tells wrongly what somebody may see, in some of the worlds.
  const evenhand = await import("evenhand");
  const { conformance } = await import("evenhand/conformance");
  const createEngine = async (options) => {
    const engine = await evenhand.createEngine(options);
    const { workspace } = engine;
    engine.workspace = (config) => {
      const made = workspace.call(engine, config);
      if (config.timeZone === "UTC") made.scope = () => ({ describe: () => "whatever", fields: [] });
      return made;
    };
    return engine;
  };
  const { worlds, different } = await conformance({ ...evenhand, createEngine });
  assert.equal(worlds, 40);
  assert.ok(different.length > 0 && different.length < worlds, `${different}`);
});

test("the page of the documentation has each command with just the options that the program tells of", () => {
  const page = readFileSync(new URL("../../../pkg-template/docs/command-line.md", import.meta.url), "utf8");
  const { out } = run(["--help"]);
  const [, text] = /^Commands:\n([^]*?)\n\nOptions of all:/m.exec(out);
  const told = {};
  for (const part of text.split(/^ {2}(?=\w)/m).filter(Boolean)) {
    const name = part.split(/ {2}| FILE|\n/)[0];
    // What is done by shards is told of together.
    told[["tally", "settle", "plan --settlement"].includes(name) ? "tally, settle, plan --settlement" : name] = [...new Set(part.match(/--[a-z-]+/g))];
  }
  const [, common] = /\n## What all have in common\n([^]*)$/.exec(page);
  const sections = Object.fromEntries([...page.matchAll(/^## evenhand ([\w, -]+)\n([^]*?)(?=^## )/gm)].map(([, name, section]) => [name, section.replace(/^```sh\n[^]*?^```/gm, "")]));
  assert.deepEqual(Object.keys(sections).toSorted(), Object.keys(told).toSorted());
  for (const [name, section] of Object.entries(sections)) {
    const options = new Set([...section.matchAll(/`(--[a-z-]+)/g)].map(([, option]) => option));
    options.delete("--json");
    assert.deepEqual([...options].toSorted(), told[name].toSorted(), name);
    // And the program takes each of them.
    for (const option of options) {
      const value = /^--(all|keep|problems|partial|count|csv)$/.test(option) ? [] : ["x"];
      const errors = name.split(", ").map((word) => run([...(word === "plan --settlement" && option !== "--settlement" ? ["plan", "--settlement", "x"] : [word.split(" ")[0]]), option, ...value]).err);
      assert.ok(errors.some((error) => !/has no option|Unknown option/.test(error)), `${name} ${option}`);
    }
  }
  for (const option of ["--columns", "--absent", "--json", "--help", "--version"]) assert.ok(common.includes(option) && out.includes(option), option);
  for (const code of ["0", "1", "2"]) assert.match(common, new RegExp(`^\\| ${code} \\|`, "m"));
});
