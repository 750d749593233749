// Files that several projects have.

/** A program that prints the answer. */
export const program = (from = "evenhand") => `
import * as evenhand from "${from}";
import { answer } from "./check.mjs";
answer(evenhand).then(console.log);
`;

/** The same for CommonJS. */
export const script = (from = "evenhand") => `
const evenhand = require("${from}");
import("./check.mjs").then(async ({ answer }) => console.log(await answer(evenhand)));
`;

/** A page whose module tells the answer in its title, and (for a browser without a driver) to the address that opened it. */
export const html = (module, head = "") => `<!doctype html><html><head><title>waiting</title>${head}</head><body><script type="module" src="${module}"></script></body></html>`;
export const tell = `
export function tell(text) {
  document.title = text;
  const port = new URLSearchParams(location.search).get("tell");
  if (port !== null) fetch("http://127.0.0.1:" + port + "/?title=" + encodeURIComponent(text));
}
addEventListener("unhandledrejection", (event) => tell("failed " + event.reason));
`;
export const client = (from = "evenhand", check = "./check.mjs") => `
import * as evenhand from "${from}";
import { answer } from "${check}";
import { tell } from "./tell.js";
tell(await answer(evenhand));
`;

/** A page that asks a worker for the answer. */
export const worker = `
import * as evenhand from "evenhand";
import { answer } from "./check.mjs";
answer(evenhand).then((text) => postMessage(text));
`;
export const asker = (url) => `
import { tell } from "./tell.js";
const worker = new Worker(${url}, { type: "module" });
worker.onmessage = ({ data }) => tell(data);
worker.onerror = (event) => tell("failed " + event.message);
`;

/** A worker of Cloudflare's kind. */
export const handler = (from = "evenhand", options = "") => `
import * as evenhand from "${from}";
import { answer } from "./check.mjs";
${options === "" ? "" : 'import wasm from "evenhand/engine.wasm";'}
export default { fetch: async () => new Response(await answer(evenhand${options})) };
`;
