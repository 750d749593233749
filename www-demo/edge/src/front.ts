// What all addresses of the front need: the form of answers, who asks, and what they bring.
import type { Context } from "hono";
import type { Answer, Call, Caller, Env } from "./env.ts";
import { readBody } from "./limits.ts";
import { Refusal } from "./problem.ts";

export type Settings = { Bindings: Env; Variables: { request: string; caller?: Caller; log: Record<string, string | number> } };
export type Here = Context<Settings>;

export const TENANT = "/v1/tenants/:tenant";

export function answer(c: Here, { status, type, body, headers, log }: Answer): Response {
  Object.assign(c.get("log"), log);
  return new Response(body, { status, headers: { "content-type": type, "cache-control": "no-store", "x-content-type-options": "nosniff", ...headers } });
}

export function callerOf(c: Here): Caller {
  const caller = c.get("caller");
  if (caller === undefined) throw new Error("nobody was authenticated");
  return caller;
}

export const callOf = (c: Here): Call => ({ actor: callerOf(c).actor, request: c.get("request") });

export function ofType(c: Here, ...types: string[]): void {
  const given = (c.req.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (!types.includes(given)) throw new Refusal(415, "content_type", { detail: `the body has to be ${types.join(" or ")}`, headers: { accept: types.join(", ") } });
}

export const body = (c: Here) => readBody(c.req.raw, Number(c.env.MAX_BODY_BYTES), Number(c.env.BODY_SECONDS));
export const load = (c: Here) => readBody(c.req.raw, Number(c.env.MAX_LOAD_BYTES), Number(c.env.BODY_SECONDS));

/** Which part of a log is asked for: after which number, and how many. */
export function page(c: Here): [after: number, limit: number] {
  const number = (name: string, otherwise: number, most: number) => Math.min(most, Math.max(0, Math.trunc(Number(c.req.query(name) ?? otherwise)) || 0));
  return [number("after", 0, Number.MAX_SAFE_INTEGER), number("limit", 1000, 10_000)];
}
