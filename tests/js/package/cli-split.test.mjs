// Files that people have: what is dealt out, and that nothing else in them changes.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createEngine } from "evenhand";
import { guessColumns, numbered } from "evenhand/columns";
import { facade, manifest, pkg } from "./lib/installed.mjs";

const { Records, rewritten } = await import(join(facade, "csv.js"));
const cli = join(pkg, manifest.bin.evenhand);
let folder;
let engine;
const path = (name) => join(folder, name);
const put = (name, text) => writeFileSync(path(name), text);
const text = (name) => readFileSync(path(name), "utf8");

function run(args, options = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: "utf8", ...options });
  return { code: status, out: stdout, err: stderr };
}
const split = (file, ...more) => run(["split", path(file), ...more]);

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "evenhand-split-"));
  engine = await createEngine();
});
after(() => {
  rmSync(folder, { recursive: true });
  engine.free();
});

/** Numbers that look random and are the same each time. */
function* random(seed) {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

test("a file with odd quotes, line ends and a mark: only the owners of the leads that are dealt change", () => {
  const before = '\ufeffId;"Name";Owner;Status\r\n1;"A ""x""";;New\r\n2; B ;"";New\n\r\n3;"C\r\nD";bob;New\r\n4;E;;Lost\r\n"5";F\r\nTotal;;;\r\n;;;\r\n';
  put("odd.csv", before);
  const { code, out } = split("odd.csv", "--to", "ann,Bob:2", "--where", "status = New", "--all");
  assert.equal(code, 2, out);
  const done = split("odd.csv", "--to", "ann,Bob:2", "--where", "status = New and owner is empty", "--out", path("odd.new.csv"));
  assert.equal(done.code, 0, done.err);
  assert.equal(text("odd.new.csv"), before.replace('"A ""x""";;', '"A ""x""";ann;').replace(' B ;"";', ' B ;"bob";'));
  assert.match(done.out, /^5 leads in .*odd\.csv, told apart by `Id`, owned as `Owner` says\n2 problems with cells or rows \(--problems lists them\)\n2 leads where status = New and owner is empty\n\nperson +now +then\nann \(new\) +0 → +1 +▒+ {2}\+1\nbob +1 → +2 +█+▒+ {2}\+1\n\nspread 1, the least possible\n\n2 leads changed; written to .*odd\.new\.csv, every other byte as it was\n$/);
  // What was written is read as the plan said: nothing of it is left to deal.
  assert.equal(split("odd.new.csv", "--to", "ann", "--where", "status = New and owner is empty").code, 1);
});

test("a word that no lead has is told with those that there are", () => {
  put("words.csv", "Id,Owner,Status\n1,,New\n2,,Lost\n3,ann,New\n4,,New\n5,,Lost\n6,,New\n");
  const note = (where) => split("words.csv", "--to", "bob", "--where", where).out.match(/^note: .*$/gm);
  assert.deepEqual(note("status = new"), ["note: no lead has `new` as `Status`; there is `New`, `Lost`"]);
  assert.deepEqual(note("id = 9 or not (status in (New, Won) and owner = Ann)"), ["note: no lead has `Won` as `Status`; there is `New`, `Lost`", "note: no lead has `Ann` as `Owner`; there is `ann`"]);
  assert.equal(note("status = New and status is not empty and id = 77"), null);
});

test("without an owner's column one is added; without an id rows are numbered", () => {
  put("plain.csv", "Name,Company\nA,X\n\n\"B, b\",X\nC\nD,Y");
  const { code, out } = split("plain.csv", "--to", "ann,bob:1", "--together", "company", "--out", path("plain.new.csv"));
  assert.equal(code, 0, out);
  assert.equal(text("plain.new.csv"), 'Name,Company,Owner\nA,X,ann\n\n"B, b",X,ann\nC,,bob\nD,Y,bob');
  assert.match(out, /rows are numbered, owned by nobody: a column `Owner` would be added/);
  assert.equal(split("plain.csv", "--to", "ann", "--new-owner", "Assigned To", "--out", "-").out, 'Name,Company,Assigned To\nA,X,ann\n\n"B, b",X,ann\nC,,ann\nD,Y,ann');
  assert.match(split("plain.csv", "--to", "ann", "--new-owner", "Name").err, /has a column `Name` already/);
});

test("an id that comes twice: rows are numbered and it is said, or refused where it was asked for", () => {
  put("twice.csv", "Record ID,Owner,Status\n7,,New\n7,,New\n8,,New\n");
  const { out } = split("twice.csv", "--to", "ann,bob", "--out", path("twice.new.csv"));
  assert.equal(text("twice.new.csv"), "Record ID,Owner,Status\n7,ann,New\n7,bob,New\n8,ann,New\n");
  assert.match(out, /^3 leads in/);
  assert.match(split("twice.csv", "--to", "ann", "--id", "record id").err, /--id: `Record ID` is `7` in more rows than one \(row 2\)/);
});

test("the remainder is remembered from one file to the next", () => {
  const deal = (day) => {
    put("day.csv", `Id,Owner\n${Array.from({ length: 10 }, (_, at) => `${day}-${at},\n`).join("")}`);
    const { out } = split("day.csv", "--to", "ann,bob,cyd", "--out", path("day.new.csv"), "--state", path("state.json"));
    return [...out.matchAll(/\+(\d+)$/gm)].map(([, count]) => Number(count));
  };
  // Worked example of docs/split.md.
  assert.deepEqual([1, 2, 3].map(deal), [[4, 3, 3], [3, 4, 3], [3, 3, 4]]);
  assert.ok(Object.keys(JSON.parse(text("state.json"))).every((key) => key.startsWith("split/")));
});

test("filters in a line of text", () => {
  put("many.csv", `Lead ID,Lead Owner,Lead Status,City,Amount,Created\n${[
    "1,Ann,Open,San Jose,100,2026-01-05", "2,Bo,Pre Qualified,Berlin,2500,2026-01-06", "3,,Open,San Diego,900,2026-02-01",
    "4,Ann,Lost,O'Fallon,50,2026-02-02", "5,,Pre Qualified,,1500,2026-03-01", "6,Bo,Open,Rome (IT),10,2026-03-02", "7,Ann,Open,Berlin,1,2026-03-03", "8,Bo,Lost,Berlin,2,2026-03-04", "9,Bo,Lost,Rome,3,2026-03-05",
  ].join("\n")}\n`);
  const found = (where) => {
    const { out, err } = split("many.csv", "--to", "x", "--where", where, "--json");
    assert.notEqual(out, "", `${where}: ${err}`);
    return JSON.parse(out).plan.command.leads.ids.join("");
  };
  for (const [where, ids] of [
    ["status = Open", "1367"],
    ["lead_status = 'Pre Qualified'", "25"],
    ["Lead Status = Pre Qualified and Amount >= 2000", "2"],
    ["status != Open and not city begins with Ber", "459"],
    ["status in (Lost, Pre Qualified) and (amount < 3 or amount > 2000)", "28"],
    ["city contains \"O'F\" or city = 'Rome (IT)'", "46"],
    ["city does not contain e", "45"],
    ["city is empty", "5"],
    ["owner is not empty and city ends with lin", "278"],
    ["created between 2026-02-01 and 2026-02-28", "34"],
    ["created not between 2026-01-06 and 2026-03-04", "19"],
    ["status not in (Open, Lost)", "25"],
    ["NOT (status = Open OR status = Lost)", "25"],
    ["amount <> 1 and status = Open or id = 9", "1369"],
  ])
    assert.equal(found(where), ids, where);
  for (const [where, message, mark] of [
    ["status", /a comparison is expected here .*, not the end/, 6],
    ["stauts = Open", /there is no column `stauts`; there is `Lead ID`, /, 0],
    ["status = 'Open", /this quote has no end/, 9],
    ["status = Open or", /a column is expected here, not the end/, 16],
    ["(status = Open", /`\)` is expected here, not the end/, 14],
    ["status = Open city = Rome", /`and` or `or` is expected here, not `=`/, 19],
    ["status in Open", /`\(` and a list of values is expected here, not `Open`/, 10],
    ["status is Open", /`empty` or `not empty` is expected here, not `Open`/, 10],
    ["status = a 'b'", /put all of it in quotes, or none/, 11],
    ["amount between 1", /`and` is expected here, not the end/, 16],
    ["status ! Open", /`!` is not expected here/, 7],
  ]) {
    const { code, err } = split("many.csv", "--to", "x", "--where", where);
    assert.equal(code, 2);
    assert.match(err, message);
    assert.equal(err.split("\n")[2].indexOf("^") - 2, mark, err);
  }
  const wrong = split("many.csv", "--to", "x", "--where", "amount = many");
  assert.deepEqual([wrong.code, /query_invalid/.test(wrong.err)], [2, true]);
});

test("statements do on a database what the file would have", async () => {
  put("people.csv", "Id,Owner,Status\nL-1,,New\nL-2,,New\n\"L'3\",,New\nL-4,Ann,New\n");
  const { out, err, code } = split("people.csv", "--to", "ann,O'Neil", "--sql", "sqlite", "--table", "my leads");
  assert.equal(code, 0, err);
  assert.match(err, /3 leads would change; as statements/);
  const { default: init } = await import("sql.js");
  const db = new (await init()).Database();
  db.exec("CREATE TABLE \"my leads\" (Id TEXT, Owner TEXT, Status TEXT); INSERT INTO \"my leads\" VALUES ('L-1', NULL, 'New'), ('L-2', 'cyd', 'New'), ('L''3', '', 'New'), ('L-4', 'Ann', 'New')");
  db.exec(out);
  assert.deepEqual(db.exec("SELECT Owner FROM \"my leads\" ORDER BY rowid")[0].values.flat(), ["Ann", "cyd", "Ann", "Ann"], out);
  const { PGlite } = await import("@electric-sql/pglite");
  const pg = await PGlite.create();
  await pg.exec("CREATE TABLE people (\"Id\" text, \"Owner\" text); INSERT INTO people VALUES ('L-1', NULL), ('L-2', 'cyd'), ('L''3', NULL), ('L-4', 'Ann')");
  await pg.exec(split("people.csv", "--to", "ann,O'Neil", "--sql", "postgres").out);
  assert.deepEqual((await pg.query("SELECT \"Owner\" FROM people ORDER BY \"Id\" COLLATE \"C\"")).rows.map(({ Owner }) => Owner), ["Ann", "Ann", "cyd", "Ann"]);
  await pg.close();
});

test("problems are listed with their rows and headers", () => {
  put("bad.csv", `Id,Owner,Created\n${Array.from({ length: 20 }, (_, at) => `${at},ann,2026-01-${String(at + 1).padStart(2, "0")}\n`).join("")}`);
  assert.match(split("bad.csv", "--to", "bob", "--all", "--problems").out, /\nno problems: every cell could be read\n$/);
  put("late.csv", `${text("bad.csv")}${Array.from({ length: 1500 }, (_, at) => `x${at},ann,2026-02-01\n`).join("")}999,ann,soon\n`);
  assert.match(split("late.csv", "--to", "bob", "--all", "--problems").out, /\n1521 {2}Created {2}\w+ +soon\n$/);
  const { problems, problemCount } = JSON.parse(split("late.csv", "--to", "bob", "--all", "--problems", "--json").out);
  assert.deepEqual([problemCount, problems[0].row, problems[0].column, problems[0].value], [1, 1521, "Created", "soon"]);
});

test("what cannot be used ends with 2 and says why, and nothing is written", () => {
  put("a.csv", "Id,Owner\n1,Ann\n2,ann\n3,\n");
  for (const [args, message] of [
    [["split", "--to", "x"], /name the file/],
    [["split", path("a.csv")], /`--to` is missing/],
    [["split", path("a.csv"), "--to", "x", "--out", path("a.csv")], /would overwrite/],
    [["split", path("a.csv"), "--to", "ANN"], /`ANN` may be `Ann` or `ann`/],
    [["split", path("a.csv"), "--to", "x:0"], /`0` is no weight/],
    [["split", path("a.csv"), "--to", "x,,y"], /somebody without a name/],
    [["split", path("a.csv"), "--to", "x,x"], /command_invalid/],
    [["split", path("a.csv"), "--to", "x", "--owner", "Rep"], /--owner: the file has no column `Rep`; it has `Id`, `Owner`/],
    [["split", path("a.csv"), "--to", "x", "--even", "so"], /`--even` is `dealt` or `total`/],
    [["split", path("a.csv"), "--to", "x", "--sql", "mysql"], /`--sql` is `sqlite` or `postgres`/],
    [["split", path("a.csv"), "--to", "x", "--sql", "sqlite", "--id", "none"], /needs a column that tells the leads apart/],
    [["split", path("a.csv"), "more"], /`more` is not expected here/],
    [["split", path("nowhere.csv"), "--to", "x"], /ENOENT/],
  ]) {
    const { code, err } = run(args);
    assert.deepEqual([code, message.test(err)], [2, true], `${args.join(" ")}: ${err}`);
  }
  put("empty.csv", "");
  assert.match(split("empty.csv", "--to", "x").err, /csv_invalid/);
  put("open.csv", 'Id,Owner\n1,"ann\n');
  assert.match(split("open.csv", "--to", "x").err, /csv_truncated/);
  writeFileSync(path("latin.csv"), Buffer.from("Id,Owner\n1,J\xf6rg\n", "latin1"));
  assert.match(split("latin.csv", "--to", "x").err, /is not UTF-8; save it as "CSV UTF-8"/);
  put("wide.csv", "Id,Name\n1,A,B\n2,C\n");
  assert.match(split("wide.csv", "--to", "x", "--out", path("wide.new.csv")).err, /csv_invalid: row 1 has more cells than the header/);
  assert.ok(!existsSync(path("wide.new.csv")));
  assert.equal(split("a.csv", "--to", "ann", "--where", "id = 77").code, 1);
});

const terminal = (command, env) => spawnSync("script", ["-qec", command, "/dev/null"], { encoding: "utf8", env });
test("colours are for terminals, and NO_COLOR leaves them out", { skip: spawnSync("script", ["--version"]).status !== 0 && "there is no `script`" }, () => {
  put("few.csv", "Id,Owner\n1,\n2,\n");
  const command = `${process.execPath} ${cli} split ${path("few.csv")} --to ann`;
  const env = { PATH: process.env.PATH, TERM: "xterm-256color" };
  assert.match(terminal(command, env).stdout, /\u001b\[32m\+2\u001b\[0m/);
  assert.doesNotMatch(terminal(command, { ...env, NO_COLOR: "1" }).stdout, /\u001b/);
  assert.doesNotMatch(split("few.csv", "--to", "ann").out, /\u001b/);
});

test("cells stand where the engine sees them, and what is not asked for keeps its bytes", () => {
  const next = random(17);
  const pick = (list) => list[Math.floor(next.next().value * list.length)];
  for (let round = 0; round < 400; round += 1) {
    const delimiter = pick([",", ";", "\t", "|"]);
    const width = 2 + Math.floor(next.next().value * 4);
    const words = ["", "a", "é", "x y", " z", "😀", "12", 'say ""it""'.replaceAll('""', '"')];
    const cell = () => {
      const word = pick(words);
      const odd = word.includes('"');
      return pick([true, false]) || odd ? `"${(word + pick(["", "\n", "\r\n", ",", ";", "\t", "|"])).replaceAll('"', '""')}"` : word;
    };
    const header = Array.from({ length: width }, (_, at) => (pick([true, false]) ? `c${at}` : `"c${at}"`)).join(delimiter);
    const lines = Array.from({ length: 8 }, (_, row) => [`"r${row}"`, ...Array.from({ length: width - 1 - (next.next().value < 0.2 ? 1 : 0) }, cell)].join(delimiter));
    const source = `${pick(["", "\ufeff"])}${[header, ...lines].map((line) => line + pick(["\n", "\r\n", "\n\n", "\r\n \r\n"])).join("")}${pick(["", `r9${delimiter}x`])}`;
    const bytes = new TextEncoder().encode(source);

    const fields = Object.fromEntries(Array.from({ length: width }, (_, at) => [`c${at}`, { type: "text" }]));
    const workspace = engine.workspace({ version: 1, fields: { ...fields, owner: { type: "user" } }, lead: { id: "c0", owner: "owner" }, users: [] });
    const read = (bytes) => workspace.load(bytes, { format: "csv", absent: ["owner"] }).select(null, { actor: null }).rows().map((row) => Array.from({ length: width }, (_, at) => row[`c${at}`] ?? ""));
    const seen = [];
    const records = new Records(bytes);
    records.next();
    while (records.next()) seen.push(Array.from({ length: width }, (_, at) => (at < records.count ? records.text(at) : "")));
    const rows = read(bytes);
    assert.deepEqual(seen, rows, JSON.stringify(source));

    // Some cells become others; the engine reads just that, and every cell that was not asked for keeps its bytes.
    const column = 1 + Math.floor(next.next().value * (width - 1));
    const texts = ["new", 'q"q', `d${delimiter}d`, " blank ", "", "\n"];
    const changes = new Map(rows.filter(() => next.next().value < 0.5).map(([id]) => [id, new Map([[column, pick(texts)]])]));
    const added = pick([[], ["extra"]]);
    const out = rewritten(bytes, added, (records) => changes.get(records.text(0)));
    const wanted = rows.map((row) => row.map((text, at) => changes.get(row[0])?.get(at) ?? text));
    assert.deepEqual(read(out), wanted, JSON.stringify([source, new TextDecoder().decode(out)]));
    const [old, made] = [new Records(bytes), new Records(out)];
    const raw = (records, at) => (at < records.count ? Buffer.from(records.bytes.subarray(...records.span(at))).toString("latin1") : "");
    while (old.next()) {
      assert.ok(made.next());
      for (let at = 0; at < old.count; at += 1) if (!(old.number > 0 && changes.get(old.text(0))?.has(at))) assert.equal(raw(made, at), raw(old, at));
      assert.deepEqual(made.lineEnd(), old.lineEnd());
    }
    assert.ok(!made.next());
    workspace.free();
  }
});

test("rows are counted for a file without an id", () => {
  const out = new TextDecoder().decode(numbered(new TextEncoder().encode('\ufeffA;B\r\n"x\ny";\n\n;\n2;3'), "row_number"));
  assert.equal(out, 'row_number;A;B\r\n1;"x\ny";\n2;2;3');
  assert.equal(guessColumns(engine, 'A;B\n1;"x\ny"\n2;z').rows, 2);
});
