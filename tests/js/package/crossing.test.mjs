// What is handed out goes through structured clones and through calls between Workers, in workerd itself, and comes back as it was.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import * as evenhand from "evenhand";
import { answers, difference, protos } from "./crossing.mjs";
import { entry, here, pkg } from "./lib/installed.mjs";
import { reachable, serve } from "./lib/workerd.mjs";

test("a structured clone of every answer is deeply equal to it", () => {
  const all = answers(evenhand);
  for (const [call, answer] of Object.entries(all)) {
    const copy = structuredClone(answer);
    assert.equal(difference(answer, copy), undefined, call);
    assert.deepEqual(copy, answer, call);
  }
  // Only an own property is a key of an object; a prototype that was set has none.
  assert.ok(protos(all.byAssignee) === 1 && protos(all.plan) > 0, `${protos(all.byAssignee)} ${protos(all.plan)}`);
  // Those that are no JSON are bytes and columns.
  for (const [call, answer] of Object.entries(all)) if (!["encoded", "tally", "indexes", "columns"].includes(call)) assert.deepEqual(JSON.parse(JSON.stringify(answer)), answer, call);
});

test("what differs is found", () => {
  const set = (proto) => Object.setPrototypeOf({ a: 1 }, proto);
  for (const [a, b] of [[{ a: 1 }, { a: 2 }], [{ a: 1 }, set(null)], [JSON.parse('{"__proto__":1}'), {}], [{ a: 1, b: 2 }, { b: 2, a: 1 }], [[1], [1, 2]], [new Uint8Array([1]), new Uint8Array([2])], [0, -0], [{ a: undefined }, {}]])
    assert.notEqual(difference(a, b), undefined);
  assert.equal(difference(JSON.parse('{"__proto__":{"a":[1,null]}}'), JSON.parse('{"__proto__":{"a":[1,null]}}')), undefined);
});

const WORKER = `
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import * as evenhand from "evenhand/${entry("workerd")}";
import { answers, difference, protos } from "tests/crossing.mjs";

const echo = {
  /** What this side makes. */
  give: (call) => answers(evenhand)[call],
  /** What it was given: whether it is what this side makes of it, and the value back. */
  take: (call, value) => ({ difference: difference(answers(evenhand)[call], value) ?? null, value }),
};
export class Service extends WorkerEntrypoint {
  give(call) { return echo.give(call); }
  take(call, value) { return echo.take(call, value); }
}
export class Tenant extends DurableObject {
  give(call) { return echo.give(call); }
  take(call, value) { return echo.take(call, value); }
}
export default {
  async fetch(request, env) {
    const faults = [];
    let keys = 0;
    const all = answers(evenhand);
    for (const [name, stub] of [["service", env.SERVICE], ["object", env.TENANT.get(env.TENANT.idFromName("one"))]]) {
      for (const [call, answer] of Object.entries(all)) {
        try {
          const given = await stub.give(call);
          const taken = await stub.take(call, answer);
          for (const found of [difference(answer, given), taken.difference ?? undefined, difference(answer, taken.value)]) if (found !== undefined) faults.push(\`\${name} \${call}: \${found}\`);
          keys += protos(given);
        } catch (error) {
          faults.push(\`\${name} \${call}: \${error.name}: \${error.message}\`);
        }
      }
    }
    // An object without a prototype cannot pass: what the answers would be if they were made so.
    const bare = await env.SERVICE.take("byAssignee", Object.assign(Object.create(null), { a: 1 })).then(() => null, (error) => error.name);
    return Response.json({ faults, keys, calls: Object.keys(all).length, bare });
  },
};
`;

test("every answer crosses a service binding and a Durable Object's stub, there and back", async () => {
  const modules = new Map();
  reachable(`evenhand/${entry("workerd")}`, (name) => join(pkg, name.replace("evenhand/", "")), modules);
  modules.set("tests/crossing.mjs", join(here, "crossing.mjs"));
  const { ask, close } = await serve({ worker: WORKER, modules, objects: { TENANT: "Tenant" }, services: { SERVICE: "Service" } });
  try {
    const { faults, keys, calls, bare } = await ask({});
    assert.deepEqual(faults, []);
    assert.ok(keys > 4 && calls > 35, `${keys} keys in ${calls} calls`);
    assert.equal(bare, "DataCloneError");
  } finally {
    await close();
  }
});
