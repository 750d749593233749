// The rules on screen: a draft is looked at before it is in force, what is wrong with it stands beside the rule, two tabs race.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Driver, open, start } from "./screen/driver.mjs";

let desk;
before(async () => {
  desk = await start();
});
after(() => desk.stop());

const wide = { viewport: { width: 1440, height: 1000 }, reducedMotion: "reduce" };
const names = (page) => page.getByRole("list", { name: "Assignment rules, in order" }).getByRole("listitem").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")).filter(Boolean));
const counts = (page) => page.getByRole("list", { name: "By rule" }).getByRole("listitem").evaluateAll((all) => Object.fromEntries(all.map((one) => [one.querySelector(".clip").textContent, one.querySelector(".num").textContent])));
const settled = (page, rule, count) => page.getByRole("list", { name: "By rule" }).getByRole("listitem").filter({ hasText: new RegExp(`^${rule}${count}$`) }).waitFor();

test("a draft shows what it would do, is put in force, and is there after a reload", async () => {
  const context = await desk.browser.newContext(wide);
  const { page, wrong } = await open(context, desk.address, "#/partners?list=rules");
  const driver = new Driver(page);
  await settled(page, "Nordics", 33);
  assert.deepEqual(await counts(page), { "Support goes to whoever has the company": "40", Nordics: "33", "Large deals": "41", "Migrations to the certified": "24", "Benelux to Kit": "off", "Everything else": "22" });
  await page.getByRole("switch", { name: "Nordics is on" }).click();
  await settled(page, "Nordics", "off");
  await driver.do({ see: "draft, not in force" });
  // All of them go elsewhere.
  await page.waitForFunction(() => [...document.querySelectorAll("[aria-label='By rule'] .num")].reduce((sum, { textContent }) => sum + (Number(textContent) || 0), 0) === 160);
  assert.equal((await counts(page)).Nordics, "off");
  await driver.do({ click: "Discard" });
  await settled(page, "Nordics", 33);
  await driver.steps({ click: "Move Nordics up" }, { click: "Edit Benelux to Kit" });
  await page.getByRole("textbox", { name: "Name" }).fill("The Low Countries");
  await page.getByRole("switch", { name: "The Low Countries is on" }).click();
  await driver.do({ click: "Put in force" });
  await driver.do({ toast: "The rules are in force" });
  const order = ["Nordics", "Support goes to whoever has the company", "Large deals", "Migrations to the certified", "The Low Countries", "Everything else"];
  assert.deepEqual(await names(page), order);
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "Assignment rules" }).waitFor();
  await page.getByRole("button", { name: "Move The Low Countries up" }).waitFor();
  assert.deepEqual(await names(page), order);
  // A second change builds on the first.
  await driver.do({ click: "Move The Low Countries up" });
  await driver.do({ click: "Put in force" });
  await driver.do({ toast: "The rules are in force" });
  await driver.do({ as: "Bea Lockhart" });
  await driver.do({ gone: "Assignment rules" });
  assert.deepEqual(wrong, []);
  await context.close();
});

test("what is wrong with a rule stands beside it, and such a draft cannot be put in force", async () => {
  const context = await desk.browser.newContext(wide);
  const { page } = await open(context, desk.address, "#/partners?list=rules");
  const driver = new Driver(page);
  await driver.do({ click: "Edit Large deals" });
  const rule = page.getByRole("listitem", { name: "Large deals" });
  await rule.getByRole("spinbutton", { name: "Value" }).fill("");
  await rule.getByRole("status").filter({ hasText: /\w/ }).first().waitFor();
  assert.ok(await page.getByRole("button", { name: "Put in force" }).isDisabled());
  await rule.getByRole("spinbutton", { name: "Value" }).fill("200000");
  await page.getByRole("button", { name: "Put in force" }).and(page.locator(":enabled")).waitFor();
  assert.equal(await rule.getByRole("status").count(), 0);
  await context.close();
});

test("a lint stands beside the rule that it is about, and is no bar", async () => {
  const context = await desk.browser.newContext(wide);
  const { page } = await open(context, desk.address, "#/partners?list=rules");
  const driver = new Driver(page);
  await settled(page, "Everything else", 22);
  for (let moves = 0; moves < 2; moves += 1) await driver.do({ click: "Move Everything else up" });
  const shadowed = page.getByRole("listitem", { name: "Migrations to the certified" });
  await shadowed.getByRole("status").filter({ hasText: "is never reached" }).waitFor();
  await settled(page, "Migrations to the certified", 0);
  assert.equal(await page.getByRole("listitem", { name: "Nordics" }).getByRole("status").count(), 0);
  await page.getByRole("button", { name: "Put in force" }).and(page.locator(":enabled")).waitFor();
  await context.close();
});

test("all that came is replayed by the rules that stand and by the draft, and nothing changes by it", async () => {
  const context = await desk.browser.newContext(wide);
  const { page, wrong } = await open(context, desk.address, "#/partners?list=rules");
  const driver = new Driver(page);
  await settled(page, "Nordics", 33);
  await page.getByRole("combobox", { name: "Tried on" }).selectOption("All that came, in order");
  const people = page.getByRole("list", { name: "Ahead of an even share, or behind" }).getByRole("listitem");
  await people.first().waitFor();
  const had = async () => (await people.evaluateAll((all) => all.map((one) => one.querySelector(".num").textContent.replace(/,/g, "").split(" → ").map(Number))));
  const stands = await had();
  assert.equal(stands.reduce((sum, [leads]) => sum + leads, 0), 4000);
  for (let moves = 0; moves < 2; moves += 1) await driver.do({ click: "Move Everything else up" });
  await page.getByText(/The draft sends [1-9]\d* elsewhere/).waitFor();
  const both = await had();
  assert.deepEqual(both.map(([before]) => before), stands.map(([leads]) => leads));
  assert.equal(both.reduce((sum, [, after]) => sum + after, 0), 4000);
  assert.notDeepEqual(both.map(([, after]) => after), stands.map(([leads]) => leads));
  await page.getByRole("combobox", { name: "Tried on" }).selectOption("Leads without an owner");
  await settled(page, "Nordics", 33);
  assert.deepEqual(wrong, []);
  await context.close();
});

test("of two tabs that change the rules one wins, and the other is told", async () => {
  const context = await desk.browser.newContext(wide);
  const { page: one } = await open(context, desk.address, "#/partners?list=rules");
  const { page: two } = await open(context, desk.address, "#/partners?list=rules");
  for (const page of [one, two]) await page.getByRole("switch", { name: "Benelux to Kit is on" }).waitFor();
  await two.getByRole("button", { name: "Move Nordics up" }).click();
  await one.getByRole("switch", { name: "Benelux to Kit is on" }).click();
  await one.getByRole("button", { name: "Put in force" }).click();
  await one.getByText("The rules are in force").first().waitFor();
  await two.getByRole("button", { name: "Put in force" }).click();
  await two.getByText("The draft was not put in force").first().waitFor();
  // What the other tab did is what is shown.
  await two.getByRole("switch", { name: "Benelux to Kit is on", checked: true }).waitFor();
  const orders = [];
  for (const page of [one, two]) {
    await page.reload();
    await page.getByRole("switch", { name: "Benelux to Kit is on" }).waitFor();
    orders.push(JSON.stringify([await names(page), await page.getByRole("switch", { name: "Benelux to Kit is on" }).isChecked()]));
  }
  assert.equal(orders[0], orders[1]);
  await context.close();
});
