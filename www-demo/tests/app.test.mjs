// What must hold of the app as a whole: size, headers, accessibility, several tabs, reloads, a visitor's own file.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { worlds } from "../worlds/index.js";
import { deaf as deafTab, Driver, drop, open, start, written } from "./screen/driver.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let desk;
before(async () => {
  desk = await start();
});
after(() => desk.stop());

const wide = { viewport: { width: 1440, height: 1000 }, reducedMotion: "reduce" };
const within = (page, name) => page.getByRole("complementary", { name });

/** What axe finds, in words; in the dark, only what hangs on colours. */
async function complaints(page, colorScheme) {
  // The policy allows no inline script; a debugger's evaluation is not bound by it.
  await page.evaluate(axe);
  const options = { resultTypes: ["violations"], ...(colorScheme === "dark" && { runOnly: ["color-contrast", "link-in-text-block"] }) };
  const { violations } = await page.evaluate((options) => globalThis.axe.run(document, options), options);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
}

test("the app's JavaScript is at most 250 KB, and nothing is served without its type, its policy and a compressed form", async () => {
  const sizes = JSON.parse(readFileSync(new URL("../dist/sizes.json", import.meta.url), "utf8"));
  assert.ok(sizes["the app, JavaScript"] <= 250_000, JSON.stringify(sizes));
  const page = await fetch(desk.address, { headers: { "accept-encoding": "br, gzip" } });
  assert.equal(page.headers.get("content-type"), "text/html; charset=utf-8");
  assert.equal(page.headers.get("content-encoding"), "br");
  const policy = page.headers.get("content-security-policy");
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self' 'wasm-unsafe-eval';/);
  assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|https?:/);
  const types = { js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8", wasm: "application/wasm", csv: "text/csv; charset=utf-8", woff2: "font/woff2" };
  const served = readdirSync(new URL("../dist/assets/", import.meta.url)).filter((name) => !/\.(br|gz)$/.test(name));
  assert.ok(served.length > 20);
  for (const name of served) {
    const { headers } = await fetch(`${desk.address}assets/${name}`, { method: "HEAD", headers: { "accept-encoding": "gzip, br" } });
    const [type, encoding] = [types[name.split(".").pop()], name.endsWith(".woff2") ? null : "br"];
    assert.deepEqual([headers.get("content-type"), headers.get("content-encoding"), headers.get("content-security-policy"), headers.get("x-content-type-options")], [type, encoding, policy, "nosniff"], name);
  }
  assert.equal((await fetch(`${desk.address}../package.json`)).status, 404);
  assert.equal((await fetch(`${desk.address}%2e%2e/package.json`)).status, 404);
});

test("the first screen of each world needs the module's core alone", { timeout: 120_000 }, async () => {
  for (const { id } of worlds) {
    const context = await desk.browser.newContext(wide);
    let show;
    const shown = new Promise((done) => (show = done));
    let held = 0;
    await context.route(/evenhand\.deferred[^/]*\.wasm$/, async (route) => {
      held += 1;
      await shown;
      await route.continue();
    });
    // A call that needs more would wait for it, and the list with it.
    const { page } = await open(context, desk.address, `#/${id}`);
    await page.locator(".grid-body .first .clip").first().waitFor();
    assert.equal(held, 1, `the rest of the module was asked for once, behind the core, in ${id}`);
    show();
    await context.close();
  }
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing on the main screens, ${colorScheme}`, { timeout: 240_000 }, async () => {
    const context = await desk.browser.newContext({ ...wide, colorScheme });
    const found = {};
    const look = async (name, page) => {
      // A plan that is being made anew is dimmed for as long as that takes.
      await page.locator(".plan-area.pending").waitFor({ state: "detached" });
      const all = await complaints(page, colorScheme);
      if (all.length > 0) found[name] = all;
    };
    for (const { id, title } of worlds) {
      const { page } = await open(context, desk.address, `#/${id}`);
      await look(title, page);
      await page.close();
    }
    const { page } = await open(context, desk.address, "#/lender?list=carla&lead=L-1001");
    const driver = new Driver(page);
    await page.getByRole("button", { name: "Assign Loan officer" }).waitFor();
    await look("a lead", page);
    await driver.steps({ click: "Assign Loan officer" }, { radio: "Hugo Marchetti" }, { unfold: "who may not" });
    await look("reassigning", page);
    await driver.do({ click: "Cancel" });
    await driver.steps({ click: "Reassign all" }, { people: ["Ben Whitlock", "Elena Fischer"] }, { unfold: "people are told" });
    await page.getByText("spread 1").waitFor();
    await look("a plan", page);
    await driver.steps({ click: "Close" }, { click: "Mass edit" }, { check: "Status" }, { check: "Add a note" });
    await look("a mass edit", page);
    await driver.steps({ click: "Filter" }, { condition: ["Agent", "is one of"] });
    await look("a filter", page);
    await page.keyboard.press("Control+K");
    await page.getByRole("combobox", { name: "Commands" }).waitFor();
    await look("the palette", page);
    await page.keyboard.press("Escape");
    const { page: routing } = await open(context, desk.address, "#/partners?list=rules");
    const router = new Driver(routing);
    await router.steps({ click: "Edit Large deals" }, { see: "Remove rule" }, { click: "Move Everything else up" }, { see: "draft, not in force" });
    await routing.getByRole("list", { name: "By rule" }).waitFor();
    await look("rules", routing);
    await router.steps({ list: "Came in, not routed yet" }, { find: "P-5884" }, { unfold: "Who would get it, and why?" }, { link: "Oddný Sørensen were paused" });
    await look("why this person", routing);
    await router.steps({ list: "Reassignment groups" }, { click: "Edit Strategic accounts" }, { click: "Move Ulrike Weiß up" }, { see: "draft, not in force" });
    await look("groups", routing);
    await router.steps({ list: "Audit" }, { see: "3,840 leads" });
    await look("an audit", routing);
    await routing.close();
    const { page: asking } = await open(context, desk.address, "#/realty?as=ilse&list=all");
    const agent = new Driver(asking);
    await agent.steps({ find: "R-4001" }, { inside: "To a group…" }, { radio: "Next up, Spanish" }, { see: "is asked first" });
    await look("a group", asking);
    await agent.steps({ write: "Start for 1 lead" }, { as: "Alma Ríos" }, { list: "Offers" });
    await asking.getByRole("button", { name: "Claim Lucía Barrientos" }).waitFor();
    await look("offers", asking);
    await asking.close();
    await driver.do({ as: "Amara Obi" });
    await driver.do({ click: "Reassign all: not allowed, why?" });
    await look("why not", page);
    const narrow = await desk.browser.newContext({ viewport: { width: 390, height: 844 }, colorScheme });
    const { page: phone } = await open(narrow, desk.address, "#/pools");
    await look("narrow", phone);
    await phone.getByRole("button", { name: "Lists", exact: true }).click();
    await look("narrow, lists", phone);
    const { page: history } = await open(narrow, desk.address, "#/partners?list=audit");
    await history.getByText("3,840 leads").waitFor();
    await look("narrow, an audit", history);
    const { page: sharing } = await open(context, desk.address, "#/lender?list=carla");
    await new Driver(sharing).do({ click: "Share list" });
    await look("a list to share", sharing);
    const { page: visitor } = await open(context, desk.address, "#/lender");
    await drop(visitor, "clients.csv", csv);
    await visitor.getByText("300 rows, 7 columns").waitFor();
    await look("a file", visitor);
    const { page: over } = await open(context, desk.address, "#/partners?list=all");
    await new Driver(over).steps({ find: "P-2002" }, { inside: "Transfer…" }, { choose: ["Transfer to", "Kestrel Systems"] }, { see: "goes over" });
    await look("a transfer", over);
    const { page: lost } = await open(context, desk.address, "#/lender?as=amara&list=carla");
    await look("a list of somebody else", lost);
    assert.deepEqual(found, {});
    await Promise.all([context.close(), narrow.close()]);
  });
}

test("a reload loses nothing, and a link opens the same world, list, lead and actor", async () => {
  const context = await desk.browser.newContext(wide);
  const { page, wrong } = await open(context, desk.address, "#/lender?list=carla");
  const driver = new Driver(page);
  await driver.steps({ click: "Reassign all" }, { people: ["Ben Whitlock", "Elena Fischer"] }, { write: "Reassign 447 leads" }, { toast: "Mass edit, split among Ben Whitlock and Elena Fischer" });
  await page.getByRole("button", { name: /^Clock: / }).click();
  await page.getByRole("menuitem", { name: "Next morning" }).click();
  await page.getByRole("button", { name: "Clock: Tue 3 Mar, 08:30" }).waitFor();
  await driver.steps({ as: "Ben Whitlock" }, { list: "All leads" }, { find: "L-1006" });
  const link = page.url();
  await page.reload();
  await within(page, "Lead").getByText("L-1006", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Acting as Ben Whitlock" }).waitFor();
  await page.getByRole("button", { name: "Clock: Tue 3 Mar, 08:30" }).waitFor();
  await page.getByRole("heading", { level: 1, name: "All leads" }).waitFor();
  await within(page, "Lead").getByText(/Reassigned from Carla Reyes to Ben Whitlock/i).waitFor();
  assert.equal(page.url(), link);
  await driver.do({ as: "Nora Vance" });
  await driver.do({ list: "Carla’s open leads" });
  await page.getByText("No leads here").waitFor();
  await driver.do({ click: "Undo: Mass edit, split among Ben Whitlock and Elena Fischer" });
  await driver.do({ toast: "447 put back" });
  await driver.do({ count: "447" });
  assert.deepEqual(wrong, []);
  await context.close();
});

test("of two tabs that write at once one wins, the other writes nothing and is shown the plan as it would be now", async () => {
  const context = await desk.browser.newContext(wide);
  const { page: one } = await open(context, desk.address, "#/lender?list=carla");
  // The other tab does not hear of it in time.
  const deaf = await deafTab(context, desk.address, "#/lender?list=carla");
  await deaf.getByRole("grid").waitFor();
  const [mine, other] = [new Driver(one), new Driver(deaf)];
  for (const driver of [mine, other]) await driver.steps({ click: "Reassign all" }, { people: ["Ben Whitlock", "Elena Fischer"] }, { offer: "Reassign 447 leads" });
  await deaf.getByRole("complementary").getByRole("button", { name: "Reassign 447 leads" }).and(deaf.locator(":enabled")).waitFor();
  await mine.do({ write: "Reassign 447 leads" });
  await mine.do({ toast: "Mass edit, split among Ben Whitlock and Elena Fischer" });
  await other.do({ write: "Reassign 447 leads" });
  await deaf.getByText("447 leads of these had been changed by Nora Vance meanwhile, so nothing was written.").waitFor();
  await other.do({ offer: "Nothing would change" });
  // What does not meet what the other tab wrote is written all the same.
  for (const driver of [mine, other]) {
    await driver.steps({ list: "Nobody’s, by branch" }, { pick: [driver === mine ? 1 : 2] }, { click: "Mass edit" }, { check: "Status" }, { choose: ["Status", "Lost"] }, { write: "Change 1 lead" }, { toast: "1 changed" });
  }
  await one.reload();
  await one.waitForFunction(() => document.querySelectorAll("[aria-label^='Undo: ']").length === 3);
  await context.close();
});

test("tabs that hear of each other show the same at once", async () => {
  const context = await desk.browser.newContext(wide);
  const { page: one } = await open(context, desk.address, "#/lender?list=carla");
  const { page: two } = await open(context, desk.address, "#/lender?list=carla");
  const driver = new Driver(one);
  await driver.steps({ click: "Reassign all" }, { people: ["Ben Whitlock"] }, { write: "Reassign 447 leads" });
  await two.getByText("No leads here").waitFor();
  await new Driver(two).do({ click: "Undo: Mass edit, split among Ben Whitlock" });
  await one.getByRole("grid").waitFor();
  await driver.do({ count: "447" });
  await context.close();
});

/** The log of a world as it is stored. */
const stored = (page, world) =>
  page.evaluate(
    (world) =>
      new Promise((done, failed) => {
        const opening = indexedDB.open("evenhand-desk");
        opening.onerror = failed;
        opening.onsuccess = () => {
          opening.result.transaction("log").objectStore("log").getAll(IDBKeyRange.bound([world], [world, []])).onsuccess = ({ target }) => {
            opening.result.close();
            done(target.result.map(({ seq, count, bytes, leads, texts, undoes }) => ({ seq, count, bytes: bytes.length, leads: leads.length, texts: texts.length, undo: undoes !== undefined })));
          };
        };
      }),
    world,
  );

test("a tab that is killed at any moment of a write leaves all of the plan with its history, or nothing of it", { timeout: 240_000 }, async (t) => {
  const context = await desk.browser.newContext(wide);
  const MOMENTS = 15;
  // Of this lead the list, the history and who has it are in sight together.
  const hash = "#/lender?list=carla&lead=L-1006";
  let { page } = await open(context, desk.address, hash);
  let [there, took, killed] = [0, 0, 0];
  const ends = { whole: 0, nothing: 0 };
  for (let at = 0; at <= MOMENTS; at += 1) {
    const driver = new Driver(page);
    const given = there % 2 === 1;
    if (!given) await driver.steps({ click: "Reassign all" }, { people: ["Ben Whitlock", "Elena Fischer"] });
    const button = given ? page.getByRole("button", { name: "Undo: Mass edit, split among Ben Whitlock and Elena Fischer" }).first() : page.getByRole("complementary").getByRole("button", { name: "Reassign 447 leads" });
    await button.and(page.locator(":enabled")).waitFor();
    if (at === 0) {
      // How long a whole one takes here: the moments are spread over it, most of them over its beginning.
      const start = Date.now();
      await button.click();
      await driver.do({ toast: "Mass edit, split among Ben Whitlock and Elena Fischer" });
      took = Date.now() - start;
    } else {
      // The process goes, and the worker with it.
      const devtools = await context.newCDPSession(page);
      const crashed = page.waitForEvent("crash");
      await button.evaluate((button) => button.click());
      await page.waitForTimeout(took * ((at - 1) / MOMENTS) ** 2);
      void devtools.send("Page.crash").catch(() => {});
      await crashed;
      killed += 1;
    }
    await page.close();
    ({ page } = await open(context, desk.address, hash));
    const log = await stored(page, "lender");
    for (const [place, { seq, count, bytes, leads, texts, undo }] of log.entries()) assert.deepEqual([seq, count, leads, texts, bytes > 100, undo], [place + 1, 447, 447, 447, true, place % 2 === 1]);
    assert.ok(log.length === there || log.length === there + 1, `${there} plans, then ${log.length}`);
    if (at > 0) ends[log.length > there ? "whole" : "nothing"] += 1;
    there = log.length;
    // What is shown is what is stored: the list, the log, who has the lead, and its history.
    const lead = page.getByRole("complementary", { name: "Lead" });
    if (there % 2 === 1) await page.getByText("No leads here").waitFor();
    else await new Driver(page).do({ count: "447" });
    await page.waitForFunction((there) => document.querySelectorAll("ol.log > li").length === there, there);
    await lead.getByText("L-1006", { exact: true }).waitFor();
    assert.equal(await lead.getByRole("region", { name: "Timeline" }).getByRole("listitem").filter({ hasText: /reassigned from/i }).count(), there);
  }
  t.diagnostic(`${killed} kills spread over ${took} ms of a write: ${ends.whole} left all of it, ${ends.nothing} nothing`);
  assert.equal(killed, MOMENTS);
  assert.ok(ends.whole > 0 && ends.nothing > 0, `the moments lie on both sides of the write: ${JSON.stringify(ends)}`);
  await context.close();
});

test("a hundred thousand leads are planned at once and scroll without a blank row", async (t) => {
  const context = await desk.browser.newContext(wide);
  const { page } = await open(context, desk.address, "#/pools?list=all");
  const driver = new Driver(page);
  await driver.steps({ count: "100,000" }, { click: "Reassign all" }, { people: ["Everybody tagged alpha", "Everybody tagged bravo"] });
  await page.getByText(/planned in/).waitFor();
  t.diagnostic((await page.getByText(/planned in/).textContent()) ?? "");
  await page.getByRole("grid").focus();
  await page.keyboard.press("End");
  await page.getByRole("row").filter({ has: page.locator("[role=gridcell]") }).last().waitFor();
  assert.equal(await page.locator("[aria-rowindex='100001']").count(), 1);
  await page.locator("[aria-rowindex='100001'] .first").getByText(/\w/).waitFor();
  for (let presses = 0; presses < 25; presses += 1) await page.keyboard.press("PageUp");
  await page.waitForFunction(() => document.querySelectorAll(".ghost").length === 0);
  await context.close();
});

test("a list that is gone or somebody else’s, and a world that does not exist, say so with the way on", async () => {
  const context = await desk.browser.newContext(wide);
  const { page } = await open(context, desk.address, "#/lender?list=carla");
  const driver = new Driver(page);
  await driver.do({ as: "Amara Obi" });
  await page.getByRole("alert").getByRole("button", { name: "Show all leads" }).click();
  await driver.do({ count: "586" });
  await page.goto(`${desk.address}#/nowhere`);
  await page.getByRole("heading", { name: "There is no world “nowhere”" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Start it over" }).count(), 0);
  await page.getByRole("link", { name: "Open another one" }).click();
  await page.getByRole("grid").waitFor();
  await context.close();
});

test("what is typed fast into the search stays as it was typed, and is what is found", async () => {
  const context = await desk.browser.newContext(wide);
  const { page } = await open(context, desk.address, "#/pools?list=all");
  const driver = new Driver(page);
  await driver.do({ count: "100,000" });
  const box = page.getByRole("searchbox");
  await box.click();
  await page.keyboard.type("Featherstonehaugh-Cholmondeley");
  assert.equal(await box.inputValue(), "Featherstonehaugh-Cholmondeley");
  await page.waitForFunction(() => {
    const names = [...document.querySelectorAll(".grid-body .first")];
    return names.length > 0 && names.every(({ textContent }) => textContent.includes("Featherstonehaugh-Cholmondeley"));
  });
  assert.equal(await box.inputValue(), "Featherstonehaugh-Cholmondeley");
  // Another list is not searched, and the box says so.
  await driver.do({ list: "Idle for 30 days" });
  await page.waitForFunction(() => document.querySelector("#search")?.value === "");
  await context.close();
});

test("motion takes less than 200 ms, and there is none where a visitor wants none", async () => {
  for (const reducedMotion of ["no-preference", "reduce"]) {
    const context = await desk.browser.newContext({ ...wide, reducedMotion });
    const { page } = await open(context, desk.address, "#/lender?list=carla");
    const driver = new Driver(page);
    await driver.steps({ click: "Reassign all" }, { people: ["Ben Whitlock", "Elena Fischer"] }, { offer: "Reassign 447 leads" }, { click: "Share list" });
    const longest = await page.evaluate(() => {
      const seconds = (list) => list.split(",").map((one) => Number.parseFloat(one));
      return Math.max(...[...document.querySelectorAll("*")].flatMap((one) => ["", "::before", "::after"].flatMap((part) => seconds(getComputedStyle(one, part).transitionDuration))));
    });
    assert.ok(longest > 0 && longest <= (reducedMotion === "reduce" ? 0.001 : 0.2), `${reducedMotion}: ${longest} s`);
    if (reducedMotion === "reduce") assert.deepEqual(await page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === "running").length), 0);
    await context.close();
  }
});

const rows = Array.from({ length: 300 }, (_, at) => [
  `K-${at + 1}`, `"Client, No ${at + 1}"`, ["Ana Ruiz", "Bo Lind", "Cy Ode"][at % 3], ["Open", "Won", "Lost"][at % 3 === 2 ? 0 : at % 2], written((at % 28) + 1, (at % 6) + 1, 10, at % 60), 1000 + at, at % 2 ? "Yes" : "No",
]);
const csv = ["Lead No,Full name,Sales rep,Stage,Added on,Budget,VIP", ...rows.map((row) => row.join())].join("\n");

test("a visitor's own file: columns are recognised, can be corrected, and everything works on it, after a reload too", async () => {
  const context = await desk.browser.newContext(wide);
  const { page, wrong } = await open(context, desk.address, "#/lender");
  await drop(page, "clients.csv", csv);
  const dialog = page.getByRole("dialog", { name: "clients.csv" });
  await dialog.getByText("300 rows, 7 columns").waitFor();
  const types = await dialog.getByRole("combobox", { name: /^Type of / }).evaluateAll((all) => all.map(({ ariaLabel, value }) => [ariaLabel.slice(8), value]));
  assert.deepEqual(Object.fromEntries(types), { "Lead No": "text", "Full name": "text", "Sales rep": "user", Stage: "choice", "Added on": "datetime", Budget: "number", VIP: "boolean" });
  assert.equal(await dialog.getByRole("textbox", { name: "Written in Added on as" }).inputValue(), "%d %b, %Y %H:%M:%S");
  await dialog.getByRole("button", { name: "Load 300 rows" }).click();
  const driver = new Driver(page);
  await driver.do({ list: "All leads" });
  await driver.do({ count: "300" });
  await driver.steps({ click: "Reassign all" }, { people: ["Bo Lind", "Cy Ode"] }, { check: "Leave what they already hold where it is" }, { see: "spread 0, all level" }, { write: "Reassign 100 leads" }, { toast: "Mass edit, split among Bo Lind and Cy Ode" });
  await page.reload();
  await driver.do({ count: "300" });
  await page.getByRole("button", { name: "Undo: Mass edit, split among Bo Lind and Cy Ode" }).waitFor();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "CSV", exact: true }).click();
  const out = readFileSync(await (await download).path(), "utf8").trim().split("\r\n");
  assert.equal(out.length, 301);
  assert.ok(out[1].includes("Bo Lind") || out[1].includes("Cy Ode"));
  assert.deepEqual(wrong, []);
  await context.close();
});

test("a full disk: nothing is written, nothing is lost, it is said in a word, and once there is room it goes on", async () => {
  const context = await desk.browser.newContext(wide);
  const { page } = await open(context, desk.address, "#/lender?list=carla");
  const driver = new Driver(page);
  const devtools = await context.newCDPSession(page);
  const quota = (quotaSize) => devtools.send("Storage.overrideQuotaForOrigin", { origin: new URL(desk.address).origin, ...(quotaSize !== undefined && { quotaSize }) });
  await driver.steps({ click: "Reassign all" }, { people: ["Ben Whitlock", "Elena Fischer"] }, { offer: "Reassign 447 leads" });
  await quota(1);
  await driver.do({ write: "Reassign 447 leads" });
  await driver.do({ toast: "The browser has no room left to store this" });
  // The plan is still there, and so is everything else.
  await driver.do({ offer: "Reassign 447 leads" });
  await driver.do({ count: "447" });
  await driver.steps({ click: "Share list" }, { fill: ["Name", "Renamed"] }, { click: "Save" }, { toast: "The list was not saved" }, { click: "Cancel" });
  await page.getByRole("button", { name: /^Clock: / }).click();
  await page.getByRole("menuitem", { name: "1 hour later" }).click();
  await driver.do({ toast: "The clock was not moved" });
  await page.reload();
  await driver.do({ count: "447" });
  await page.getByRole("heading", { level: 1, name: "Carla’s open leads" }).waitFor();
  await quota();
  await driver.steps({ click: "Reassign all" }, { people: ["Ben Whitlock", "Elena Fischer"] }, { write: "Reassign 447 leads" }, { toast: "Mass edit, split among Ben Whitlock and Elena Fischer" });
  await page.reload();
  await page.getByText("No leads here").waitFor();
  await context.close();
});

test("a world whose stored plans are damaged says so, and starts over; the others are as they were", async () => {
  const context = await desk.browser.newContext(wide);
  const { page } = await open(context, desk.address, "#/lender?list=carla");
  const driver = new Driver(page);
  await driver.steps({ click: "Reassign all" }, { people: ["Ben Whitlock"] }, { write: "Reassign 447 leads" }, { toast: "Mass edit, split among Ben Whitlock" });
  await page.evaluate(
    () =>
      new Promise((done, failed) => {
        const opening = indexedDB.open("evenhand-desk");
        opening.onsuccess = () => {
          const tx = opening.result.transaction("log", "readwrite");
          const log = tx.objectStore("log");
          log.get(["lender", 1]).onsuccess = ({ target }) => log.put({ ...target.result, bytes: target.result.bytes.map((byte, at) => (at > 40 && at % 3 === 0 ? byte ^ 85 : byte)) });
          tx.oncomplete = () => {
            opening.result.close();
            done();
          };
          tx.onerror = failed;
        };
      }),
  );
  await page.reload();
  await page.getByRole("heading", { name: "Lender CRM could not be opened" }).waitFor();
  assert.deepEqual(await complaints(page, "light"), []);
  await page.getByRole("button", { name: "Start it over" }).click();
  await driver.do({ count: "447" });
  await context.close();
});

test("a damaged file is refused with a word, and what was there stays", async () => {
  const context = await desk.browser.newContext(wide);
  const { page } = await open(context, desk.address, "#/lender?list=carla");
  await drop(page, "broken.json", '[{"id": 1}, {"id": ');
  await page.getByRole("dialog", { name: "broken.json" }).getByRole("alert").waitFor();
  await page.keyboard.press("Escape");
  await new Driver(page).do({ count: "447" });
  await context.close();
});

test("a search that finds nothing in a list goes on in all leads", async () => {
  const context = await desk.browser.newContext(wide);
  const { page } = await open(context, desk.address, "#/lender?list=carla");
  const driver = new Driver(page);
  await driver.steps({ search: "L-1001" }, { see: "Nothing here is called “L-1001”" }, { click: "Search all leads" }, { count: "1" });
  await page.getByRole("heading", { level: 1, name: "All leads" }).waitFor();
  await driver.steps({ search: "no lead is called so" }, { see: "Nothing here is called" });
  assert.equal(await page.getByRole("button", { name: "Search all leads" }).count(), 0);
  await driver.do({ click: "Clear the search" });
  await driver.do({ count: "4,000" });
  await context.close();
});

test("names of a plan are whole where leads go both ways by the thousand, and a narrow window keeps search and switch apart", async () => {
  const context = await desk.browser.newContext(wide);
  const { page } = await open(context, desk.address, "#/pools?list=all");
  const driver = new Driver(page);
  await driver.steps({ count: "100,000" }, { click: "Reassign all" }, { people: ["Everybody tagged alpha"] }, { see: "spread 1" });
  const cut = await page.getByRole("complementary").locator(".load .strong").evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).map(({ textContent }) => textContent));
  assert.deepEqual(cut, []);
  await page.setViewportSize({ width: 390, height: 844 });
  const [search, edge] = await Promise.all([page.getByRole("searchbox").boundingBox(), page.getByRole("switch", { name: "Edge worker" }).boundingBox()]);
  assert.ok(search.x + search.width <= edge.x && search.width > 240, JSON.stringify({ search, edge }));
  await context.close();
});
