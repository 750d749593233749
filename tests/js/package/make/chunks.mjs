// The facade's files, put together by what entries share: an entry is a file of its own, and so is each part that several of them need. A file costs a round trip in a
// page without a bundler, and a millisecond in Node; what is shared must stay one file (the class of errors above all), so one bundle an entry would not do.
import { rollup } from "rollup";

/** What the runtime or the host brings, and the module as a text, which only `inline` reads. */
const OUTSIDE = /^node:|\.wasm(\?module)?$|^react$|^\.\/engine-data\.js$/;

/** Writes into a package what is behind these entries: names there → files. */
export async function chunk(pkg, entries) {
  const bundle = await rollup({
    input: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name.slice(0, -".js".length), file])),
    plugins: [{ name: "outside", resolveId: (id) => (OUTSIDE.test(id) ? { id, external: "absolute" } : null) }],
    makeAbsoluteExternalsRelative: false,
    onwarn: ({ message }) => {
      throw new Error(message);
    },
  });
  // A part is named for the file that the rest of it builds on, and the engine's for what it is.
  const name = ({ moduleIds }) => (moduleIds.some((id) => id.endsWith("/engine.js")) ? "core.js" : `${moduleIds[0].split("/").at(-1).slice(0, -".js".length)}-part.js`);
  await bundle.write({ dir: pkg, format: "es", entryFileNames: "[name].js", chunkFileNames: name, minifyInternalExports: false, hoistTransitiveImports: false });
  await bundle.close();
}
