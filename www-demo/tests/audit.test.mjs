// The audit on screen: of leads as they are held, of what was done here, of a log of one's own; what is shown is what the package says.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createEngine } from "evenhand";
import { Driver, drop, open, start, written } from "./screen/driver.mjs";

let desk;
let engine;
before(async () => {
  [desk, engine] = await Promise.all([start(), createEngine()]);
});
after(() => {
  engine.free();
  return desk.stop();
});

const wide = { viewport: { width: 1440, height: 1000 }, reducedMotion: "reduce" };
/** The rows of a table, cell by cell. */
const cells = async (page, name) => {
  const table = page.getByRole("region", { name, exact: true });
  await table.waitFor();
  return table.locator("tbody tr").evaluateAll((rows) => rows.map((row) => [...row.children].filter((cell) => cell.ariaHidden !== "true").map(({ textContent }) => textContent)));
};
const number = (text) => Number(text.replace(/,/g, "").replace("−", "-"));

test("leads as they are held: shares add up to the leads, findings lead, and the group and the period can be chosen", async () => {
  const context = await desk.browser.newContext(wide);
  const { page, wrong } = await open(context, desk.address, "#/lender?list=audit");
  const driver = new Driver(page);
  await driver.do({ see: "3,712 leads" });
  const findings = page.getByRole("list", { name: "Findings" }).getByRole("listitem");
  assert.equal(await findings.count(), 5);
  await driver.do({ click: "All 21 findings" });
  assert.equal(await findings.count(), 21);
  await findings.first().getByText("Farid Haddad had 599, 207.7 more than the exact share of 391.3.").waitFor();
  assert.equal((await cells(page, "Shares")).reduce((sum, [, leads]) => sum + number(leads), 0), 870);
  await driver.do({ choose: ["Group shown", "Denver (1,171)"] });
  await page.getByRole("region", { name: "Denver", exact: true }).waitFor();
  const shares = await cells(page, "Shares");
  assert.deepEqual(shares.map(([name]) => name), ["Farid Haddad", "Grace Lindqvist", "Maximiliana Oyelaran-Featherstonehaugh"]);
  assert.equal(shares.reduce((sum, [, leads]) => sum + number(leads), 0), 1171);
  // The shares to six places add up to the leads; here they have one.
  assert.ok(Math.abs(shares.reduce((sum, [, , share]) => sum + number(share), 0) - 1171) < 0.2);
  for (const [, leads, share, difference] of shares) assert.ok(Math.abs(number(leads) - number(share) - number(difference)) < 0.11);
  for (const name of ["Ties", "Floods", "Streaks", "Gaps"]) assert.ok((await cells(page, name)).length > 0, name);
  await driver.do({ choose: ["Shares by", "By week"] });
  const weeks = await cells(page, "More or fewer than the share, by week");
  assert.ok(weeks[0].length > 20);
  await driver.do({ as: "Amara Obi" });
  // Who sees only their own has nobody to be held against.
  await driver.do({ see: "there is nothing in it that a fair draw would hardly have done" });
  assert.deepEqual(wrong, []);
  await context.close();
});

test("by weight, somebody's share is as much larger as their weight is", async () => {
  const context = await desk.browser.newContext(wide);
  const { page, wrong } = await open(context, desk.address, "#/partners?list=audit");
  const driver = new Driver(page);
  await driver.do({ see: "3,840 leads" });
  /** Shares as multiples of that of somebody whose weight is 1. */
  const multiples = async () => {
    const shares = Object.fromEntries((await cells(page, "Shares")).map(([name, , share]) => [name, number(share)]));
    return ["Colm Fitzgibbon", "Lars Ekström", "Pia Sandoval"].map((name) => Math.round(shares[name] / shares["Dorothea Amann"]));
  };
  assert.deepEqual(await multiples(), [1, 1, 1]);
  await driver.do({ check: "By weight" });
  await page.getByText("Counting every lead").waitFor({ state: "detached" });
  assert.deepEqual(await multiples(), [2, 3, 1]);
  assert.deepEqual(wrong, []);
  await context.close();
});

test("what was assigned here is audited, what was taken back is not, and a reload keeps it", async () => {
  const context = await desk.browser.newContext(wide);
  const { page, wrong } = await open(context, desk.address, "#/lender?list=carla");
  const driver = new Driver(page);
  await driver.steps({ click: "Reassign all" }, { people: ["Ben Whitlock", "Elena Fischer", "Grace Lindqvist"] }, { write: "Reassign 447 leads" }, { toast: "Mass edit, split among 3 people" });
  await driver.do({ list: "Audit" });
  await driver.do({ choose: ["History", "What was assigned here"] });
  await driver.do({ see: "447 leads" });
  const dealt = [["Ben Whitlock", "149"], ["Elena Fischer", "149"], ["Grace Lindqvist", "149"]];
  assert.deepEqual((await cells(page, "Shares")).map(([name, leads]) => [name, leads]), dealt);
  await page.reload();
  await driver.do({ choose: ["History", "What was assigned here"] });
  await driver.do({ see: "447 leads" });
  assert.deepEqual((await cells(page, "Shares")).map(([name, leads]) => [name, leads]), dealt);
  await driver.do({ click: "Undo: Mass edit, split among 3 people" });
  await driver.do({ see: "Nothing was assigned here yet" });
  assert.deepEqual(wrong, []);
  await context.close();
});

const people = ["Ana Ruiz", "Bo Lind", "Cy Ode"];
/** Four of five leads to the first one. */
const rows = Array.from({ length: 240 }, (_, at) => [`K-${at + 1}`, people[at % 5 === 4 ? 1 + (Math.floor(at / 5) % 2) : 0], written((at % 28) + 1, Math.floor(at / 60) + 1, 8 + (at % 9)), at % 2 ? "North" : "South"]);
const log = ["Deal No,Given to,Created Time,Team", ...rows.map((row) => row.join())].join("\n");

test("a log that is dropped: its columns are recognised and can be corrected, and what is shown is the package's report", async () => {
  const context = await desk.browser.newContext(wide);
  const { page, wrong } = await open(context, desk.address, "#/partners?list=audit");
  const driver = new Driver(page);
  await driver.do({ see: "3,840 leads" });
  await drop(page, "assignments.csv", log);
  await driver.do({ see: "240 leads" });
  const parts = page.getByRole("group", { name: "What the columns are" });
  assert.deepEqual(await parts.getByRole("combobox").evaluateAll((all) => all.map(({ value }) => value)), ["Deal No", "Created Time", "Given to", "Team", "", ""]);
  const { findings, groups } = engine.audit(log, { columns: { "Deal No": "lead", "Created Time": "time", "Given to": "receiver", Team: "group" }, timeFormat: "%d %b, %Y %H:%M:%S" });
  assert.ok(findings.length > 0);
  await page.getByRole("heading", { name: `Findings ${findings.length}` }).waitFor();
  assert.deepEqual((await cells(page, "Shares")).map(([name, leads]) => [name, Number(leads)]), groups[0].people.map(({ user, leads }) => [user, leads]));
  // Without its groups, all are held against each other.
  await driver.do({ choose: ["Group", "None"] });
  await page.getByRole("combobox", { name: "Group shown" }).waitFor({ state: "detached" });
  assert.deepEqual((await cells(page, "Shares")).map(([, leads]) => Number(leads)), people.map((name) => rows.filter(([, one]) => one === name).length));
  // What cannot be read says so with the way on, and what can be is shown again.
  await driver.do({ choose: ["When", "Team"] });
  await page.getByRole("alert").filter({ hasText: /time/ }).waitFor();
  await driver.do({ choose: ["When", "Created Time"] });
  await driver.do({ see: "240 leads" });
  await drop(page, "broken.json", '[{"lead": 1}, {"lead": ');
  await page.getByRole("alert").filter({ hasText: /\w/ }).waitFor();
  await driver.do({ choose: ["History", "Who holds what, since when"] });
  await driver.do({ see: "3,840 leads" });
  assert.equal(await page.getByRole("alert").count(), 0);
  assert.deepEqual(wrong, []);
  await context.close();
});

test("with the keyboard alone: to the audit, to another group, through its tables", async () => {
  const context = await desk.browser.newContext(wide);
  const { page } = await open(context, desk.address, "#/lender?list=carla");
  const driver = new Driver(page, { keyboard: true });
  await driver.do({ list: "Audit" });
  await driver.do({ see: "3,712 leads" });
  await driver.do({ choose: ["Group shown", "Chicago Loop (1,671)"] });
  await driver.reach(page.getByRole("region", { name: "Shares", exact: true }));
  await driver.reach(page.getByRole("region", { name: "Gaps", exact: true }));
  await context.close();
});
