// How each cost grows: over leads, receivers, rules, users, units and fields, with the power of the number that it follows. One that grows faster than it may
// fails. What is counted is the time of processors, the least of several runs, as other work on the machine makes all clocks slow but adds little to that.
//
// `EVENHAND_GROWTH_MOST` bounds the numbers (1,000,000 leads otherwise; 10,000,000 adds them), `EVENHAND_GROWTH` are words of the costs that are meant.
// `--quick` only runs each, for small numbers, which tell no growth.
import { mkdirSync, writeFileSync } from "node:fs";
import { createEngineSync } from "./lib/evenhand.mjs";
import { costs } from "./lib/growth.mjs";
import { quick } from "./lib/quick.mjs";

const most = Number(process.env.EVENHAND_GROWTH_MOST ?? (quick ? 1000 : 1_000_000));
const wanted = process.env.EVENHAND_GROWTH ?? "";
/** Caches that are left behind, and the collector, make a cost grow a little faster than its work. */
const SLACK = 0.3;
/** The last step alone has caches that are left behind at once. What only begins to grow there is no line with the numbers before, which hide it. */
const STEP_SLACK = 0.5;
/** Below so many microseconds a run is mostly the way into the module, and tells nothing of growth. */
const LEAST = 100;
/** A run is repeated until so many microseconds were spent, and at least so often. */
const [ENOUGH, ROUNDS, AT_MOST] = quick ? [0, 1, 100] : [60_000, 3, 2000];

const busy = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** Least microseconds of processor time of one run. What takes too little to be told apart is run many times between two looks. */
function least(engine, make, n) {
  const { before = () => undefined, run, after = (_, answer) => answer?.free?.(), free = () => undefined } = make(engine, n);
  const once = (calls) => {
    const inputs = Array.from({ length: calls }, before);
    const start = busy();
    const answers = inputs.map((input) => run(input));
    const took = busy() - start;
    const refused = [...inputs, ...answers].flatMap((answer) => [answer?.refused, answer?.problems].find(Array.isArray) ?? []);
    if (refused.length > 0) throw new Error(`what is measured was refused: ${JSON.stringify(refused[0])}`);
    inputs.forEach((input, at) => after(input, answers[at]));
    return took;
  };
  let [best, spent, calls] = [Infinity, 0, 1];
  // What is slow the first time, as it is compiled or grows the memory, is not counted.
  const first = once(1);
  if (first < 1000) calls = Math.min(AT_MOST, Math.ceil(2000 / Math.max(first, 1)));
  for (let round = 0; round < ROUNDS || (spent < ENOUGH && round < 20); round += 1) {
    globalThis.gc?.();
    const took = once(calls);
    spent += took;
    best = Math.min(best, took / calls);
  }
  free();
  return best;
}

/** The slope of a line through the logarithms: the power that the cost follows. */
function power(points) {
  const logs = points.map(([n, took]) => [Math.log(n), Math.log(took)]);
  const [x, y] = [0, 1].map((at) => logs.reduce((sum, point) => sum + point[at], 0) / logs.length);
  const across = logs.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
  return logs.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) / across;
}

const shown = (took) => (took >= 1e6 ? `${(took / 1e6).toFixed(2)} s` : took >= 1000 ? `${(took / 1000).toFixed(1)} ms` : `${took.toFixed(took < 10 ? 1 : 0)} µs`);
const named = ({ cost, over }) => `${cost}, over ${over}`;
const meant = costs.filter((cost) => named(cost).includes(wanted)).map((cost) => ({ ...cost, points: [] }));
if (meant.length === 0) throw new Error(`no cost has the words \`${wanted}\``);
const numbers = (cost) => [...cost.sizes, ...(cost.over === "leads" && most > 1_000_000 ? [most] : [])].filter((n) => n <= most);
// Number by number and not cost by cost, so that the same leads are made once.
for (const n of [...new Set(meant.flatMap(numbers))].sort((a, b) => a - b)) {
  for (const cost of meant.filter((cost) => numbers(cost).includes(n))) {
    const engine = createEngineSync({ maxMemory: 2 ** 32 });
    const took = least(engine, cost.make, n);
    cost.points.push([n, took]);
    console.error(`    ${named(cost)}, ${n.toLocaleString("en")}: ${shown(took)}`);
    engine.free();
  }
}
if (quick) console.log("growth: QUICK, no growth is judged");
const report = meant.map((cost) => {
  const { over, power: bound, points } = cost;
  // The largest three numbers: what a call costs in any case weighs less there. What takes next to nothing at its largest does not grow.
  const told = points.filter(([, took]) => took >= LEAST).slice(-3);
  const fitted = told.length < 2 ? null : power(told);
  const step = fitted === null ? null : power(told.slice(-2));
  const grows = !quick && fitted !== null && (fitted > bound + SLACK || step > bound + STEP_SLACK);
  const cells = points.map(([n, took]) => `${n.toLocaleString("en")}: ${shown(took)}`).join("   ");
  console.log(`  ${named(cost).padEnd(50)} ${fitted === null ? "   –  " : `n^${fitted.toFixed(2)}`.padEnd(6)} at last ${fitted === null ? "  –   " : `n^${step.toFixed(2)}`.padEnd(6)} (at most n^${bound})${grows ? "  TOO FAST" : ""}   ${cells}`);
  return { cost: cost.cost, over, bound, fitted, step, grows, points: points.map(([n, took]) => ({ n, microseconds: took })) };
});
const out = new URL("out/", import.meta.url);
mkdirSync(out, { recursive: true });
writeFileSync(new URL(`growth${quick ? "-quick" : ""}.json`, out), `${JSON.stringify({ slack: SLACK, stepSlack: STEP_SLACK, costs: report }, null, 2)}\n`);
const faults = report.filter(({ grows }) => grows);
if (faults.length > 0) {
  console.error(`grow faster than they may: ${faults.map(({ cost, over }) => `${cost} over ${over}`).join(", ")}`);
  process.exitCode = 1;
}
