import { fault } from "./errors.js";

const encoder = /* @__PURE__ */ new TextEncoder();

/** A small input as the bytes of a JSON text. Dates become RFC 3339 text. */
export function json(value: unknown): Uint8Array {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw fault("json_invalid", "this cannot be written as JSON", { hint: "cycles and BigInt values have no JSON form", cause });
  }
  if (text === undefined) throw fault("json_invalid", `a value of type \`${typeof value}\` cannot be written as JSON`);
  return encoder.encode(text);
}
