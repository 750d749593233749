// Numbers that look random and are the same for the same seed: sfc32 (Chris Doty-Humphrey, PractRand).

export class Random {
  #a;
  #b = 0x9e3779b9;
  #c = 0x85ebca6b;
  #counter = 1;

  constructor(seed) {
    this.#a = seed | 0;
    for (let warm = 0; warm < 16; warm++) this.#next();
  }

  #next() {
    const out = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + out) | 0;
    return out >>> 0;
  }

  /** A whole number from 0 to n - 1. */
  below(n) {
    return Math.floor((this.#next() / 2 ** 32) * n);
  }

  of(list) {
    return list[this.below(list.length)];
  }

  /** So many different elements, in no order. */
  some(list, count) {
    const rest = [...list];
    return Array.from({ length: Math.min(count, rest.length) }, () => rest.splice(this.below(rest.length), 1)[0]);
  }
}
