// A plan from its making to the file and back: every byte that it does not change stays.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { manifest, pkg } from "./lib/installed.mjs";

const cli = join(pkg, manifest.bin.evenhand);
let folder;
const path = (name) => join(folder, name);
const text = (name) => readFileSync(path(name), "utf8");
const put = (name, content) => writeFileSync(path(name), typeof content === "string" ? content : JSON.stringify(content));

function run(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}

const NOW = "2026-07-01T09:30:00Z";
const workspace = {
  version: 1,
  timeZone: "Europe/Berlin",
  fields: {
    id: { type: "text", label: "Lead ID" },
    version: { type: "number", label: "Version" },
    owner: { type: "user", label: "Owner" },
    hot: { type: "boolean", label: "Hot" },
    day: { type: "date", label: "Day", format: "%d.%m.%Y" },
    assigned: { type: "datetime", label: "Assigned", format: "%d %b %Y %I:%M:%S %p" },
    tags: { type: "tags", label: "Tags", separator: ";" },
    previous: { type: "tags", label: "Previous owners" },
    note: { type: "text", label: "Note" },
  },
  lead: { id: "id", version: "version", owner: "owner", assignedAt: "assigned", previousOwners: "previous" },
  profiles: [
    { id: "manager", grants: [{ do: ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass", "plan.undo"], scope: "all" }] },
    { id: "agent", grants: [{ do: ["lead.view", "lead.edit"], scope: "own" }] },
  ],
  users: [{ id: "mia", profiles: ["manager"] }, { id: "ann", profiles: ["agent"] }, { id: "bob", profiles: ["agent"] }],
};
const LEADS = '\ufeffLead ID;Version;"Owner";Hot;Day;Assigned;Tags;Note;Own column\r\n"1";1;ann;Yes;01.02.2026;05 Jan 2026 01:00:00 PM;"a;b";"say ""hi""";x\n2;4;;No;;;;;"y;\r\ny"\r\n\r\n3;;bob;Yes;28.02.2026;;a;plain;z';
const files = (leads = "leads.csv") => ["--workspace", path("ws.json"), "--leads", path(leads)];
const acting = ["--actor", "mia", "--now", NOW];

before(() => {
  folder = mkdtempSync(join(tmpdir(), "evenhand-apply-"));
  put("ws.json", workspace);
  put("leads.csv", LEADS);
  put("edit.json", { type: "mass_edit", leads: { ids: ["1", "2"] }, set: { hot: false, day: "2026-12-24", tags: { add: ["c"] }, note: "new; \"quoted\"" }, slots: { owner: "bob" } });
});
after(() => rmSync(folder, { recursive: true }));

const plan = (out, ...more) => run("plan", ...files(), "--command", path("edit.json"), ...acting, "--out", path(out), ...more);

test("a plan goes into the file in the forms that its columns have, and nothing else changes", () => {
  for (const name of ["plan.json", "plan.bin"]) {
    assert.equal(plan(name).code, 0);
    const { code, out, err } = run("apply", ...files(), "--plan", path(name), "--out", path("after.csv"));
    assert.deepEqual([code, err], [0, "columns that stand for no field: Own column\nfields without a column: previous\n"]);
    assert.match(out, /^2 leads written to .*after\.csv, every other byte as it was; new columns: Previous owners\n$/);
    assert.equal(
      text("after.csv"),
      '\ufeffLead ID;Version;"Owner";Hot;Day;Assigned;Tags;Note;Own column;Previous owners\r\n"1";2;bob;No;24.12.2026;01 Jul 2026 11:30:00 AM;"a;b;c";"new; ""quoted""";x;ann\n2;5;bob;No;24.12.2026;01 Jul 2026 11:30:00 AM;c;"new; ""quoted""";"y;\r\ny";\r\n\r\n3;;bob;Yes;28.02.2026;;a;plain;z;',
    );
  }
});

test("a plan is verified on the file that it was made of, and not on another one", () => {
  plan("plan.json");
  const verify = (...more) => run("verify", ...files(...more), "--plan", path("plan.json"), "--actor", "mia", "--now", "2026-07-01T09:31:00Z");
  const good = verify();
  assert.deepEqual([good.code, /^the plan is what the rules give: 2 leads, digest [0-9a-f]{64}\n$/.test(good.out)], [0, true]);
  put("other.csv", LEADS.replace("2;4;", "2;5;"));
  const bad = verify("other.csv");
  assert.deepEqual([bad.code, bad.out], [1, "the plan does not hold:\n  rows_changed (2): leads changed since the plan was made\n"]);
  const late = (...more) => run("verify", ...files(), "--plan", path("plan.json"), "--actor", "mia", "--now", "2026-07-01T10:00:00Z", ...more);
  assert.match(late().out, /too_old/);
  assert.equal(late("--max-age", "3600").code, 0);
  assert.match(late("--max-age", "long").err, /whole number of seconds/);
  assert.deepEqual(JSON.parse(run("verify", ...files(), "--plan", path("plan.json"), "--actor", "ann", "--now", NOW, "--json").out).ok, false);
});

test("a plan is undone: the file's values are those before it, but for the version", () => {
  plan("plan.json");
  run("apply", ...files(), "--plan", path("plan.json"), "--out", path("after.csv"));
  const undone = run("undo", ...files("after.csv"), "--plan", path("plan.json"), ...acting, "--out", path("undo.json"));
  assert.equal(undone.code, 0, undone.out + undone.err);
  assert.equal(run("apply", ...files("after.csv"), "--plan", path("undo.json"), "--out", path("back.csv")).code, 0);
  // Quotes that the change made stay where they are; a version only rises.
  const back = text("back.csv").replace(";Previous owners", "").replaceAll(/;(?=\r\n\r\n|$)/g, "").replace(";x;\n", ";x\n");
  assert.equal(back, LEADS.replace('"1";1;', '"1";3;').replace("2;4;", "2;6;"));
  assert.equal(run("undo", ...files(), "--plan", path("plan.json"), ...acting).code, 1);
});

test("leads that changed since: nothing is written, or the others", () => {
  plan("plan.json");
  put("moved.csv", LEADS.replace("2;4;", "2;5;"));
  const stopped = run("apply", ...files("moved.csv"), "--plan", path("plan.json"), "--out", path("stopped.csv"));
  assert.equal(stopped.code, 1);
  assert.match(stopped.out, /^1 lead changed since the plan was made \(2\); nothing was written\n/);
  assert.ok(!existsSync(path("stopped.csv")));
  const some = run("apply", ...files("moved.csv"), "--plan", path("plan.json"), "--out", path("some.csv"), "--partial", "--json");
  assert.equal(some.code, 1);
  assert.deepEqual(JSON.parse(some.out).refused, ["2"]);
  assert.match(text("some.csv"), /\n2;5;;No;;;;;"y;/);
  assert.match(text("some.csv"), /"1";2;bob/);
});

test("a plan is written once where the state is kept", () => {
  plan("plan.json");
  const apply = () => run("apply", ...files(), "--plan", path("plan.json"), "--out", path("once.csv"), "--state", path("state.json"));
  assert.equal(apply().code, 0);
  const again = apply();
  assert.deepEqual([again.code, /this plan was written before; nothing was written/.test(again.out)], [1, true]);
});

test("a copy that crosses a boundary is a new row, and its undo takes the row out", () => {
  put("ws2.json", {
    version: 1,
    fields: { id: { type: "text" }, owner: { type: "user" }, unit: { type: "unit" }, active: { type: "boolean" } },
    lead: { id: "id", owner: "owner", unit: "unit" },
    lifecycle: { boundary: { kind: "partner", mode: "duplicate" }, onDeactivate: { active: false } },
    org: [{ id: "house" }, { id: "north", kind: "partner", parent: "house" }, { id: "south", kind: "partner", parent: "house" }],
    profiles: [{ id: "manager", grants: [{ do: ["lead.view", "lead.edit", "lead.release", "lead.give", "lead.mass", "plan.undo"], scope: "all" }] }],
    users: [{ id: "mia", unit: "house", profiles: ["manager"] }, { id: "sue", unit: "south", profiles: ["manager"] }, { id: "ned", unit: "north", profiles: ["manager"] }],
  });
  const source = "id,owner,unit,active,Phone\nA,ned,north,TRUE,\"1,2\"\nB,ned,north,TRUE,3\n";
  put("units.csv", source);
  put("transfer.json", { type: "transfer", lead: "A", unit: "south", user: "sue", newId: "A2" });
  const where = (leads) => ["--workspace", path("ws2.json"), "--leads", path(leads)];
  const made = run("plan", ...where("units.csv"), "--command", path("transfer.json"), ...acting, "--out", path("transfer.plan.json"));
  assert.equal(made.code, 0, made.out + made.err);
  assert.equal(run("apply", ...where("units.csv"), "--plan", path("transfer.plan.json"), "--out", path("units.new.csv")).code, 0);
  const [header, first, second, copy] = text("units.new.csv").trim().split("\n");
  assert.deepEqual([header, second], source.split("\n").filter((line) => /^(id|B)/.test(line)));
  assert.match(first, /^A,.*,FALSE,"1,2"$/);
  assert.equal(copy, 'A2,sue,south,TRUE,"1,2"');
  assert.equal(run("undo", ...where("units.new.csv"), "--plan", path("transfer.plan.json"), ...acting, "--out", path("transfer.undo.json")).code, 0);
  assert.equal(run("apply", ...where("units.new.csv"), "--plan", path("transfer.undo.json"), "--out", path("units.back.csv")).code, 0);
  assert.equal(text("units.back.csv"), source);
});

test("what cannot be written is said", () => {
  put("cut.json", { ...workspace, fields: { ...workspace.fields, assigned: { ...workspace.fields.assigned, format: "%d.%m.%Y" } } });
  put("cut.csv", "Lead ID;Version;Owner;Hot;Day;Assigned;Tags;Note\n1;1;;;;;;\n");
  put("assign.json", { type: "assign", leads: { ids: ["1"] }, to: "ann" });
  const where = (ws) => ["--workspace", path(ws), "--leads", path("cut.csv")];
  run("plan", ...where("cut.json"), "--command", path("assign.json"), ...acting, "--out", path("assign.plan.json"));
  const cut = run("apply", ...where("cut.json"), "--plan", path("assign.plan.json"), "--out", path("cut.new.csv"));
  assert.equal(cut.code, 0, cut.out + cut.err);
  assert.match(cut.out, /note: the format of `assigned` has no room for all of a time/);
  assert.match(text("cut.new.csv"), /\n1;2;ann;;;01\.07\.2026;;\n/);
  // Every directive that is read is written, so that it is read again.
  for (const [format, cell] of [["%Y-%m-%dT%H:%M:%S.%L%z", "2026-07-01T11:30:00.000+0200"], ["%A %e %B %y %R", "Wednesday  1 July 26 11:30"], ["%Q", "1782898200000"], ["%s", "1782898200"], ["%D %I %p", "07/01/26 11 AM"], ["%j %Y %T UTC", "182 2026 09:30:00 UTC"], ["%F %H:%M:%S.%f", "2026-07-01 11:30:00.000"]]) {
    put("each.json", { ...workspace, fields: { ...workspace.fields, assigned: { ...workspace.fields.assigned, format: [format, "%d.%m.%Y"] } } });
    run("plan", ...where("each.json"), "--command", path("assign.json"), ...acting, "--out", path("each.plan.json"));
    const each = run("apply", ...where("each.json"), "--plan", path("each.plan.json"), "--out", "-");
    assert.deepEqual([each.code, each.out.split("\n")[1]], [0, `1;2;ann;;;${cell};;`], format + each.err);
  }
  assert.match(run("apply", ...where("cut.json"), "--plan", path("assign.plan.json")).err, /`--out` is missing/);
  assert.match(run("apply", ...where("cut.json"), "--plan", path("cut.csv"), "--out", path("x.csv")).err, /evenhand: /);
});
