// The schemas of the package against the module: what it takes they take, and what has not the shape they refuse as it does. All cases have a say.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import Ajv from "ajv";
import { createEngineSync } from "evenhand";
import * as presets from "evenhand/presets";
import { cases } from "./lib/installed.mjs";

const require = createRequire(import.meta.url);
const ajv = new Ajv({ strict: true, allowUnionTypes: true });
const [config, command, plan] = ["config", "command", "plan"].map((name) => ajv.compile(JSON.parse(readFileSync(require.resolve(`evenhand/schema/${name}.json`), "utf8"))));

/** Faults of shape, which a schema can tell; the others are of meaning, and a schema may refuse them or not. */
const OF_SHAPE = ["missing", "wrong_type", "unknown_key", "unknown_word", "version_unknown", "null_value"];
/** Configurations that the module takes and the types do not, with the reason. */
const LOOSER = {
  "errors/filter_guards.json": "rules of lists may be incomplete while they are edited",
  "plan/number_ids.json": "an id is a text in the schema, as it is in everything that is given back; the module also takes numbers",
  "load/dates.json": "a table of a zone may leave `untilMs` out instead of null",
};

/** A case's JSON with every `$repeat` written out. */
function expanded(json) {
  if (Array.isArray(json)) return json.map(expanded);
  if (typeof json !== "object" || json === null) return json;
  if ("$repeat" in json) {
    const [what, times] = json.$repeat;
    return typeof what === "string" ? what.repeat(times) : Array(times).fill(expanded(what)).flat();
  }
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, expanded(value)]));
}

test("configurations", () => {
  const engine = createEngineSync();
  const seen = { taken: 0, shape: 0, meaning: 0 };
  for (const { file, config: first, steps } of cases()) {
    const all = [first, ...steps.filter(({ call }) => ["check", "workspace"].includes(call)).map((step) => step.config)];
    for (const given of all.filter((one) => one !== undefined).map(expanded)) {
      const faults = engine.check(given).filter(({ severity }) => severity === "error");
      const ok = config(given);
      const kind = faults.length === 0 ? "taken" : faults.some(({ code }) => OF_SHAPE.includes(code)) ? "shape" : "meaning";
      seen[kind] += 1;
      if (kind === "taken" && !(file in LOOSER)) assert.ok(ok, `${file}: ${ajv.errorsText(config.errors)}`);
      if (kind === "shape") assert.ok(!ok, `${file}: ${JSON.stringify(faults)}`);
    }
  }
  assert.ok(seen.taken > 100 && seen.shape > 20, JSON.stringify(seen));
  for (const preset of Object.values(presets)) assert.ok(config(JSON.parse(JSON.stringify(preset))), ajv.errorsText(config.errors));
  engine.free();
});

test("commands", () => {
  const seen = { taken: 0, shape: 0 };
  for (const { file, steps } of cases()) {
    // Where a step names a run or a selection, its command is not whole.
    for (const step of steps.filter(({ call, runOf, selection }) => call === "plan" && runOf === undefined && selection === undefined)) {
      const ok = command(expanded(step.command));
      const codes = step.expect?.error?.diagnostics?.map(({ code }) => code) ?? [];
      if (step.expect !== undefined && step.expect.error === undefined) assert.ok(ok, `${file}: ${JSON.stringify(step.command)}`), (seen.taken += 1);
      if (step.expect?.error?.code === "command_invalid" && codes.some((code) => OF_SHAPE.includes(code))) assert.ok(!ok, `${file}: ${JSON.stringify(step.command)}`), (seen.shape += 1);
    }
  }
  assert.ok(seen.taken > 100 && seen.shape > 3, JSON.stringify(seen));
});

test("plans", () => {
  const engine = createEngineSync();
  let seen = 0;
  for (const { config: given, leads, options, steps } of cases()) {
    if (given === undefined || leads === undefined || engine.check(expanded(given)).some(({ severity }) => severity === "error")) continue;
    const workspace = engine.workspace(expanded(given));
    for (const step of steps.filter(({ call, runOf, selection }) => call === "plan" && runOf === undefined && selection === undefined)) {
      const made = attempt(() => workspace.plan(workspace.load(expanded(leads), options), expanded(step.command), step.context));
      if (made === undefined) continue;
      const data = JSON.parse(JSON.stringify(made.toJSON()));
      assert.ok(plan(data), `${JSON.stringify(step.command)}: ${ajv.errorsText(plan.errors)}`);
      seen += 1;
    }
    workspace.free();
  }
  assert.ok(seen > 150, String(seen));
  engine.free();
});

function attempt(run) {
  try {
    return run();
  } catch {
    // What is refused makes no plan; the cases say so.
    return undefined;
  }
}
