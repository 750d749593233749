// Times several ways to do the same work, in turn, on the same inputs.
import { quick, roundsOf } from "./quick.mjs";

/**
 * Runs each runner `rounds` times (its own `rounds`, if it is slow) on an input that `make` varies from round to round, and gives back the
 * least milliseconds of each. Answers are compared in every round, outside the clock: `check` throws when they differ. Round 0 warms up
 * and is not counted.
 */
export function race({ rounds: asked, make = () => undefined, runners, check = () => {}, between = () => {} }) {
  const best = {};
  const rounds = roundsOf(asked);
  const entries = Object.entries(runners).filter(([, runner]) => runner !== undefined);
  for (let round = 0; round <= rounds; round++) {
    const input = make(round);
    const answers = {};
    // Another one begins each time, so that none always finds the caches warm or the heap full.
    for (let nth = 0; nth < entries.length; nth++) {
      const [name, runner] = entries[(nth + round) % entries.length];
      const { run, rounds: own = rounds, done = (answer) => answer } = typeof runner === "function" ? { run: runner } : runner;
      if (round > roundsOf(own)) continue;
      between();
      const start = performance.now();
      const answer = run(input);
      const took = performance.now() - start;
      if (round > 0) best[name] = Math.min(best[name] ?? Infinity, took);
      answers[name] = done(answer);
    }
    check(answers, input);
  }
  return best;
}

/** Least milliseconds of one call, over so many samples of so many calls each: for what is too short to be timed alone. */
export function each(samples, calls, runners) {
  const best = {};
  for (let sample = 0; sample <= roundsOf(samples); sample++) {
    for (const [name, run] of Object.entries(runners)) {
      const own = Math.ceil((calls[name] ?? calls.all) / (quick ? 4 : 1));
      const start = performance.now();
      for (let nth = 0; nth < own; nth++) run(sample * own + nth);
      const took = (performance.now() - start) / own;
      if (sample > 0) best[name] = Math.min(best[name] ?? Infinity, took);
    }
  }
  return best;
}

/** Throws unless all answers are equal. */
export function same(answers) {
  const [[first, wanted], ...others] = Object.entries(answers).map(([name, answer]) => [name, JSON.stringify(answer)]);
  for (const [name, answer] of others) {
    if (answer !== wanted) throw new Error(`${name} answers ${short(answer)} where ${first} answers ${short(wanted)}`);
  }
}

const short = (text = "nothing") => (text.length > 200 ? `${text.slice(0, 200)}… (${text.length} characters)` : text);

/** A digest of rows in order, so that millions can be compared without being kept. */
export function digest(rows) {
  let hash = 0x811c9dc5;
  for (const row of rows) hash = Math.imul(hash ^ row, 0x01000193) >>> 0;
  return { rows: rows.length, hash };
}
