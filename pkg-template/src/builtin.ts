/**
 * One of Node's own modules, where Node runs this. Asked for rather than imported, because a page's entry must not import one, and in Jest
 * with jsdom it is that entry which Node runs.
 */
export function builtin<T>(name: string): T | undefined {
  return typeof process === "object" && typeof process?.getBuiltinModule === "function" ? (process.getBuiltinModule(name) as T | undefined) : undefined;
}

/** What an address names on this machine's disk, where Node runs this; nothing for any other address. */
export function onDisk(address: URL | string): Uint8Array<ArrayBuffer> | undefined {
  const text = String(address);
  const path = text.startsWith("file:") ? builtin<typeof import("node:url")>("node:url")?.fileURLToPath(text) : undefined;
  return path === undefined ? undefined : builtin<typeof import("node:fs")>("node:fs")?.readFileSync(path);
}
