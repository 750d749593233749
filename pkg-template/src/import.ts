import type * as Contract from "../evenhand.js";
import type * as Import from "../import.js";
import { EvenhandError, fault } from "./errors.js";
import { TooDeep, written, type Condition } from "./import/condition.js";
import { hubspot } from "./import/hubspot.js";
import { jsonLogic } from "./import/json-logic.js";
import { mongodb } from "./import/mongodb.js";
import { Reader } from "./import/reader.js";

const SOURCES: Record<Import.FilterSource, (filter: unknown, reader: Reader) => Condition> = { jsonlogic: jsonLogic, mongodb, hubspot };

export const importFilter: typeof Import.importFilter = (from, filter, options) => {
  if (!Object.keys(SOURCES).includes(from)) throw fault("options_invalid", `filters cannot be imported from \`${from}\``, { hint: `one of ${Object.keys(SOURCES).map((name) => `\`${name}\``).join(", ")}` });
  const reader = new Reader(options);
  const condition = SOURCES[from](filter, reader);
  let group: Contract.RuleGroup | undefined;
  try {
    group = written(condition, options.config.lead.id);
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error;
    reader.fault("too_deep", "", "the filter is nested too deeply");
  }
  if (reader.faults.length === 0 && group !== undefined) return group;
  const [first, ...more] = reader.faults;
  const message = `this filter cannot be imported: ${first!.message}${more.length === 0 ? "" : ` (and ${more.length} more)`}`;
  throw new EvenhandError(message, { code: "filter_not_importable", diagnostics: reader.faults });
};
