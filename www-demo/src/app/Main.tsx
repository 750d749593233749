import { lazy, Suspense, useEffect, useState } from "react";
import type { Failure, Found } from "../engine/types";
import { ActionBar } from "./ActionBar";
import { desk } from "./client";
import { useDesk } from "./desk";
import { named, plural, sentence, userName } from "./format";
import { Grid } from "./Grid";
import { PAGE } from "./rows";
import { allView, isPage, type Page, type ShownView } from "./view";

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

const nothing: Found = { key: 0, count: 0, words: "", warnings: [], milliseconds: 0, rows: [], fields: [] };

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
  const { view, actor, revision, opened, setDraft, selected, found: brought } = useDesk();
  const [latest, setFound] = useState<{ found: Found; of: ShownView } | null>(null);
  const [building, setBuilding] = useState(false);
  const { query, list, search, sort, columns } = view;
  const fresh = brought !== null && !brought.taken && brought.view === view ? brought : null;
  const found = fresh?.found ?? latest?.found ?? null;
  // Until it is known what another list has, the one before stays as it was, with its columns.
  const of = fresh ? view : latest?.of;
  const same = of !== undefined && of.query === query && of.list === list && of.search === search && of.sort === sort;
  useEffect(() => {
    if (fresh) {
      fresh.taken = true;
      return setFound({ found: fresh.found, of: view });
    }
    let current = true;
    void desk.find({ query, list, search, sort }, actor, columns, PAGE).then((next) => current && setFound({ found: next, of: view }));
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
        {view.kind !== "all" || view.search ? <p className="view-words">{shown.words && sentence(shown.words)}</p> : null}
        {shown.warnings.map(({ message, path }) => (
          <p key={path + message} className="callout amber">
            {named(message, opened.config)}
          </p>
        ))}
        <ActionBar count={shown.count} building={building} onBuild={() => setBuilding(!building)} />
      </div>
      {building && (
        <Suspense>
          <ListBuilder onClose={() => setBuilding(false)} />
        </Suspense>
      )}
      {found?.error && <Failed failure={found.error} />}
      {found && found.count === 0 && !found.error ? <Empty onBuild={() => setBuilding(true)} /> : found && !found.error && <Grid found={found} columns={same ? columns : found.fields} onAct={() => setDraft({ kind: "mass", split: true })} picked={selected.size} />}
    </main>
  );
}

/** A list that cannot be shown: it is gone, or somebody else's. */
function Failed({ failure: { message, hint } }: { failure: Failure }) {
  const { view, setView, opened, actor } = useDesk();
  return (
    <div className="empty" role="alert">
      <h2>“{view.title}” cannot be shown</h2>
      <p className="muted">{view.list !== undefined ? `It has been deleted, or it is not shared with ${userName(actor, opened.config)}.` : `${sentence(message)} ${hint ? sentence(hint) : ""}`}</p>
      <button type="button" className="button primary" onClick={() => setView(allView(opened.config, opened.noun))}>
        Show all {opened.noun[1]}
      </button>
    </div>
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
