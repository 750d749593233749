// What is seen while a table of 100,000 leads is scrolled: on every frame each row in sight is looked at.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Driver, open, start } from "./screen/driver.mjs";

let desk;
before(async () => {
  desk = await start();
});
after(() => desk.stop());

/**
 * Looks at each frame as it is painted: which rows the window shows, and whether each has its text. Sizes are observed once everything that
 * a frame runs has run, and nothing comes between that and its paint; a look by a timer or a message comes before or after whatever
 * else waits, and on a slow machine sees what the next frame is to show.
 */
function watch() {
  const scroller = document.querySelector(".grid-scroll");
  const head = document.querySelector(".grid-head").offsetHeight;
  const height = document.querySelector(".grid-body .grid-row").offsetHeight;
  const count = Number(document.querySelector("[role=grid]").getAttribute("aria-rowcount")) - 1;
  globalThis.frames = [];
  const look = () => {
    const from = Math.floor(scroller.scrollTop / height);
    const to = Math.min(count - 1, Math.ceil((scroller.scrollTop + scroller.clientHeight - head) / height) - 1);
    let [blank, late] = [0, 0];
    for (let at = from; at <= to; at += 1) {
      const row = document.getElementById(`row-${at}`);
      if (!row?.querySelector(".first")?.textContent) blank += 1;
      else if (row.classList.contains("late")) late += 1;
    }
    globalThis.frames.push({ top: scroller.scrollTop, blank, late, time: performance.now() });
  };
  const pulse = document.body.appendChild(document.createElement("div"));
  Object.assign(pulse.style, { position: "fixed", height: "1px", visibility: "hidden" });
  // Where less motion is asked for, each change of a style has a transition of no length, which is a frame late.
  pulse.style.setProperty("transition", "none", "important");
  new ResizeObserver(look).observe(pulse);
  let wide = false;
  const beat = () => {
    wide = !wide;
    pulse.style.width = wide ? "2px" : "1px";
    requestAnimationFrame(beat);
  };
  beat();
}

/** Frames in which something moved or was blank; the longest row of blank ones, in frames and milliseconds. */
function told(frames) {
  const blank = frames.filter((frame) => frame.blank > 0).length;
  let [longest, run, since, slowest] = [0, 0, 0, 0];
  for (const [at, frame] of frames.entries()) {
    if (frame.blank === 0) {
      if (run > 0) slowest = Math.max(slowest, frame.time - since);
      run = 0;
    } else {
      if (run === 0) since = frames[at - 1]?.time ?? frame.time;
      run += 1;
      longest = Math.max(longest, run);
    }
  }
  const late = frames.filter((frame) => frame.late > 0).length;
  return { late, frames: frames.length, moved: frames.filter(({ top }, at) => at > 0 && top !== frames[at - 1].top).length, blank, longest, slowest };
}

test("the table of 100,000 leads has no row without its text for longer than a frame", { timeout: 240_000 }, async (t) => {
  const context = await desk.browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  const { page, wrong } = await open(context, desk.address, "#/pools?list=all");
  await new Driver(page).do({ count: "100,000" });
  await page.waitForTimeout(800);
  await page.evaluate(watch);
  const grid = page.getByRole("grid");
  const during = async (does) => {
    await page.evaluate(() => (globalThis.frames.length = 0));
    await does();
    await page.waitForTimeout(150);
    return told(await page.evaluate(() => globalThis.frames));
  };
  // A headless browser draws no scrollbar: a drag of it moves the place by so much before each frame.
  const drag = (frames) =>
    page.evaluate(
      (frames) =>
        new Promise((done) => {
          const scroller = document.querySelector(".grid-scroll");
          const most = scroller.scrollHeight - scroller.clientHeight;
          let frame = 0;
          const move = () => {
            frame += 1;
            scroller.scrollTop = most * (0.5 - 0.5 * Math.cos((frame / frames) * Math.PI * 2));
            if (frame < frames) requestAnimationFrame(() => setTimeout(move));
            else done();
          };
          move();
        }),
      frames,
    );
  const ways = {
    "the wheel": async () => {
      await page.mouse.move(600, 600);
      for (let at = 0; at < 60; at += 1) {
        await page.mouse.wheel(0, at < 45 ? 480 : -480);
        await page.waitForTimeout(16);
      }
    },
    "Page Down and Page Up": async () => {
      await grid.focus();
      for (let at = 0; at < 30; at += 1) await page.keyboard.press(at < 20 ? "PageDown" : "PageUp");
    },
    "End and Home": async () => {
      await grid.focus();
      for (const key of ["End", "Home", "End", "PageUp", "PageUp", "Home"]) {
        await page.keyboard.press(key);
        await page.waitForTimeout(80);
      }
    },
    "a drag of the scrollbar": () => drag(90),
    // What is told late there is told after the next move.
    "a drag on a machine four times as slow": async () => {
      await (await context.newCDPSession(page)).send("Emulation.setCPUThrottlingRate", { rate: 4 });
      await drag(30);
    },
  };
  for (const [way, does] of Object.entries(ways)) {
    const { frames, moved, blank, late, longest, slowest } = await during(does);
    t.diagnostic(`${way}: ${blank} of ${frames} frames with a blank row (${moved} moved), at most ${longest} in a row, ${slowest.toFixed(0)} ms; ${late} with text of the rows before`);
    assert.ok(moved > 0 && frames > moved / 2, `${way}: it moved`);
    assert.ok(longest <= 1 && blank <= frames * 0.02, `${way}: ${blank} of ${frames} frames had a blank row, ${longest} in a row`);
    // Where it rests, each row has its own text.
    await page.waitForFunction(() => document.querySelectorAll(".late, .ghost").length === 0);
  }
  assert.deepEqual(wrong, []);
  await context.close();
});
