import type { QueryInput } from "evenhand";
import type { RuleGroupType } from "react-querybuilder";

export const text = (query: RuleGroupType) => JSON.stringify(query, (key, value) => (key === "id" || key === "path" ? undefined : value));

/** The filter without the ids that the component gives its rows. */
export const plain = (query: RuleGroupType) => JSON.parse(text(query)) as QueryInput;
