import { fault } from "./errors.js";

/** A small input as JSON text. Dates become RFC 3339 text. */
export function text(value: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch (cause) {
    throw fault("json_invalid", "this cannot be written as JSON", { hint: "cycles and BigInt values have no JSON form", cause });
  }
  if (json === undefined) throw fault("json_invalid", `a value of type \`${typeof value}\` cannot be written as JSON`);
  return json;
}
