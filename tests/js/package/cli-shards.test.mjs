// Leads in shards through the command line: row by row what one table's plan is.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createEngine } from "evenhand";
import { manifest, pkg } from "./lib/installed.mjs";
import { dice, leads, NOW, workspace } from "./sample.mjs";

const cli = join(pkg, manifest.bin.evenhand);
const ACTOR = "nora.vance";
let folder, engine, csv, header, lines;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "evenhand-shards-"));
  engine = await createEngine();
  csv = leads(2000);
  [header, ...lines] = csv.trimEnd().split("\n");
  lines.sort();
  write("workspace.json", setting);
});
after(() => {
  engine.free();
  rmSync(folder, { recursive: true });
});

const path = (name) => join(folder, name);
const write = (name, content) => writeFileSync(path(name), typeof content === "string" ? content : JSON.stringify(content));

/** Whoever asks may deal all leads, and two receivers have limits of their own. */
const setting = structuredClone(workspace);
setting.users.find(({ id }) => id === ACTOR).profiles = ["everything"];
setting.profiles.push({ id: "everything", grants: [{ do: ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass"], scope: "all" }] });
setting.users.find(({ id }) => id === "keiko.tan").accepts = { rules: [{ field: "state", operator: "in", value: ["CA", "NY", "TX"] }] };
setting.users.find(({ id }) => id === "jonas.pike").capacity = 90;

function run(args, input = "") {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: "utf8", input, maxBuffer: 1 << 28 });
  return { code: status, out: stdout, err: stderr };
}
const question = (command) => {
  write("command.json", command);
  return ["--workspace", path("workspace.json"), "--command", path("command.json"), "--actor", ACTOR, "--now", NOW];
};
function done(args, input) {
  const { code, out, err } = run(args, input);
  assert.equal(code, 0, err);
  return out;
}
const parsed = (text) => text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));

const sorted = (rows) => [...rows].sort((a, b) => (a.lead < b.lead ? -1 : 1));

/** What one table comes to: its rows by id, what a settlement has of it, and who gets what. */
function whole(command) {
  const here = engine.workspace(setting);
  const plan = here.plan(here.load(csv), command, { actor: ACTOR, now: NOW });
  const { changes, dropped, state, assignees, split } = JSON.parse(JSON.stringify(plan));
  const settled = { state: state.filter(({ key }) => !key.startsWith("done/")), assignees: assignees.map(({ name, ...line }) => line), split };
  const pairs = Object.entries(plan.byAssignee()).flatMap(([user, ids]) => ids.map((id) => `${id},${user}`));
  return { rows: sorted([...changes, ...dropped]), settled, pairs: pairs.sort() };
}

/** The sorted rows cut at random places; some of the parts are empty. */
function cut(parts, seed) {
  const roll = dice(seed);
  const at = [0, ...Array.from({ length: parts - 1 }, () => roll(lines.length + 1)).sort((a, b) => a - b), lines.length];
  return Array.from({ length: parts }, (_, part) => lines.slice(at[part], at[part + 1]));
}

const everything = { filter: { rules: [] } };
const COMMANDS = [
  { type: "split", leads: { filter: { rules: [{ field: "owner", operator: "null" }] } }, split: { to: ["ben.whitlock", "carla.reyes", "keiko.tan"], key: "new" } },
  { type: "split", leads: everything, split: { to: [{ user: "amara.obi", weight: 3 }, "keiko.tan", { user: "jonas.pike", cap: 40 }, "grace.lindqvist"], even: "total", keep: true } },
  { type: "rebalance", users: ["amara.obi", "ben.whitlock", "hugo.marchetti", "keiko.tan"] },
  { type: "reclaim", from: ["ines.calder", "farid.haddad"], split: { to: ["elena.fischer", "keiko.tan"], order: "block" } },
  { type: "mass_edit", leads: { filter: { rules: [{ field: "state", operator: "=", value: "CA" }] } }, set: { source: "Branch" }, split: { to: ["jonas.pike", "dmitri.volkov"] } },
];

for (const [at, command] of COMMANDS.entries()) {
  const parts = [3, 4, 2, 3, 3][at];
  test(`${command.type} (${at}) over ${parts} shards`, () => {
    const args = question(command);
    const texts = cut(parts, at).map((rows) => rows.map((row) => `${row}\n`).join(""));
    const tallies = texts.map((text) => done(["tally", ...args, "--header", header], text));
    const settlement = done(["settle", ...args], tallies.join(""));
    write("settlement.json", settlement);
    const deal = (...more) => ["plan", ...args, "--header", header, "--settlement", path("settlement.json"), ...more];
    const rows = texts.flatMap((text, shard) => sorted(parsed(done(deal("--shard", "-"), `${shard}\n${text}`))));
    const expected = whole(command);
    assert.deepEqual(rows, expected.rows);
    assert.ok(rows.length > 20, "something happens");
    const { state, assignees, split } = JSON.parse(settlement);
    assert.deepEqual({ state: state.filter(({ key }) => !key.startsWith("done/")), assignees, split }, expected.settled);
    const pairs = texts.flatMap((text, shard) => done(deal("--shard", String(shard), "--csv"), text).split("\n"));
    assert.deepEqual(pairs.filter((line) => line !== "").sort(), expected.pairs);
  });
}

test("shards of NDJSON, in files", () => {
  const command = COMMANDS[1];
  const args = question(command);
  const here = engine.workspace(setting);
  const all = here.load(csv).select(null, { actor: null }).sort([{ field: "id" }]).rows();
  const names = ["a", "b"].map((name, at) => {
    write(`${name}.ndjson`, all.slice(at * 900, at === 0 ? 900 : undefined).map((row) => `${JSON.stringify(row)}\n`).join(""));
    return path(`${name}.ndjson`);
  });
  write("tallies", names.map((name) => done(["tally", ...args, "--leads", name])).join("\n"));
  write("settlement.json", done(["settle", ...args, "--tallies", path("tallies")]));
  const rows = names.flatMap((name, shard) => parsed(done(["plan", ...args, "--leads", name, "--settlement", path("settlement.json"), "--shard", String(shard)])));
  assert.deepEqual(sorted(rows), whole(command).rows);
});

const hasParallel = /^GNU parallel/.test(spawnSync("parallel", ["--version"], { encoding: "utf8" }).stdout ?? "");

/** A folder with what the shell lines of the documentation begin with, and what they give in it. */
function shell(name, script) {
  const work = path(name);
  mkdirSync(work);
  question(COMMANDS[1]);
  for (const name of ["workspace.json", "command.json"]) writeFileSync(join(work, name), readFileSync(path(name)));
  writeFileSync(join(work, "leads.csv"), csv);
  writeFileSync(join(work, "evenhand"), `#!/bin/sh\nexec "${process.execPath}" "${cli}" "$@"\n`);
  chmodSync(join(work, "evenhand"), 0o755);
  // The home is the folder: parallel keeps what it remembers there.
  const { status, stderr } = spawnSync("sh", ["-ec", script], { cwd: work, encoding: "utf8", env: { ...process.env, HOME: work, PATH: `${work}:${process.env.PATH}` } });
  assert.equal(status, 0, stderr);
  return parsed(readFileSync(join(work, "plan.ndjson"), "utf8"));
}
/** The lines under this heading, as they stand. */
const documented = (heading) => new RegExp(`## With ${heading}\n\n\`\`\`sh\n([^]*?)\`\`\``).exec(readFileSync(new URL("../../../pkg-template/docs/batches.md", import.meta.url), "utf8"))[1];

test("the shell lines of the documentation, with xargs", () => {
  assert.deepEqual(sorted(shell("xargs", documented("xargs"))), whole(COMMANDS[1]).rows);
});

test("the shell lines of the documentation, with GNU parallel", { skip: !hasParallel && "`parallel` is not installed here" }, () => {
  // They begin with the pieces, the header and the question of the lines before them.
  const [pieces] = documented("xargs").split("\n\n");
  const rows = shell("parallel", `${pieces}\n${documented("GNU parallel")}`);
  assert.deepEqual(sorted(rows), whole(COMMANDS[1]).rows);
  // `-k`: shard by shard, which are ranges of ids.
  const changes = rows.filter((row) => "set" in row).map(({ lead }) => lead);
  assert.ok(changes.length > 20, "something happens");
  assert.deepEqual(changes, [...changes].sort());
});

test("what does not fit is refused, with its place", () => {
  const command = COMMANDS[0];
  const args = question(command);
  const [one, two] = cut(2, 5).map((rows) => `${rows.join("\n")}\n`);
  const tallies = [one, two].map((text) => done(["tally", ...args, "--header", header], text));
  write("settlement.json", done(["settle", ...args], tallies.join("")));
  const deal = (...more) => ["plan", ...args, "--header", header, "--settlement", path("settlement.json"), ...more];
  const faults = [
    [["settle", ...args], `${tallies[0]}{"format":1}\n`, /tally_malformed: .*\n {2}error tally_malformed at \/tallies\/1/],
    [["settle", ...args], "  \n", /there is no tally to settle/],
    [["settle", ...args, "--now", "2021-09-02T09:00:00Z"], tallies.join(""), /settlement_stale at \/tallies\/0.*\n {4}hint: tally every shard again/],
    [deal("--shard", "0"), two, /settlement_stale/],
    [deal("--shard", "2"), one, /settlement_stale at \/settlement\/shard: .*no shard 2, only 2/],
    [deal("--shard", "first"), one, /`first` is not the number of a shard/],
    [deal("--shard", "-"), one, /is not the number of a shard/],
    [deal(), one, /`--shard` is missing/],
    [deal("--shard", "0", "--out", "x"), one, /`plan --settlement` has no option `--out`/],
    [["plan", ...args, "--leads", "-", "--shard", "0"], one, /`plan` has no option `--shard`/],
    [["tally", ...args], one, /id_missing/],
    [["tally", ...args, "--leads", path("nowhere")], "", /nowhere: ENOENT/],
  ];
  for (const [words, input, message] of faults) {
    const { code, out, err } = run(words, input);
    assert.deepEqual([code, out], [2, ""], `${words.join(" ")}: ${err}`);
    assert.match(err, message);
  }
  const named = run(["tally", ...question({ ...command, leads: { ids: ["1"] } }), "--header", header], one);
  assert.equal(named.code, 2);
  assert.match(named.err, /not_shardable at \/leads\/ids: .*\n {4}hint: /);
  const odd = run(["tally", ...question(command), "--header", header], one.replace(/(\d\d) (\w\w\w), 2021/, "$1 Nevermonth, 2021"));
  assert.equal(odd.code, 0);
  assert.match(odd.err, /^1 problem in \d+ leads:\n {2}\w+ in lead \d+, `\w+`: `\d\d Nevermonth, 2021/m);
});

test("what is refused ends with 1, for settling and for each shard", () => {
  const command = { type: "split", leads: everything, split: { to: ["keiko.tan"] } };
  const args = question(command).map((word) => (word === ACTOR ? "ben.whitlock" : word));
  const tallied = run(["tally", ...args], csv);
  const settled = run(["settle", ...args], tallied.out);
  assert.equal(settled.code, 1, tallied.err + settled.err);
  assert.ok(JSON.parse(settled.out).refused.length > 0);
  write("settlement.json", settled.out);
  const dealt = run(["plan", ...args, "--settlement", path("settlement.json"), "--shard", "0"], csv);
  assert.deepEqual([dealt.code, dealt.out], [1, ""], dealt.err);
  assert.match(dealt.err, /^refused:\n {2}\w+: /m);
});

test("a reader that stops early is no failure, and a slow one is waited for", async () => {
  const command = COMMANDS[1];
  const args = question(command);
  write("settlement.json", done(["settle", ...args], done(["tally", ...args], csv)));
  write("leads.csv", csv);
  const child = spawn(process.execPath, [cli, "plan", ...args, "--leads", path("leads.csv"), "--settlement", path("settlement.json"), "--shard", "0"]);
  let err = "";
  child.stderr.on("data", (data) => (err += data));
  child.stdout.once("data", () => child.stdout.destroy());
  assert.equal(await new Promise((ended) => child.on("exit", ended)), 0, err);
});
