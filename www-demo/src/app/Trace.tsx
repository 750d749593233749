// Why this person: the rules that were tried, the people who were passed over, and who it would have been if things were otherwise.
import type { Assumption, User } from "evenhand";
import { useEffect, useMemo, useState } from "react";
import type { Failure, Trace as Traced } from "../engine/types";
import { Icon } from "../ui/icons";
import { desk } from "./client";
import { useDesk } from "./desk";
import { FieldInput } from "./FieldInput";
import { cell, sentence, userName } from "./format";

const REASONS: Record<string, string> = {
  inactive: "not active",
  not_permitted: "may not have it",
  paused: "paused",
  absent: "away",
  outside_hours: "out of hours",
  match_failed: "does not match",
  not_accepted: "does not accept it",
  limit_hour: "had enough this hour",
  limit_day: "had enough today",
  limit_week: "had enough this week",
  limit_month: "had enough this month",
  at_capacity: "no room left",
  declined_before: "declined it before",
  offer_open: "is being asked already",
  resting: "had one a moment ago",
  no_weight: "weight 0",
  current_owner: "has it now",
  recent_owner: "had it lately",
};

/** What has to be otherwise for a reason to go. */
const OTHERWISE: Record<string, Partial<Omit<User, "id">>> = {
  inactive: { active: true },
  paused: { paused: false },
  absent: { absences: [] },
  limit_hour: { limits: [] },
  limit_day: { limits: [] },
  limit_week: { limits: [] },
  limit_month: { limits: [] },
  at_capacity: { capacity: 1_000_000 },
  no_weight: { weight: 1 },
};

const OUTCOMES: Record<Traced["rules"][number]["outcome"], string> = {
  chosen: "decides",
  owned: "passes over leads that have an owner",
  no_match: "does not fit",
  disabled: "is off",
  outside_hours: "is out of its hours",
  nobody: "fits, but nobody can have it",
  error: "could not be read",
  not_reached: "is not reached",
};

export default function Trace({ id, owner }: { id: string; owner: string | null }) {
  const { opened, actor, revision } = useDesk();
  const { config } = opened;
  const [users, setUsers] = useState<Record<string, Partial<Omit<User, "id">>>>({});
  const [fields, setFields] = useState<NonNullable<Assumption["lead"]>>({});
  const [real, setReal] = useState<Traced | { failure: Failure } | null>(null);
  const [other, setOther] = useState<Traced | { failure: Failure } | null>(null);
  // Rules pass over a lead that somebody has: the question is who would get it if nobody had.
  const free = useMemo(() => (owner === null ? undefined : { lead: { [config.lead.owner]: null } }), [owner, config]);
  const assumed = Object.keys(users).length > 0 || Object.keys(fields).length > 0;
  useEffect(() => {
    let current = true;
    const assume = assumed ? { users, lead: { ...free?.lead, ...fields } } : undefined;
    void Promise.all([desk.explain(id, actor, free), assume ? desk.explain(id, actor, assume) : null]).then(([real, other]) => {
      if (!current) return;
      setReal(real);
      setOther(other);
    });
    return () => {
      current = false;
    };
  }, [id, actor, revision, free, users, fields, assumed]);
  if (real === null) return <span className="spin" />;
  if ("failure" in real) return <p className="callout red">{sentence(real.failure.message)}</p>;
  const shown = other && "trace" in other ? other : real;
  const people = [...new Map(shown.trace.candidates.map((one) => [`${one.rule} ${one.group ?? ""} ${one.user}`, one])).values()];
  const passed = people.filter(({ eligible }) => !eligible);
  return (
    <div className="form">
      {free && <p className="muted">As if nobody had it now.</p>}
      <div className={`verdict ${outcome(shown, config).none ? "none" : ""}`} role="status">
        <span>
          <b>{outcome(real, config).who}</b> {other && <Instead before={outcome(real, config).who} after={"trace" in other ? outcome(other, config).who : sentence(other.failure.message)} />}
        </span>
        <span>{outcome(shown, config).how}</span>
      </div>
      <div>
        <h4 className="sub">Rules, in order</h4>
        <ol className="tried" aria-label="Rules, in order">
          {shown.rules.map(({ rule, name, outcome, failed }) => (
            <li key={rule}>
              <span className={outcome === "chosen" ? "mark-on" : "mark-off"} aria-hidden="true">
                <Icon name={outcome === "chosen" ? "check" : outcome === "not_reached" || outcome === "disabled" ? "dots" : "close"} size={13} />
              </span>
              <span>
                <span>
                  {name} <span className="muted">{OUTCOMES[outcome]}</span>
                </span>
                {failed.slice(0, 2).map(({ field, actual }, at) => (
                  <small key={`${field} ${at}`} className="muted">
                    {config.fields[field]?.label ?? field} is {cell(actual, config.fields[field], config) || "empty"}
                  </small>
                ))}
              </span>
            </li>
          ))}
        </ol>
      </div>
      {people.length > 0 && (
        <div>
          <h4 className="sub">People who were looked at</h4>
          <ul className="passed" aria-label="People who were looked at">
            {people.map(({ user, eligible, reasons, rank, rule, group }) => (
              <li key={`${rule} ${group ?? ""} ${user}`}>
                <span className={eligible ? "strong" : ""}>{userName(user, config)}</span>
                {eligible && reasons.length === 0 && <span className="chip green">{rank === undefined ? "could have it" : rank === 1 ? "first" : `number ${rank}`}</span>}
                {reasons.map((reason) => (
                  <span key={reason} className="chip amber">
                    {REASONS[reason] ?? reason}
                  </span>
                ))}
              </li>
            ))}
          </ul>
        </div>
      )}
      <div className="assume" role="group" aria-label="Who would it have been if…">
        <h4 className="sub">Who would it have been if…</h4>
        {passed
          .filter(({ user, reasons }) => users[user] === undefined && reasons.every((reason) => OTHERWISE[reason]))
          .slice(0, 4)
          .map(({ user, reasons }) => (
            <button key={user} type="button" className="link" onClick={() => setUsers({ ...users, [user]: Object.assign({}, ...reasons.map((reason) => OTHERWISE[reason])) as Partial<Omit<User, "id">> })}>
              {userName(user, config)} were not {reasons.map((reason) => REASONS[reason]).join(" and not ")}
            </button>
          ))}
        {people
          .filter(({ user, eligible }) => eligible && users[user] === undefined)
          .slice(0, 2)
          .map(({ user }) => (
            <button key={user} type="button" className="link" onClick={() => setUsers({ ...users, [user]: { paused: true } })}>
              {userName(user, config)} were paused
            </button>
          ))}
        <FieldGuess fields={fields} onFields={setFields} />
        {assumed && (
          <div className="form-end">
            <ul className="chips">
              {Object.keys(users).map((user) => (
                <li key={user} className="chip">
                  {userName(user, config)} otherwise
                </li>
              ))}
              {Object.entries(fields).map(([field, value]) => (
                <li key={field} className="chip">
                  {config.fields[field]?.label ?? field}: {cell(value, config.fields[field], config) || "empty"}
                </li>
              ))}
            </ul>
            <button
              type="button"
              className="button small"
              onClick={() => {
                setUsers({});
                setFields({});
              }}
            >
              As it is
            </button>
          </div>
        )}
      </div>
    </div>
  );
}

/** The other answer, in the same place. */
function Instead({ before, after }: { before: string; after: string }) {
  return before === after ? <span>all the same</span> : <b>{after}</b>;
}

/** Another value for a field that a rule reads. */
function FieldGuess({ fields, onFields }: { fields: NonNullable<Assumption["lead"]>; onFields: (fields: NonNullable<Assumption["lead"]>) => void }) {
  const { config } = useDesk().opened;
  const read = useMemo(() => {
    const found = new Set<string>();
    const walk = (node: unknown) => {
      if (typeof node !== "object" || node === null) return;
      const { field, rules } = node as { field?: string; rules?: unknown[] };
      if (field !== undefined && field in config.fields) found.add(field);
      rules?.forEach(walk);
    };
    for (const { when } of config.rules ?? []) walk(when);
    for (const { match } of config.groups ?? []) for (const { lead } of match ?? []) found.add(lead);
    return [...found].filter((field) => field !== config.lead.owner && !["tags", "units"].includes(config.fields[field]?.type ?? ""));
  }, [config]);
  const [field, setField] = useState("");
  if (read.length === 0) return null;
  return (
    <div className="pair">
      <select className="select" aria-label="The lead’s" value={field} onChange={({ target }) => setField(target.value)}>
        <option value="">The lead’s…</option>
        {read.map((one) => (
          <option key={one} value={one}>
            {config.fields[one]?.label ?? one}
          </option>
        ))}
      </select>
      {field && <FieldInput field={field} value={fields[field] as never} onValue={(value) => onFields({ ...fields, [field]: value as never })} />}
    </div>
  );
}

function outcome({ trace, rules }: Traced, config: ReturnType<typeof useDesk>["opened"]["config"]): { who: string; how: string; none: boolean } {
  const { kind, user, group, pool } = trace.outcome;
  const rule = rules.find(({ outcome }) => outcome === "chosen")?.name;
  const from = group === undefined ? "" : `, out of ${config.groups?.find(({ id }) => id === group)?.name ?? group}`;
  const how = rule === undefined ? "No rule decides." : `By the rule “${rule}”${from}.`;
  switch (kind) {
    case "assigned":
      return { who: userName(user ?? "", config), how, none: false };
    case "offered":
      return { who: user === undefined ? "An offer" : `An offer to ${userName(user, config)}`, how, none: false };
    case "pooled":
      return { who: `Pool ${config.pools?.find(({ id }) => id === pool)?.name ?? pool}`, how, none: false };
    case "held":
      return { who: "Nobody yet", how: `${how} It waits until somebody is free.`, none: true };
    case "needs_review":
      return { who: "Nobody", how: `${how} Somebody has to look at it.`, none: true };
    default:
      return { who: "Nobody", how, none: true };
  }
}
