// The even split as a linear program, for HiGHS: a flow from classes of leads to receivers, asked one question after the other, each within
// the best answers to those before. Nothing here knows how Evenhand finds its answers.
import loadHighs from "highs";

const highs = await loadHighs();
/** How far an optimum may be off before the next question is asked. */
const SLACK = 1e-6;

const sum = (list) => list.reduce((total, item) => total + item, 0);
/** A number as it may stand in a program: without an exponent. */
const written = (number) => number.toFixed(12).replace(/\.?0+$/, "");
const term = ([name, factor]) => `${factor < 0 ? "-" : "+"} ${written(Math.abs(factor))} ${name}`;
// A line of a program may not be too long.
const terms = (list) => (list.length === 0 ? "0 none" : list.map(term).reduce((text, part, nth) => text + (nth % 10 === 0 ? "\n   " : " ") + part, ""));

/** Classes are `{ eligible, owner, count }`, receivers `{ weight, most, load, carry }`; both speak of receivers by their place. */
export class Division {
  #classes;
  #receivers;
  #rows = [];
  #bounds = [];

  constructor(receivers, classes) {
    [this.#receivers, this.#classes] = [receivers, classes];
    const flow = (kind, to) => `f${kind}_${to}`;
    classes.forEach(({ eligible, count }, kind) => this.#rows.push([eligible.map((to) => [flow(kind, to), 1]), "<=", count]));
    receivers.forEach(({ most }, to) => {
      const parts = classes.flatMap(({ eligible }, kind) => (eligible.includes(to) ? [[flow(kind, to), 1]] : []));
      this.#rows.push([[...parts, [`x${to}`, -1]], "=", 0]);
      this.#bounds.push(`0 <= x${to} <= ${Math.min(most, sum(classes.map(({ eligible, count }) => (eligible.includes(to) ? count : 0))))}`);
    });
  }

  #solve(goal, objective, more = { rows: [], bounds: [] }) {
    const rows = [...this.#rows, ...more.rows].map(([parts, relation, right]) => ` ${terms(parts)} ${relation} ${written(right)}`);
    const program = `${goal}\n obj: ${terms(objective)}\nSubject To\n${rows.join("\n")}\nBounds\n${[...this.#bounds, ...more.bounds].join("\n")}\nEnd\n`;
    const solution = highs.solve(program, { primal_feasibility_tolerance: 1e-9, dual_feasibility_tolerance: 1e-9, time_limit: 20 });
    if (solution.Status !== "Optimal") throw new Error(`HiGHS says ${solution.Status}`);
    return { best: solution.ObjectiveValue, of: (name) => solution.Columns[name]?.Primal ?? 0 };
  }

  #numbers() {
    return this.#receivers.map((_, to) => [`x${to}`, 1]);
  }

  /** The most leads that can be placed; from here on no fewer are. */
  most() {
    const placed = Math.round(this.#solve("Maximize", this.#numbers()).best);
    this.#rows.push([this.#numbers(), "=", placed]);
    return placed;
  }

  /**
   * The real shares with the least sum of (load + share)² / weight: each square as short straight pieces, then ever shorter ones around
   * the last answer.
   */
  shares() {
    let near = this.#receivers.map(() => 0);
    let flow;
    for (let length = 16; length > 1e-7; length /= 4) {
      const [pieces, rows, bounds] = [[], [], []];
      this.#receivers.forEach(({ weight, load }, to) => {
        const from = length === 16 ? 0 : Math.max(0, near[to] - 8 * length);
        const names = [];
        for (let nth = 0; nth < (length === 16 ? 50 : 16); nth++) {
          const name = `z${to}_${nth}`;
          names.push([name, -1]);
          pieces.push([name, (2 * (load + from + (nth + 0.5) * length)) / weight]);
          bounds.push(`0 <= ${name} <= ${written(length)}`);
        }
        rows.push([[[`x${to}`, 1], ...names], "=", from]);
      });
      const { of } = this.#solve("Minimize", pieces, { rows, bounds });
      near = this.#receivers.map((_, to) => of(`x${to}`));
      flow = of;
    }
    return this.#exact(near, (kind, to) => flow(`f${kind}_${to}`));
  }

  /** Receivers of one level share a whole number by weight, so that the solver's rounding can be taken out; the conditions of an optimum are checked. */
  #exact(near, flow) {
    const level = (to, share) => (this.#receivers[to].load + share) / this.#receivers[to].weight;
    const out = near.map((share) => (Math.abs(share - Math.round(share)) < 1e-4 ? Math.round(share) : undefined));
    const open = near.flatMap((share, to) => (out[to] === undefined ? [[level(to, share), to]] : [])).sort(([a], [b]) => a - b);
    while (open.length > 0) {
      const [first] = open[0];
      const same = open.splice(0, open.findIndex(([other]) => other - first > 1e-4) >>> 0).map(([, to]) => to);
      const rows = sum(same.map((to) => near[to]));
      if (Math.abs(rows - Math.round(rows)) > 1e-3) throw new Error(`a level shares ${rows} leads`);
      const all = Math.round(rows) + sum(same.map((to) => this.#receivers[to].load));
      const weights = sum(same.map((to) => this.#receivers[to].weight));
      for (const to of same) out[to] = (this.#receivers[to].weight * all) / weights - this.#receivers[to].load;
    }
    this.#classes.forEach(({ eligible }, kind) => {
      const lowest = Math.min(...eligible.filter((to) => out[to] < this.#receivers[to].most - 1e-9).map((to) => level(to, out[to])));
      for (const to of eligible) {
        if (flow(kind, to) > 1e-4 && level(to, out[to]) > lowest + 1e-4) throw new Error("HiGHS has not found the shares");
      }
    });
    return out;
  }

  /** The least sum of (number + off)² over whole numbers: each further lead costs more than the one before. From here on it is no more. */
  nearest(off, around) {
    const [steps, bounds] = [[], []];
    let fixed = 0;
    off.forEach((off, to) => {
      const from = Math.max(0, Math.floor(around[to]) - 3);
      const names = [];
      for (let step = 1; step <= 7; step++) {
        const name = `y${this.#rows.length}_${to}_${step}`;
        names.push([name, -1]);
        steps.push([name, 2 * (from + step + off) - 1]);
        bounds.push(`0 <= ${name} <= 1`);
      }
      fixed += (from + off) ** 2;
      this.#rows.push([[[`x${to}`, 1], ...names], "=", from]);
    });
    this.#bounds.push(...bounds);
    const { best } = this.#solve("Minimize", steps);
    this.#rows.push([steps, "<=", best + SLACK]);
    return best + fixed;
  }

  /** The most leads that stay with their holder; from here on no fewer do. */
  stays() {
    const staying = this.#classes.flatMap(({ eligible, owner }, kind) => (eligible.includes(owner) ? [[`f${kind}_${owner}`, 1]] : []));
    if (staying.length === 0) return 0;
    const most = Math.floor(this.#solve("Maximize", staying).best + 0.1);
    this.#rows.push([staying, ">=", most - SLACK]);
    return most;
  }

  /** The greatest numbers in the receivers' order. */
  greatest() {
    return this.#receivers.map((_, to) => {
      const most = Math.floor(this.#solve("Maximize", [[`x${to}`, 1]]).best + 0.1);
      this.#rows.push([[[`x${to}`, 1]], ">=", most - SLACK]);
      return most;
    });
  }
}
