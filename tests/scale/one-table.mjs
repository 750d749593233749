// What one table of all leads comes to, and whether the folders that a cluster wrote say the same of every lead:
//   node one-table.mjs FOLDER LEADS DEALT…
// `DEALT` are folders of part files with lines of lead,receiver. Prints a hash of all rows, of each.
import { createHash } from "node:crypto";
import { createReadStream, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const [folder, count, ...dealt] = process.argv.slice(2);
const { createEngine } = await import(process.env.EVENHAND ?? "evenhand");
const read = (name) => JSON.parse(readFileSync(join(folder, name), "utf8"));
const [workspace, command] = [read("workspace.json"), read("command.json")];
const receivers = workspace.users.map(({ id }) => id);

/** For each lead, by its number, who gets it: the place in `receivers` and one, or nothing. */
class Table {
  rows = new Uint8Array(Number(count));
  changes = 0;

  put(lead, receiver) {
    const [at, who] = [Number(lead.slice(1)), receivers.indexOf(receiver) + 1];
    if (!(at < this.rows.length) || who === 0) throw new Error(`\`${lead}\` to \`${receiver}\`: there is none such`);
    if (this.rows[at] !== 0) throw new Error(`\`${lead}\` is given twice`);
    this.rows[at] = who;
    this.changes += 1;
  }

  get hash() {
    return createHash("sha256").update(this.rows).digest("hex");
  }
}

const start = performance.now();
const engine = await createEngine({ maxMemory: 2 ** 32 });
const here = engine.workspace(workspace);
const loader = here.loader();
for await (const piece of createReadStream(join(folder, "leads.csv"), { highWaterMark: 1 << 20 })) loader.push(piece);
const leads = loader.finish();
const loaded = performance.now();
const plan = here.plan(leads, command, { actor: "nina", now: "2026-03-01T09:00:00Z" });
const planned = performance.now();
if (plan.refused.length > 0) throw new Error(JSON.stringify(plan.refused));
const whole = new Table();
for (const [receiver, ids] of Object.entries(plan.byAssignee())) for (const lead of ids) whole.put(lead, receiver);
const seconds = (from, to) => Number(((to - from) / 1000).toFixed(1));
const out = [{ table: "one", leads: leads.size, changes: whole.changes, hash: whole.hash, load: seconds(start, loaded), plan: seconds(loaded, planned), memory: engine.memory() }];
/** What is remembered, whatever order its keys are in. */
const remembered = (state) => state.filter(({ key }) => !key.startsWith("done/")).map(({ key, expect, version, value }) => JSON.stringify([key, expect, version, Object.entries(value.carry).sort()])).join();
for (const name of dealt) {
  const table = new Table();
  for (const part of readdirSync(name).filter((file) => file.startsWith("part-"))) {
    for await (const line of createInterface({ input: createReadStream(join(name, part)) })) table.put(...line.split(","));
  }
  const settlement = JSON.parse(readFileSync(join(name, "settlement.json"), "utf8"));
  out.push({ table: name, changes: table.changes, hash: table.hash, equal: table.hash === whole.hash && remembered(settlement.state) === remembered(plan.state) });
}
console.log(JSON.stringify(out));
if (out.slice(1).some(({ equal }) => !equal)) process.exit(1);
