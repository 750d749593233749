import type * as Contract from "../evenhand.js";
import type { bound } from "./glue.js";
import { Handle, inner, wrong } from "./handle.js";
import { json, pages, range } from "./input.js";
import type { Instance } from "./instance.js";

export class Selection extends Handle<bound.Selection> implements Contract.Selection {
  constructor(instance: Instance, made: bound.Selection) {
    super(instance, made, "selection");
  }

  get count(): number {
    return this.call((selection) => selection.count());
  }

  ids(offset?: number, limit?: number): string[] {
    return pages(range(this.count, offset, limit), (from, to) => this.call((selection) => selection.ids(from, to)));
  }

  rows(offset?: number, limit?: number, fields?: string[]): Record<string, unknown>[] {
    const names = json(fields);
    const ask = (from: number, to: number) => this.call((selection) => selection.rows(from, to, names));
    // Asked even for no rows, so that an unknown field is told of at once.
    const [from, to] = range(this.count, offset, limit);
    return from < to ? pages([from, to], ask) : (ask(0, 0) as []);
  }

  indexes(): Uint32Array {
    return this.call((selection) => selection.indexes());
  }

  sort(by: Contract.Sort[]): Contract.Selection {
    const input = json(by);
    return this.#made(this.call((selection) => selection.sort(input)));
  }

  and(other: Contract.Selection): Contract.Selection {
    const both = this.#other(other);
    return this.#made(this.call((selection) => selection.and(both)));
  }

  or(other: Contract.Selection): Contract.Selection {
    const both = this.#other(other);
    return this.#made(this.call((selection) => selection.or(both)));
  }

  minus(other: Contract.Selection): Contract.Selection {
    const both = this.#other(other);
    return this.#made(this.call((selection) => selection.minus(both)));
  }

  countBy(field: string): [Contract.Scalar, number][] {
    const name = json(field);
    return this.call((selection) => selection.countBy(name));
  }

  #other(other: Contract.Selection): bound.Selection {
    return other instanceof Selection ? inner(other, this.instance, "selection") : wrong("`other`", "a selection");
  }

  #made(made: bound.Selection): Selection {
    return new Selection(this.instance, made);
  }
}
