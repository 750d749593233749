// Times the same work on several engines, in turn, round by round.

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/**
 * Runs one kernel on each side. `kernel.open(engine)` gives `{ run(nth), see?(answer), free?(answer), bytes?(), close?() }`: `run` is timed, `see` makes an
 * answer comparable and gives back what it holds, `free` gives it back after a timed call, and `bytes` says what is held at the end. Before anything is timed, all sides answer the same inputs, and the answers must be equal.
 */
export function compare(kernel, engines, quick) {
  const opened = {};
  try {
    for (const [side, engine] of Object.entries(engines)) opened[side] = on(side, () => kernel.open(engine));
    const different = differing(opened, kernel.inputs ?? 4);
    if (different !== undefined) return { skipped: `ANSWERS DIFFER: ${different}`, differs: true };
    const calls = calibrated(opened, quick);
    const rounds = quick ? 21 : 41;
    const took = Object.fromEntries(Object.keys(opened).map((side) => [side, []]));
    const order = Object.keys(opened);
    for (let round = 0; round < rounds; round++) {
      // Another one begins each time, so that none always finds the caches warm or the heap full.
      for (let nth = 0; nth < order.length; nth++) {
        const side = order[(nth + round) % order.length];
        globalThis.gc?.();
        took[side].push(sample(opened[side], calls, round * calls));
      }
    }
    const ratio = (side) => ({
      least: Math.min(...took.other) / Math.min(...took[side]),
      median: median(took[side].map((ms, round) => took.other[round] / ms)),
    });
    return {
      before: Math.min(...took.other),
      now: Math.min(...took.ours),
      ...ratio("ours"),
      ...(opened.ours.bytes === undefined ? {} : { bytes: { before: opened.other.bytes(), now: opened.ours.bytes() } }),
      ...(took.again === undefined ? {} : { noise: ratio("again") }),
      rounds,
      calls,
      took,
    };
  } catch (error) {
    // Another commit may lack what this kernel calls; what this build cannot do is a failure.
    const lacks = error.side === "other";
    return { skipped: `${lacks ? "not measured: at the other commit" : "FAILED"}: ${error.message}`, differs: !lacks };
  } finally {
    for (const side of Object.values(opened)) side.close?.();
  }
}

/** Does what a side is asked for; what it throws says which side that was. */
function on(side, work) {
  try {
    return work();
  } catch (error) {
    throw Object.assign(new Error(error.message, { cause: error }), { side });
  }
}

/** Where the answers of two sides are not the same text, if anywhere. */
function differing(opened, inputs) {
  for (let nth = 0; nth < inputs; nth++) {
    const answer = ({ run, see = (answer) => answer }) => JSON.stringify(see(run(nth))) ?? "nothing";
    const [[, wanted], ...others] = Object.entries(opened).map(([side, opened]) => [side, on(side, () => answer(opened))]);
    for (const [side, answer] of others) {
      if (answer !== wanted) return `${side} answers ${short(answer)}, the other ${short(wanted)}`;
    }
  }
  return undefined;
}

const short = (text) => (text.length > 120 ? `${text.slice(0, 120)}… (${text.length} characters)` : text);

/** Warms every side up, and gives back how many calls make a sample that the clock can tell. */
function calibrated(opened, quick) {
  const [warm, least] = quick ? [100, 3] : [300, 10];
  let calls = 1;
  for (const side of Object.values(opened)) {
    let best = Infinity;
    const start = performance.now();
    for (let nth = 0; nth < 3 || performance.now() - start < warm; nth++) best = Math.min(best, sample(side, 1, nth));
    calls = Math.max(calls, Math.ceil(least / Math.max(best, 1e-4)));
  }
  return Math.min(calls, 50_000);
}

/** Milliseconds of one call. What an answer holds is given back outside the clock, if there is anything to give back. */
function sample({ run, free }, calls, from) {
  if (free === undefined) {
    const start = performance.now();
    for (let nth = 0; nth < calls; nth++) run(from + nth);
    return (performance.now() - start) / calls;
  }
  let took = 0;
  for (let nth = 0; nth < calls; nth++) {
    const start = performance.now();
    const answer = run(from + nth);
    took += performance.now() - start;
    free(answer);
  }
  return took / calls;
}
