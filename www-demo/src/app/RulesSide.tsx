// Beside the rules: what they would do with real leads, and who is next in each group. Nothing happens by looking.
import type { LeadsRef } from "evenhand";
import { useEffect, useState } from "react";
import type { Failure, Trial } from "../engine/types";
import { desk } from "./client";
import { useDesk } from "./desk";
import { named, number, sentence, userName } from "./format";
import { PlanSummary } from "./PlanView";
import { Replay } from "./Replay";

const NEXT = 8;
/** Not what is there now, but all that came, one after the other. */
const REPLAY = " replay";

export default function RulesSide() {
  const { drafts, opened } = useDesk();
  return (
    <div className="panel">
      <header className="panel-head">
        <h2>{drafts.rules ? "What the draft would do" : "What the rules would do"}</h2>
      </header>
      <div className="panel-body">
        <TryOut />
        {(opened.config.groups ?? []).length > 0 && <Forecast />}
      </div>
    </div>
  );
}

function TryOut() {
  const { drafts, opened, actor, revision, overview } = useDesk();
  const rules = drafts.rules?.value ?? null;
  const { config, noun } = opened;
  const lists = overview?.lists ?? [];
  const [on, setOn] = useState("unowned");
  const [trial, setTrial] = useState<Trial | { failure: Failure } | null>(null);
  const key = JSON.stringify(rules);
  useEffect(() => {
    if (on === REPLAY) return setTrial(null);
    let current = true;
    const leads: LeadsRef = on === "unowned" ? { filter: { combinator: "and", rules: [{ field: config.lead.owner, operator: "null" }] } } : { list: on };
    const timer = setTimeout(() => void desk.tryRules(rules, leads, actor).then((next) => current && setTrial(next)), 60);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [key, on, actor, revision, opened.world]);
  const shown = rules ?? config.rules ?? [];
  const counts = trial && "byRule" in trial ? trial.byRule : {};
  const most = Math.max(1, ...Object.values(counts));
  return (
    <section className="form" aria-label="Try the rules">
      <label className="line">
        <span>Tried on</span>
        <select className="select" aria-label="Tried on" value={on} onChange={({ target }) => setOn(target.value)}>
          <option value="unowned">{`${noun[1].charAt(0).toUpperCase()}${noun[1].slice(1)} without an owner`}</option>
          {config.lead.createdAt && <option value={REPLAY}>All that came, in order</option>}
          {lists.map(({ list, count }) => (
            <option key={list.id} value={list.id}>
              {list.name} ({number(count)})
            </option>
          ))}
        </select>
      </label>
      {on === REPLAY && <Replay />}
      {trial && "failure" in trial && (
        <p className="callout red" role="alert">
          {sentence(trial.failure.message)} {trial.failure.hint && sentence(trial.failure.hint)}
        </p>
      )}
      {trial && "summary" in trial && (
        <>
          {trial.summary.refused.length === 0 && (
            <div>
              <h3 className="sub">By rule</h3>
              <ul className="people tight" aria-label="By rule">
                {shown.map((rule) => (
                  <li key={rule.id} className="load">
                    <div className="load-name">
                      <span className={`clip ${rule.enabled === false ? "muted" : ""}`}>{rule.name ?? rule.id}</span>
                      <span className="gap" />
                      <span className="num">{rule.enabled === false ? "off" : number(counts[rule.id] ?? 0)}</span>
                    </div>
                    <div className="track">
                      <i className="bar after" style={{ width: `${((counts[rule.id] ?? 0) / most) * 100}%` }} />
                    </div>
                  </li>
                ))}
              </ul>
            </div>
          )}
          <div>
            <h3 className="sub">By person</h3>
            <PlanSummary summary={trial.summary} />
          </div>
        </>
      )}
    </section>
  );
}

function Forecast() {
  const { opened } = useDesk();
  const groups = opened.config.groups ?? [];
  const [group, setGroup] = useState(groups[0]?.id ?? "");
  return (
    <section className="story form" aria-label="Who is next">
      <label className="line">
        <span>Next in</span>
        <select className="select" aria-label="Next in" value={group} onChange={({ target }) => setGroup(target.value)}>
          {groups.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <Next group={group} label="Who gets the next ones" />
    </section>
  );
}

function Next({ group, label }: { group: string; label: string }) {
  const { opened, actor, revision, drafts } = useDesk();
  const groups = drafts.groups?.value ?? null;
  const { config } = opened;
  const [next, setNext] = useState<string[] | { failure: Failure } | null>(null);
  useEffect(() => {
    let current = true;
    const timer = setTimeout(() => void desk.forecast(group, NEXT, actor, groups).then((found) => current && setNext(found)), groups ? 60 : 0);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [group, groups, actor, revision, opened.world]);
  if (next && "failure" in next) return <p className="muted">{groups && next.failure.path?.startsWith("/groups") ? "Told once the draft has no fault." : named(next.failure.message, config)}</p>;
  if (next && next.length === 0) return <p className="muted">Nobody of this group could have one now.</p>;
  return (
    <ol className="next" aria-label={label}>
      {(next ?? []).map((user, at) => (
        <li key={`${at} ${user}`} className="chip">
          {userName(user, config)}
        </li>
      ))}
    </ol>
  );
}

/** Who is next in each group, as it stands or as the draft has it. */
export function GroupsSide() {
  const { opened, drafts } = useDesk();
  const groups = drafts.groups?.value;
  return (
    <div className="panel">
      <header className="panel-head">
        <h2>{groups ? "Who would be next" : "Who is next"}</h2>
      </header>
      <div className="panel-body">
        {(groups?.groups ?? opened.config.groups ?? []).map(({ id, name }) => (
          <section key={id} className="story" aria-label={name}>
            <h3>{name}</h3>
            <Next group={id} label={`Next in ${name}`} />
          </section>
        ))}
      </div>
    </div>
  );
}
