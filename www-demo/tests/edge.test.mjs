// The same work with the edge worker in the browser's place, on workerd: every plan is posted with its actor's token, proved there and written
// there; two browsers share the leads; what the worker refuses or does not answer is said in a word.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { worlds } from "../worlds/index.js";
import { Driver, open, start } from "./screen/driver.mjs";
import { tell } from "./screen/tell.mjs";

let desk;
before(async () => {
  desk = await start();
});
after(() => desk.stop());

const wide = { viewport: { width: 1440, height: 1000 }, reducedMotion: "reduce" };
const edge = (page) => page.getByRole("switch", { name: "Edge worker" });

/** The tenant of a world, as the worker has it. */
async function tenant(world) {
  const answer = await fetch(`${desk.address}edge/session`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ world }) });
  const { tenant, token } = await answer.json();
  const get = async (path) => (await fetch(`${desk.address}edge/v1/tenants/${tenant}/admin/${path}`, { headers: { authorization: `Bearer ${token}` } })).text();
  return {
    leads: async () => new Map((await get("leads")).trim().split("\n").map((line) => JSON.parse(line)).map((lead) => [lead.id, lead])),
    audit: async () => JSON.parse(await get("audit")).entries,
  };
}

for (const world of worlds.filter(({ count }) => count <= 4000)) {
  test(`${world.title}: the story at the edge, step by step as in the browser`, { timeout: 180_000 }, async () => {
    const context = await desk.browser.newContext(wide);
    const { page, wrong } = await open(context, desk.address, `#/${world.id}?at=edge`);
    assert.ok(await edge(page).isChecked());
    await tell(new Driver(page), world);
    assert.deepEqual(wrong, []);
    const entries = await (await tenant(world.id)).audit();
    assert.ok(entries.some(({ via, actor }) => via === "plan" && actor !== "desk"), "the worker proved plans of the people who made them");
    await context.close();
  });
}
