// No file of the package imports this one. A bundler that links `evenhand.wasm` as if it were JavaScript looks for it by this name, and what it made
// would hold one instance for all engines: so it says what to do instead.
throw new Error(
  "evenhand: this bundler made JavaScript of `evenhand.wasm` where a WebAssembly.Module was meant. Use the runtime's own bundler or its plugin, or keep imports of " +
    "`.wasm` out of the bundle (Vitest's pool for Cloudflare's workers: `modulesRules` with `CompiledWasm` for `**/*.wasm`), or import `evenhand/slim` and pass the compiled module as `wasm`",
);

export {};
