// What runs inside every runtime. It imports nothing that a runtime might lack.
import { checks } from "./checks.mjs";
import { zoneChecks } from "./zone-checks.mjs";
import { World } from "./world.mjs";

/** Runs every check; gives back each name with what went wrong, if anything did. */
export async function runChecks(evenhand) {
  const results = [];
  for (const [name, check] of Object.entries({ ...checks, ...zoneChecks })) {
    const error = await check(evenhand).then(
      () => null,
      (thrown) => String(thrown?.stack ?? thrown),
    );
    results.push({ name, error });
  }
  return results;
}

/** Runs the case files; gives back one line each, as the native runner writes it. */
export async function runCases(evenhand, cases) {
  const lines = [];
  for (const written of cases) {
    const given = expanded(written);
    const { maxMemory } = given;
    const engine = await evenhand.createEngine(maxMemory === undefined ? {} : { maxMemory });
    const world = new World(engine, given);
    const outcomes = given.steps.map((step) => outcome(() => world.step(step), evenhand));
    engine.free();
    lines.push(canonical({ case: given.file, outcomes }));
  }
  return lines;
}

/** The same with every `{"$repeat": [what, times]}` written out: a text, or a list, so many times over. */
function expanded(value) {
  if (Array.isArray(value)) return value.map(expanded);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0][0] === "$repeat") {
    const [what, times] = [expanded(entries[0][1][0]), entries[0][1][1]];
    return typeof what === "string" ? what.repeat(times) : Array.from({ length: times }, () => what).flat();
  }
  // In this way every key is a key, `__proto__` too.
  return Object.fromEntries(entries.map(([key, inner]) => [key, expanded(inner)]));
}

function outcome(run, { EvenhandError }) {
  try {
    return run();
  } catch (error) {
    if (error instanceof EvenhandError) return { error: error.toJSON() };
    throw error;
  }
}

/** JSON text with keys in code point order. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  return `{${keys.sort(byCodePoint).map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

function byCodePoint(a, b) {
  const [x, y] = [Array.from(a), Array.from(b)];
  const at = x.findIndex((c, i) => c !== y[i]);
  if (at < 0) return x.length - y.length;
  return at < y.length ? x[at].codePointAt(0) - y[at].codePointAt(0) : 1;
}
