// Firefox as it is installed, with a profile of its own, and without a driver: pages tell by requests.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** It asks nobody outside, keeps nothing on the disk, and lets a page compute for as long as it needs. */
const PREFERENCES = {
  "app.normandy.enabled": false,
  "app.update.auto": false,
  "browser.cache.disk.enable": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage_override.mstone": "ignore",
  "datareporting.policy.dataSubmissionEnabled": false,
  "dom.max_script_run_time": 0,
  "extensions.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "toolkit.telemetry.enabled": false,
};

/** Opens an address; `ended` is kept when Firefox ends by itself. */
export function openFirefox(address) {
  const profile = mkdtempSync(join(tmpdir(), "evenhand-firefox-"));
  const line = ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`;
  writeFileSync(join(profile, "user.js"), Object.entries(PREFERENCES).map(line).join(""));
  const program = ["firefox-esr", "firefox"].find((name) => works(name));
  if (program === undefined) throw new Error("there is no Firefox on the path: `apt-get install firefox-esr`");
  const child = spawn(program, ["--headless", "--no-remote", "--profile", profile, address], { stdio: "ignore", detached: true });
  const ended = new Promise((done) => child.once("exit", done));
  const close = async () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await sleep(200);
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { ended, close };
}

function works(program) {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
