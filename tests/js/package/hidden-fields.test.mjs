// Two tables that differ in hidden fields only, and everything of the package that an actor can call: the same answers, errors and sizes.
// `tests/native/hidden_fields.rs` does the same to the module alone, at random and at length; here it is the facade, with what it remembers of questions.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { createEngineSync } from "evenhand";
import { httpStatus } from "evenhand/host";
import { HIDDEN, TABLES, config, rule } from "../hidden-world.mjs";

const now = "2026-03-02T09:00:00Z";
const context = { actor: "ann", now, state: {} };
const NAMES = ["id", "city", "source", "owner", ...HIDDEN, "scorr"];

/** What a call comes to, as text: also what it throws. */
function told(run) {
  try {
    return JSON.stringify(run(), (_, value) => (value instanceof Uint32Array ? [...value] : value)) ?? "nothing";
  } catch (error) {
    return JSON.stringify({ thrown: error.toJSON?.() ?? String(error), status: httpStatus(error) });
  }
}

/** Each call of an actor, by name. */
function calls(workspace) {
  const out = {};
  const viewer = { actor: "ann", now };
  const add = (name, run) => void (out[name] = run);
  add("fields", () => workspace.fields("ann"));
  add("scope", () => workspace.scope("ann", "lead.edit").describe());
  for (const { id } of TABLES[0]) {
    add(`get ${id}`, (table) => table.get(id, viewer));
    add(`receivers ${id}`, (table) => workspace.receivers(table, { actor: "ann", lead: id, now }));
    add(`explain ${id}`, (table) => workspace.explain(table, id, context));
    for (const verb of ["lead.view", "lead.edit", "lead.reassign", "lead.export"]) {
      // Asked twice: the second time from what is remembered.
      add(`can ${verb} ${id}`, (table) => [0, 1].map(() => workspace.can({ actor: "ann", do: verb, lead: id, leads: table, now })));
    }
  }
  for (const name of NAMES) {
    for (const operator of ["null", "notNull"]) add(`select ${name} ${operator}`, (table) => { const found = table.select(rule(name, operator), viewer); return [found.count, found.ids(), found.rows(), found.indexes()]; });
    add(`sort ${name}`, (table) => table.select(null, viewer).sort([{ field: name }]).ids());
    add(`count ${name}`, (table) => table.select(null, viewer).countBy(name));
    add(`rows ${name}`, (table) => table.select(null, viewer).rows(0, 3, ["id", name]));
    add(`readable ${name}`, (table) => table.select(workspace.readable(rule(name, "notNull"), { ...viewer, limit: 10 }), viewer).ids());
    add(`filter ${name}`, () => workspace.filter(rule(name, "notNull"), { actor: "ann" }).describe());
    add(`own filter ${name}`, (table) => table.select(workspace.filter(rule(name, "notNull")), viewer).ids());
    add(`sql ${name}`, () => workspace.filter(rule(name, "notNull")).toSQL("sqlite", { actor: "ann", now }).sql);
    add(`assume ${name}`, (table) => workspace.explain(table, "l0", context, { assume: { lead: { [name]: null } } }));
  }
  for (const list of ["rich", "all", "none"]) add(`list ${list}`, (table) => table.select({ list }, viewer).rows());
  add("joined", (table) => table.select(null, { actor: null }).or(table.select(null, viewer)).rows());
  add("simulate", (table) => workspace.simulate(table, { draft: { rules: [{ id: "mine", to: { user: "ann" } }] } }, context).report);
  add("simulate hidden", (table) => workspace.simulate(table, { draft: { rules: [{ id: "mine", when: rule("score", ">", 1), to: { user: "ann" } }] } }, context).report);
  const ids = { ids: TABLES[0].map(({ id }) => id) };
  const commands = {
    assign: { type: "assign", leads: ids, to: "bob" },
    deactivate: { type: "deactivate", leads: ids },
    "edit city": { type: "mass_edit", leads: { filter: rule("city", "notNull") }, set: { city: "Steyr" } },
    "edit source": { type: "mass_edit", leads: ids, set: { source: "web" } },
    "edit score": { type: "mass_edit", leads: ids, set: { score: 1 } },
    "by score": { type: "mass_edit", leads: { filter: rule("score", ">", 1) }, set: { city: "Steyr" } },
    split: { type: "split", leads: { list: "all" }, split: { to: ["ann", "bob"] } },
    together: { type: "split", leads: ids, split: { to: ["ann", "bob"], together: ["secret"] } },
    rich: { type: "route", leads: { list: "rich" } },
    route: { type: "route", leads: ids },
  };
  for (const [name, command] of Object.entries(commands)) {
    add(`plan ${name}`, (table) => {
      const plan = workspace.plan(table, command, context);
      const verdict = workspace.verify(table, plan.encode(), context);
      return [plan.preview(), plan.preview(1, 2), plan.outcome, plan.id, plan.refused, verdict.problems];
    });
    add(`taken back ${name}`, (table) => {
      const copy = workspace.load(table.select(null, { actor: null }).rows());
      const plan = workspace.plan(copy, command, context);
      copy.apply(plan);
      const back = workspace.undo(copy, plan.encode(), context);
      return [copy.select(null, viewer).rows(), back.preview(), back.id];
    });
  }
  return out;
}

test("nothing that an actor calls tells of hidden fields", () => {
  const engine = createEngineSync();
  const workspace = engine.workspace(config);
  const tables = TABLES.map((rows) => workspace.load(rows));
  const all = Object.entries(calls(workspace));
  for (const [name, run] of all) {
    const [one, other] = tables.map((table) => told(() => run(table)));
    assert.equal(one, other, name);
    assert.ok(!/a rather long secret|"(score|secret|labels)":/.test(one), `${name}: ${one}`);
  }
  // For the host they do differ: the comparison is of something.
  assert.notEqual(...tables.map((table) => JSON.stringify(table.select(null, { actor: null }).rows())));
  assert.notEqual(...tables.map((table) => workspace.plan(table, { type: "assign", leads: { ids: ["l0", "l1"] }, to: "bob" }, context).digest));
  assert.ok(all.length > 100);
  workspace.free();
  engine.free();
});

test("nor does the command line, asked with their eyes", () => {
  const manifest = createRequire(import.meta.url).resolve("evenhand/package.json");
  const cli = join(dirname(manifest), JSON.parse(readFileSync(manifest, "utf8")).bin.evenhand);
  const folder = mkdtempSync(join(tmpdir(), "evenhand-hidden-"));
  const put = (name, value) => writeFileSync(join(folder, name), JSON.stringify(value));
  put("workspace.json", config);
  const asked = [[], ["--count"], ["--json"], ["--list", "rich"], ["--list", "all"], ...["city", ...HIDDEN, "scorr"].flatMap((name) => {
    put(`${name}.json`, rule(name, "notNull"));
    return [["--fields", `id,${name}`], ["--filter", `${name}.json`], ["--filter", `${name}.json`, "--count"]];
  })];
  try {
    const said = (nth, actor, more) => {
      put("leads.json", TABLES[nth]);
      const { status, stdout, stderr } = spawnSync(process.execPath, [cli, "select", "--workspace", "workspace.json", "--leads", "leads.json", ...actor, "--now", now, ...more], { cwd: folder, encoding: "utf8" });
      return { status, stdout, stderr };
    };
    let answered = 0;
    for (const more of asked) {
      const one = said(0, ["--actor", "ann"], more);
      assert.deepEqual(one, said(1, ["--actor", "ann"], more), more.join(" "));
      assert.ok(!/rather long/.test(one.stdout + one.stderr), more.join(" "));
      answered += Number(one.status === 0 && /l0|[1-9]/.test(one.stdout));
    }
    assert.ok(answered > 3, `${answered} were answered`);
    // For the host they do differ: the comparison is of something.
    assert.notEqual(said(0, [], []).stdout, said(1, [], []).stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
