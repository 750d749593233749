import { lazy, Suspense, useEffect, useState } from "react";
import type { Found } from "../engine/types";
import { ActionBar } from "./ActionBar";
import { desk } from "./client";
import { useDesk } from "./desk";
import { plural, sentence } from "./format";
import { Grid } from "./Grid";
import { allView, isPage, type Page } from "./view";

const ListBuilder = lazy(() => import("./ListBuilder"));
const Rules = lazy(() => import("./Rules"));
const Offers = lazy(() => import("./Offers"));
const Groups = lazy(() => import("./Groups"));
const Audit = lazy(() => import("./Audit"));

const WORDS: Record<Page, string> = {
  rules: "Tried in order: the first rule that fits a lead decides. Change what you like; nothing is in force until you say so.",
  offers: "One lead, one winner, one ending. Move the clock, and offers that nobody answered go on to the next.",
  groups: "Who takes turns, in which order and for how long each is asked. Change what you like; nothing is in force until you say so.",
  audit: "How even a history of assignments was: what everybody got beside the exact share, and how likely a fair draw would have done that.",
};

const nothing: Found = { key: 0, count: 0, words: "", warnings: [], milliseconds: 0 };

export function Main() {
  const { view } = useDesk();
  if (!isPage(view)) return <Table />;
  const { kind } = view;
  return (
    <main className="main" aria-label={view.title}>
      <div className="view-head">
        <div className="view-title">
          <h1>{view.title}</h1>
        </div>
        <p className="view-words">{WORDS[kind as Page]}</p>
      </div>
      <Suspense>
        {kind === "rules" ? <Rules /> : kind === "groups" ? <Groups /> : kind === "audit" ? <Audit /> : <Offers />}
      </Suspense>
    </main>
  );
}

/** The table with its heading: what is shown, how many, in words, and what can be done with it. */
function Table() {
  const { view, actor, revision, opened, setDraft, selected } = useDesk();
  const [found, setFound] = useState<Found | null>(null);
  const [building, setBuilding] = useState(false);
  const { query, list, search, sort } = view;
  useEffect(() => {
    let current = true;
    void desk.find({ query, list, search, sort }, actor).then((next) => current && setFound(next));
    return () => {
      current = false;
    };
  }, [query, list, search, sort, actor, revision, opened.world]);
  useEffect(() => setBuilding(false), [view.from, view.pool, opened.world]);
  const shown = found ?? nothing;
  return (
    <main className="main" aria-label={view.title}>
      <div className="view-head">
        <div className="view-title">
          <h1 title={view.title}>{view.title}</h1>
          <span className="count num" role="status" aria-live="polite" title={found ? `found in ${found.milliseconds.toFixed(1)} ms` : undefined}>
            {found && plural(found.count, opened.noun)}
          </span>
        </div>
        {found?.error ? (
          <p className="callout red" role="alert">
            {sentence(found.error.message)} {found.error.hint && sentence(found.error.hint)}
          </p>
        ) : (
          view.kind !== "all" || view.search ? <p className="view-words">{shown.words && sentence(shown.words)}</p> : null
        )}
        {shown.warnings.map(({ message, path }) => (
          <p key={path + message} className="callout amber">
            {sentence(message)}
          </p>
        ))}
        <ActionBar count={shown.count} building={building} onBuild={() => setBuilding(!building)} />
      </div>
      {building && (
        <Suspense>
          <ListBuilder onClose={() => setBuilding(false)} />
        </Suspense>
      )}
      {found && found.count === 0 && !found.error ? <Empty onBuild={() => setBuilding(true)} /> : found && !found.error && <Grid found={found} onAct={() => setDraft({ kind: "mass", split: true })} picked={selected.size} />}
    </main>
  );
}

function Empty({ onBuild }: { onBuild: () => void }) {
  const { view, setView, opened, actor } = useDesk();
  const me = opened.config.users.find(({ id }) => id === actor)?.name ?? actor;
  return (
    <div className="empty">
      <h2>{view.search ? `Nothing here is called “${view.search}”` : `No ${opened.noun[1]} here`}</h2>
      <p className="muted">
        {view.search ? "The search looks at every text of this list, and at the exact id." : `Either nothing fits the filter, or ${me} may not see what does. Act as somebody else to compare.`}
      </p>
      {view.search ? (
        <p className="view-bar">
          {view.kind !== "all" && (
            <button type="button" className="button primary" onClick={() => setView({ ...allView(opened.config, opened.noun), search: view.search })}>
              Search all {opened.noun[1]}
            </button>
          )}
          <button type="button" className="button" onClick={() => setView({ ...view, search: "" })}>
            Clear the search
          </button>
        </p>
      ) : (
        <button type="button" className="button" onClick={onBuild}>
          Change the filter
        </button>
      )}
    </div>
  );
}
