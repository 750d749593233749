import type { QueryInput } from "evenhand";
import { useEffect, useMemo, useRef, useState } from "react";
import { type Field, QueryBuilder, type RuleGroupType } from "react-querybuilder";
import type { Counted } from "../engine/types";
import { Icon } from "../ui/icons";
import { desk } from "./client";
import { useDesk } from "./desk";
import { Selector } from "./Selector";
import { ValueEditor } from "./ValueEditor";
import { operators } from "./operators";
import { number, sentence } from "./format";
import { built, shownFields } from "./view";

/** The filter without the ids that the component gives its rows. */
const plain = (query: RuleGroupType) => JSON.stringify(query, (key, value) => (key === "id" || key === "path" ? undefined : value));

/** The filter of the list, with its count and its meaning while it is built. */
export default function ListBuilder({ onClose }: { onClose: () => void }) {
  const { view, setView, opened, actor } = useDesk();
  const { config } = opened;
  const [query, setQuery] = useState<RuleGroupType>(() => structuredClone(view.query) as RuleGroupType);
  const [counted, setCounted] = useState<Counted | null>(null);
  const touched = useRef(false);
  const latest = useRef(view);
  latest.current = view;
  useEffect(() => {
    let current = true;
    void desk.count(query as QueryInput, actor).then((next) => {
      if (!current) return;
      setCounted(next);
      // A filter that is not finished yet leaves the table as it was.
      if (touched.current && !next.error) setView(built(latest.current, JSON.parse(plain(query)) as QueryInput));
    });
    return () => {
      current = false;
    };
  }, [query, actor]);
  const fields = useMemo<Field[]>(
    () =>
      shownFields(config).map((name) => {
        const def = config.fields[name];
        return { name, value: name, label: def?.label ?? name, operators: operators(def?.type ?? "text"), datatype: def?.type };
      }),
    [config],
  );
  return (
    <section className="builder" aria-label="Filter">
      <QueryBuilder
        fields={fields}
        query={query}
        onQueryChange={(next) => {
          // Ids come and go without a change of meaning.
          if (plain(next as RuleGroupType) === plain(query)) return;
          touched.current = true;
          setQuery(next as RuleGroupType);
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
        accessibleDescriptionGenerator={({ path }) => (path.length === 0 ? "The conditions of this list" : `A group of conditions, ${path.length} deep`)}
      />
      <footer className="builder-foot">
        {counted?.error ? (
          <p className="amber-text" role="status">
            {sentence(counted.error.message)} {counted.error.hint && sentence(counted.error.hint)}
          </p>
        ) : (
          <p role="status">
            <b className="num">{counted ? number(counted.count) : "…"}</b> {counted?.count === 1 ? opened.noun[0] : opened.noun[1]} {counted?.words && <span className="muted">· {sentence(counted.words)}</span>}
          </p>
        )}
        <button type="button" className="button small" onClick={onClose}>
          <Icon name="check" size={14} /> Done
        </button>
      </footer>
    </section>
  );
}
