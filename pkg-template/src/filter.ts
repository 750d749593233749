import type * as Contract from "../evenhand.js";
import type { bound } from "./glue.js";
import { Handle, inner, wrong } from "./handle.js";
import { json } from "./input.js";
import type { Instance } from "./instance.js";

export class Filter extends Handle<bound.Filter> implements Contract.Filter {
  constructor(instance: Instance, made: bound.Filter) {
    super(instance, made, "filter");
  }

  matches(lead: object, options?: Contract.FilterOptions): boolean {
    const [row, input] = [json(lead), json(options)];
    return this.call((filter) => filter.matches(row, input));
  }

  explain(lead: object, options?: Contract.FilterOptions): Contract.FilterExplanation {
    const [row, input] = [json(lead), json(options)];
    return this.call((filter) => filter.explain(row, input));
  }

  describe(): string {
    return this.call((filter) => filter.describe());
  }

  and(other: Contract.Filter): Contract.Filter {
    const both = other instanceof Filter ? inner(other, this.instance, "filter") : wrong("`other`", "a filter");
    return new Filter(this.instance, this.call((filter) => filter.and(both)));
  }

  get warnings(): Contract.Diagnostic[] {
    return this.call((filter) => filter.warnings());
  }

  toSQL(dialect: Contract.Dialect, options?: Parameters<Contract.Filter["toSQL"]>[1]): ReturnType<Contract.Filter["toSQL"]> {
    const [name, input] = [json(dialect), json(options)];
    return this.call((filter) => filter.toSQL(name, input));
  }

  get fields(): string[] {
    return this.call((filter) => filter.fields());
  }
}
