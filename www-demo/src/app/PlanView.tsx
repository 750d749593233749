// The plan, before anything happens: one row per person, what is left out and why, who is told, who gains access.
import { useState } from "react";
import type { DroppedLine, PersonLine, Summary } from "../engine/types";
import { Icon } from "../ui/icons";
import { Reasons } from "../ui/why";
import { desk } from "./client";
import { useDesk } from "./desk";
import { cell, DROPS, named, number, plural, sentence, time, unitName, userName, zoneOf } from "./format";
import { PersonRow, type Terms } from "./PersonRow";

export function PlanSummary({ summary, terms }: { summary: Summary; terms?: Terms }) {
  const { opened } = useDesk();
  const { people, refused, split } = summary;
  if (refused.length > 0) {
    return (
      <div className="callout red" role="alert">
        <b>This is refused as a whole</b>
        <Reasons reasons={refused} remedies={summary.remedies} />
      </div>
    );
  }
  const most = Math.max(1, ...people.flatMap(({ before, after, dealt }) => [before ?? 0, after ?? 0, dealt]));
  const receivers = people.filter(({ dealt, released }) => dealt > 0 || released === 0 || terms !== undefined);
  const given = terms ? people.filter(({ user }) => terms.users.includes(user)) : receivers;
  const former = people.filter((line) => !given.includes(line));
  return (
    <div className="plan">
      {people.length > 0 && (
        <>
          <div className="plan-key">
            <span>
              <i className="key before" /> before
            </span>
            <span>
              <i className="key after" /> after
            </span>
            <span className="gap" />
            {split && <span className={split.spread <= 1 ? "green-text" : "muted"}>{split.spread === 0 ? "spread 0, all level" : split.spread === 1 ? "spread 1, the least possible" : `spread ${number(split.spread)}${split.exact ? ", the least possible here" : `, at most ${number(split.bound)}`}`}</span>}
          </div>
          <ul className="people">
            {given.map((line) => (
              <PersonRow key={line.user} line={line} most={most} terms={terms} />
            ))}
          </ul>
          {former.length > 0 && <Former lines={former} most={most} />}
        </>
      )}
      {summary.created.map(({ id, copyOf }) => (
        <p key={id} className="callout">
          <span>
            A copy, <b>{id}</b>, goes over; <b>{copyOf}</b> stays with its history.
          </span>
        </p>
      ))}
      <Runs summary={summary} />
      {summary.warnings.map((warning, at) => (
        <p key={`${warning.code} ${at}`} className="callout amber">
          {named(warning.message, opened.config)}
        </p>
      ))}
      <Changes summary={summary} />
      <Dropped summary={summary} />
      <Notices summary={summary} />
      {summary.attach.note && (
        <p className="plan-line">
          <span className="chip">{summary.attach.note.type}</span> {summary.attach.note.text}
        </p>
      )}
      {summary.attach.alert && (
        <p className="plan-line">
          <span className="chip amber">Alert</span> {summary.attach.alert}
        </p>
      )}
      <p className="plan-time muted num">
        {plural(summary.count, opened.noun)} planned in {summary.milliseconds < 10 ? summary.milliseconds.toFixed(1) : number(Math.round(summary.milliseconds))} ms
      </p>
    </div>
  );
}

/** Offers that begin, move or end. */
function Runs({ summary }: { summary: Summary }) {
  const { config, noun } = useDesk().opened;
  const groups = new Map<string, typeof summary.runs>();
  for (const run of summary.runs) {
    const key = `${run.status} ${run.offeredTo.join(" ")} ${run.assignee ?? ""} ${run.expiresAt ?? ""}`;
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()].map((runs) => {
    const [{ id, status, offeredTo, expiresAt, assignee } = {} as never] = runs;
    const people = offeredTo.map((user) => userName(user, config));
    const what = plural(runs.length, noun);
    return (
      <p key={id} className="callout">
        {status === "offered" ? (
          <span>
            <b>{people.length > 4 ? `${people.slice(0, 3).join(", ")} and ${people.length - 3} more` : people.join(", ")}</b> {people.length === 1 ? "is" : "are"} asked{runs.length > 1 && ` about ${what}`} first, until {time(expiresAt ?? 0, zoneOf(config))}. Until it ends nobody else can change the slot.
          </span>
        ) : (
          <span>
            {what} {runs.length === 1 ? "goes" : "go"} to <b>{assignee === null ? "nobody" : userName(assignee, config)}</b>: the offers have ended.
          </span>
        )}
      </p>
    );
  });
}

function Former({ lines, most }: { lines: PersonLine[]; most: number }) {
  const released = lines.reduce((sum, line) => sum + line.released, 0);
  return (
    <details className="fold" open={lines.length <= 3}>
      <summary>
        <Icon name="right" size={13} /> {number(released)} from {lines.length === 1 ? lines[0]?.name : `${number(lines.length)} people`}
      </summary>
      <ul className="people">
        {lines.map((line) => (
          <PersonRow key={line.user} line={line} most={most} />
        ))}
      </ul>
    </details>
  );
}

/** What of the fields changes, as on the first rows. */
function Changes({ summary }: { summary: Summary }) {
  const { opened } = useDesk();
  const { config } = opened;
  const stamps = [config.lead.assignedAt, config.lead.previousOwners, config.lead.notified];
  const lines = summary.sample.map(({ lead, set }) => ({ lead, set: Object.entries(set).filter(([field]) => !stamps.includes(field)) })).filter(({ set }) => set.length > 0);
  if (lines.length === 0) return null;
  return (
    <details className="fold">
      <summary>
        <Icon name="right" size={13} /> What changes, on the first {lines.length === 1 ? "row" : `${lines.length} rows`}
      </summary>
      <ul className="sample">
        {lines.map(({ lead, set }) => (
          <li key={lead}>
            <b>{lead}</b>
            {set.map(([field, { from, to }]) => (
              <span key={field}>
                <span className="muted">{config.fields[field]?.label ?? field}</span> {cell(from, config.fields[field], config) || "nothing"} → {cell(to, config.fields[field], config) || "nothing"}
              </span>
            ))}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Dropped({ summary }: { summary: Summary }) {
  return (
    <>
      {summary.dropped.map(({ code, count }) => (
        <DroppedGroup key={`${code} ${summary.token}`} code={code} count={count} token={summary.token} />
      ))}
    </>
  );
}

function DroppedGroup({ code, count, token }: { code: string; count: number; token: number }) {
  const { openLead, opened } = useDesk();
  const [lines, setLines] = useState<DroppedLine[] | null>(null);
  return (
    <details className="fold held" onToggle={({ currentTarget }) => currentTarget.open && lines === null && void desk.drops(token, code, 50).then(setLines)}>
      <summary>
        <Icon name="right" size={13} />
        <span>
          {sentence(DROPS[code] ?? code).slice(0, -1)}: <b className="num">{number(count)}</b> left out
        </span>
      </summary>
      {lines === null ? (
        <span className="spin" />
      ) : (
        <ul className="sample">
          {lines.map(({ lead, name, message, reasons }, at) => (
            <li key={`${lead} ${at}`}>
              <button type="button" className="link" onClick={() => openLead(lead)}>
                {name}
              </button>
              <span className="muted">{named(reasons?.[0]?.message ?? message, opened.config)}</span>
            </li>
          ))}
          {count > lines.length && <li className="muted">and {number(count - lines.length)} more</li>}
        </ul>
      )}
    </details>
  );
}

const KINDS: Record<string, string> = { assigned: "gets a notice of", released: "is told of the loss of", offered: "is offered", claimed: "is told of the claim of", defaulted: "gets by default" };

function Notices({ summary }: { summary: Summary }) {
  const { opened } = useDesk();
  const { config, noun } = opened;
  const { notices } = summary;
  if (notices.length === 0) return null;
  const people = new Set(notices.map(({ user, unit }) => user ?? unit));
  return (
    <details className="fold">
      <summary>
        <Icon name="right" size={13} /> {people.size === 1 ? "One person is" : `${number(people.size)} people are`} told, in {notices.length === 1 ? "one notice" : `${number(notices.length)} notices`}
      </summary>
      <ul className="sample">
        {notices.slice(0, 60).map(({ user, unit, kind, count, first, slot }, at) => (
          <li key={`${user ?? unit} ${kind} ${slot ?? ""} ${at}`}>
            <span>
              <b>{user ? userName(user, config) : unit ? unitName(unit, config) : "Somebody"}</b> {KINDS[kind] ?? kind} {plural(count, noun)}
              {slot && slot !== config.lead.owner ? ` as ${(config.fields[slot]?.label ?? slot).toLowerCase()}` : ""} {first && <span className="chip green">first notice</span>}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

