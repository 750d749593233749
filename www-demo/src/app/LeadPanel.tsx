import { Children, lazy, Suspense, useEffect, useState } from "react";
import type { LeadView } from "../engine/types";
import { Icon, type IconName } from "../ui/icons";
import { WhyNot } from "../ui/why";
import { Cell } from "./Cell";
import { desk } from "./client";
import { useDesk } from "./desk";
import { moment, named, unitName, userName, zoneOf } from "./format";
import { OfferWords } from "./OfferWords";
import { Reassign } from "./Reassign";
import { nameField, shownFields } from "./view";

const Trace = lazy(() => import("./Trace"));

export function LeadPanel({ id }: { id: string }) {
  const { opened, actor, revision, openLead, overview, setPane, setDraft, perform } = useDesk();
  const { config } = opened;
  const [view, setView] = useState<LeadView | null | undefined>();
  const [slot, setSlot] = useState<string | null>(null);
  const [why, setWhy] = useState(false);
  useEffect(() => {
    let current = true;
    void desk.lead(id, actor).then((next) => current && setView(next));
    return () => {
      current = false;
    };
  }, [id, actor, revision]);
  const close = () => {
    openLead(null);
    setPane("main");
  };
  if (view === undefined) return <div className="panel" />;
  if (view === null) {
    return (
      <div className="panel">
        <Head title={id} onClose={close} />
        <p className="panel-body muted">There is no such {opened.noun[0]}, or it is not yours to see.</p>
      </div>
    );
  }
  const { row } = view;
  const name = String(row[nameField(config)] ?? "") || id;
  const roles = new Set([...view.slots.map(({ field }) => field), config.lead.primary, config.lead.id, nameField(config)]);
  const status = config.lead.status;
  return (
    <div className="panel">
      <Head title={name} onClose={close}>
        <span className="muted">{id}</span>
        {status && <span className="chip">{String(row[status] ?? "no status")}</span>}
        {config.lead.unit && row[config.lead.unit] ? <span className="chip">{unitName(String(row[config.lead.unit]), config)}</span> : null}
      </Head>
      <div className="panel-body">
        {view.offer && (
          <section className="offer mine" aria-label="Offer running">
            <p>
              {view.offer.group} is asking. The {(config.fields[view.offer.run.slot]?.label ?? "owner").toLowerCase()} cannot be changed until it ends.
            </p>
            <div className="offer-who">
              <OfferWords offer={view.offer} />
              <span className="gap" />
              {view.offer.mine && (
                <button type="button" className="button small primary" onClick={() => view.offer && void perform({ type: "claim", run: view.offer.run.id })}>
                  Claim
                </button>
              )}
              {view.offer.cancel.allowed && (
                <button type="button" className="button small" onClick={() => view.offer && void perform({ type: "cancel_run", run: view.offer.run.id })}>
                  End offers
                </button>
              )}
            </div>
          </section>
        )}
        <section aria-labelledby="roles">
          <h3 id="roles" className="sub">
            Roles
          </h3>
          <ul className="roles">
            {view.slots.map(({ field, label, user, primary, may }) => (
              <li key={field}>
                <span className="muted role-label">{label}</span>
                <span className="role-user">
                  <Cell value={user} field={field} config={config} />
                  {primary && <span className="chip green">primary</span>}
                </span>
                {may.allowed ? (
                  <button type="button" className="button small" aria-label={`${user ? "Reassign" : "Assign"} ${label}`} onClick={() => setSlot(field)}>
                    {user ? "Reassign" : "Assign"}
                  </button>
                ) : (
                  <WhyNot decision={may} className="button small" label={`${user ? "Reassign" : "Assign"} ${label}`}>
                    <Icon name="lock" size={12} /> {user ? "Reassign" : "Assign"}
                  </WhyNot>
                )}
              </li>
            ))}
          </ul>
          {config.lead.primary && <Primary id={id} view={view} />}
        </section>
        <Actions id={id} view={view} />
        {config.rules && overview?.may.seeRules.allowed && (
          <details className="fold" onToggle={({ currentTarget }) => setWhy(currentTarget.open)}>
            <summary>
              <Icon name="right" size={13} /> {row[config.lead.owner] ? "Why this person? Who would it have been if…" : "Who would get it, and why?"}
            </summary>
            {why && (
              <Suspense fallback={<span className="spin" />}>
                <Trace id={id} owner={(row[config.lead.owner] as string | null) ?? null} />
              </Suspense>
            )}
          </details>
        )}
        <section aria-labelledby="facts">
          <div className="sub-line">
            <h3 id="facts" className="sub">
              Fields
            </h3>
            {view.edit.allowed ? (
              <button type="button" className="link" onClick={() => setDraft({ kind: "mass", lead: id, split: false })}>
                Edit fields…
              </button>
            ) : (
              <WhyNot decision={view.edit} className="link grey" label="Edit fields">
                Edit fields…
              </WhyNot>
            )}
          </div>
          <dl className="facts">
            {shownFields(config)
              .filter((field) => !roles.has(field))
              .map((field) => (
                <div key={field}>
                  <dt>{config.fields[field]?.label ?? field}</dt>
                  <dd>
                    <Cell value={row[field]} field={field} config={config} />
                  </dd>
                </div>
              ))}
          </dl>
        </section>
        <section aria-labelledby="timeline">
          <h3 id="timeline" className="sub">
            Timeline
          </h3>
          {view.timeline.length === 0 ? (
            <p className="muted">Nothing has happened to it here yet.</p>
          ) : (
            <ol className="timeline">
              {view.timeline.map((entry, at) => (
                <li key={`${entry.plan} ${at}`}>
                  <span>{named(entry.text, config)}</span>
                  <span className="muted">
                    {userName(entry.actor, config)}, {moment(entry.at, zoneOf(config))}
                  </span>
                </li>
              ))}
            </ol>
          )}
        </section>
      </div>
      {slot && <Reassign id={id} name={name} slot={slot} view={view} onClose={() => setSlot(null)} />}
    </div>
  );
}

function Head({ title, onClose, children }: { title: string; onClose: () => void; children?: React.ReactNode }) {
  return (
    <header className="panel-head lead-head">
      <div className="lead-name">
        <h2>{title}</h2>
        <div className="lead-chips">{children}</div>
      </div>
      <button type="button" className="icon-button" aria-label="Close" onClick={onClose}>
        <Icon name="close" />
      </button>
    </header>
  );
}

/** The pointer to the primary agent: only whoever holds a role is offered. */
function Primary({ id, view }: { id: string; view: LeadView }) {
  const { opened, perform } = useDesk();
  const { config } = opened;
  // What was chosen is shown while it is written; another choice waits for its end.
  const [chosen, setChosen] = useState<string | null>(null);
  const choose = async (user: string) => {
    if (chosen !== null) return;
    setChosen(user);
    await perform({ type: "assign", leads: { ids: [id] }, primary: user || null });
    setChosen(null);
  };
  const holders = [...new Set(view.slots.flatMap(({ user }) => user ?? []))];
  const label = config.fields[config.lead.primary ?? ""]?.label ?? "Primary agent";
  return (
    <label className="primary-line">
      <span className="muted">{label}</span>
      <select className="select" aria-label={label} value={chosen ?? view.primary ?? ""} disabled={!view.edit.allowed} onChange={({ target }) => void choose(target.value)}>
        <option value="">Nobody</option>
        {view.primary && !holders.includes(view.primary) && <option value={view.primary}>{userName(view.primary, config)}</option>}
        {holders.map((user) => (
          <option key={user} value={user}>
            {userName(user, config)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Actions({ id, view }: { id: string; view: LeadView }) {
  const { opened, perform, setDraft } = useDesk();
  const { lead, lifecycle } = opened.config;
  const owner = view.row[lead.owner] as string | null;
  const seen = (view.row[lead.version ?? lead.owner] ?? null) as string | number | null;
  const one = (icon: IconName, label: string, does: () => void, why: LeadView["edit"]) =>
    why.allowed ? (
      <button type="button" className="button small" onClick={does}>
        <Icon name={icon} size={13} /> {label}
      </button>
    ) : (
      <WhyNot decision={why} className="button small" label={label}>
        <Icon name="lock" size={12} /> {label}
      </WhyNot>
    );
  const partners = lifecycle?.boundary !== undefined;
  const actions = [
    lead.pool && owner === null && one("check", "Claim", () => void perform({ type: "claim_from_pool", lead: id, seen }), view.claim),
    lead.pool && owner !== null && one("back", "Return to pool", () => void perform({ type: "unassign", leads: { ids: [id], seen: [seen] } }), view.release),
    lead.run && view.offer === null && one("hand", "To a group…", () => setDraft({ kind: "group", lead: id }), view.edit),
    partners && one("over", "Transfer…", () => setDraft({ kind: "transfer", lead: id, seen }), view.edit),
    partners && one("bell", "Send notice again", () => void perform({ type: "resend_notification", lead: id }), view.edit),
    partners && one("off", "Deactivate…", () => setDraft({ kind: "fixed", title: "Deactivate", verb: "Deactivate", command: { type: "deactivate", leads: { ids: [id], seen: [seen] } } }), view.edit),
  ].filter(Boolean);
  if (actions.length === 0) return null;
  return (
    <section className="view-bar" aria-label="What to do with it">
      {Children.toArray(actions)}
    </section>
  );
}
