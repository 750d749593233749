// A group of rows as a picture: bars on a logarithmic scale, Evenhand first and its peers below it, in the style of `pkg-template/plan.svg`.
import { ends, shown, times } from "./figures.mjs";
import { GROUPS, ROWS } from "./rows.mjs";

const [WIDTH, EDGE] = [440, 16];
/** Heights: what is above the first row and below the last; a row's words and the room before them; a bar, and from one to the next. */
const [HEAD, FOOT, WORDS, ROOM, BAR, STEP] = [56, 36, 20, 10, 13, 18];
/** What a letter takes on average at most, in the widest of the fonts. */
const LETTER = 7.2;
/** The least between the words of two marks of the scale. */
const APART = 46;

const FONTS = "ui-sans-serif, system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif";
const STYLE =
  ".bg{fill:#fbfaf7}.ink{fill:#1d1d1b}.mute{fill:#6b6a64}.peer{fill:#b9b5a8}.ours{fill:#1f7a4d}.cut{stroke:#fbfaf7;stroke-width:1}.axis{stroke:#6b6a64;stroke-width:1;opacity:.5}.n{font-variant-numeric:tabular-nums}" +
  "@media (prefers-color-scheme:dark){.bg{fill:#171816}.ink{fill:#f0eee6}.mute{fill:#a3a198}.peer{fill:#5c5c54}.ours{fill:#4fb583}.cut{stroke:#171816}.axis{stroke:#a3a198}}";

const xml = (text) => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
/** The table's words without its marks for code. */
const plain = (text) => text.replaceAll("`", "");

/** The rows that a chart shows, each with its bars. */
function rowsOf(group, figures) {
  return ROWS.filter((row) => row.group === group && row.chart !== null && row.id in figures).map((row) => {
    const { ours, peers } = figures[row.id];
    const bars = Object.entries(row.peers).map(([peer, { name, chart = plain(name) }]) => {
      const { takes, ratio } = peers[peer];
      return { name: chart, kind: "peer", figures: ends(takes), value: shown(takes), ratio: times(ratio) };
    });
    return { words: plain(row.chart ?? row.text), bars: [{ name: "Evenhand", kind: "ours", figures: ends(ours), value: shown(ours), ratio: "" }, ...bars] };
  });
}

const heightOf = (rows) => HEAD + FOOT + rows.reduce((sum, { bars }) => sum + ROOM + WORDS + bars.length * STEP, 0);

/** What the picture shows, as sentences. */
export function told(group, figures) {
  const sentences = rowsOf(group, figures).map(({ words, bars: [ours, ...peers] }) => {
    const others = peers.map(({ name, value, ratio }) => `${name} ${value}, ${ratio.replace(" ×", " times as long")}`);
    return `${words[0].toUpperCase()}${words.slice(1)}: Evenhand takes ${ours.value}; ${others.join("; ")}.`;
  });
  return sentences.join(" ");
}

/** Where bars begin: behind the longest name. */
const leftOf = (bars) => EDGE + 8 + Math.max(...bars.map(({ name }) => name.length)) * LETTER;

/** The scale: from the power of ten below the least figure, so that even that has a bar, to where the longest bar and its figures end at the edge. */
function scaleOf(bars) {
  const least = Math.min(...bars.flatMap(({ figures }) => figures));
  const from = Math.ceil(Math.log10(least) - 0.3) - 1;
  const decades = (figure) => Math.log10(figure) - from;
  const left = leftOf(bars);
  const rooms = bars.map(({ figures, value, ratio }) => {
    const words = ratio === "" ? value : `${value}   ${ratio}`;
    return (WIDTH - EDGE - left - 6 - words.length * LETTER) / decades(Math.max(...figures));
  });
  const decade = Math.min(...rooms);
  const most = Math.max(...bars.flatMap(({ figures }) => figures));
  const marks = Array.from({ length: Math.floor(decades(most)) + 1 }, (_, nth) => from + nth);
  return { left, x: (figure) => left + decades(figure) * decade, marks, every: Math.ceil(APART / decade) };
}

/** The chart of a group. Those of a pair are as high as each other: what one lacks goes between its rows. */
export function chart(group, figures) {
  const at = GROUPS.findIndex(({ id }) => id === group);
  const pair = GROUPS.slice(at - (at % 2), at - (at % 2) + 2);
  const rows = rowsOf(group, figures);
  const height = Math.max(...pair.map(({ id }) => heightOf(rowsOf(id, figures))));
  const room = ROOM + (height - heightOf(rows)) / Math.max(1, rows.length - 1);
  const { left, x, marks, every } = scaleOf(rows.flatMap(({ bars }) => bars));
  const round = (number) => String(Number(number.toFixed(1)));
  const out = [];
  const text = (kind, across, y, size, words, more = "") => out.push(`<text class="${kind}" x="${round(across)}" y="${round(y)}" font-size="${size}"${more}>${words}</text>`);
  const line = (kind, across, top, tall) => out.push(`<line class="${kind}" x1="${round(across)}" y1="${round(top)}" x2="${round(across)}" y2="${round(top + tall)}"/>`);
  text("ink", EDGE, 32, 16, xml(GROUPS[at].title), ' font-weight="600"');
  text("mute", EDGE, 50, 11.5, "time on a logarithmic scale: each cut is ten times as long");
  let y = HEAD;
  for (const [nth, { words, bars }] of rows.entries()) {
    y += (nth === 0 ? ROOM : room) + WORDS;
    text("ink", EDGE, y - 7, 12.5, xml(words), ' font-weight="600"');
    for (const { name, kind, figures: [least, most = least], value, ratio } of bars) {
      const [end, far] = [x(least), x(most)];
      const ours = kind === "ours";
      text(ours ? "ink" : "mute", EDGE, y + 11, 12, xml(name), ours ? ' font-weight="600"' : "");
      out.push(`<rect class="${kind}" x="${round(left)}" y="${round(y)}" width="${round(end - left)}" height="${BAR}" rx="1.5"/>`);
      for (const mark of marks) if (mark > marks[0] && 10 ** mark < least) line("cut", x(10 ** mark), y, BAR);
      // From the least to the most of several figures.
      if (far > end) out.push(`<rect class="${kind}" x="${round(end)}" y="${round(y + 4)}" width="${round(far - end)}" height="${BAR - 8}"/>`);
      text("ink n", far + 6, y + 11, 12, `${ours ? `<tspan font-weight="600">${value}</tspan>` : value}${ratio === "" ? "" : `<tspan class="mute" dx="7">${ratio}</tspan>`}`);
      y += STEP;
    }
  }
  marks.forEach((mark, nth) => {
    line("axis", x(10 ** mark), y, nth % every === 0 ? 7 : 4);
    if (nth % every === 0) text("mute n", x(10 ** mark), y + 19, 10.5, shown(10 ** mark), ' text-anchor="middle"');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${round(height)}" width="${WIDTH}" height="${round(height)}" role="img" aria-labelledby="t d" font-family="${FONTS}">
<title id="t">${xml(GROUPS[at].title)}: Evenhand beside others</title><desc id="d">${xml(told(group, figures))}</desc>
<style>${STYLE}</style>
<rect class="bg" width="${WIDTH}" height="${round(height)}" rx="10"/>
${out.join("\n")}
</svg>
`;
}
