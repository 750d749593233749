// Numbers that look random and are the same every time (mulberry32), and what is drawn with them.

/** A source of whole numbers: `draw(n)` is one of 0 … n − 1. */
export function source(seed) {
  let state = seed | 0;
  const draw = (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
  return {
    draw,
    pick: (items) => items[draw(items.length)],
    /** True once in `sides` draws. */
    once: (sides) => draw(sides) === 0,
    /** A key of `weights`, as often as its weight says. */
    weighted(weights) {
      const entries = Object.entries(weights);
      let left = draw(entries.reduce((sum, [, weight]) => sum + weight, 0));
      for (const [key, weight] of entries) {
        if (left < weight) return key;
        left -= weight;
      }
      return entries[0][0];
    },
  };
}

const MINUTE = 60_000;

/** An instant up to `days` before `now`, on a whole minute, in milliseconds. */
export const before = (random, now, days) => Date.parse(now) - random.draw(days * 24 * 60) * MINUTE;
