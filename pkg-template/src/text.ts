import { builtin } from "./builtin.js";
import { fault } from "./errors.js";

interface Coders {
  TextEncoder: typeof TextEncoder;
  TextDecoder: typeof TextDecoder;
}

/** The runtime's encoder or decoder of texts; jsdom has neither, and the Node around it does. Nothing asks for it while something is imported. */
export function coder<Name extends keyof Coders>(name: Name): Coders[Name] {
  const found = (globalThis as Partial<Coders>)[name] ?? builtin<Coders>("node:util")?.[name];
  if (found === undefined) throw fault("wasm_unavailable", `this runtime has no \`${name}\``, { hint: `set \`globalThis.${name}\` before the first engine is made` });
  return found;
}

let made: TextEncoder | undefined;

/** The encoder that everything shares. */
export function encoder(): TextEncoder {
  return (made ??= new (coder("TextEncoder"))());
}

/** A text as bytes of this realm: Node's own encoder gives those of another in jsdom, which the module would not take for bytes. */
export function encode(text: string): Uint8Array {
  const bytes = encoder().encode(text);
  return bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
}

/** Writes a text as bytes; how many. */
export const encodeInto = (text: string, to: Uint8Array): number => encoder().encodeInto(text, to).written;
