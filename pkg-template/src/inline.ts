// The module as a text, for what knows JavaScript only: Jest, and bundlers that leave files behind. It was compressed before it became a text,
// so that it costs a download hardly more than the file does.
import { builtin, onDisk } from "./builtin.js";
import { data } from "./engine-data.js";
import { unavailable } from "./errors.js";
import { factory } from "./load.js";

export { EvenhandError } from "./errors.js";
export { readyProfiles } from "./profiles.js";

function packed(): Uint8Array<ArrayBuffer> {
  const text = atob(data);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}

const inNode = (): Uint8Array<ArrayBuffer> | undefined => builtin<typeof import("node:zlib")>("node:zlib")?.gunzipSync(packed());

async function own(): Promise<BufferSource> {
  const bytes = inNode();
  if (bytes !== undefined) return bytes;
  if (typeof DecompressionStream !== "function") throw unavailable("this runtime has no `DecompressionStream`", { hint: "pass the bytes of `evenhand/engine.wasm` as `wasm`" });
  return new Response(new Blob([packed()]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

export const { createEngine, createEngineSync } = /* @__PURE__ */ factory({ own, ownSync: inNode, open: (address) => onDisk(address) ?? fetch(address) });
