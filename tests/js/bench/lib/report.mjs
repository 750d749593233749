// What was measured: a line for each, and a JSON file with all of them. With `--update` the README's figures are taken from it too.
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { update } from "../charts/figures.mjs";
import { quick } from "./quick.mjs";

const out = new URL("../out/", import.meta.url);

const SECONDS = [
  [1000, 1e-3, "s"],
  [1, 1, "ms"],
  [1e-3, 1e3, "µs"],
  [0, 1e6, "ns"],
];

const three = (number) => (number >= 100 ? number.toFixed(0) : number.toPrecision(3));

/** Milliseconds in a unit that can be read. */
function time(ms) {
  const [, factor, unit] = SECONDS.find(([from]) => ms >= from);
  return `${three(ms * factor)} ${unit}`;
}

const amount = (value, unit) => (unit === "ms" ? time(value) : `${three(value)} ${unit}`);

export class Report {
  #name;
  #lines = [];

  constructor(name) {
    this.#name = name;
    console.log(`${name}: ${quick ? "QUICK, a look and no measurement: " : ""}least of ${quick ? "a few" : "several"} runs, in turn with the peers; both sides gave the same answer`);
  }

  /**
   * Ours against a peer, both in milliseconds (or `unit`). `target` is `{ faster: n }` for at least n times as fast, or `{ atMost: n }` for at
   * most n times what the peer takes.
   */
  against(work, ours, peer, peerMs, target, unit = "ms") {
    const { atMost } = target ?? {};
    const ratio = atMost === undefined ? peerMs / ours : ours / peerMs;
    const wanted = target === undefined ? "" : atMost === undefined ? `at least ${target.faster} ×` : `at most ${atMost} ×`;
    const met = target === undefined || ours === undefined ? null : atMost === undefined ? ratio >= target.faster : ratio <= atMost;
    this.#add({ work, ours, peer, peerTakes: peerMs, unit, ratio: ours === undefined ? null : ratio, target: target ?? null, met }, wanted);
  }

  /** Ours alone, against a bound. */
  alone(work, ours, most, unit = "ms") {
    const met = most === undefined || ours === undefined ? null : ours <= most;
    this.#add({ work, ours, unit, target: most === undefined ? null : { most }, met }, most === undefined ? "" : `at most ${amount(most, unit)}`);
  }

  /** Something that could not be measured, and why. */
  skipped(work, why) {
    this.#lines.push({ work, skipped: why });
    console.log(`  ${work.padEnd(58)} not measured: ${why}`);
  }

  #add(told, aim) {
    // Targets are for as many leads as a quick run does not have.
    const [line, wanted] = quick ? [{ ...told, target: null, met: null }, ""] : [told, aim];
    this.#lines.push({ ...line, ours: line.ours ?? null });
    const cells = [
      `  ${line.work}`.padEnd(60),
      (line.ours === undefined ? "–" : amount(line.ours, line.unit)).padStart(9),
      (line.peer === undefined ? "" : `${line.peer} ${amount(line.peerTakes, line.unit)}`).padStart(38),
      (line.ratio ? `${three(line.ratio)} ×` : "").padStart(9),
      `  ${wanted}`.padEnd(18),
      line.met === null ? "" : line.met ? "met" : "NOT MET",
    ];
    console.log(cells.join(" ").trimEnd());
  }

  /** Writes `out/<name>.json`; a quick run writes `out/<name>-quick.json`, as it is no measurement. */
  end() {
    mkdirSync(out, { recursive: true });
    const machine = { node: process.version, cpu: cpus()[0]?.model, cpus: cpus().length };
    const file = `${this.#name}${quick ? "-quick" : ""}.json`;
    writeFileSync(new URL(file, out), `${JSON.stringify({ name: this.#name, quick, machine, lines: this.#lines }, null, 2)}\n`);
    if (quick) return console.log(`  quick: nothing is judged or kept; in ${(performance.now() / 1000).toFixed(0)} s`);
    if (process.argv.includes("--update")) {
      const { rows, lacking } = update(this.#name, this.#lines);
      console.log(`  of the README's rows are of this run now: ${rows.length === 0 ? "none" : rows.join(", ")}`);
      if (lacking.length > 0) console.log(`  and stay as they were, as the run lacks a line of theirs: ${lacking.join(", ")}`);
    }
    const [met, missed] = [true, false].map((met) => this.#lines.filter((line) => line.met === met).length);
    console.log(`  ${met} met, ${missed} not met, in ${(performance.now() / 1000).toFixed(0)} s`);
  }
}
