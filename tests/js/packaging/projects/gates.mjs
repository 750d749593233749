// What holds of the tarball itself: other people's checks of packages, and the registry's client.
export const gates = {
  "publint and attw": {
    ci: true,
    node: 22,
    packages: { publint: "0.3.25", "@arethetypeswrong/cli": "0.18.5" },
    steps: [
      { run: "publint evenhand.tgz --strict", says: "All good!" },
      // Compilers that know no `exports` (node10) do not find all; and nothing loads a module of WebAssembly by `require`.
      { run: "attw evenhand.tgz --profile node16 --exclude-entrypoints engine.wasm evenhand.wasm --no-color --no-emoji", says: "No problems found" },
      { run: "npm publish evenhand.tgz --dry-run --ignore-scripts --access public --tag next --loglevel notice 2>&1", says: /name: evenhand[^]*unpacked size[^]*total files[^]*\+ evenhand@\d+\.\d+\.\d+/ },
    ],
  },
};
