// The reassignment groups: who is in each and in which order, how they take turns, and beside each what there is to say about it.
import type { Group, Method } from "evenhand";
import { type ReactNode, useEffect, useId, useState } from "react";
import { about } from "../engine/about";
import { newGroup } from "../engine/settings";
import type { Explained, Grouped, GroupSettings, GroupView } from "../engine/types";
import { Avatar } from "../ui/avatar";
import { Icon } from "../ui/icons";
import { AddPeople } from "../ui/people";
import { WhyNot } from "../ui/why";
import { desk } from "./client";
import { useDesk } from "./desk";
import { Diagnostics, DraftBar, useDraft } from "./DraftBar";
import { plural, sentence, unitName, userName } from "./format";
import { METHODS, NEEDED, OF_GROUP, type Setting, SETTINGS, words } from "./methods";

export default function Groups() {
  const { opened, actor, revision } = useDesk();
  const { config } = opened;
  const { draft, value, began, set } = useDraft("groups");
  const { groups, weights } = value;
  const [seen, setSeen] = useState<GroupView[] | null>(null);
  const [grouped, setGrouped] = useState<Grouped | null>(null);
  const [may, setMay] = useState<Explained | null>(null);
  const [editing, setEditing] = useState<string | null>(null);
  useEffect(() => {
    let current = true;
    void desk.groups(actor).then((next) => current && setSeen(next));
    void desk.mayAddGroup(actor).then((next) => current && setMay(next));
    return () => {
      current = false;
    };
  }, [actor, revision, opened.world]);
  useEffect(() => {
    let current = true;
    void desk.checkGroups(value).then((next) => current && setGrouped(next));
    return () => {
      current = false;
    };
  }, [draft, config]);
  const change = (part: Partial<GroupSettings>) => set({ ...value, ...part });
  const put = (group: Group) => change({ groups: groups.map((one) => (one.id === group.id ? group : one)) });
  const weigh = (user: string, weight: number) => {
    const { [user]: _, ...rest } = weights;
    // What was written down stays written down.
    change({ weights: weight === 1 && began.weights[user] === undefined ? rest : { ...weights, [user]: weight } });
  };
  /** Whether all groups that somebody is in are the actor's to change: a weight counts in all of them. */
  const isNew = (id: string) => !config.groups?.some((group) => group.id === id);
  const mayWeigh = (user: string) => groups.every(({ id }, at) => grouped?.members[at]?.includes(user) !== true || isNew(id) || seen?.find((one) => one.id === id)?.edit.allowed === true);
  const add = async () => {
    const group = newGroup(config, actor, await desk.newId());
    change({ groups: [...groups, group] });
    setEditing(group.id);
  };
  /** What the rest of the configuration would lack without a group: rules that give to it, say. */
  const lacking = (grouped?.elsewhere ?? []).map((one) => {
    const rule = config.rules?.[Number(/^\/rules\/(\d+)/.exec(one.path)?.[1])];
    return { ...one, message: `${rule ? `the rule “${rule.name ?? rule.id}”` : one.path}: ${one.message}` };
  });
  return (
    <>
      <DraftBar part="groups" checked={grouped} told="They decide about every lead that is given or offered from now on." onSaved={() => setEditing(null)}>
        {may &&
          seen?.length !== 0 &&
          (may.allowed ? (
            <button type="button" className="button" onClick={() => void add()}>
              <Icon name="plus" size={14} /> Add a group
            </button>
          ) : (
            <WhyNot decision={may} className="button" label="Add a group">
              <Icon name="lock" size={14} /> Add a group
            </WhyNot>
          ))}
      </DraftBar>
      {lacking.length > 0 && (
        <div className="rules-notes">
          <Diagnostics found={lacking} />
        </div>
      )}
      {seen?.length === 0 && groups.every(({ id }) => !isNew(id)) && (
        <div className="empty">
          <h2>No group for {userName(actor, config)}</h2>
          <p className="muted">Groups are seen by those who may start them. Act as somebody else to compare.</p>
        </div>
      )}
      <ul className="rules" aria-label="Reassignment groups">
        {groups.map((group, at) => {
          const { id } = group;
          const view = seen?.find((one) => one.id === id);
          if (!view && !isNew(id)) return null;
          const { name, defaultAssignee } = group;
          const members = grouped?.members[at] ?? [];
          return (
            <li key={id} className="rule-card" aria-label={name}>
              <div className="rule-line group-line">
                <div className="rule-what">
                  <b>{name}</b>
                  <span>
                    {sentence(words(group)).slice(0, -1)}
                    <span className="muted"> · </span>
                    {plural(members.length, ["person", "people"])}
                    {defaultAssignee && `, else ${userName(defaultAssignee, config)}`}
                  </span>
                </div>
                {!view || view.edit.allowed ? (
                  <button type="button" className="button small" aria-expanded={editing === id} aria-label={`Edit ${name}`} onClick={() => setEditing(editing === id ? null : id)}>
                    Edit
                  </button>
                ) : (
                  <WhyNot decision={view.edit} className="button small" label={`Edit ${name}`}>
                    <Icon name="lock" size={13} /> Edit
                  </WhyNot>
                )}
              </div>
              <Diagnostics found={about(grouped?.found ?? [], at, "groups")} />
              {editing === id ? (
                <GroupEditor group={group} fresh={isNew(id)} members={members} weights={weights} mayWeigh={mayWeigh} onGroup={put} onWeight={weigh} onRemove={() => change({ groups: groups.filter((one) => one.id !== id) })} onDone={() => setEditing(null)} />
              ) : (
                <ol className="next" aria-label={`Members of ${name}`}>
                  {members.map((user) => (
                    <li key={user} className="chip">
                      {userName(user, config)}
                      {group.method.type === "weighted" && <span className="num">×{weights[user] ?? 1}</span>}
                    </li>
                  ))}
                </ol>
              )}
            </li>
          );
        })}
      </ul>
    </>
  );
}

/** A weight; while the field is empty it is what it was. */
function WeightField({ label, value, may, onValue }: { label: string; value: number; may: boolean; onValue: (value: number) => void }) {
  const [text, setText] = useState<string | null>(null);
  return (
    <input
      className="field cap num"
      type="number"
      min={0}
      step="any"
      aria-label={label}
      value={text ?? value}
      disabled={!may}
      title={may ? undefined : "It counts in groups that are not yours to change"}
      onBlur={() => setText(null)}
      onChange={({ target }) => {
        setText(target.value);
        if (target.value !== "") onValue(Number(target.value));
      }}
    />
  );
}

interface Editing {
  group: Group;
  /** Whether it begins here. */
  fresh: boolean;
  members: string[];
  weights: Record<string, number>;
  mayWeigh: (user: string) => boolean;
  onGroup: (group: Group) => void;
  onWeight: (user: string, weight: number) => void;
  onRemove: () => void;
  onDone: () => void;
}

function GroupEditor({ group, fresh, members, weights, mayWeigh, onGroup, onWeight, onRemove, onDone }: Editing) {
  const { config } = useDesk().opened;
  const id = useId();
  const { method, members: who } = group;
  const line = (label: string, body: ReactNode) => (
    <div className="line group-setting">
      <label htmlFor={`${id}-${label}`}>{label}</label>
      {body}
    </div>
  );
  /** A setting of the method or of the group; empty is left out. */
  const setting = <T extends object>(one: Setting, of: T, onChange: (next: T) => void) => {
    const { key, label } = one;
    const value = (of as Record<string, unknown>)[key];
    const set = (next: unknown) => {
      const { [key]: _, ...rest } = of as Record<string, unknown>;
      onChange((next === undefined ? rest : { ...of, [key]: next }) as T);
    };
    if ("flag" in one)
      return (
        <label key={key} className="check">
          <input type="checkbox" checked={value === undefined ? one.flag : value === true} onChange={({ target }) => set(target.checked === one.flag ? undefined : target.checked)} /> {label}
        </label>
      );
    if ("choices" in one)
      return (
        <div key={key}>
          {line(
            label,
            <select id={`${id}-${label}`} className="select" value={String(value ?? Object.keys(one.choices)[0])} onChange={({ target }) => set(target.value)}>
              {Object.entries(one.choices).map(([choice, text]) => (
                <option key={choice} value={choice}>
                  {text}
                </option>
              ))}
            </select>,
          )}
        </div>
      );
    return (
      <div key={key}>
        {line(
          label,
          <span className="with-unit">
            <input id={`${id}-${label}`} className="field num" type="number" min={1} placeholder="–" value={String(value ?? "")} onChange={({ target }) => set(target.value === "" ? undefined : Number(target.value))} />
            <span className="muted">{one.unit}</span>
          </span>,
        )}
      </div>
    );
  };
  const listed = who.users ?? [];
  const byName = who.tags === undefined && who.unit === undefined && who.where === undefined;
  const setUsers = (users: string[]) => onGroup({ ...group, members: { ...who, users } });
  const move = (user: string, by: number) => {
    const next = [...listed];
    const at = next.indexOf(user);
    next.splice(at + by, 0, ...next.splice(at, 1));
    setUsers(next);
  };
  const people = config.users.filter(({ active, kind }) => active !== false && kind !== "service");
  const described = [...(who.tags ?? []).map((tag) => `everybody tagged ${tag}`), ...(who.unit === undefined ? [] : [`everybody of ${unitName(who.unit, config)}`])].join(" and ");
  const optional = (key: "defaultAssignee" | "schedule", value: string) => {
    const { [key]: _, ...rest } = group;
    onGroup(value ? { ...rest, [key]: value } : rest);
  };
  return (
    <div className="form rule-form">
      {line("Name", <input id={`${id}-Name`} className="field" autoFocus={fresh} value={group.name} maxLength={80} onChange={({ target }) => onGroup({ ...group, name: target.value })} />)}
      <fieldset className="members">
        <legend className="sub">Members, in the order in which they are asked</legend>
        {!byName && (
          <p className="callout">
            <span>{sentence(`${described || "everybody"}${who.where ? " whom a filter fits" : ""}`)} Whoever joins or leaves them does so here as well.</span>
            <button type="button" className="link" onClick={() => onGroup({ ...group, members: { users: members } })}>
              List them one by one
            </button>
          </p>
        )}
        <ol aria-label={`Members of ${group.name}, to be changed`}>
          {(byName ? listed : members).map((user, at) => {
            const name = userName(user, config);
            const own = weights[user] ?? 1;
            return (
              <li key={user} className="member">
                <span className="rule-place num">{at + 1}</span>
                <Avatar name={name} />
                <span className="clip" title={name}>
                  {name}
                </span>
                <label className="member-weight">
                  <span className="muted">weight</span>
                  <WeightField label={`Weight of ${name}`} value={own} may={mayWeigh(user)} onValue={(weight) => onWeight(user, weight)} />
                </label>
                {byName && (
                  <span className="rule-buttons">
                    <button type="button" className="icon-button" aria-label={`Move ${name} up`} title="Earlier" disabled={at === 0} onClick={() => move(user, -1)}>
                      <Icon name="rise" size={14} />
                    </button>
                    <button type="button" className="icon-button" aria-label={`Move ${name} down`} title="Later" disabled={at === listed.length - 1} onClick={() => move(user, 1)}>
                      <Icon name="down" size={14} />
                    </button>
                    <button type="button" className="icon-button" aria-label={`Remove ${name}`} title="Remove" onClick={() => setUsers(listed.filter((one) => one !== user))}>
                      <Icon name="close" size={13} />
                    </button>
                  </span>
                )}
              </li>
            );
          })}
        </ol>
        {byName && <AddPeople config={config} label={`Add people to ${group.name}`} taken={listed} onAdd={(users) => setUsers([...listed, ...users])} />}
        <p className="muted">A weight is the person’s own: it counts in every group that goes by weights, and who has none (0) is given nothing by any group.</p>
      </fieldset>
      <div className="group-settings">
        {line(
          "Takes turns",
          <select id={`${id}-Takes turns`} className="select" value={method.type} onChange={({ target }) => onGroup({ ...group, method: { type: target.value, ...NEEDED[target.value as Method["type"]] } as Method })}>
            {Object.entries(METHODS).map(([type, text]) => (
              <option key={type} value={type}>
                {sentence(text).slice(0, -1)}
              </option>
            ))}
          </select>,
        )}
        {SETTINGS[method.type].map((one) => setting<Method>(one, method, (next) => onGroup({ ...group, method: next })))}
        {OF_GROUP[method.type]?.map((one) => setting<Group>(one, group, onGroup))}
        {(config.schedules ?? []).length > 0 &&
          line(
            "Hours",
            <select id={`${id}-Hours`} className="select" value={group.schedule ?? ""} onChange={({ target }) => optional("schedule", target.value)}>
              <option value="">Always open</option>
              {config.schedules?.map(({ id }) => (
                <option key={id} value={id}>
                  {sentence(id).slice(0, -1)}
                </option>
              ))}
            </select>,
          )}
        {line(
          "Else it goes to",
          <select id={`${id}-Else it goes to`} className="select" value={group.defaultAssignee ?? ""} onChange={({ target }) => optional("defaultAssignee", target.value)}>
            <option value="">Nobody by name</option>
            {people.map(({ id, name }) => (
              <option key={id} value={id}>
                {name ?? id}
              </option>
            ))}
          </select>,
        )}
      </div>
      <div className="form-end">
        <button type="button" className="button quiet danger" onClick={onRemove}>
          Remove group
        </button>
        <span className="gap" />
        <button type="button" className="button small" onClick={onDone}>
          <Icon name="check" size={14} /> Done
        </button>
      </div>
    </div>
  );
}
