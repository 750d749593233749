import type { Command } from "evenhand";
import { useEffect, useMemo, useState } from "react";
import type { LeadView, Receiver } from "../engine/types";
import { Avatar } from "../ui/avatar";
import { Icon } from "../ui/icons";
import { Modal } from "../ui/modal";
import { Reasons } from "../ui/why";
import { desk } from "./client";
import { useDesk } from "./desk";
import { number } from "./format";
import { PlanSummary } from "./PlanView";
import { usePlan } from "./use-plan";

/** Only the people who may have it; and of the others, why not. */
export function Reassign({ id, name, slot, view, onClose }: { id: string; name: string; slot: string; view: LeadView; onClose: () => void }) {
  const { opened, actor, perform, setDraft } = useDesk();
  const { config } = opened;
  const [all, setAll] = useState<Receiver[] | null>(null);
  const [text, setText] = useState("");
  const [user, setUser] = useState<string | null>(null);
  const [primary, setPrimary] = useState(false);
  const holder = view.slots.find(({ field }) => field === slot)?.user ?? null;
  const label = config.fields[slot]?.label ?? slot;
  useEffect(() => {
    void desk.receivers(id, slot, actor).then(setAll);
  }, [id, slot, actor]);
  const fits = (all ?? []).filter(({ name }) => name.toLowerCase().includes(text.trim().toLowerCase()));
  const allowed = fits.filter(({ allowed, user }) => allowed && user !== holder);
  const denied = fits.filter(({ allowed, user }) => !allowed && user !== holder);
  const command = useMemo<Command | null>(() => {
    if (user === null) return null;
    const seen = (view.row[config.lead.version ?? config.lead.owner] ?? null) as string | number | null;
    const leads = { ids: [id], seen: [seen] };
    const pointer = primary && config.lead.primary ? { primary: user } : {};
    return slot === config.lead.owner ? { type: "assign", leads, to: user, ...pointer } : { type: "assign", leads, slots: { [slot]: user }, ...pointer };
  }, [user, primary, slot, id, config, view]);
  const plan = usePlan(command);
  const chosen = all?.find((one) => one.user === user);
  return (
    <Modal title={`${holder ? "Reassign" : "Assign"} ${label.toLowerCase()}`} note={name} onClose={onClose}>
      <input className="field wide" value={text} onChange={({ target }) => setText(target.value)} placeholder="Find a person" aria-label="Find a person" autoFocus />
      <div className="receivers">
        {all === null && <span className="spin" />}
        {allowed.length > 0 && (
          <div role="radiogroup" aria-label={`Who may be ${label.toLowerCase()}`} className="receiver-list">
            {allowed.map(({ user: one, name, unit, open }) => (
              <label key={one} className={`receiver ${one === user ? "on" : ""}`}>
                <input type="radio" name="receiver" value={one} checked={one === user} onChange={() => setUser(one)} />
                <Avatar name={name} />
                <span className="popup-main">
                  {name}
                  <small>{[unit, slot === config.lead.owner && open !== null ? `${number(open)} open` : null].filter(Boolean).join(" · ")}</small>
                </span>
              </label>
            ))}
          </div>
        )}
        {all !== null && allowed.length === 0 && <p className="callout amber">{text ? "Nobody of that name may have it." : "Nobody else may have it, as you ask."}</p>}
        {denied.length > 0 && (
          <details className="denied">
            <summary>
              <Icon name="lock" size={13} /> {number(denied.length)} who may not, and why
            </summary>
            <ul>
              {denied.map(({ user: one, name, unit, reasons, remedies }) => (
                <li key={one}>
                  <b>{name}</b> <span className="muted">{unit}</span>
                  <Reasons reasons={reasons} remedies={remedies} />
                  {reasons.some(({ code }) => code === "boundary") && (
                    <button
                      type="button"
                      className="link"
                      onClick={() => {
                        onClose();
                        setDraft({ kind: "transfer", lead: id, seen: (view.row[config.lead.version ?? config.lead.owner] ?? null) as string | number | null });
                      }}
                    >
                      Transfer to another organisation instead…
                    </button>
                  )}
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
      {config.lead.primary && (
        <label className="check">
          <input type="checkbox" checked={primary} onChange={({ target }) => setPrimary(target.checked)} /> Also make them the primary agent
        </label>
      )}
      {plan.summary && <PlanSummary summary={plan.summary} />}
      <div className="form-end">
        {holder && slot !== config.lead.owner && (
          <button
            type="button"
            className="button quiet"
            onClick={() => void perform({ type: "assign", leads: { ids: [id] }, slots: { [slot]: null } }).then((done) => done && onClose())}
          >
            Leave it empty
          </button>
        )}
        <span className="gap" />
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button primary" disabled={!command || !plan.summary || plan.summary.count === 0} onClick={() => command && void perform(command).then((done) => done && onClose())}>
          {chosen ? `Assign to ${chosen.name.split(" ")[0]}` : "Assign"}
        </button>
      </div>
    </Modal>
  );
}
