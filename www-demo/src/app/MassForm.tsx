import type { Command, FieldPatch, Scalar } from "evenhand";
import { useEffect, useMemo, useState } from "react";
import { Icon } from "../ui/icons";
import { AddPeople } from "../ui/people";
import type { Draft } from "./draft";
import { useDesk } from "./desk";
import type { FormProps } from "./Compose";
import { FieldInput } from "./FieldInput";
import { useLeads, useScopeWords } from "./scope";
import { SplitOptions, type SplitWays } from "./SplitOptions";
import { useTerms } from "./use-terms";

/** Fields that a form may set; the others have commands of their own. */
function settable(config: ReturnType<typeof useDesk>["opened"]["config"]): string[] {
  const { lead } = config;
  const slots = (lead.slots ?? []).map((slot) => (typeof slot === "string" ? slot : slot.field));
  const reserved = new Set([lead.id, lead.version, lead.owner, ...slots, lead.primary, lead.unit, lead.access, lead.pool, lead.run, lead.routedBy, lead.assignedAt, lead.previousOwners, lead.notified]);
  return Object.keys(config.fields).filter((field) => !reserved.has(field));
}

/** Only what is ticked changes. */
export function MassForm({ draft, onCompose }: FormProps & { draft: Extract<Draft, { kind: "mass" }> }) {
  const { opened, view } = useDesk();
  const { config } = opened;
  const leads = useLeads(draft.lead);
  const words = useScopeWords(draft.lead);
  const { terms, add, targets } = useTerms([]);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set(draft.split ? ["split"] : []));
  const [values, setValues] = useState<Record<string, Scalar | { add?: string[]; remove?: string[] }>>({});
  const [slots, setSlots] = useState<Record<string, string>>({});
  const [units, setUnits] = useState<string[]>([]);
  const [note, setNote] = useState({ type: "Note", text: "" });
  const [alert, setAlert] = useState("");
  const [ways, setWays] = useState<SplitWays>({ even: "dealt", keep: false, order: "deal" });
  const tick = (what: string, on: boolean) => {
    const next = new Set(ticked);
    if (on) next.add(what);
    else next.delete(what);
    setTicked(next);
  };
  const fields = useMemo(() => settable(config), [config]);
  const extra = (config.lead.slots ?? []).flatMap((slot) => (typeof slot === "string" || slot.field === config.lead.owner ? [] : [slot.field]));
  const companies = config.lead.access ? (config.org ?? []).filter(({ kind }) => kind === "company") : [];

  const composed = useMemo(() => {
    const set: FieldPatch = {};
    for (const field of fields) if (ticked.has(field)) set[field] = values[field] ?? null;
    const picked = Object.fromEntries(extra.filter((slot) => ticked.has(slot)).map((slot) => [slot, slots[slot] || null]));
    const split = ticked.has("split") && targets.length > 0;
    const parts = {
      ...(Object.keys(set).length > 0 && { set }),
      ...(Object.keys(picked).length > 0 && { slots: picked }),
      ...(split && { split: { to: targets, even: ways.even, ...(ways.keep && { keep: true }), ...(ways.order === "block" && { order: "block" as const }), ...(view.sort.length > 0 && { sort: view.sort }) } }),
      ...(ticked.has("units") && units.length > 0 && { units: { add: units } }),
      ...(ticked.has("note") && note.text.trim() && { note }),
      ...(ticked.has("alert") && alert.trim() && { alert }),
    };
    const command: Command | null = Object.keys(parts).length > 0 ? { type: "mass_edit", leads, ...parts } : null;
    return { command, ...(ticked.has("split") && { terms }), missing: ticked.has("split") ? "Add the people who are to have them; the plan is drawn at once." : "Tick what is to change; the plan is drawn at once." };
  }, [fields, ticked, values, extra.join(), slots, targets, ways, units, note, alert, leads, terms, view.sort]);
  useEffect(() => onCompose(composed), [composed, onCompose]);

  const part = (what: string, label: string, body: React.ReactNode) => (
    <li key={what} className={`part ${ticked.has(what) ? "on" : ""}`}>
      <label className="check">
        <input type="checkbox" checked={ticked.has(what)} onChange={({ target }) => tick(what, target.checked)} /> {label}
      </label>
      {ticked.has(what) && <div className="part-body">{body}</div>}
    </li>
  );
  const single = draft.lead !== undefined;
  const splitPart =
    !single &&
    part(
      "split",
      `${config.fields[config.lead.owner]?.label ?? "Owner"}: split evenly`,
      <>
        <AddPeople config={config} label="Add people, a unit or a tag" taken={terms.users} onAdd={add} />
        {terms.users.length > 0 && <SplitOptions ways={ways} onWays={setWays} />}
      </>,
    );
  const others = (
    <ul className="parts two">
      {!draft.split && splitPart}
      {extra.map((slot) =>
        part(
          slot,
          config.fields[slot]?.label ?? slot,
          <select className="select" aria-label={config.fields[slot]?.label ?? slot} value={slots[slot] ?? ""} onChange={({ target }) => setSlots({ ...slots, [slot]: target.value })}>
            <option value="">Nobody</option>
            {config.users
              .filter(({ active }) => active !== false)
              .map(({ id, name }) => (
                <option key={id} value={id}>
                  {name ?? id}
                </option>
              ))}
          </select>,
        ),
      )}
      {fields.map((field) => part(field, config.fields[field]?.label ?? field, <FieldInput field={field} value={values[field]} onValue={(value) => setValues({ ...values, [field]: value })} />))}
      {companies.length > 0 &&
        part(
          "units",
          "Give a company access",
          <div className="checks">
            {companies.map(({ id, name }) => (
              <label key={id} className="check">
                <input type="checkbox" checked={units.includes(id)} onChange={({ target }) => setUnits(target.checked ? [...units, id] : units.filter((one) => one !== id))} /> {name ?? id}
              </label>
            ))}
          </div>,
        )}
      {part(
        "note",
        "Add a note",
        <>
          <input className="field" aria-label="Type of the note" value={note.type} onChange={({ target }) => setNote({ ...note, type: target.value })} />
          <textarea className="field" rows={2} aria-label="Text of the note" placeholder="What is everybody to know?" value={note.text} onChange={({ target }) => setNote({ ...note, text: target.value })} />
        </>,
      )}
      {part("alert", "Add an alert", <input className="field" aria-label="Text of the alert" value={alert} onChange={({ target }) => setAlert(target.value)} />)}
    </ul>
  );
  return (
    <div className="form">
      <p className="scope">{words}</p>
      {draft.split ? (
        <>
          <ul className="parts">{splitPart}</ul>
          <details className="fold">
            <summary>
              <Icon name="right" size={13} /> Change other fields in the same step
            </summary>
            {others}
          </details>
        </>
      ) : (
        others
      )}
    </div>
  );
}
