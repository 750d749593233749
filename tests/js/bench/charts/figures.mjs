// The figures that were measured: read, written in two digits, and taken anew from the lines of a run.
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { ROWS } from "./rows.mjs";

export const file = new URL("../measured.json", import.meta.url);

export const read = () => JSON.parse(readFileSync(file, "utf8"));

/** Two digits, as more would not come again: what follows is no figure of a measurement. */
const two = (number) => String(number >= 100 ? Math.round(number) : Number(number.toPrecision(2)));

const TIMES = [
  [1000, 1e-3, "s"],
  [1, 1, "ms"],
  [1e-3, 1e3, "µs"],
  [0, 1e6, "ns"],
];

/** A figure, or the least and the most of several, as a list of one or two. */
export const ends = (figure) => [figure].flat();
const range = (figures, factor = 1) => [...new Set(figures.map((number) => two(number * factor)))].join("–");

/** A figure with its unit; milliseconds in the unit that can be read. */
export function shown(figure, unit = "ms") {
  const figures = ends(figure);
  if (unit !== "ms") return `${range(figures)} ${unit}`;
  const [, factor, name] = TIMES.find(([from]) => Math.max(...figures) >= from);
  return `${range(figures, factor)} ${name}`;
}

export const times = (ratio) => `${range(ends(ratio))} ×`;

/** Least and most, in three digits; one figure where they are the same. */
function kept(figures) {
  const [least, most] = [Math.min(...figures), Math.max(...figures)].map((number) => Number(number.toPrecision(3)));
  return least === most ? least : [least, most];
}

/** A row from the lines of a run of its benchmark; undefined where one that it needs is missing. */
export function taken(row, lines) {
  const found = row.works.map((work) => lines.filter((line) => line.work === work && typeof line.ours === "number"));
  // A line that was measured in another unit, as with a bound for each lead, is another figure.
  const ours = found.map((lines) => lines.find((line) => line.unit === (row.unit ?? "ms"))?.ours);
  const peers = Object.keys(row.peers).map((peer) => [peer, found.map((lines) => lines.find((line) => line.peer === peer))]);
  if ([...ours, ...peers.flatMap(([, lines]) => lines)].includes(undefined)) return undefined;
  const told = peers.map(([peer, lines]) => {
    const ratio = row.ratios === false ? {} : { ratio: kept(lines.map((line) => line.peerTakes / line.ours)) };
    return [peer, { takes: kept(lines.map((line) => line.peerTakes)), ...ratio }];
  });
  return { on: { cpus: cpus().length, node: process.versions.node.split(".")[0] }, ours: kept(ours), peers: Object.fromEntries(told) };
}

/** The figures with those of a run in the place of what they were, the rows that are new, and those of the benchmark that the run lacks. */
export function updated(figures, benchmark, lines) {
  const told = ROWS.filter((row) => row.benchmark === benchmark).map((row) => [row.id, taken(row, lines)]);
  const fresh = told.filter(([, figure]) => figure !== undefined);
  const all = { ...figures, ...Object.fromEntries(fresh) };
  return {
    // In the order of the table, and none that it does not have.
    figures: Object.fromEntries(ROWS.filter(({ id }) => id in all).map(({ id }) => [id, all[id]])),
    rows: fresh.map(([id]) => id),
    lacking: told.filter(([, figure]) => figure === undefined).map(([id]) => id),
  };
}

/** One row a line, so that a change of one is a change of one line. */
export const written = (figures) => `{\n${Object.entries(figures).map(([id, figure]) => `  ${JSON.stringify(id)}: ${JSON.stringify(figure)}`).join(",\n")}\n}\n`;

/** Takes the rows of a benchmark from its run into the file. */
export function update(benchmark, lines) {
  const { figures, rows, lacking } = updated(read(), benchmark, lines);
  writeFileSync(file, written(figures));
  return { rows, lacking };
}
