import type { QueryInput } from "evenhand";
import { useEffect, useRef, useState } from "react";
import type { RuleGroupType } from "react-querybuilder";
import type { Counted } from "../engine/types";
import { Icon } from "../ui/icons";
import { desk } from "./client";
import { useDesk } from "./desk";
import { named, number, sentence } from "./format";
import { plain } from "./plain";
import { Query } from "./Query";
import { built } from "./view";

/** The filter of the list, with its count and its meaning while it is built. */
export default function ListBuilder({ onClose }: { onClose: () => void }) {
  const { view, setView, opened, actor } = useDesk();
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
      if (touched.current && !next.error) setView(built(latest.current, plain(query)));
    });
    return () => {
      current = false;
    };
  }, [query, actor]);
  return (
    <section className="builder" aria-label="Filter">
      <Query
        query={query}
        label="The conditions of this list"
        onQuery={(next) => {
          touched.current = true;
          setQuery(next);
        }}
      />
      <footer className="builder-foot">
        {counted?.error ? (
          <p className="amber-text" role="status">
            {named(counted.error.message, opened.config)}
          </p>
        ) : (
          <p role="status" title={counted ? `counted in ${counted.milliseconds.toFixed(1)} ms` : undefined}>
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
