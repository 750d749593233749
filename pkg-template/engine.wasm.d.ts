/** The module, where the runtime or its bundler makes a compiled one of the import (workerd, wrangler, `?module` on Vercel's edge). */
declare const module: WebAssembly.Module;
export default module;
