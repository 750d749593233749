import { builtin, onDisk } from "./builtin.js";
import { factory } from "./load.js";

export { EvenhandError } from "./errors.js";
export { readyProfiles } from "./profiles.js";

/** Vite 7's development server moves this file, but not the modules beside it, into a folder of its own. */
const MOVED = /\/\.vite\/deps[^/]*\/(evenhand\.[a-z]+\.wasm)$/;

const inPlace = (url: URL): URL => (MOVED.test(url.pathname) ? new URL(url.href.replace(MOVED, "/evenhand/$1")) : url);
const core = (): URL => inPlace(new URL("./evenhand.core.wasm", import.meta.url));
const deferred = (): URL => inPlace(new URL("./evenhand.deferred.wasm", import.meta.url));
/** A server renders pages with this file. */
const isLocal = (): boolean => deferred().protocol === "file:" && builtin("node:fs") !== undefined;

/**
 * The bytes at an address, while everything else waits. Pages are given no bytes in that way, but a text: in this encoding the low half of each
 * character is a byte (WHATWG Encoding Standard, x-user-defined).
 */
function readNow(address: URL): Uint8Array<ArrayBuffer> {
  const request = new XMLHttpRequest();
  request.open("GET", address, false);
  request.overrideMimeType("text/plain; charset=x-user-defined");
  request.send();
  if (request.status !== 200) throw new Error(`the server answered ${request.status} for \`${address}\``);
  return Uint8Array.from(request.responseText, (character) => character.charCodeAt(0) & 0xff);
}

/** An empty module of more than 4 KiB: older Chromes compile none on a page's own thread without letting it go on. */
function compilesNow(): boolean {
  const module = new Uint8Array(5000);
  // Magic number and version, then a custom section of 4,989 bytes without a name (WebAssembly core specification, section 5.5).
  module.set([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0, 0xfd, 0x26]);
  try {
    return new WebAssembly.Module(module) !== undefined;
  } catch {
    return false;
  }
}

export const { createEngine, createEngineSync } = /* @__PURE__ */ factory({
  own: () => onDisk(core()) ?? fetch(core()),
  ownSync: () => onDisk(core()),
  open: (address) => onDisk(address) ?? fetch(address),
  deferred: {
    fetch: () => (isLocal() ? undefined : fetch(deferred(), { priority: "low" })),
    readNow: () => onDisk(deferred()) ?? readNow(deferred()),
    canReadNow: () => isLocal() || (typeof XMLHttpRequest === "function" && compilesNow()),
  },
});
