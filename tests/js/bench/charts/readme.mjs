// What the README shows of the figures: the charts and the table, between two marks.
import { shown, times } from "./figures.mjs";
import { GROUPS, ROWS } from "./rows.mjs";

const [BEGIN, END] = ["<!-- figures: made by `cargo xtask bench charts` -->", "<!-- end of figures -->"];

/** Where charts are, for the README. */
export const place = (group) => `tests/js/bench/charts/${group}.svg`;

function rowText(row, { ours, peers }) {
  const beside = Object.entries(row.peers).map(([peer, { name, after = "" }]) => `${name} ${shown(peers[peer].takes)}${after}`);
  const ratios = row.ratios === false ? [] : Object.keys(row.peers).map((peer) => times(peers[peer].ratio));
  return `| ${row.text} | ${shown(ours, row.unit)} | ${beside.join(" · ")} | ${ratios.join(" · ")} |`.replaceAll(/\|  (?=\|)/g, "| ");
}

/** The machines that the figures are of: one, unless rows were measured anew on another. */
function machines(figures) {
  const all = Object.values(figures).map(({ on: { cpus, node } }) => `${cpus} ${cpus === 1 ? "core" : "cores"}, Node ${node}`);
  return [...new Set(all)].join("; or on ");
}

const alt = ({ title }) => `${title}: how long Evenhand takes, and how long others; the table below has the figures`;

function block(figures) {
  const pictures = GROUPS.map((group) => `![${alt(group)}](${place(group.id)})`);
  const pairs = [0, 2].map((at) => `| ${pictures.slice(at, at + 2).join(" | ")} |`);
  const rows = ROWS.filter(({ id }) => id in figures).map((row) => rowText(row, figures[row.id]));
  return [
    `Measured by \`cargo xtask bench\`, each line side by side in one run, on ${machines(figures)}, seeded leads of 16 fields; the constants change from round to round.`,
    `| | |\n|---|---|\n${pairs.join("\n")}`,
    `| | Evenhand | beside it | |\n|---|---|---|---|\n${rows.join("\n")}`,
  ].join("\n\n");
}

/** The README with these figures. */
export function readme(text, figures) {
  const [before, rest, ...more] = text.split(BEGIN);
  const [, after, ...others] = (rest ?? "").split(END);
  if (after === undefined || more.length + others.length > 0) throw new Error(`README.md has not once \`${BEGIN}\` and then \`${END}\``);
  return `${before}${BEGIN}\n\n${block(figures)}\n\n${END}${after}`;
}
