// What a process that stays up sees: memory that comes back, engines beside each other, an engine that ran out of room, errors across threads.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageChannel, Worker } from "node:worker_threads";
import { createEngine, createEngineSync, EvenhandError } from "evenhand";
import { config, context } from "./checks.mjs";

const dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");
const leads = Array.from({ length: 40 }, (_, at) => ({ id: `L${at}`, owner: at % 3 === 0 ? "ann" : null, name: `name ${at}`, tags: ["a", `t${at % 7}`] }));
const command = { type: "split", leads: { filter: { rules: [] } }, split: { to: ["ann", "bob"] } };

/** One round of what a request does. */
function round(workspace) {
  const table = workspace.load(leads);
  const plan = workspace.plan(table, command, context);
  const filter = workspace.filter({ rules: [{ field: "owner", operator: "=", value: "ann" }] });
  const selection = table.select(filter, { actor: "ann", now: context.now });
  const said = `${plan.count} ${plan.digest} ${selection.count}`;
  for (const made of [selection, filter, plan, table]) made[dispose]();
  return said;
}

test("memory does not grow over ten thousand rounds of load, plan and free", () => {
  const engine = createEngineSync();
  const workspace = engine.workspace(config);
  const first = round(workspace);
  // What is kept for reuse is there after a few rounds.
  for (let at = 0; at < 200; at += 1) round(workspace);
  const before = engine.memory();
  for (let at = 0; at < 10_000; at += 1) {
    if (round(workspace) !== first) assert.fail(`round ${at} differs`);
  }
  assert.equal(engine.memory(), before);
  engine.free();
});

test("memory does not grow over workspaces that are compiled and freed, nor over calls that are refused", () => {
  const engine = createEngineSync();
  const once = () => {
    const workspace = engine.workspace(config);
    assert.throws(() => engine.workspace({ version: 1 }), EvenhandError);
    assert.throws(() => workspace.filter({ rules: [{ field: "nothing", operator: "=", value: 1 }] }), EvenhandError);
    workspace.free();
  };
  for (let at = 0; at < 100; at += 1) once();
  const before = engine.memory();
  for (let at = 0; at < 1500; at += 1) once();
  assert.equal(engine.memory(), before);
  engine.free();
});

test("`free` may come twice, in any order, and `using` frees", () => {
  const engine = createEngineSync();
  const workspace = engine.workspace(config);
  const table = workspace.load(leads);
  const plan = workspace.plan(table, command, context);
  const text = plan.digest;
  // What a plan was made of may go before it.
  workspace.free();
  table.free();
  table.free();
  assert.equal(plan.digest, text);
  plan[dispose]();
  plan.free();
  assert.throws(() => plan.digest, { code: "freed" });
  engine.free();
  engine[dispose]();
  workspace.free();
  assert.throws(() => engine.version, { code: "freed" });
});

test("many engines live beside each other, each with what is its own", async () => {
  const engines = await Promise.all(Array.from({ length: 32 }, () => createEngine({ maxMemory: 2 ** 26 })));
  const workspaces = engines.map((engine) => engine.workspace(config));
  const tables = workspaces.map((workspace, at) => workspace.load(leads.slice(0, at + 1)));
  assert.deepEqual(tables.map((table) => table.size), tables.map((_, at) => at + 1));
  assert.throws(() => workspaces[0].plan(tables[1], command, context), { code: "wrong_engine" });
  engines.forEach((engine, at) => at % 2 === 0 && engine.free());
  for (const [at, table] of tables.entries()) {
    if (at % 2 === 0) assert.throws(() => table.size, { code: "freed" });
    else assert.equal(workspaces[at].plan(table, command, context).count > 0, true);
  }
  for (const engine of engines) engine.free();
});

test("an engine that ran out of room refuses the load, and goes on", () => {
  const engine = createEngineSync({ maxMemory: 2 ** 24 });
  const workspace = engine.workspace(config);
  const table = workspace.load(leads);
  const before = workspace.plan(table, command, context).digest;
  const many = Array.from({ length: 200_000 }, (_, at) => ({ id: `X${at}`, owner: null, name: `a name that is another one each time ${at}`, tags: [`t${at}`] }));
  for (let at = 0; at < 3; at += 1) {
    assert.throws(() => workspace.load(many), { name: "EvenhandError", code: "out_of_memory" });
    assert.equal(workspace.plan(table, command, context).digest, before);
    assert.throws(() => table.upsert(many), { code: "out_of_memory" });
    assert.equal(table.size, leads.length);
  }
  assert.ok(engine.memory() <= 2 ** 24);
  // Room for what fits is there again.
  assert.equal(workspace.load(many.slice(0, 1000)).size, 1000);
  engine.free();
  createEngineSync({ maxMemory: 2 ** 24 }).free();
});

test("errors cross between threads as data, whole", async () => {
  const error = (() => {
    try {
      createEngineSync().workspace({ version: 1, fields: { id: { type: "nothing" } } });
    } catch (thrown) {
      return thrown;
    }
  })();
  assert.ok(error instanceof EvenhandError && error.diagnostics.length > 1);
  const same = (data) => {
    const copy = EvenhandError.fromJSON(data);
    assert.ok(copy instanceof EvenhandError && copy instanceof Error);
    assert.deepEqual(copy.toJSON(), error.toJSON());
  };
  same(structuredClone(error.toJSON()));
  same(JSON.parse(JSON.stringify(error)));
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(error.toJSON());
  same(await new Promise((found) => port2.once("message", found)));
  port1.close();
  const entry = import.meta.resolve("evenhand");
  const worker = new Worker(`import(${JSON.stringify(entry)}).then(({ createEngineSync }) => {
    try { createEngineSync().workspace({ version: 1, fields: { id: { type: "nothing" } } }); } catch (error) { require("node:worker_threads").parentPort.postMessage(error.toJSON()); }
  })`, { eval: true });
  same(await new Promise((found, failed) => worker.once("message", found).once("error", failed)));
  await worker.terminate();
});
