import type { LogLine } from "../engine/types";
import { Icon } from "../ui/icons";
import { useNarrow } from "../ui/narrow";
import { desk } from "./client";
import { useDesk } from "./desk";
import { download } from "./download";
import { number, plural, time, userName, zoneOf } from "./format";
import { useToasts } from "./toasts";
import { allView, listView, type Page, pagesOf, pageView, poolView, unownedView } from "./view";

/** Pages that there are for the actor. */
export function usePages(): Page[] {
  const { opened, overview } = useDesk();
  const there = { ...pagesOf(opened.config) };
  if (overview?.may.seeRules.allowed !== true) there.rules = false;
  if (!overview || overview.groups === 0) there.groups = false;
  return (Object.keys(there) as Page[]).filter((page) => there[page]);
}

export function Sidebar() {
  const toasts = useToasts();
  const { opened, actor, overview, view, setView, setPane, log, undo, openWorld } = useDesk();
  const { config } = opened;
  const go = (next: Parameters<typeof setView>[0]) => {
    setView(next);
    setPane("main");
  };
  const count = (value: number | undefined) => <span className="count num">{value === undefined ? "" : number(value)}</span>;
  const reset = async () => {
    await desk.reset();
    await openWorld(opened.world);
  };
  const csv = async ({ id, title }: LogLine) => {
    const made = await desk.planCsv(id, actor);
    if (typeof made === "string") download(title, made);
    else toasts.failed("This is not yours to see", made.failure);
  };
  const firstName = (user: string) => {
    const name = userName(user, config);
    return config.users.find(({ id }) => id === user)?.kind === "service" ? name : name.split(" ")[0];
  };
  const narrow = useNarrow();
  const pages = usePages();
  return (
    <div className="nav" role={narrow ? "main" : undefined} aria-label={narrow ? "Lists" : undefined}>
      {narrow && <h1 className="sr">Lists and pools</h1>}
      <nav className="nav-parts" aria-label="Lists and pools">
      <ul>
        <li>
          <button type="button" className="nav-line" aria-current={view.kind === "all"} onClick={() => go(allView(config, opened.noun))}>
            <span>All {opened.noun[1]}</span>
            {count(overview?.all)}
          </button>
        </li>
        <li>
          <button type="button" className="nav-line" aria-current={view.kind === "unowned"} onClick={() => go(unownedView(config))}>
            <span>Without an owner</span>
            {count(overview?.unowned)}
          </button>
        </li>
      </ul>
      <section aria-labelledby="nav-lists">
        <h2 className="nav-head" id="nav-lists">
          Lists
        </h2>
        {overview && overview.lists.length === 0 && <p className="nav-empty muted">Nobody has shared a list with you. Build one with Filter, then save it.</p>}
        <ul>
          {overview?.lists.map(({ list, count: found, mine }) => (
            <li key={list.id}>
              <button type="button" className="nav-line" aria-current={view.from === list.id} onClick={() => go(listView(list, config))} title={mine ? list.name : `${list.name} · by ${userName(list.owner, config)}`}>
                <span>{list.name}</span>
                {count(found)}
              </button>
            </li>
          ))}
        </ul>
      </section>
      {overview && overview.pools.length > 0 && (
        <section aria-labelledby="nav-pools">
          <h2 className="nav-head" id="nav-pools">
            Pools <span className="chip">waiting</span>
          </h2>
          <ul>
            {overview.pools.map(({ id, name, waiting, all }) => (
              <li key={id}>
                <button
                  type="button"
                  className="nav-line"
                  aria-current={view.pool === id}
                  title={`${number(waiting)} of ${number(all)} wait for somebody`}
                  onClick={() => go(poolView({ id, name }, config))}
                >
                  <span>{name}</span>
                  {count(waiting)}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="nav-routing">
        <h2 className="nav-head" id="nav-routing">
          Routing
        </h2>
        <ul>
          {pages.map((page) => (
            <li key={page}>
              <button type="button" className="nav-line" aria-current={view.kind === page} title={page === "offers" && overview ? `${overview.offers.mine} to you, ${overview.offers.all} in all` : undefined} onClick={() => go(pageView(page, config))}>
                <span>{pageView(page, config).title}</span>
                {page === "offers" && overview && overview.offers.mine > 0 ? <span className="chip green num">{overview.offers.mine}</span> : count({ offers: overview?.offers.all, rules: config.rules?.filter(({ enabled }) => enabled !== false).length, groups: overview?.groups, audit: undefined }[page])}
              </button>
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="nav-log">
        <h2 className="nav-head" id="nav-log">
          Done here
          {log.length > 0 && (
            <button type="button" className="link" onClick={() => void reset()}>
              Start over
            </button>
          )}
        </h2>
        {log.length === 0 && <p className="nav-empty muted">Nothing yet. What you do is listed here and can be taken back.</p>}
        <ol className="log">
          {log.map((line) => (
            <li key={line.id} className={line.undone ? "undone" : ""}>
              <div>
                <b>{line.title}</b>
                <span className="muted">
                  {line.count > 0 && `${plural(line.count, opened.noun)} · `}
                  {firstName(line.actor)}, {time(line.at, zoneOf(config))}
                </span>
              </div>
              {line.count > 0 && !line.undone && (
                <button type="button" className="icon-button" aria-label={`CSV: ${line.title}`} title="What it changed, as CSV" onClick={() => void csv(line)}>
                  <Icon name="file" size={14} />
                </button>
              )}
              {line.undone ? (
                <span className="chip">undone</span>
              ) : line.count === 0 ? null : (
                <button type="button" className="icon-button" aria-label={`Undo: ${line.title}`} title="Undo" onClick={() => void undo(line.id)}>
                  <Icon name="undo" size={14} />
                </button>
              )}
            </li>
          ))}
        </ol>
      </section>
      </nav>
    </div>
  );
}
