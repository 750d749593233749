// Does what a person does, finding everything by role and name as a screen reader would. Two of them: one with a mouse, one with
// the keyboard alone, which walks with Tab to what it needs and fails where that is out of reach.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import { serve } from "../../serve.mjs";

export const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => path && existsSync(path));
const ARGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** A browser and the served app. */
export async function start() {
  const { address, server } = await serve();
  const browser = await chromium.launch({ executablePath, args: ARGS });
  return {
    address,
    browser,
    async stop() {
      await browser.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A page in which nothing may go wrong unseen. */
export async function open(context, address, hash = "") {
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("request", (request) => !/^(blob|data):/.test(request.url()) && !request.url().startsWith(address) && wrong.push(`asked another host: ${request.url()}`));
  await page.goto(address + hash);
  await page.getByRole("grid").or(page.getByRole("heading", { level: 2 })).or(page.getByRole("list", { name: /^(Assignment rules|Reassignment groups)/ })).first().waitFor();
  return { page, wrong };
}

/** A tab that hears of no other. */
export async function deaf(context, address, hash) {
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.route(/\/worker-[^/]*\.js$/, async (route) => {
    const answer = await route.fetch();
    const { "content-type": type, "content-security-policy": policy } = answer.headers();
    await route.fulfill({ status: 200, headers: { "content-type": type, "content-security-policy": policy }, body: `globalThis.BroadcastChannel = class { postMessage() {} };\n${await answer.text()}` });
  });
  await page.goto(address + hash);
  await page.getByRole("heading", { level: 1 }).waitFor();
  return page;
}

/** Drops a file on the window. */
export async function drop(page, name, text) {
  const transfer = await page.evaluateHandle(
    ([name, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], name));
      return transfer;
    },
    [name, text],
  );
  for (const event of ["dragenter", "drop"]) await page.dispatchEvent("body", event, { dataTransfer: transfer });
}

/** Drops a CSV file that is made in the page; gives back its size. */
export async function dropMade(page, name, count) {
  const transfer = await page.evaluateHandle(
    ([name, count]) => {
      const lines = ["Lead No,Full name,Sales rep,Stage,City,Note"];
      for (let at = 0; at < count; at += 1) lines.push(`K-${at + 1},"Client, No ${at + 1}",Rep ${at % 40},${["Open", "Won", "Lost"][at % 3]},City ${at % 500},called ${at % 7} times and asked for an offer in writing`);
      const transfer = new DataTransfer();
      transfer.items.add(new File([lines.join("\n")], name));
      return transfer;
    },
    [name, count],
  );
  for (const event of ["dragenter", "drop"]) await page.dispatchEvent("body", event, { dataTransfer: transfer });
  const size = await transfer.evaluate((transfer) => transfer.files[0].size);
  await transfer.dispose();
  return size;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun"];
const two = (number) => String(number).padStart(2, "0");
/** A time of the first half of 2026 in a cell of an export, in quotes for its comma. */
export const written = (day, month, hour, minute = 0) => `"${two(day)} ${MONTHS[month - 1]}, 2026 ${two(hour)}:${two(minute)}:00"`;

const exact = (name) => (typeof name === "string" ? { name, exact: true } : { name });

export class Driver {
  remembered = "";

  constructor(page, { keyboard = false } = {}) {
    this.page = page;
    this.keyboard = keyboard;
  }

  /** Walks to an element with Tab. */
  async reach(locator) {
    await locator.waitFor();
    for (let presses = 0; presses < 250; presses += 1) {
      if (await locator.evaluate((element) => element === document.activeElement)) return;
      await this.page.keyboard.press("Tab");
    }
    assert.fail(`Tab does not come to ${locator}`);
  }

  async press(locator) {
    if (!this.keyboard) return locator.click();
    await this.reach(locator);
    await this.page.keyboard.press("Enter");
  }

  async tick(locator) {
    if (!this.keyboard) return locator.check();
    await this.reach(locator);
    await this.page.keyboard.press("Space");
    assert.ok(await locator.isChecked());
  }

  /** One of a group of radio buttons: with the keyboard, Tab comes to the group and arrows choose. */
  async radio(locator) {
    if (!this.keyboard) return locator.check();
    await locator.waitFor();
    const group = await locator.getAttribute("name");
    for (let presses = 0; presses < 250; presses += 1) {
      if (await this.page.evaluate((name) => document.activeElement?.getAttribute("name") === name && document.activeElement?.type === "radio", group)) break;
      await this.page.keyboard.press("Tab");
    }
    await this.page.keyboard.press("Space");
    for (let presses = 0; presses < 60 && !(await locator.isChecked()); presses += 1) await this.page.keyboard.press("ArrowDown");
    assert.ok(await locator.isChecked());
  }

  async type(locator, text) {
    if (!this.keyboard) return locator.fill(text);
    await this.reach(locator);
    await this.page.keyboard.press("Control+A");
    await this.page.keyboard.type(text);
  }

  async choose(locator, label) {
    if (!this.keyboard) return locator.selectOption({ label });
    await this.reach(locator);
    await this.page.keyboard.type(label);
    // A choice that is written at once is shown when it has been written.
    const start = Date.now();
    while ((await locator.evaluate((element) => element.selectedOptions[0]?.textContent)) !== label && Date.now() - start < 8000) await this.page.waitForTimeout(50);
    assert.equal(await locator.evaluate((element) => element.selectedOptions[0]?.textContent), label);
  }

  /** Out of a menu that opens at a button. */
  async menu(button, item) {
    await this.press(button);
    // A second line says more about the choice.
    const name = new RegExp(`^${item.replace(/[.*+?()]/g, "\\$&")}`);
    const choice = this.page.getByRole("menuitemradio", { name }).or(this.page.getByRole("menuitem", { name }));
    await choice.waitFor();
    if (!this.keyboard) return choice.click();
    for (let presses = 0; presses < 60; presses += 1) {
      if (await choice.evaluate((element) => element === document.activeElement)) break;
      await this.page.keyboard.press("ArrowDown");
    }
    await this.page.keyboard.press("Enter");
  }

  button(name) {
    return this.page.getByRole("button", exact(name));
  }

  async steps(...steps) {
    for (const step of steps) await this.do(step);
  }

  /** One step of a story, as data. */
  async do(step) {
    const { page } = this;
    const [[what, value]] = Object.entries(step);
    const text = typeof value === "string" ? value.replace("$remembered", this.remembered) : value;
    switch (what) {
      case "as": {
        const button = page.getByRole("button", { name: /^Acting as / });
        if ((await button.getAttribute("aria-label")) === `Acting as ${text}`) return;
        await this.menu(button, text);
        await page.getByRole("button", { name: `Acting as ${text}` }).waitFor();
        return;
      }
      case "list": {
        // The name of the button ends with the count.
        const line = page.getByRole("navigation", { name: "Lists and pools" }).getByRole("button", { name: new RegExp(`^${text.replace(/[.*+?()]/g, "\\$&")} ?[\\d,]*$`) });
        await this.press(line);
        await page.getByRole("heading", { level: 1, ...exact(text) }).waitFor();
        return;
      }
      case "find": {
        await page.getByRole("searchbox").waitFor();
        if (this.keyboard) {
          await page.keyboard.press("/");
          if (!(await page.getByRole("searchbox").evaluate((element) => element === document.activeElement))) await this.reach(page.getByRole("searchbox"));
          await page.keyboard.press("Control+A");
          await page.keyboard.type(text);
        } else await page.getByRole("searchbox").fill(text);
        await page.getByRole("status").filter({ hasText: /^1 / }).waitFor();
        await page.getByRole("row").nth(1).waitFor();
        await page.getByRole("searchbox").press("Enter");
        await page.keyboard.press("Enter");
        await page.getByRole("complementary", { name: "Lead" }).getByText(text, { exact: true }).waitFor();
        return;
      }
      case "search":
        return this.type(page.getByRole("searchbox"), text);
      case "click":
        return this.press(this.button(text));
      case "inside":
        return this.press(page.getByRole("complementary").getByRole("button", exact(text)));
      case "link":
        return this.press(page.getByRole("button", exact(text)).or(page.getByText(text, { exact: true })).first());
      case "unfold":
        return this.press(page.locator("summary", { hasText: text }).first());
      case "pick":
        for (const row of value) await this.tick(page.getByRole("row").nth(row).getByRole("checkbox"));
        return;
      case "check":
        return this.tick(page.getByRole("checkbox", exact(text)));
      case "radio":
        return this.radio(page.getByRole("radio", { name: typeof text === "string" ? new RegExp(text) : text }));
      case "choose": {
        const [label, option] = value;
        return this.choose(page.getByRole("combobox", exact(label)).last(), option);
      }
      case "fill": {
        const [label, words] = value;
        return this.type(page.getByRole("textbox", exact(label)), words);
      }
      case "slide": {
        const [label, to] = value;
        return page.getByRole("slider", exact(label)).fill(String(to));
      }
      case "people":
        for (const name of value) {
          const box = page.getByRole("combobox", { name: /^Add people/ });
          await this.type(box, name);
          const offered = page.getByRole("listbox").getByRole("option");
          await offered.and(page.getByRole("option", { name: new RegExp(`^${name}`) })).first().waitFor();
          await page.keyboard.press("Enter");
          await offered.first().waitFor({ state: "detached" });
        }
        return;
      case "condition": {
        const [field, operator, wanted] = value;
        await this.press(page.getByRole("button", { name: "+ Condition" }).first());
        const rule = page.getByTestId("rule").last();
        await this.choose(rule.getByTestId("fields"), field);
        await this.choose(rule.getByTestId("operators"), operator);
        if (wanted === undefined) return;
        const control = rule.getByRole("combobox", exact("Value")).or(rule.getByRole("textbox", { name: /^Value(s, with commas between)?$/ })).or(rule.getByRole("spinbutton", exact("Value")));
        await control.waitFor();
        return (await control.evaluate((element) => element.tagName)) === "SELECT" ? this.choose(control, wanted) : this.type(control, String(wanted));
      }
      case "several": {
        const rule = page.getByTestId("rule").last();
        await this.press(rule.locator("summary"));
        for (const one of value) await this.tick(rule.getByRole("checkbox", exact(one)));
        return this.press(rule.locator("summary"));
      }
      case "pane": {
        // Only a narrow window has one pane at a time.
        const tab = page.getByRole("navigation", { name: "Panes" }).getByRole("button", exact(text));
        return (await tab.isVisible()) ? this.press(tab) : undefined;
      }
      case "count":
        await page.getByRole("main").getByRole("status").first().filter({ hasText: new RegExp(`^${value} `) }).waitFor();
        return;
      case "write": {
        const button = page.getByRole("complementary").getByRole("button", exact(text));
        await button.and(page.locator(":enabled")).waitFor();
        return this.press(button);
      }
      case "offer": {
        const button = page.getByRole("complementary").getByRole("button", exact(text));
        await button.waitFor();
        return;
      }
      case "radios": {
        await page.getByRole("radio").first().waitFor();
        const names = await page.getByRole("radiogroup").getByRole("radio").evaluateAll((all) => all.map((one) => one.value));
        assert.deepEqual(names, value);
        return;
      }
      case "options": {
        const [label, options] = value;
        const found = await page.getByRole("combobox", exact(label)).evaluate((element) => [...element.options].map(({ textContent }) => textContent));
        assert.deepEqual(found, options);
        return;
      }
      case "trace": {
        // Who it is or would be, and everybody who was passed over with the reasons.
        const [who, passed] = value;
        await page.getByRole("status").filter({ hasText: new RegExp(`${who} *(all the same)? *By the rule`) }).waitFor();
        const people = await page.getByRole("list", { name: "People who were looked at" }).getByRole("listitem").evaluateAll((all) => all.map((one) => [...one.children].map(({ textContent }) => textContent)));
        const found = Object.fromEntries(people.filter(([, first = ""]) => !/^(first|could have it|number \d+)$/.test(first)).map(([name, ...reasons]) => [name, reasons]));
        assert.deepEqual(found, passed);
        return;
      }
      case "next": {
        const list = page.getByRole("list", { name: "Who gets the next ones" }).getByRole("listitem");
        await list.first().waitFor();
        await page.waitForFunction(([first]) => document.querySelector(".next li")?.textContent === first, value);
        assert.deepEqual((await list.allTextContents()).slice(0, value.length), value);
        return;
      }
      case "remember": {
        const found = page.getByText(value).first();
        this.remembered = (await found.textContent())?.match(value)?.[0] ?? "";
        assert.notEqual(this.remembered, "");
        return;
      }
      case "toast":
        await page.getByRole("dialog").or(page.getByRole("alertdialog")).or(page.locator(".toast")).filter({ hasText: text }).first().waitFor();
        return;
      case "see":
        await page.getByText(text).first().waitFor();
        return;
      case "clock":
        await this.menu(page.getByRole("button", { name: /^Clock: / }), text);
        return;
      case "absent":
        assert.equal(await page.getByRole("radio", { name: new RegExp(`^${text}`) }).count(), 0);
        return;
      case "gone":
        await page.getByRole("button", { name: new RegExp(`^${text}`) }).waitFor({ state: "detached" });
        return;
      default:
        assert.fail(`\`${what}\` is nothing that can be done`);
    }
  }
}
