// The title that a page gives itself, in Chromium or Firefox.
import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { openFirefox } from "./firefox.mjs";

const MOST = 60_000;

export async function title(address, { browser = "chromium" }) {
  return browser === "firefox" ? inFirefox(address) : inChromium(address);
}

/** Pages say what they come to in their title; anything else is what they begin with. */
const done = /^(planned|refused|failed)/;

async function inChromium(address) {
  const { chromium } = createRequire(new URL("../../package/x.js", import.meta.url))("playwright-core");
  const args = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-gpu"];
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args });
  try {
    const page = await browser.newPage();
    const said = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));
    await page.goto(address);
    const until = Date.now() + MOST;
    let text = "";
    while (Date.now() < until && !done.test((text = await page.title().catch(() => "")))) await sleep(100);
    return done.test(text) ? text : `the page came to nothing: ${said.join("\n")}`;
  } finally {
    await browser.close();
  }
}

/** Firefox is asked through Marionette's WebDriver BiDi nowhere here: the page tells by a request, which needs no driver. */
async function inFirefox(address) {
  let tell;
  const told = new Promise((found) => (tell = found));
  const listener = createServer((request, response) => {
    response.writeHead(204, { "access-control-allow-origin": "*" });
    response.end();
    const text = new URL(request.url, "http://localhost").searchParams.get("title");
    if (text !== null) tell(text);
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const firefox = openFirefox(`${address}?tell=${listener.address().port}`);
  try {
    return await Promise.race([told, sleep(MOST, "the page came to nothing in Firefox", { ref: false })]);
  } finally {
    listener.closeAllConnections();
    listener.close();
    await firefox.close();
  }
}
