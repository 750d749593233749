import type * as Contract from "../evenhand.js";
import type { bound } from "./glue.js";
import { Handle } from "./handle.js";
import { pages, range } from "./input.js";
import type { Instance } from "./instance.js";

export class Simulation extends Handle<bound.Simulation> implements Contract.Simulation {
  readonly report: Contract.SimulationReport;

  constructor(instance: Instance, made: bound.Simulation) {
    super(instance, made, "simulation");
    this.report = this.call((simulation) => simulation.report());
  }

  counts(offset?: number, limit?: number): Contract.SimulatedCount[] {
    return this.call((simulation) => pages(range(simulation.countsLength(), offset, limit), (from, to) => simulation.counts(from, to)));
  }

  elsewhere(offset?: number, limit?: number): Contract.SimulatedMove[] {
    return this.call((simulation) => pages(range(this.report.elsewhere, offset, limit), (from, to) => simulation.elsewhere(from, to)));
  }
}
