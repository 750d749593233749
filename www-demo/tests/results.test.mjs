// What comes out of the desk and how its table is arranged: the CSV of a plan, columns, order, reasons of what is left out, words for operators.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { csvParse } from "d3-dsv";
import { createEngine } from "evenhand";
import { worlds } from "../worlds/index.js";
import { loadWorld } from "../worlds/load.js";
import { Driver, open, start } from "./screen/driver.mjs";

let desk;
before(async () => {
  desk = await start();
});
after(() => desk.stop());

const wide = { viewport: { width: 1440, height: 1000 }, reducedMotion: "reduce" };

/** The file that a button hands over. */
async function downloaded(page, name) {
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name, exact: true }).click();
  return readFileSync(await (await coming).path(), "utf8");
}

test("the result of a plan is a CSV with each lead's owner and changed fields before and after, and goes back into a table by its headings", async () => {
  const context = await desk.browser.newContext(wide);
  const { page, wrong } = await open(context, desk.address, "#/lender?list=carla");
  const driver = new Driver(page);
  await driver.steps({ click: "Mass edit" }, { check: "Agent: split evenly" }, { people: ["Ben Whitlock", "Elena Fischer"] }, { check: "Status" }, { choose: ["Status", "Contacted"] }, { write: "Change 447 leads" }, { toast: "Mass edit, split among Ben Whitlock and Elena Fischer" });
  const text = await downloaded(page, "CSV: Mass edit, split among Ben Whitlock and Elena Fischer");
  const lines = csvParse(text);
  assert.equal(lines.length, 447);
  const { config, leads } = await loadWorld("lender");
  const { count, now } = worlds.find(({ id }) => id === "lender");
  const { id, owner, status } = config.lead;
  const label = (field) => config.fields[field].label ?? field;
  const engine = await createEngine();
  const workspace = engine.workspace(config);
  const table = workspace.load(leads(count, now), { format: "rows" });
  const dealt = {};
  for (const line of lines) {
    const was = table.get(line[label(id)], { actor: null });
    assert.equal(line[`${label(owner)} (before)`], was[owner]);
    if (`${label(status)} (before)` in line) assert.ok([was[status], ""].includes(line[`${label(status)} (before)`]));
    dealt[line[label(owner)]] = (dealt[line[label(owner)]] ?? 0) + 1;
  }
  assert.deepEqual(Object.keys(dealt).sort(), ["ben", "elena"]);
  assert.ok(lines.some((line) => line[label(status)] === "Contacted" && line[`${label(status)} (before)`] === "New"), "what else was changed is told");
  assert.ok(Math.abs(dealt.ben - dealt.elena) <= 1, JSON.stringify(dealt));
  // Back into the table from which it came: what was there before is gone over, by the labels alone.
  table.upsert(text, { format: "csv", onBlank: "keep" });
  for (const line of lines) assert.equal(table.get(line[label(id)], { actor: null })[owner], line[label(owner)]);
  workspace.free();
  assert.deepEqual(wrong, []);
  await context.close();
});

test("whoever may not undo a plan is not handed what it changed", async () => {
  const context = await desk.browser.newContext(wide);
  const { page } = await open(context, desk.address, "#/lender?list=carla");
  await new Driver(page).steps({ click: "Reassign all" }, { people: ["Ben Whitlock"] }, { write: "Reassign 447 leads" }, { toast: "Mass edit, split among Ben Whitlock" }, { as: "Amara Obi" }, { click: "CSV: Mass edit, split among Ben Whitlock" }, { toast: "This is not yours to see" });
  await context.close();
});

test("columns are chosen and the order too, with the mouse and with the keyboard", async () => {
  const context = await desk.browser.newContext(wide);
  const { page, wrong } = await open(context, desk.address, "#/lender?list=carla");
  const headings = () => page.getByRole("columnheader").evaluateAll((all) => all.slice(1).map((one) => one.textContent.replace(/[↑↓]/, "")));
  const first = await headings();
  assert.ok(first.includes("Status"));
  const choose = async (name) => {
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByRole("menuitemcheckbox", { name, exact: true }).click();
    await page.keyboard.press("Escape");
    await page.getByRole("menu").waitFor({ state: "detached" });
  };
  await choose("Status");
  await page.getByRole("columnheader", { name: "Status" }).waitFor({ state: "detached" });
  assert.deepEqual(await headings(), first.filter((one) => one !== "Status"));
  await choose("Status");
  await page.getByRole("columnheader", { name: "Status" }).waitFor();
  assert.deepEqual(new Set(await headings()), new Set(first));
  // Each cell has what the heading says, also of a column that was not there before.
  await page.waitForFunction(() => document.querySelectorAll(".ghost").length === 0);

  const column = async (name) => {
    const at = (await headings()).findIndex((one) => one === name) + 1;
    return page.getByRole("row").evaluateAll((rows, at) => rows.slice(1, 15).map((row) => row.children[at].textContent), at);
  };
  const header = page.getByRole("columnheader", { name: "Status" });
  const settled = async (sort) => {
    await page.waitForFunction(([sort]) => [...document.querySelectorAll("[role=columnheader]")].some((one) => one.textContent.startsWith("Status") && one.getAttribute("aria-sort") === sort), [sort]);
    await page.waitForTimeout(200);
    return column("Status");
  };
  await header.getByRole("button").click();
  const up = await settled("ascending");
  await header.getByRole("button").click();
  const down = await settled("descending");
  const order = (await loadWorld("lender")).config.fields.status?.choices ?? [];
  const places = (values) => values.map((value) => order.indexOf(value));
  assert.ok(!up.includes(""));
  assert.ok(new Set([...up, ...down]).size > 1, "the ends are not the same");
  const rising = (list) => list.every((value, at) => at === 0 || list[at - 1] <= value);
  assert.ok(rising(up) || rising(places(up)), up.join());
  assert.ok(rising([...down].reverse()) || rising(places(down).reverse()), down.join());
  await page.getByRole("columnheader", { name: "Budget" }).or(page.getByRole("columnheader", { name: "Last activity" })).first().getByRole("button").click();
  await page.waitForFunction(() => document.querySelector("[aria-sort=descending]")?.textContent.includes("↓") && !document.querySelector("[aria-sort=descending]").textContent.startsWith("Status"));
  await header.getByRole("button").click();
  await header.getByRole("button").click();
  await settled("descending");
  // A second heading, with Shift, is the order among those that are alike.
  await page.getByRole("columnheader", { name: first[0] }).getByRole("button").click({ modifiers: ["Shift"] });
  await page.waitForFunction(([name]) => [...document.querySelectorAll("[role=columnheader]")].find((one) => one.textContent.startsWith(name))?.getAttribute("aria-sort") === "ascending", [first[0]]);
  await page.waitForTimeout(200);
  assert.deepEqual(await settled("descending"), down, "the first heading still decides first");
  assert.deepEqual(wrong, []);
  await context.close();
});

test("what a plan leaves out is opened by reason: each lead by its name, with why, and one click away", async () => {
  const context = await desk.browser.newContext(wide);
  const { page, wrong } = await open(context, desk.address, "#/pools?list=all");
  await new Driver(page).steps({ as: "Ruth Montague" }, { list: "Spanish speakers" }, { click: "Reassign all" }, { people: ["Bram Jansen"] }, { unfold: "Nobody of these may receive it" });
  const group = page.locator("details", { hasText: "Nobody of these may receive it" });
  const lines = group.getByRole("listitem");
  await lines.nth(49).waitFor();
  const left = Number((await group.locator("summary b").textContent()).replaceAll(",", ""));
  const texts = await lines.allTextContents();
  assert.equal(texts.length, 51, "fifty, and how many there are besides");
  assert.equal(texts[50], `and ${(left - 50).toLocaleString("en-US")} more`);
  for (const text of texts.slice(0, 50)) assert.match(text, /^\S.*\S[A-Z].*\.$/, "a name, and a sentence");
  assert.ok(texts[0].includes("Bram Jansen") || /language|Spanish|may/i.test(texts[0]), texts[0]);
  const name = await lines.first().getByRole("button").textContent();
  await lines.first().getByRole("button").click();
  await page.getByRole("complementary", { name: "Lead" }).getByRole("heading", { level: 2, name }).waitFor();
  assert.deepEqual(wrong, []);
  await context.close();
});

test("operators stand in words wherever they are spoken of, and a plan without a split tells no number of it", async () => {
  const context = await desk.browser.newContext(wide);
  const { page } = await open(context, desk.address, "#/lender?list=all");
  const driver = new Driver(page);
  await driver.steps({ click: "Filter" }, { condition: ["Status", "is none of"] }, { see: "An empty list: “is none of” finds everything with it." });
  assert.doesNotMatch(await page.getByRole("main").textContent(), /notIn/);
  const { page: partners } = await open(context, desk.address, "#/partners?list=all");
  await new Driver(partners).steps({ find: "P-2002" }, { inside: "Transfer…" }, { choose: ["Transfer to", "Kestrel Systems"] }, { see: "goes over" });
  assert.match(await partners.locator(".load").first().textContent(), /385 → 384$/);
  await context.close();
});
