// Requests over connections that are kept open: what a client of a server is like, and less work for this side than `fetch`.
import { Agent, request } from "node:http";

export class Connections {
  constructor(url, most) {
    this.url = new URL(url);
    this.agent = new Agent({ keepAlive: true, maxSockets: most });
  }

  /** Status and parsed body; rejects where the connection breaks. */
  post(path, token, body, { type = "application/json", headers = {} } = {}) {
    return new Promise((done, failed) => {
      const bytes = typeof body === "string" ? Buffer.from(body) : body;
      const sent = request({
        agent: this.agent,
        host: this.url.hostname,
        port: this.url.port,
        method: "POST",
        path,
        headers: { authorization: `Bearer ${token}`, "content-type": type, "content-length": bytes.length, ...headers },
      });
      sent.on("error", failed);
      sent.on("response", (response) => {
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("error", failed);
        response.on("end", () => {
          if (!response.complete) return failed(new Error("the answer was cut off"));
          done({ status: response.statusCode, data: JSON.parse(Buffer.concat(chunks).toString()) });
        });
      });
      sent.end(bytes);
    });
  }

  close() {
    this.agent.destroy();
  }
}

/** The time under which this share of them lies. */
export function quantile(times, share) {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];
}

/** Numbers that look random and are not (mulberry32). */
export function dice(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
