// Test runners.
import { ANSWER } from "../lib/check.mjs";

const expected = JSON.stringify(ANSWER);
/** A test of Jest, whose modules are CommonJS. */
const jest = (environment, from = "evenhand") => `/** @jest-environment ${environment} */
const evenhand = require("${from}");
const { plan } = require("./plan.cjs");
test("${environment} plans", async () => {
  expect(plan(await evenhand.createEngine())).toBe(${expected});
  expect(plan(evenhand.createEngineSync())).toBe(${expected});
  try {
    evenhand.createEngineSync().workspace({});
  } catch (error) {
    expect(error).toBeInstanceOf(evenhand.EvenhandError);
    expect(error.code).toBe("config_invalid");
    return;
  }
  throw new Error("it was not refused");
});
`;
const vitest = (environment) => `// @vitest-environment ${environment}
import { expect, test } from "vitest";
import * as evenhand from "evenhand";
import { answer } from "./check.mjs";
test("${environment} plans", async () => expect(await answer(evenhand)).toBe(${expected}));
`;

export const testers = {
  jest: {
    ci: true,
    packages: { jest: "30.5.2", "jest-environment-jsdom": "30.5.2" },
    files: {
      "node.test.cjs": jest("node"),
      "jsdom.test.cjs": jest("jsdom"),
      "inline.test.cjs": jest("jsdom", "evenhand/inline"),
      "inline-node.test.cjs": jest("node", "evenhand/inline"),
      "jest.config.cjs": 'module.exports = { testMatch: ["**/*.test.cjs"] };',
    },
    steps: [
      { run: "sed 's/^export //' check.mjs > plan.cjs && echo 'module.exports = { plan };' >> plan.cjs", builds: true },
      { run: "jest", says: /Tests: +4 passed, 4 total/ },
    ],
  },
  vitest: {
    ci: true,
    node: 22,
    packages: { vitest: "5.1.2", vite: "8.4.0", jsdom: "27.0.1" },
    files: {
      "node.test.js": vitest("node"),
      "jsdom.test.js": vitest("jsdom"),
      "vitest.config.js": "export default { test: { reporters: ['default'] } };",
      // The package taken through Vite, rather than left to Node.
      "inside.config.js": "export default { test: { server: { deps: { inline: ['evenhand'] } } } };",
    },
    steps: [
      { run: "vitest run", says: /Tests +2 passed/ },
      { run: "vitest run --config inside.config.js", says: /Tests +2 passed/ },
    ],
  },
  "vitest in workers": {
    node: 22,
    packages: { vitest: "4.1.12", "@cloudflare/vitest-pool-workers": "0.23.0" },
    files: {
      "worker.test.js": vitest("node").split("\n").slice(1).join("\n"),
      "vitest.config.js": 'import { cloudflareTest } from "@cloudflare/vitest-pool-workers";\nexport default { plugins: [cloudflareTest({ miniflare: { compatibilityDate: "2026-01-01", modulesRules: [{ type: "CompiledWasm", include: ["**/*.wasm"] }] } })] };',
    },
    steps: [
      { run: "vitest run", says: /Tests +1 passed/ },
      // Left to itself, the pool links the module as JavaScript, and is told what to do.
      { run: "sed -i 's/, modulesRules: .*$/ } })] };/' vitest.config.js && vitest run", fails: true, says: "`modulesRules` with `CompiledWasm`" },
    ],
  },
};
