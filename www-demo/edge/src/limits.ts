// How much a request may bring, how slowly, and how often.
import { Refusal } from "./problem.ts";

/** The whole body, or the refusal: too large by its header or by its bytes, or not there in time. */
export async function readBody(request: Request, most: number, seconds: number): Promise<Uint8Array> {
  const tooLarge = () => new Refusal(413, "body_too_large", { detail: `a body may have ${most} bytes` });
  if (Number(request.headers.get("content-length") ?? 0) > most) throw tooLarge();
  if (request.body === null) return new Uint8Array();
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Refusal(408, "body_too_slow", { detail: `a body has to be here within ${seconds} s` })), seconds * 1000);
  });
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), late]);
      if (done) break;
      length += value.length;
      if (length > most) throw tooLarge();
      chunks.push(value);
    }
  } catch (error) {
    // The rest is not waited for; that the stream cannot be told so changes nothing.
    reader.cancel().catch(() => {});
    throw error;
  } finally {
    if (timer !== undefined) clearTimeout(timer);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

/** Text that is UTF-8, or the refusal. */
export function utf8(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(body);
  } catch {
    throw new Refusal(400, "not_utf8", { detail: "the body is not UTF-8" });
  }
}

/** A bucket of tokens for each name: `burst` at once, `perSecond` in the long run. */
export class Rate {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #buckets = new Map<string, { left: number; at: number }>();

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  /** Takes one; 0, or after how many seconds there will be one. */
  take(name: string, now: number): number {
    const bucket = this.#buckets.get(name) ?? { left: this.#burst, at: now };
    bucket.left = Math.min(this.#burst, bucket.left + (Math.max(0, now - bucket.at) / 1000) * this.#perSecond);
    bucket.at = now;
    this.#buckets.set(name, bucket);
    if (this.#buckets.size > 10_000) this.#forget(now);
    if (bucket.left < 1) return (1 - bucket.left) / this.#perSecond;
    bucket.left -= 1;
    return 0;
  }

  /** A bucket that is full again says nothing. */
  #forget(now: number): void {
    for (const [name, { left, at }] of this.#buckets) {
      if (left + ((now - at) / 1000) * this.#perSecond >= this.#burst) this.#buckets.delete(name);
    }
  }
}
