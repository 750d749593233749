// A visitor's own leads: what is recognised can be corrected, a large file is loaded under a progress bar and can be stopped, JSON works as CSV does.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Driver, drop, dropMade, open, start } from "./screen/driver.mjs";

let desk;
before(async () => {
  desk = await start();
});
after(() => desk.stop());

const wide = { viewport: { width: 1440, height: 1000 }, reducedMotion: "reduce" };

test("a large file is loaded under a progress bar; stopped, it leaves everything as it was, and can be loaded again", { timeout: 120_000 }, async (t) => {
  const context = await desk.browser.newContext(wide);
  const { page, wrong } = await open(context, desk.address, "#/lender?list=carla");
  const driver = new Driver(page);
  const size = await dropMade(page, "large.csv", 300_000);
  const dialog = page.getByRole("dialog", { name: "large.csv" });
  await dialog.getByText("300,000 rows, 6 columns").waitFor({ timeout: 30_000 });
  // Each value that the bar had, and the words beside it.
  await page.evaluate(() => {
    globalThis.seen = [];
    const look = () => {
      const bar = document.querySelector("progress");
      if (bar) globalThis.seen.push([bar.value, bar.max, bar.ariaLabel ?? bar.getAttribute("aria-label"), bar.getAttribute("aria-valuetext"), bar.nextSibling.textContent]);
      requestAnimationFrame(look);
    };
    look();
  });
  await dialog.getByRole("button", { name: "Load 300,000 rows" }).click();
  await dialog.getByRole("progressbar", { name: "Loading large.csv" }).waitFor();
  await dialog.getByRole("button", { name: "Stop" }).click();
  await dialog.getByRole("button", { name: "Load 300,000 rows" }).waitFor();
  assert.equal(await dialog.getByRole("alert").count(), 0);
  await page.keyboard.press("Escape");
  await driver.do({ count: "447" });
  assert.equal(await page.evaluate(() => new Promise((done) => {
    indexedDB.open("evenhand-desk").onsuccess = ({ target: { result } }) => {
      result.transaction("worlds").objectStore("worlds").count("file").onsuccess = ({ target }) => (result.close(), done(target.result));
    };
  })), 0, "what was stopped is stored nowhere");

  await page.evaluate(() => (globalThis.seen.length = 0));
  await dropMade(page, "large.csv", 300_000);
  await dialog.getByRole("button", { name: "Load 300,000 rows" }).click({ timeout: 30_000 });
  await page.getByRole("button", { name: "World large" }).waitFor({ timeout: 60_000 });
  await driver.do({ count: "300,000" });
  const seen = await page.evaluate(() => globalThis.seen);
  const values = seen.map(([value]) => value);
  const between = new Set(values.filter((value) => value > 0 && value < size)).size;
  t.diagnostic(`${(size / 1e6).toFixed(1)} MB, ${between} values of the bar were seen on the way`);
  assert.ok(between >= 5, `the bar moved: ${[...new Set(values)].join()}`);
  assert.deepEqual([...values].sort((one, other) => one - other), values, "it never goes back");
  for (const [, max, label, valueText, words] of seen) assert.deepEqual([max, label, valueText], [size, "Loading large.csv", words]);
  assert.match(seen.at(-1)[4], /^[\d.]+ of [\d.]+ MB$/);
  // Reopened, it is under a bar as well.
  await page.reload();
  await page.getByRole("progressbar", { name: "Opening large" }).or(page.getByRole("progressbar", { name: "Opening Your file" })).waitFor();
  await driver.do({ count: "300,000" });
  assert.deepEqual(wrong, []);
  await context.close();
});

const HANDS = ["Ana Ruiz", "Bo Lind", "Cy Ode"];
const rows = Array.from({ length: 240 }, (_, at) => ({ Ref: `N-${at + 1}`, Client: `Client ${at + 1}`, "Handled by": HANDS[at % 3], Phase: ["Open", "Won"][at % 2], Grade: (at % 5) + 1, "First seen": `0${(at % 9) + 1}/0${(at % 7) + 1}/2026` }));

test("what was recognised wrongly is corrected before it is loaded: type, date, owner, status", async () => {
  const context = await desk.browser.newContext(wide);
  const { page, wrong } = await open(context, desk.address, "#/lender");
  await drop(page, "book.csv", [Object.keys(rows[0]), ...rows.map(Object.values)].map((row) => row.join()).join("\n"));
  const dialog = page.getByRole("dialog", { name: "book.csv" });
  await dialog.getByText("240 rows, 6 columns").waitFor();
  // Nothing here says who owns a lead, and 01/02 may be either.
  assert.equal(await dialog.getByRole("combobox", { name: "Owner", exact: true }).inputValue(), "");
  assert.equal(await dialog.getByRole("combobox", { name: "Type of Grade" }).inputValue(), "number");
  const format = dialog.getByRole("textbox", { name: "Written in First seen as" });
  const guessed = await format.inputValue();
  assert.ok(["%d/%m/%Y", "%m/%d/%Y"].includes(guessed), guessed);
  await dialog.getByRole("combobox", { name: "Owner", exact: true }).selectOption("Handled by");
  await dialog.getByRole("combobox", { name: "Status", exact: true }).selectOption("Phase");
  await dialog.getByRole("combobox", { name: "Type of Grade" }).selectOption("Choice");
  // A pattern that is none is refused with a word, in the dialog.
  await format.fill("%Q%Q");
  await dialog.getByRole("button", { name: "Load 240 rows" }).click();
  await dialog.getByRole("alert").waitFor();
  await format.fill("%d/%m/%Y");
  await dialog.getByRole("button", { name: "Load 240 rows" }).click();
  const driver = new Driver(page);
  await page.getByRole("button", { name: "World book" }).waitFor();
  // 3 is of a choice now; the day came first; and each hand has 80.
  await driver.steps({ list: "All leads" }, { count: "240" }, { click: "Filter" }, { condition: ["Grade", "is one of", "3"] }, { count: "48" });
  await page.getByTestId("rule").getByRole("button", { name: "×" }).or(page.getByTestId("remove-rule")).first().click();
  await driver.do({ condition: ["First seen", "is on or after", "2026-07-01"] });
  const july = rows.filter(({ "First seen": day }) => day.slice(3, 5) === "07").length;
  await driver.do({ count: String(july) });
  await driver.steps({ click: "Done" }, { list: "All leads" }, { click: "Reassign all" }, { people: ["Bo Lind", "Cy Ode"] }, { check: "Leave what they already hold where it is" }, { see: "spread 0, all level" }, { write: "Reassign 80 leads" }, { toast: "Mass edit, split among Bo Lind and Cy Ode" });
  assert.deepEqual(wrong, []);
  await context.close();
});

for (const [what, made] of [["a list", (list) => list], ["an object with the list under a key", (list) => ({ count: list.length, records: list })]]) test(`a JSON file that is ${what} is worked on as a CSV file is`, async () => {
  const context = await desk.browser.newContext(wide);
  const { page, wrong } = await open(context, desk.address, "#/lender");
  const list = rows.map(({ "Handled by": owner, Phase: status, Ref: id, ...rest }) => ({ id, Owner: owner, Status: status, ...rest }));
  await drop(page, "leads.json", JSON.stringify(made(list)));
  const dialog = page.getByRole("dialog", { name: "leads.json" });
  await dialog.getByText("240 rows, 6 columns").waitFor();
  assert.equal(await dialog.getByRole("combobox", { name: "Owner", exact: true }).inputValue(), "Owner");
  await dialog.getByRole("button", { name: "Load 240 rows" }).click();
  const driver = new Driver(page);
  await page.getByRole("button", { name: "World leads" }).waitFor();
  await driver.steps({ list: "All leads" }, { count: "240" }, { click: "Filter" }, { condition: ["Owner", "is", "Ana Ruiz"] }, { condition: ["Grade", "is above", 3] }, { count: "32" }, { click: "Done" });
  await driver.steps({ click: "Reassign all" }, { people: ["Bo Lind", "Cy Ode"] }, { offer: "Reassign 32 leads" }, { see: "all level" });
  await page.reload();
  await driver.steps({ list: "All leads" }, { count: "240" });
  assert.deepEqual(wrong, []);
  await context.close();
});
