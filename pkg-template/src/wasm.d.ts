/** Edge bundlers turn these imports into compiled modules. */
declare module "*/evenhand.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
declare module "*/evenhand.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}
