// Numbers that look random and are the same every time (mulberry32), and what is drawn with them.

/** Keys with their weights and what these add up to, told once of each object. */
const tables = new WeakMap();
function table(weights) {
  const held = tables.get(weights);
  if (held) return held;
  const keys = Object.keys(weights);
  const made = { keys, each: Object.values(weights), all: 0 };
  for (const weight of made.each) made.all += weight;
  tables.set(weights, made);
  return made;
}

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
      const { keys, each, all } = table(weights);
      let left = draw(all);
      let at = 0;
      while (at < each.length - 1 && left >= each[at]) left -= each[at++];
      return keys[at];
    },
  };
}

const MINUTE = 60_000;

const instants = new Map();
function instant(text) {
  let at = instants.get(text);
  if (at === undefined) instants.set(text, (at = Date.parse(text)));
  return at;
}

/** An instant up to `days` before `now`, on a whole minute, in milliseconds. */
export const before = (random, now, days) => instant(now) - random.draw(days * 24 * 60) * MINUTE;
