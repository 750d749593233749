// JSON Schema of what the module reads and writes as JSON: configuration, command, plan.
//
// They are made from the public types, not from Rust: the readers there are functions over a tree, written by hand because derived ones are
// five times as large, and no shape can be read off them. `schema.test.mjs` holds the schemas against the module itself over all cases.
import { createGenerator } from "ts-json-schema-generator";

/** Name of the file → the type. */
const TYPES = { config: "WorkspaceConfig", command: "Command", plan: "PlanData" };

/** Each schema by the name of its file; `types` is `evenhand.d.ts`. */
export function schemas(types, tsconfig) {
  const make = (name, type) => {
    const made = createGenerator({ path: types, tsconfig, type, skipTypeCheck: true, additionalProperties: false, jsDoc: "basic" }).createSchema(type);
    return [name, { $schema: made.$schema, title: `evenhand: ${name}`, ...only(made) }];
  };
  return Object.fromEntries(Object.entries(TYPES).map(([name, type]) => make(name, type)));
}

/** Without what exists in JavaScript alone: dates are texts by then, and a selection is a handle of an engine. */
function only(node) {
  if (Array.isArray(node)) return node.filter((item) => !(item?.format === "date-time" || item?.properties?.selection?.$ref === "#/definitions/Selection")).map(only);
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(Object.entries(node).filter(([key]) => key !== "Selection").map(([key, value]) => [key, only(value)]));
}
