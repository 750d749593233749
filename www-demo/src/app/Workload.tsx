import { useEffect, useState } from "react";
import { Icon } from "../ui/icons";
import { desk } from "./client";
import { useDesk } from "./desk";
import { number, unitName } from "./format";

/** Who holds how much now, and what the world is about: what is shown while nothing else is. */
export function Workload() {
  const { opened, actor, revision, setDraft, overview } = useDesk();
  const { config, story } = opened;
  const [open, setOpen] = useState<Map<string, number> | null>(null);
  useEffect(() => {
    let current = true;
    void desk.openLeads(actor).then((lines) => current && setOpen(new Map(lines)));
    return () => {
      current = false;
    };
  }, [actor, revision, opened.world]);
  const people = config.users.map((user) => ({ ...user, open: open?.get(user.id) ?? 0 })).filter(({ open, active }) => open > 0 || active !== false);
  const holders = people.filter(({ open }) => open > 0).sort((one, other) => other.open - one.open || one.id.localeCompare(other.id));
  const most = Math.max(1, ...holders.map(({ open }) => open));
  const give = overview?.may.give.allowed && overview.may.mass.allowed;
  return (
    <div className="panel">
      <header className="panel-head">
        <h2>Workload</h2>
        {give && holders.length > 1 && (
          <button type="button" className="button small" onClick={() => setDraft({ kind: "rebalance", users: [] })}>
            Rebalance…
          </button>
        )}
      </header>
      <div className="panel-body">
        {open && holders.length === 0 && <p className="muted">Nobody holds open {opened.noun[1]} that you may see.</p>}
        <ul className="people" aria-label={`Open ${opened.noun[1]} of each person`}>
          {holders.map(({ id, name, unit, open, active }) => (
            <li key={id} className="load">
              <div className="load-name">
                <span className="clip">{name ?? id}</span>
                {active === false && <span className="chip amber">has left</span>}
                <span className="muted clip">{unit && unitName(unit, config)}</span>
                <span className="gap" />
                <span className="num">{number(open)}</span>
                {overview?.may.mass.allowed && overview.may.release.allowed && (
                  <button type="button" className="icon-button small" aria-label={`Reclaim from ${name ?? id}`} title={`Reclaim from ${name ?? id}`} onClick={() => setDraft({ kind: "reclaim", from: [id] })}>
                    <Icon name="up" size={13} />
                  </button>
                )}
              </div>
              <div className="track">
                <i className="bar after" style={{ width: `${(open / most) * 100}%` }} />
              </div>
            </li>
          ))}
        </ul>
        {story && (
          <section className="story">
            <h3>{story.title}</h3>
            <p className="muted">Work through it yourself, or do what you like: everything can be undone.</p>
            <ol className="steps">
              {story.steps.map((say) => (
                <li key={say}>{say}</li>
              ))}
            </ol>
          </section>
        )}
      </div>
    </div>
  );
}
