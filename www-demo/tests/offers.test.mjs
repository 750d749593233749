// Offers on screen: a claim that loses a race is told who won, an ending is shown everywhere, a reload keeps what runs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { deaf, Driver, open, start } from "./screen/driver.mjs";

let desk;
before(async () => {
  desk = await start();
});
after(() => desk.stop());

const wide = { viewport: { width: 1440, height: 1000 }, reducedMotion: "reduce" };
const blast = [{ find: "R-4002" }, { inside: "To a group…" }, { radio: "Blast to all buyers’ agents" }, { write: "Start for 1 lead" }, { toast: "Given to Blast to all buyers’ agents" }];

test("two people claim at once: one has it, and the other is told who was faster", async () => {
  const context = await desk.browser.newContext(wide);
  const { page } = await open(context, desk.address, "#/realty?as=sunday&list=all");
  await new Driver(page).steps(...blast);
  const [esther, diego] = await Promise.all(["esther", "diego"].map((who) => deaf(context, desk.address, `#/realty?as=${who}&list=offers`)));
  for (const tab of [esther, diego]) await tab.getByRole("button", { name: "Claim Tobias Ekvall" }).waitFor();
  await esther.getByRole("button", { name: "Claim Tobias Ekvall" }).click();
  await esther.getByText("Offer claimed").first().waitFor();
  // Diego's tab has heard nothing of it.
  await diego.getByRole("button", { name: "Claim Tobias Ekvall" }).click();
  await diego.getByText("Esther Quan was faster").waitFor();
  await diego.getByText("Nothing is offered to Diego Paredes now").waitFor();
  await new Driver(esther).do({ list: "All leads" });
  await new Driver(esther).do({ find: "R-4002" });
  const timeline = esther.getByRole("complementary", { name: "Lead" }).getByRole("region", { name: "Timeline" }).getByRole("listitem");
  await timeline.first().waitFor();
  assert.equal((await timeline.allTextContents()).filter((text) => /claimed in the group/.test(text)).length, 1, "exactly one entry tells how it ended");
  await context.close();
});

test("what runs is there after a reload, ends by hand, and leaves the slot as it was", async () => {
  const context = await desk.browser.newContext(wide);
  const { page, wrong } = await open(context, desk.address, "#/realty?as=ilse&list=all");
  const driver = new Driver(page);
  await driver.steps(...blast);
  await page.reload();
  await driver.do({ list: "Offers" });
  await driver.do({ click: "End the offers of Tobias Ekvall" });
  await driver.do({ toast: "Offers ended by hand" });
  await driver.steps({ list: "All leads" }, { find: "R-4002" });
  await page.getByRole("button", { name: "Assign Agent" }).waitFor();
  assert.deepEqual(wrong, []);
  await context.close();
});
