// A quick run: that every benchmark still runs, and gives the answers that its peers give. Its times are a look, and are not kept.

export const quick = process.argv.includes("--quick");

/** As many leads as the benchmarks have at most. */
export const MOST = quick ? 50_000 : 1_000_000;
export const many = (rows) => rows.toLocaleString("en");

/** So many rounds, of which a quick run does two. */
export const roundsOf = (rounds) => (quick ? Math.min(rounds, 2) : rounds);
