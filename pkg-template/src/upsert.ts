import type * as Contract from "../evenhand.js";
import { fault } from "./errors.js";
import type { bound } from "./glue.js";
import { Handle } from "./handle.js";
import { pages, range } from "./input.js";
import type { Instance } from "./instance.js";

export class UpsertPreview extends Handle<bound.UpsertPreview> implements Contract.UpsertPreview {
  declare readonly added: number;
  declare readonly updated: number;
  declare readonly unchanged: number;
  declare readonly skipped: number;
  declare readonly ambiguous: number;
  declare readonly problems: number;

  constructor(instance: Instance, made: bound.UpsertPreview) {
    super(instance, made, "preview");
    Object.assign(this, this.call((preview) => preview.counts()));
  }

  get problemList(): Contract.LoadProblem[] {
    return this.call((preview) => preview.problems());
  }

  rows(offset?: number, limit?: number, outcome?: Contract.UpsertRow["outcome"]): Contract.UpsertRow[] {
    return this.call((preview) => {
      const all = preview.choose(outcome);
      if (all === undefined) throw fault("unknown_word", `\`${outcome}\` is no outcome of an upsert`);
      return pages(range(all, offset, limit), (from, to) => preview.entries(from, to));
    });
  }
}
