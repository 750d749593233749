// The same work with the edge worker in the browser's place, on workerd: every plan is posted with its actor's token, proved there and written
// there; several browsers share the leads; what the worker refuses, or where it does not answer, is said in a word. `EVENHAND_EDGE=long` tells
// the other stories there as well.
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
const told = process.env.EVENHAND_EDGE === "long" ? worlds : worlds.filter(({ id }) => id === "realty" || id === "partners");

/** A tenant of this world as it was at its beginning, for whoever opens it from now on; and what the worker has of it. */
async function fresh(world) {
  const answer = await fetch(`${desk.address}edge/session`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ world, over: true }) });
  const { tenant, token } = await answer.json();
  const ask = async (path, init) => (await fetch(`${desk.address}edge/v1/tenants/${tenant}/admin/${path}`, { ...init, headers: { authorization: `Bearer ${token}` } })).text();
  const get = async (path) => JSON.parse(await ask(path));
  return {
    audit: async () => (await get("audit")).entries,
    config: () => get("config"),
    state: () => get("state"),
    leads: async () => new Map((await ask("leads")).trim().split("\n").map((line) => JSON.parse(line)).map((lead) => [lead.id, lead])),
    moveTo: (now) => ask("clock", { method: "PUT", body: JSON.stringify({ now }) }),
  };
}

/** A visitor with a browser of their own. */
async function visitor(hash) {
  const context = await desk.browser.newContext(wide);
  const { page, wrong } = await open(context, desk.address, hash);
  return { context, page, wrong, driver: new Driver(page) };
}

for (const world of told) {
  test(`${world.title}: the story at the edge, step by step as in the browser`, { timeout: 400_000 }, async () => {
    const there = await fresh(world.id);
    const { context, page, wrong, driver } = await visitor(`#/${world.id}?at=edge`);
    assert.ok(await edge(page).isChecked());
    await tell(driver, world);
    assert.deepEqual(wrong, []);
    const written = (await there.audit()).filter(({ plan }) => plan !== null);
    assert.ok(written.some(({ via, actor }) => via === "plan" && actor !== "desk"), "plans were proved of those who made them");
    if (world.id === "realty") assert.ok(written.some(({ via }) => via === "alarm"), "the worker's own alarm took offers on");
    await context.close();
  });
}

test("the switch takes a visitor to the edge and back with what is shown, and neither place has what was done in the other", async () => {
  await fresh("lender");
  const { context, page, wrong, driver } = await visitor("#/lender?list=carla&lead=L-1031");
  assert.ok(!(await edge(page).isChecked()));
  await page.keyboard.press("Escape");
  await driver.tick(edge(page));
  await page.waitForURL(/at=edge/);
  await page.getByRole("heading", { level: 1, name: "Carla’s open leads" }).waitFor();
  await page.getByRole("complementary", { name: "Lead" }).getByText("L-1031", { exact: true }).waitFor();
  await page.getByText(/^\d+ ms$/).waitFor();
  for (const doing of [{ inside: "Close" }, { click: "Reassign all" }, { people: ["Ben Whitlock"] }, { write: "Reassign 447 leads" }, { toast: "Mass edit, split among Ben Whitlock" }, { see: "No leads here" }]) await driver.do(doing);
  await edge(page).click();
  await driver.do({ count: "447" });
  assert.equal(await page.getByRole("button", { name: /^Undo: / }).count(), 0);
  assert.doesNotMatch(page.url(), /at=edge/);
  assert.deepEqual(wrong, []);
  await context.close();
});

test("what one browser writes at the edge another has: leads, log, lists, groups and clock; and takes it back", async () => {
  const there = await fresh("partners");
  const one = await visitor("#/partners?at=edge");
  for (const doing of [{ find: "P-2001" }, { click: "Reassign Partner user" }, { radio: "Dorothea Amann" }, { click: "Assign to Dorothea" }, { toast: "Assigned to Dorothea Amann" }]) await one.driver.do(doing);
  for (const doing of [{ list: "Reassignment groups" }, { click: "Edit Nordic desk" }, { click: "Move Pia Sandoval up" }, { click: "Put in force" }, { toast: "The groups are in force" }]) await one.driver.do(doing);
  await one.driver.do({ clock: "1 hour later" });
  const two = await visitor("#/partners?at=edge&lead=P-2001");
  await two.page.getByRole("button", { name: /^Clock: Wed 11 Mar, (11|12):/ }).waitFor();
  await two.page.getByRole("region", { name: "Timeline" }).getByText("Assigned to Dorothea Amann").waitFor();
  assert.equal((await there.leads()).get("P-2001").partner_user ?? (await there.leads()).get("P-2001").owner, "dot");
  for (const doing of [{ click: "Filter" }, { condition: ["Status", "is", "PENDING"] }, { click: "Save list" }, { fill: ["Name", "Waiting"] }, { click: "Save" }]) await two.driver.do(doing);
  await two.driver.do({ click: "Undo: Assigned to Dorothea Amann" });
  await two.driver.do({ toast: "1 put back" });
  // The first one hears of it.
  await one.driver.do({ list: "Waiting" });
  await one.page.getByRole("button", { name: "Undo: Assigned to Dorothea Amann" }).waitFor({ state: "detached" });
  const { lists, groups } = await there.config();
  assert.ok(lists.some(({ name }) => name === "Waiting"));
  assert.deepEqual(groups.find(({ name }) => name === "Nordic desk").members.users.slice(0, 2), ["lars", "pia"]);
  for (const { wrong, context } of [one, two]) {
    assert.deepEqual(wrong, []);
    await context.close();
  }
});

test("time runs at the edge: an offer that nobody answers goes on by itself, and the clock with it", async () => {
  const there = await fresh("realty");
  const { driver, page, context } = await visitor("#/realty?at=edge&as=raj");
  for (const doing of [{ find: "R-4001" }, { inside: "To a group…" }, { radio: "Next up, Spanish" }, { write: "Start for 1 lead" }, { toast: "Given to Next up, Spanish" }]) await driver.do(doing);
  const panel = page.getByRole("complementary", { name: "Lead" });
  await panel.getByText("Alma Ríos").first().waitFor();
  // To a little before the end of her time; the rest passes by itself.
  const [, { value }] = Object.entries(await there.state()).find(([key]) => key.startsWith("run/"));
  await there.moveTo(value.expiresAt - 2000);
  await panel.getByText("Diego Paredes").first().waitFor();
  await page.getByRole("button", { name: /^Clock: Fri 20 Mar, 10:0[5-9]$/ }).waitFor();
  assert.ok((await there.audit()).some(({ via, action }) => via === "alarm" && action === "sweep"));
  await context.close();
});

test("of two who claim at once in browsers of their own one has it, and the other is told who was faster", async () => {
  const there = await fresh("realty");
  const { driver, context } = await visitor("#/realty?at=edge&as=sunday");
  for (const doing of [{ find: "R-4002" }, { inside: "To a group…" }, { radio: "Blast to all buyers’ agents" }, { write: "Start for 1 lead" }, { toast: "Given to Blast to all buyers’ agents" }]) await driver.do(doing);
  const both = [];
  for (const who of ["esther", "diego"]) both.push(await visitor(`#/realty?at=edge&as=${who}&list=offers`));
  const claims = both.map(({ page }) => page.getByRole("button", { name: "Claim Tobias Ekvall" }));
  for (const claim of claims) await claim.waitFor();
  await Promise.all(claims.map((claim) => claim.click()));
  const outcomes = await Promise.all(both.map(({ page }) => page.getByRole("region", { name: "Notifications" }).getByText(/^(Offer claimed|Esther Quan was faster|Diego Paredes was faster)$/).first().textContent()));
  const { agent } = (await there.leads()).get("R-4002");
  assert.deepEqual(outcomes, agent === "esther" ? ["Offer claimed", "Esther Quan was faster"] : ["Diego Paredes was faster", "Offer claimed"]);
  assert.equal((await there.audit()).filter(({ action }) => action === "claim").length, 1);
  await Promise.all([context, ...both.map(({ context }) => context)].map((context) => context.close()));
});

test("whoever claims while the faster one's plan is still on its way is told who that was", { timeout: 90_000 }, async () => {
  await fresh("realty");
  const { driver, context } = await visitor("#/realty?at=edge&as=sunday");
  for (const doing of [{ find: "R-4002" }, { inside: "To a group…" }, { radio: "Blast to all buyers’ agents" }, { write: "Start for 1 lead" }, { toast: "Given to Blast to all buyers’ agents" }]) await driver.do(doing);
  const [esther, diego] = [await visitor("#/realty?at=edge&as=esther&list=offers"), await visitor("#/realty?at=edge&as=diego&list=offers")];
  const claim = { click: "Claim Tobias Ekvall" };
  await diego.page.getByRole("button", { name: claim.click }).waitFor();
  let arrive;
  const arriving = new Promise((go) => (arrive = go));
  const asked = new Promise((heard) => {
    let first = true;
    // That something was written is known there, and what it was is not: it is lost once, asked for again, and then comes late.
    void diego.context.route("**/admin/plans/**", async (route) => {
      if (first) {
        first = false;
        return route.abort();
      }
      heard();
      await arriving;
      await route.continue();
    });
  });
  for (const doing of [claim, { toast: "Offer claimed" }]) await esther.driver.do(doing);
  await asked;
  await diego.driver.do(claim);
  await diego.page.waitForTimeout(500);
  arrive();
  await diego.driver.do({ toast: "Esther Quan was faster" });
  assert.deepEqual(await diego.page.getByRole("region", { name: "Notifications" }).getByText(/was faster$/).allTextContents(), ["Esther Quan was faster"]);
  await Promise.all([context, esther.context, diego.context].map((context) => context.close()));
});

test("a worker that does not answer: nothing is changed, it is said, and it goes on; an answer that was lost on its way does no harm", async () => {
  const there = await fresh("lender");
  const { context, page, driver } = await visitor("#/lender?at=edge&list=carla");
  for (const doing of [{ click: "Reassign all" }, { people: ["Ben Whitlock", "Elena Fischer"] }, { offer: "Reassign 447 leads" }]) await driver.do(doing);
  await context.route("**/edge/**", (route) => route.abort());
  await driver.do({ write: "Reassign 447 leads" });
  await page.getByText("The edge worker does not answer.").first().waitFor();
  await page.getByText("no answer", { exact: true }).waitFor();
  await driver.do({ count: "447" });
  await context.unroute("**/edge/**");
  const lost = new Promise((done) => {
    void context.route("**/plans", async (route) => {
      await route.fetch();
      await route.abort();
      done();
    });
  });
  await driver.do({ write: "Reassign 447 leads" });
  await lost;
  await context.unroute("**/plans");
  // What was written all the same comes by the log.
  await page.getByText("No leads here").waitFor();
  await page.getByRole("button", { name: "Undo: Mass edit, split among Ben Whitlock and Elena Fischer" }).waitFor();
  assert.equal((await there.audit()).filter(({ action }) => action === "mass_edit").length, 1);
  await context.close();
});

test("without an edge worker the switch says so, and the world opens in the browser", async () => {
  const context = await desk.browser.newContext(wide);
  await context.route("**/edge/session", (route) => route.fulfill({ status: 503, contentType: "application/json", body: JSON.stringify({ message: "the edge worker does not run here", hint: "`npm install` in www-demo/edge installs it" }) }));
  const { page } = await open(context, desk.address, "#/lender?at=edge&list=carla");
  await page.getByText("The edge worker does not run here.").first().waitFor();
  await new Driver(page).do({ count: "447" });
  assert.ok(!(await edge(page).isChecked()));
  await context.close();
});
