// The assignment rules: in order, on or off, what each says in words, and beside each what there is to say about it.
import type { AssignmentRule, RuleTarget } from "evenhand";
import { lazy, type ReactNode, Suspense, useEffect, useId, useState } from "react";
import type { RuleGroupType } from "react-querybuilder";
import { about } from "../engine/about";
import type { Ruled } from "../engine/types";
import { Icon } from "../ui/icons";
import { WhyNot } from "../ui/why";
import { desk } from "./client";
import { useDesk } from "./desk";
import { Diagnostics, DraftBar, useDraft } from "./DraftBar";
import { plain } from "./plain";

const Query = lazy(() => import("./Query").then(({ Query }) => ({ default: Query })));

export default function Rules() {
  const { opened, actor, overview } = useDesk();
  const { config } = opened;
  const { draft, value: rules, set: setRules } = useDraft("rules");
  const [ruled, setRuled] = useState<Ruled | null>(null);
  const [editing, setEditing] = useState<string | null>(null);
  useEffect(() => {
    let current = true;
    void desk.checkRules(rules).then((next) => current && setRuled(next));
    return () => {
      current = false;
    };
  }, [draft, config]);
  const may = overview?.may.editRules;
  const locked = may !== undefined && !may.allowed;
  const put = (at: number, rule: AssignmentRule) => setRules(rules.map((one, index) => (index === at ? rule : one)));
  const move = (at: number, by: number) => {
    const next = [...rules];
    next.splice(at + by, 0, ...next.splice(at, 1));
    setRules(next);
  };
  const add = () => {
    const id = `rule-${Date.now().toString(36)}`;
    const group = config.groups?.[0];
    const to: RuleTarget = group ? { group: group.id } : { user: actor };
    setRules([{ id, name: "New rule", enabled: false, to }, ...rules]);
    setEditing(id);
  };
  return (
    <>
      <DraftBar part="rules" checked={ruled} told="They decide about every lead that is routed from now on." onSaved={() => setEditing(null)}>
        {locked ? (
          <WhyNot decision={may} className="button" label="Change the rules">
            <Icon name="lock" size={14} /> Change the rules
          </WhyNot>
        ) : (
          <button type="button" className="button" onClick={add}>
            <Icon name="plus" size={14} /> Add a rule
          </button>
        )}
      </DraftBar>
      <ol className="rules" aria-label="Assignment rules, in order">
        {rules.map((rule, at) => {
          const name = rule.name ?? rule.id;
          const words = ruled?.words[at];
          const off = rule.enabled === false;
          return (
            <li key={rule.id} className={`rule-card ${off ? "off" : ""}`} aria-label={name}>
              <div className="rule-line">
                <span className="rule-place num" aria-hidden="true">
                  {at + 1}
                </span>
                <div className="rule-what">
                  <b>{name}</b>
                  <span>
                    {words?.when ? `If ${words.when.charAt(0).toLowerCase()}${words.when.slice(1)}` : rule.when && rule.when.rules.length > 0 ? "…" : "Every lead"}
                    <span className="muted"> → </span>
                    {words?.target}
                  </span>
                </div>
                {!locked && (
                  <div className="rule-buttons">
                    <button type="button" className="icon-button" aria-label={`Move ${name} up`} title="Earlier" disabled={at === 0} onClick={() => move(at, -1)}>
                      <Icon name="rise" size={14} />
                    </button>
                    <button type="button" className="icon-button" aria-label={`Move ${name} down`} title="Later" disabled={at === rules.length - 1} onClick={() => move(at, 1)}>
                      <Icon name="down" size={14} />
                    </button>
                    <button type="button" className="button small" aria-expanded={editing === rule.id} aria-label={`Edit ${name}`} onClick={() => setEditing(editing === rule.id ? null : rule.id)}>
                      Edit
                    </button>
                  </div>
                )}
                <label className="check rule-on">
                  <input type="checkbox" role="switch" className="switch" aria-label={`${name} is on`} checked={!off} disabled={locked} onChange={({ target }) => put(at, { ...rule, enabled: target.checked })} />
                </label>
              </div>
              <Diagnostics found={about(ruled?.found ?? [], at)} />
              {editing === rule.id && <RuleForm rule={rule} onRule={(next) => put(at, next)} onRemove={() => setRules(rules.filter((one) => one !== rule))} onDone={() => setEditing(null)} />}
            </li>
          );
        })}
      </ol>
      {rules.length === 0 && <p className="empty muted">There is no rule. Leads stay where they are until somebody assigns them.</p>}
    </>
  );
}

const key = (to: RuleTarget) => ("group" in to ? `group:${to.group}` : "user" in to ? `user:${to.user}` : "pool" in to ? `pool:${to.pool}` : "kept");

function RuleForm({ rule, onRule, onRemove, onDone }: { rule: AssignmentRule; onRule: (rule: AssignmentRule) => void; onRemove: () => void; onDone: () => void }) {
  const { config } = useDesk().opened;
  const id = useId();
  const [special] = useState(() => (key(rule.to) === "kept" ? rule.to : null));
  const target = (value: string): RuleTarget => {
    const [kind = "", name = ""] = [value.slice(0, value.indexOf(":")), value.slice(value.indexOf(":") + 1)];
    return kind === "group" ? { group: name } : kind === "pool" ? { pool: name } : kind === "user" ? { user: name } : (special ?? rule.to);
  };
  const flag = (name: "overwriteOwner" | "required", on: boolean) => {
    const { [name]: _, ...rest } = rule;
    onRule(on ? { ...rest, [name]: true } : rest);
  };
  const line = (label: string, body: ReactNode) => (
    <div className="line">
      <label htmlFor={`${id}-${label}`}>{label}</label>
      {body}
    </div>
  );
  const people = config.users.filter(({ active, kind }) => active !== false && kind !== "service");
  return (
    <div className="form rule-form">
      {line("Name", <input id={`${id}-Name`} className="field" value={rule.name ?? ""} maxLength={80} onChange={({ target }) => onRule({ ...rule, name: target.value })} />)}
      <Suspense fallback={<span className="spin" />}>
        <Query
          query={(rule.when ?? { combinator: "and", rules: [] }) as RuleGroupType}
          label="The condition of this rule"
          onQuery={(query) => {
            const when = plain(query);
            const { when: _, ...rest } = rule;
            onRule(when.rules.length === 0 ? rest : { ...rest, when: when as AssignmentRule["when"] });
          }}
        />
      </Suspense>
      {line(
        "Goes to",
        <select id={`${id}-Goes to`} className="select" value={key(rule.to)} onChange={({ target: { value } }) => onRule({ ...rule, to: target(value) })}>
          {special && <option value="kept">As it was written</option>}
          {(config.groups ?? []).length > 0 && (
            <optgroup label="Groups">
              {config.groups?.map(({ id, name }) => (
                <option key={id} value={`group:${id}`}>
                  {name}
                </option>
              ))}
            </optgroup>
          )}
          {(config.pools ?? []).length > 0 && (
            <optgroup label="Pools">
              {config.pools?.map(({ id, name }) => (
                <option key={id} value={`pool:${id}`}>
                  {name ?? id}
                </option>
              ))}
            </optgroup>
          )}
          <optgroup label="People">
            {people.map(({ id, name }) => (
              <option key={id} value={`user:${id}`}>
                {name ?? id}
              </option>
            ))}
          </optgroup>
        </select>,
      )}
      <label className="check">
        <input type="checkbox" checked={rule.overwriteOwner === true} onChange={({ target }) => flag("overwriteOwner", target.checked)} /> Also leads that have an owner
      </label>
      <label className="check">
        <input type="checkbox" checked={rule.required === true} onChange={({ target }) => flag("required", target.checked)} /> Stop here for review if nobody can have it
      </label>
      <div className="form-end">
        <button type="button" className="button quiet danger" onClick={onRemove}>
          Remove rule
        </button>
        <span className="gap" />
        <button type="button" className="button small" onClick={onDone}>
          <Icon name="check" size={14} /> Done
        </button>
      </div>
    </div>
  );
}
