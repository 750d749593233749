// Numbers are written as JavaScript writes them: what this runtime says of two million numbers, and of all ties among them, the module says too.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createEngineSync } from "evenhand";

const BATCH = 10_000;
const workspace = createEngineSync().workspace({
  version: 1,
  fields: { id: { type: "text" }, owner: { type: "user" }, flag: { type: "boolean" } },
  lead: { id: "id", owner: "owner" },
  users: [],
});

/** What the module writes for each number: a number is no boolean, and the problem shows it. */
function written(numbers) {
  const table = workspace.load(numbers.map((flag, id) => ({ id: String(id), flag })), { absent: ["owner"] });
  const problems = table.problems;
  table.free();
  return problems.map(({ value }) => value);
}

function check(numbers) {
  for (let from = 0; from < numbers.length; from += BATCH) {
    const some = numbers.slice(from, from + BATCH);
    const wrong = written(some).findIndex((text, nth) => text !== String(some[nth]));
    assert.equal(wrong, -1, `${some[wrong]} (${numbers.length} numbers from ${from})`);
  }
}

/** Random bits by Marsaglia's xorshift, always the same ones. */
let state = 0x9e3779b97f4a7c15n;
const random = (bits) => {
  state ^= BigInt.asUintN(64, state << 13n);
  state ^= state >> 7n;
  state ^= BigInt.asUintN(64, state << 17n);
  return BigInt.asUintN(bits, state);
};
const view = new DataView(new ArrayBuffer(8));
const number = (bits) => (view.setBigUint64(0, bits), view.getFloat64(0));

test("a million numbers of any bits", () => {
  const numbers = Array.from({ length: 1_000_000 }, () => number(random(64))).filter(Number.isFinite);
  check(numbers.concat(Infinity, -Infinity));
});

test("a million numbers as hosts have them: prices, fractions, sums, whole ones", () => {
  const kinds = [
    () => Number(random(40)) / 100 + 2,
    () => Number(random(53)) / 2 ** 53,
    () => Number(random(30)) * 0.1 + Number(random(20)) * 0.01 + 2,
    () => Number(random(63)) + 2,
    () => -Number(random(50)) / 1000 - 2,
  ];
  check(Array.from({ length: 1_000_000 }, (_, nth) => kinds[nth % kinds.length]()));
});

test("two shortest texts that are equally near: the even digit", () => {
  // A whole number of halves, quarters, … with one digit more than is needed to tell it from its neighbours, which is a 5.
  const ties = [];
  for (let places = 1; places <= 30; places += 1) {
    for (let nth = 0; nth < 20_000; nth += 1) {
      const wanted = Number((2n ** 52n + random(52)) | 1n) / 2 ** places;
      const digits = (wanted.toPrecision(17).replace(/e.*$/, "").replace(/[-.]/g, "").replace(/^0+/, ""));
      const exact = BigInt(wanted * 2 ** places) * 5n ** BigInt(places);
      const shown = String(wanted).replace(/e.*$/, "").replace(".", "").replace(/^0+/, "");
      const rest = exact.toString().slice(shown.length);
      if (digits.length === 17 && /^50*$/.test(rest)) ties.push(wanted);
    }
  }
  ties.push(123456789012345.125, 662936471232937.25, 2 ** -25);
  assert.ok(ties.length > 10_000, `${ties.length} ties`);
  check(ties);
});

test("powers of two and of ten and their neighbours", () => {
  const numbers = [];
  for (let exponent = 0n; exponent < 2047n; exponent += 1n) for (const beside of [-1n, 0n, 1n]) numbers.push(number(BigInt.asUintN(63, (exponent << 52n) + beside)));
  for (let power = -330; power < 310; power += 1) for (const digit of [1, 2, 5, 9]) numbers.push(Number(`${digit}e${power}`));
  check(numbers.filter((value) => Number.isFinite(value) && value !== 0 && value !== 1));
});
