// What holds of the tarball itself: compilers from the oldest that is meant to do, other people's checks of packages, the registry's client.
import { readFileSync } from "node:fs";

const publish = new URL("../publish.mjs", import.meta.url).pathname;
const hosts = Object.fromEntries(["host.ts", "host.cts"].map((name) => [name, readFileSync(new URL(`../../package/types/${name}`, import.meta.url), "utf8")]));
const COMPILERS = { 54: "5.4.5", 56: "5.6.3", 58: "5.8.3", 60: "6.0.3", 70: "7.0.2" };
const options = (more) => JSON.stringify({
  compilerOptions: { target: "ES2022", lib: ["ES2022", "DOM"], types: [], strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true, ...more },
  include: ["host.ts", ...(more.module === "nodenext" ? ["host.cts"] : [])],
});

const types = (names) => ({
  packages: Object.fromEntries(names.map((name) => [`ts${name}`, `npm:typescript@${COMPILERS[name]}`])),
  files: {
    ...hosts,
    "nodenext.json": options({ module: "nodenext" }),
    "bundler.json": options({ module: "preserve", moduleResolution: "bundler" }),
    "workerd.json": options({ module: "preserve", moduleResolution: "bundler", customConditions: ["workerd"] }),
  },
  steps: names.flatMap((name) => ["nodenext", "bundler", "workerd"].map((way) => ({ run: `node node_modules/ts${name}/bin/tsc -p ${way}.json`, builds: true }))),
});

export const gates = {
  types: { ci: true, ...types([54, 70]) },
  "types, between": types([56, 58, 60]),
  "publint and attw": {
    ci: true,
    node: 22,
    packages: { publint: "0.3.25", "@arethetypeswrong/cli": "0.18.5" },
    steps: [
      { run: "publint evenhand.tgz --strict", says: "All good!" },
      // Compilers that know no `exports` (node10) do not find all; and nothing loads a module of WebAssembly by `require`.
      { run: "attw evenhand.tgz --profile node16 --exclude-entrypoints engine.wasm evenhand.wasm evenhand.core.wasm evenhand.deferred.wasm --no-color --no-emoji", says: "No problems found" },
      { run: "npm publish evenhand.tgz --dry-run --ignore-scripts --access public --tag next --loglevel notice 2>&1", says: /name: evenhand[^]*unpacked size[^]*total files[^]*\+ evenhand@\d+\.\d+\.\d+/ },
      // The one thing that only the publisher can say is asked for by name; with it, all is there.
      { run: "rm -rf package && tar -xzf evenhand.tgz && cd package && npm pkg delete repository && npm pack --silent --pack-destination .. && cd .. && mv evenhand-*.tgz without.tgz", builds: true },
      { run: `node ${publish} without.tgz`, fails: true, says: /^not ready to publish: set `repository`[^\n]*\n$/ },
      { run: "cd package && npm pkg set repository.type=git repository.url=git+https://github.com/owner/name.git && npm pack --silent --pack-destination .. && cd .. && mv evenhand-*.tgz ready.tgz", builds: true },
      { run: `node ${publish} ready.tgz`, says: /ready to publish: evenhand@\d+\.\d+\.\d+ from git\+https/ },
    ],
  },
};
