import { useMemo } from "react";
import { type Field, QueryBuilder, type RuleGroupType } from "react-querybuilder";
import { useDesk } from "./desk";
import { operators } from "./operators";
import { text } from "./plain";
import { Selector } from "./Selector";
import { ValueEditor } from "./ValueEditor";
import { shownFields } from "./view";

/** Conditions, to be built and changed. Tells of a change only where the meaning changes. */
export function Query({ query, label, onQuery }: { query: RuleGroupType; label: string; onQuery: (query: RuleGroupType) => void }) {
  const { config } = useDesk().opened;
  const fields = useMemo<Field[]>(
    () =>
      shownFields(config).map((name) => {
        const def = config.fields[name];
        return { name, value: name, label: def?.label ?? name, operators: operators(def?.type ?? "text"), datatype: def?.type };
      }),
    [config],
  );
  return (
    <QueryBuilder
      fields={fields}
      query={query}
      onQueryChange={(next) => {
        // Ids come and go without a change of meaning.
        if (text(next as RuleGroupType) !== text(query)) onQuery(next as RuleGroupType);
      }}
      listsAsArrays
      showNotToggle
      resetOnOperatorChange={false}
      controlElements={{ valueEditor: ValueEditor, valueSelector: Selector }}
      context={{ config }}
      controlClassnames={{ fields: "select", operators: "select", combinators: "select", addRule: "button small", addGroup: "button small", removeRule: "icon-button", removeGroup: "icon-button", notToggle: "not" }}
      translations={{
        addRule: { label: "+ Condition", title: "Add a condition" },
        addGroup: { label: "+ Group", title: "Add a group of conditions" },
        removeRule: { label: "×", title: "Remove this condition" },
        removeGroup: { label: "×", title: "Remove this group" },
        notToggle: { label: "Not", title: "Everything but these" },
        fields: { title: "Field" },
        operators: { title: "Operator" },
        combinators: { title: "All or any" },
        value: { title: "Value" },
      }}
      combinators={[
        { name: "and", label: "all of" },
        { name: "or", label: "any of" },
      ]}
      accessibleDescriptionGenerator={({ path }) => (path.length === 0 ? label : `A group of conditions, ${path.length} deep`)}
    />
  );
}
