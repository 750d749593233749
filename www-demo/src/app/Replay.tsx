// Every lead as it came, by the rules that stand and by the draft: who would have had how many, and how far from an even share.
import type { SimulatedSide } from "evenhand";
import { useEffect, useState } from "react";
import type { Failure, Replay as Replayed } from "../engine/types";
import { desk } from "./client";
import { useDesk } from "./desk";
import { number, plural, sentence, userName } from "./format";

const leads = (value: number) => number(Math.round(value * 10) / 10);

export function Replay() {
  const { drafts, opened, actor, revision, openLead } = useDesk();
  const rules = drafts.rules?.value ?? null;
  const { config, noun } = opened;
  const [replay, setReplay] = useState<Replayed | { failure: Failure } | null>(null);
  const key = JSON.stringify(rules);
  useEffect(() => {
    let current = true;
    const timer = setTimeout(() => void desk.replay(rules, actor).then((next) => current && setReplay(next)), 250);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [key, actor, revision, opened.world]);
  if (!replay) return <span className="spin" />;
  if ("failure" in replay)
    return (
      <p className="callout red" role="alert">
        {sentence(replay.failure.message)}
      </p>
    );
  const { stands, draft, elsewhere, leads: count } = replay.report;
  const sides = draft ? [stands, draft] : [stands];
  const ids = [...new Set(sides.flatMap(({ people }) => people.map(({ user }) => user)))];
  const widest = Math.max(1, ...sides.flatMap(({ people }) => people.flatMap(({ ahead, behind }) => [ahead, behind])));
  const of = (side: SimulatedSide, user: string) => side.people.find((one) => one.user === user);
  return (
    <>
      <p className="muted">
        {plural(count, noun)}, each at the time it came.{draft && ` The draft sends ${elsewhere === 0 ? "none" : number(elsewhere)} elsewhere.`}
      </p>
      <div>
        <h3 className="sub">Ahead of an even share, or behind</h3>
        {draft && (
          <div className="plan-key">
            <span>
              <i className="key before" /> as it stands
            </span>
            <span>
              <i className="key after" /> the draft
            </span>
          </div>
        )}
        <ul className="people" aria-label="Ahead of an even share, or behind">
          {ids.map((user) => (
            <li key={user} className="load">
              <div className="load-name">
                <span className="clip strong">{userName(user, config)}</span>
                <span className="gap" />
                <span className="num muted">{sides.map((side) => number(of(side, user)?.leads ?? 0)).join(" → ")}</span>
              </div>
              {sides.map((side, at) => {
                const { ahead = 0, behind = 0 } = of(side, user) ?? {};
                return (
                  <div key={at} className="drift" role="img" title={`${leads(behind)} behind at worst, ${leads(ahead)} ahead at most`}>
                    <i className={`bar ${draft && at === 0 ? "before" : "after"}`} style={{ insetInlineStart: `${50 - (behind / widest) * 50}%`, width: `${((ahead + behind) / widest) * 50}%` }} />
                  </div>
                );
              })}
            </li>
          ))}
        </ul>
        <p className="scale muted num" aria-hidden="true">
          <span>−{leads(widest)}</span> <span>even</span> <span>+{leads(widest)}</span>
        </p>
      </div>
      {replay.moves.length > 0 && (
        <div>
          <h3 className="sub">First to go elsewhere</h3>
          <ul className="people tight">
            {replay.moves.map(({ lead, stands, draft }) => (
              <li key={lead}>
                <button type="button" className="link" onClick={() => openLead(lead)}>
                  {lead}
                </button>{" "}
                <span className="muted">
                  {[stands, draft].map(({ user, pool, kind }) => (user ? userName(user, config) : (pool ?? kind))).join(" → ")}
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}
