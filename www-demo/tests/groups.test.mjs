// The groups on screen: a draft is looked at before it is in force, what is wrong with it stands beside the group, two tabs race, and
// nobody changes what is not theirs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { deaf, Driver, open, start } from "./screen/driver.mjs";

let desk;
before(async () => {
  desk = await start();
});
after(() => desk.stop());

const wide = { viewport: { width: 1440, height: 1000 }, reducedMotion: "reduce" };
const card = (page, name) => page.getByRole("listitem", { name, exact: true });
/** Waits until these are the members that are shown; what is in force comes from the worker a moment after the word of it. */
const membersAre = (page, name, members) =>
  page.waitForFunction(([label, members]) => [...document.querySelectorAll(`[aria-label="${label}"] li`)].map(({ textContent }) => textContent).join() === members.join(), [`Members of ${name}`, members]);
/** Waits until the first of those who are next are these. */
const nextIs = (page, group, names) =>
  page.waitForFunction(([label, names]) => [...document.querySelectorAll(`[aria-label="${label}"] li`)].slice(0, names.length).map(({ textContent }) => textContent).join() === names.join(), [`Next in ${group}`, names]);

test("members, their order and weights: a draft shows who would be next, is put in force, and is there after a reload", async () => {
  const context = await desk.browser.newContext(wide);
  const { page, wrong } = await open(context, desk.address, "#/partners?list=groups");
  const driver = new Driver(page);
  await nextIs(page, "All partners", ["Colm Fitzgibbon", "Dorothea Amann"]);
  await driver.steps({ click: "Edit All partners" }, { click: "Move Dorothea Amann up" });
  await nextIs(page, "All partners", ["Dorothea Amann", "Colm Fitzgibbon"]);
  await driver.do({ click: "Discard" });
  await nextIs(page, "All partners", ["Colm Fitzgibbon", "Dorothea Amann"]);
  await driver.steps({ click: "Remove Kit Nakamura" }, { click: "Done" });
  await driver.do({ click: "Edit Strategic accounts" });
  await page.getByRole("combobox", { name: "Add people to Strategic accounts" }).fill("Tess");
  await page.getByRole("option", { name: /^Tess Okonkwo/ }).click();
  await page.getByRole("spinbutton", { name: "Weight of Tess Okonkwo" }).fill("9");
  await nextIs(page, "Strategic accounts", ["Tess Okonkwo"]);
  await driver.do({ click: "Put in force" });
  await driver.do({ toast: "The groups are in force" });
  const look = async () => {
    await membersAre(page, "Strategic accounts", ["Colm Fitzgibbon×2", "Lars Ekström×3", "Ulrike Weiß×1", "Tess Okonkwo×9"]);
    await membersAre(page, "All partners", ["Colm Fitzgibbon", "Dorothea Amann", "Lars Ekström", "Oddný Sørensen", "Pia Sandoval", "Tess Okonkwo", "Ulrike Weiß", "Bea Lockhart"]);
  };
  await page.getByRole("list", { name: "Members of Strategic accounts", exact: true }).waitFor();
  await look();
  await page.reload();
  await page.getByRole("list", { name: "Members of Strategic accounts", exact: true }).waitFor();
  await look();
  await nextIs(page, "Strategic accounts", ["Tess Okonkwo"]);
  // The rules go by the groups as they are now.
  await driver.do({ list: "Assignment rules" });
  await page.getByRole("combobox", { name: "Next in" }).selectOption("Strategic accounts");
  await driver.do({ next: ["Tess Okonkwo"] });
  assert.deepEqual(wrong, []);
  await context.close();
});

test("timing: an offer of a group that was changed runs for as long as the group says now", async () => {
  const context = await desk.browser.newContext(wide);
  const { page, wrong } = await open(context, desk.address, "#/realty?as=ilse&list=groups");
  const driver = new Driver(page);
  await driver.do({ click: "Edit Next up, Spanish" });
  await page.getByRole("spinbutton", { name: "Each is asked for" }).fill("45");
  // Of a tag they become a list, which then can be put in order.
  await driver.steps({ click: "List them one by one" }, { click: "Move Gabriela Montes up" }, { click: "Move Gabriela Montes up" }, { click: "Put in force" }, { toast: "The groups are in force" });
  await card(page, "Next up, Spanish").getByText("Asks one after the other, 45 minutes each").waitFor();
  await membersAre(page, "Next up, Spanish", ["Gabriela Montes", "Alma Ríos", "Diego Paredes"]);
  await driver.steps({ list: "All leads" }, { find: "R-4001" }, { inside: "To a group…" }, { radio: "Next up, Spanish" }, { write: "Start for 1 lead" }, { as: "Gabriela Montes" }, { clock: "5 minutes later" }, { list: "Offers" });
  await page.getByRole("button", { name: "Claim Lucía Barrientos" }).waitFor();
  await driver.do({ clock: "1 hour later" });
  await page.getByRole("button", { name: "Claim Lucía Barrientos" }).waitFor({ state: "detached" });
  assert.deepEqual(wrong, []);
  await context.close();
});

test("what is wrong with a group stands beside it and bars it; a lint stands there too, and is no bar", async () => {
  const context = await desk.browser.newContext(wide);
  const { page } = await open(context, desk.address, "#/realty?as=ilse&list=groups");
  const driver = new Driver(page);
  await driver.do({ click: "Edit Next up, Spanish" });
  const group = card(page, "Next up, Spanish");
  await group.getByRole("spinbutton", { name: "Each is asked for" }).fill("");
  await group.getByRole("status").filter({ hasText: /minutes/ }).waitFor();
  assert.ok(await page.getByRole("button", { name: "Put in force" }).isDisabled());
  await group.getByRole("spinbutton", { name: "Each is asked for" }).fill("20");
  await page.getByRole("button", { name: "Put in force" }).and(page.locator(":enabled")).waitFor();
  assert.equal(await group.getByRole("status").count(), 0);
  await driver.do({ click: "Edit First homes" });
  const homes = card(page, "First homes");
  await homes.getByRole("combobox", { name: "Takes turns" }).selectOption("In turn, by weight");
  for (const name of ["Joss Ferreira", "Cora Whitfield"]) await homes.getByRole("spinbutton", { name: `Weight of ${name}` }).fill("0");
  await homes.getByRole("status").filter({ hasText: /weight/ }).waitFor();
  await page.getByRole("button", { name: "Put in force" }).and(page.locator(":enabled")).waitFor();
  assert.equal(await group.getByRole("status").count(), 0);
  await context.close();
});

test("a group that is not theirs can be seen and not changed, with the reason; neither can a weight that counts in one", async () => {
  const context = await desk.browser.newContext(wide);
  const { page } = await open(context, desk.address, "#/realty?list=groups");
  const driver = new Driver(page);
  await driver.do({ click: "Edit Next up, Spanish: not allowed, why?" });
  await driver.do({ see: "A grant of" });
  await page.keyboard.press("Escape");
  await driver.do({ click: "Edit First homes" });
  const homes = card(page, "First homes");
  // Both are in groups of others as well.
  for (const name of ["Joss Ferreira", "Cora Whitfield"]) assert.ok(await homes.getByRole("spinbutton", { name: `Weight of ${name}` }).isDisabled());
  await context.close();
});

test("what a page sends against its own bars is refused by the worker", async () => {
  const context = await desk.browser.newContext(wide);
  const { page } = await open(context, desk.address, "#/realty?list=groups");
  await new Driver(page).do({ click: "Edit First homes" });
  const weight = card(page, "First homes").getByRole("spinbutton", { name: "Weight of Joss Ferreira" });
  await weight.evaluate((field) => field.removeAttribute("disabled"));
  await weight.fill("5");
  await page.getByRole("button", { name: "Put in force" }).and(page.locator(":enabled")).click();
  await page.getByText("The draft was not put in force").first().waitFor();
  await page.reload();
  await new Driver(page).do({ click: "Edit First homes" });
  assert.equal(await weight.inputValue(), "1");
  await context.close();
});

for (const [which, second] of [["two tabs", async (...of) => (await open(...of)).page], ["two tabs that hear nothing of each other", deaf]]) test(`of ${which} that change the groups one wins, and the other is told`, async () => {
  const context = await desk.browser.newContext(wide);
  const { page: one } = await open(context, desk.address, "#/partners?list=groups");
  const two = await second(context, desk.address, "#/partners?list=groups");
  for (const page of [one, two]) await new Driver(page).do({ click: "Edit Nordic desk" });
  await two.getByRole("button", { name: "Remove Pia Sandoval" }).click();
  await one.getByRole("button", { name: "Move Pia Sandoval up" }).click();
  await one.getByRole("button", { name: "Put in force" }).click();
  await one.getByText("The groups are in force").first().waitFor();
  await two.getByRole("button", { name: "Put in force" }).click();
  await two.getByText("The draft was not put in force").first().waitFor();
  await new Driver(two).do({ click: "Done" });
  await membersAre(two, "Nordic desk", ["Lars Ekström", "Pia Sandoval", "Oddný Sørensen"]);
  await context.close();
});

test("with the keyboard alone: a member moves up and the draft is in force", async () => {
  const context = await desk.browser.newContext(wide);
  const { page } = await open(context, desk.address, "#/partners?list=groups");
  const driver = new Driver(page, { keyboard: true });
  await driver.steps({ click: "Edit Nordic desk" }, { click: "Move Pia Sandoval up" }, { click: "Done" }, { click: "Put in force" }, { toast: "The groups are in force" });
  await membersAre(page, "Nordic desk", ["Lars Ekström", "Pia Sandoval", "Oddný Sørensen"]);
  await context.close();
});

test("a group is added, is in force and there after a reload, and is started by hand; and is removed again", async () => {
  const context = await desk.browser.newContext(wide);
  const { page, wrong } = await open(context, desk.address, "#/realty?as=ilse&list=groups");
  const driver = new Driver(page);
  await driver.do({ click: "Add a group" });
  // Where to begin has the focus, and as long as nobody is in it, it cannot be put in force.
  await page.waitForFunction(() => document.activeElement?.value === "New group");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("Weekend desk");
  await card(page, "Weekend desk").getByRole("status").filter({ hasText: "These members are nobody" }).waitFor();
  assert.ok(await page.getByRole("button", { name: "Put in force" }).isDisabled());
  const box = page.getByRole("combobox", { name: "Add people to Weekend desk" });
  for (const name of ["Brett", "Cora"]) {
    await box.fill(name);
    await page.getByRole("option", { name: new RegExp(`^${name}`) }).first().click();
  }
  await nextIs(page, "Weekend desk", ["Brett Lindholm", "Cora Whitfield"]);
  await driver.steps({ click: "Put in force" }, { toast: "The groups are in force" });
  await page.reload();
  await membersAre(page, "Weekend desk", ["Brett Lindholm", "Cora Whitfield"]);
  await driver.steps({ list: "All leads" }, { find: "R-4003" }, { inside: "To a group…" }, { radio: "Weekend desk" }, { write: "Start for 1 lead" }, { toast: "Given to Weekend desk" });
  await driver.steps({ list: "Reassignment groups" }, { click: "Edit Weekend desk" }, { click: "Remove group" }, { click: "Put in force" }, { toast: "The groups are in force" });
  await card(page, "Weekend desk").waitFor({ state: "detached" });
  await page.reload();
  await card(page, "First homes").waitFor();
  assert.equal(await card(page, "Weekend desk").count(), 0);
  assert.deepEqual(wrong, []);
  await context.close();
});

test("a group that a rule gives to is not removed, with the rule's name; and who may see none adds none", async () => {
  const context = await desk.browser.newContext(wide);
  const { page } = await open(context, desk.address, "#/partners?list=groups");
  const driver = new Driver(page);
  await driver.steps({ click: "Edit Nordic desk" }, { click: "Remove group" });
  await page.getByRole("status").filter({ hasText: "The rule “Nordics”: there is no group Nordic desk." }).waitFor();
  assert.ok(await page.getByRole("button", { name: "Put in force" }).isDisabled());
  await driver.do({ click: "Discard" });
  await card(page, "Nordic desk").waitFor();
  await page.getByRole("button", { name: "Add a group", exact: true }).waitFor();
  const { page: other } = await open(context, desk.address, "#/realty?as=alma&list=groups");
  await other.getByRole("heading", { level: 2, name: "No group for Alma Ríos" }).waitFor();
  assert.equal(await other.getByRole("button", { name: /^Add a group/ }).count(), 0);
  await context.close();
});
