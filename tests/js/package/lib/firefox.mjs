// Firefox: its page asks this server for jobs and posts what they come to, under the policy that Chromium's page has.
import { setTimeout as sleep } from "node:timers/promises";
import { openFirefox } from "../../packaging/lib/firefox.mjs";
import { serve, STRICTEST } from "./chromium.mjs";
import { entry } from "./installed.mjs";

/** The longest that a start may take, and a job. */
const [START, JOB] = [60_000, 600_000];

const PAGE = `
const post = (answer) => fetch("/answer", { method: "POST", body: JSON.stringify(answer) });
const failed = (error) => ({ error: String(error) + "\\n" + String(error?.stack) });
try {
  const evenhand = await import("/pkg/${entry("browser")}");
  const { runChecks, runCases } = await import("/tests/inside.mjs");
  await post({ started: true });
  for (;;) {
    const { job, cases } = await (await fetch("/job")).json();
    await post(await (job === "cases" ? runCases(evenhand, cases) : runChecks(evenhand)).then((result) => ({ result }), failed));
  }
} catch (error) {
  await post(failed(error));
}
`;

/** Something that is given once and waited for once, again and again. */
function letterbox() {
  let give;
  let given = new Promise((done) => (give = done));
  const take = async () => {
    const value = await given;
    given = new Promise((done) => (give = done));
    return value;
  };
  return { give: (value) => give(value), take };
}

export async function open() {
  const [jobs, answers] = [letterbox(), letterbox()];
  const job = async () => ({ type: "application/json", body: await jobs.take() });
  const answer = async (request) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    answers.give(JSON.parse(Buffer.concat(parts).toString()));
    return { status: 204, type: "text/plain", body: "" };
  };
  const server = await serve({
    headers: { "content-security-policy": STRICTEST },
    extra: {
      "/": { type: "text/html", body: '<!doctype html><title>Evenhand</title><script type="module" src="/page.js"></script>' },
      "/page.js": { type: "text/javascript", body: PAGE },
      "/job": job,
      "/answer": answer,
    },
  });
  const firefox = openFirefox(server.url);
  const close = async () => {
    await firefox.close();
    await server.close();
  };
  const next = async (most) => {
    const late = sleep(most, { error: `Firefox came to nothing in ${most / 1000} s` }, { ref: false });
    const gone = firefox.ended.then((code) => ({ error: `Firefox ended with ${code}` }));
    const came = await Promise.race([answers.take(), late, gone]);
    if (came.error !== undefined) throw new Error(came.error);
    return came;
  };
  const run = async (job, cases) => {
    jobs.give(JSON.stringify({ job, cases }));
    return (await next(JOB)).result;
  };
  try {
    await next(START);
  } catch (error) {
    await close();
    throw error;
  }
  return { run, close };
}
