// One process of the benchmark `plan`: a plan from its command to the database and back, each step once, as a host meets it.
// Usage: node plan-run.mjs ENTRY [ROWS [WORLD]]. Prints one line of JSON: milliseconds by the clock and of processors, and megabytes of memory, by step, and what each step answered.
import { createHash } from "node:crypto";
import { fields, Leads, OWNERS } from "./leads.mjs";
import { chief, config, now } from "./world.mjs";

const { createEngineSync } = await import(process.argv[2]);
const rows = Number(process.argv[3] ?? 1_000_000);
/** `plain` leads have an owner; `stamped` ones a version, when they were assigned and who had them besides. */
const over = {
  plain: {},
  stamped: {
    fields: { ...fields, version: { type: "number" }, assigned: { type: "datetime" }, formerly: { type: "tags" } },
    lead: { ...config().lead, version: "version", assignedAt: "assigned", previousOwners: "formerly" },
  },
}[process.argv[4] ?? "plain"];
const [took, cpu, memory, seen] = [{}, {}, {}, {}];
const context = { actor: chief, now };

const engine = createEngineSync({ maxMemory: 2 ** 31 });

/** Times one step; what it answers is looked at outside the clock. */
function step(name, run, see = () => undefined) {
  const [start, busy] = [performance.now(), process.cpuUsage()];
  const answer = run();
  took[name] = performance.now() - start;
  const { user, system } = process.cpuUsage(busy);
  cpu[name] = (user + system) / 1000;
  memory[name] = engine.memory() / 1e6;
  seen[name] = see(answer);
  return answer;
}

const hash = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest("hex").slice(0, 16);
/** The texts of a list, one hash: it never stands in memory as one text. */
function hashed(list) {
  const hash = createHash("sha256");
  for (const item of list) hash.update(JSON.stringify(item));
  return hash.digest("hex").slice(0, 16);
}

const workspace = engine.workspace(config(over));
const leads = new Leads(rows, 81);
const text = leads.json();
// What the application itself holds: the heap that V8 looks through whenever the module's memory has grown.
const held = process.env.EVENHAND_HEAP === "0" ? { length: rows } : leads.objects();
const absent = Object.keys(over.fields ?? fields).filter((field) => !(field in fields));
/** Builds that do not know `absent` take it for granted. */
const options = { absent };
try {
  workspace.load(new Leads(1, 81).json(), options).free();
} catch {
  delete options.absent;
}
const table = step("load", () => workspace.load(text, options));
const command = { type: "split", leads: { filter: { combinator: "and", rules: [] } }, split: { to: OWNERS.slice(0, 10) } };
const plan = step("plan", () => workspace.plan(table, command, context), (plan) => [plan.count, plan.split]);
step("digest", () => plan.digest);
step("byAssignee", () => plan.byAssignee(), (leads) => hashed(Object.entries(leads)));
step("columns", () => plan.columns(), ({ rows, to, users }) => hash(rows, to, users.join()));
const tables = { table: "leads", stateTable: "state" };
// The mark that the plan was done holds its digest, which follows the encoding.
const unmarked = (statements) => statements.map((statement) => JSON.stringify(statement).replaceAll(plan.digest, "digest"));
if (plan.statements === undefined) step("toSQL", () => plan.toSQL("postgres", tables), (statements) => hashed(unmarked(statements)));
else {
  // As a host writes it: one statement after the other, none kept.
  const all = createHash("sha256");
  let spent = 0;
  step("toSQL", () => {
    for (const statement of plan.statements("postgres", tables)) {
      const start = performance.now();
      unmarked([statement]).forEach((text) => all.update(JSON.stringify(text)));
      spent += performance.now() - start;
    }
  });
  took.toSQL -= spent;
  seen.toSQL = all.digest("hex").slice(0, 16);
}
const encoded = step("encode", () => plan.encode());
memory.encoded = encoded.length / 1e6;
const verdict = step("verify", () => workspace.verify(table, encoded, context), (verdict) => [verdict.ok, verdict.problems]);
verdict.plan?.free();
step("apply", () => table.apply(plan), (applied) => applied);
plan.free();
const later = { ...context, now: now + 60_000 };
const undo = step("undo", () => workspace.undo(table, encoded, later), (undo) => [undo.count, undo.droppedCount, undo.warnings]);
seen.undo.push(hashed([undo.changes(0, 1000), undo.changes(Math.max(rows - 1000, 0), 1000), undo.assignees]));
undo.free();
table.free();

// The same plan over as many leads as go into one JSON text.
const few = workspace.load(new Leads(Math.min(rows, 30_000), 82).json(), options);
const small = workspace.plan(few, command, context);
const data = step("toJSON", () => small.toJSON(), (data) => hashed([data.changes, data.timeline, data.assignees, data.notifications]));
step("verify JSON", () => workspace.verify(few, data, context), (verdict) => verdict.ok);
if (held.length !== rows) throw new Error("the application lost its leads");
console.log(JSON.stringify({ took, cpu, memory, seen }));
