// How even a history of assignments was: what a fair draw would hardly have done, and of each group who got how much beside the exact share.
import type { AuditEntry, AuditFinding, AuditGroup, AuditReport } from "evenhand";
import { type ReactNode, useEffect, useState } from "react";
import type { Audited, AuditSource, Failure, FileGuess } from "../engine/types";
import { Icon } from "../ui/icons";
import { desk } from "./client";
import { useDesk } from "./desk";
import { pickFile } from "./FileDrop";
import { date, moment, month, number, plural, sentence, signed, unitName, userName, zoneOf } from "./format";

const PARTS: [keyof AuditEntry, string][] = [
  ["lead", "Lead"],
  ["time", "When"],
  ["receiver", "Who got it"],
  ["group", "Group"],
  ["rule", "Rule"],
  ["available", "Who could have"],
];
type Parts = Partial<Record<keyof AuditEntry, string>>;
type Log = FileGuess & { bytes: Uint8Array; parts: Parts };
/** How many findings are shown at first. */
const FIRST = 5;

const tenths = (value: number) => number(Math.round(value * 10) / 10);
const off = (value: number) => signed(Math.round(value * 10) / 10);

/** The first day of a period, or its month. */
const begins = (day: string, unit: AuditReport["period"]) => (unit === "month" ? month : (at: number) => date(at, "UTC"))(Date.parse(day));

/** A chance as it would be said. */
function odds(chance: number | null): string {
  if (chance === null) return "–";
  if (chance >= 0.995) return "certain";
  if (chance >= 0.01) return `${number(Math.round(chance * 100))} in 100`;
  if (chance < 1e-9) return "under 1 in a billion";
  const one = 1 / chance;
  const step = 10 ** Math.floor(Math.log10(one) - 1);
  return `1 in ${number(Math.round(one / step) * step)}`;
}

export default function Audit() {
  const { opened, actor, revision } = useDesk();
  const { config } = opened;
  const stands = config.lead.assignedAt !== undefined;
  const [from, setFrom] = useState<AuditSource["from"]>(stands ? "held" : "log");
  const [log, setLog] = useState<Log | null>(null);
  const [refused, setRefused] = useState<Failure | null>(null);
  const [period, setPeriod] = useState<"day" | "week" | "month">("month");
  const [byWeight, setByWeight] = useState(false);
  const [audited, setAudited] = useState<Audited | { failure: Failure } | null>(null);
  useEffect(() => {
    const take = (event: Event) => {
      const file = (event as CustomEvent<File>).detail;
      void file.arrayBuffer().then(async (buffer) => {
        const bytes = new Uint8Array(buffer);
        const guess = await desk.guess(file);
        if ("failure" in guess) return setRefused(guess.failure);
        setRefused(null);
        setLog({ ...guess, name: file.name, bytes, parts: partsOf(guess) });
        setFrom("file");
      });
    };
    addEventListener("desk:log", take);
    return () => removeEventListener("desk:log", take);
  }, []);
  useEffect(() => {
    let current = true;
    const source = from === "file" ? log && sourceOf(log) : { from };
    if (!source) return;
    setAudited(null);
    void desk.audit(source, { period, byWeight }, actor).then((next) => current && setAudited(next));
    return () => {
      current = false;
    };
  }, [from, log, period, byWeight, actor, revision, opened.world]);
  const weighted = config.users.some(({ weight }) => weight !== undefined);
  const failure = refused ?? (audited && "failure" in audited ? audited.failure : null);
  return (
    <>
      <div className="view-bar rules-bar audit-bar" role="toolbar" aria-label="What is audited">
        <select
          className="select"
          aria-label="History"
          value={from}
          onChange={({ target }) => {
            setRefused(null);
            setFrom(target.value as AuditSource["from"]);
          }}
        >
          {stands && <option value="held">Who holds what, since when</option>}
          <option value="log">What was assigned here</option>
          {log && <option value="file">{log.name}</option>}
        </select>
        <select className="select" aria-label="Shares by" value={period} onChange={({ target }) => setPeriod(target.value as typeof period)}>
          <option value="month">By month</option>
          <option value="week">By week</option>
          <option value="day">By day</option>
        </select>
        {weighted && from !== "file" && (
          <label className="check">
            <input type="checkbox" checked={byWeight} onChange={({ target }) => setByWeight(target.checked)} /> By weight
          </label>
        )}
        <span className="gap" />
        <button type="button" className="button" onClick={() => pickFile("desk:log")}>
          <Icon name="file" size={14} /> Open a log…
        </button>
      </div>
      <div className="rules audit">
        {failure && (
          <p className="callout red" role="alert">
            <span>{sentence(failure.message)}</span>
            {from === "file" && !refused ? <span>Say below what the columns are.</span> : failure.hint && <span>{sentence(failure.hint)}</span>}
          </p>
        )}
        {from === "file" && log && (
          <fieldset className="audit-parts">
            <legend className="sub">What the columns are</legend>
            {PARTS.map(([part, label]) => (
              <label key={part}>
                <span>{label}</span>
                <select className="select" value={log.parts[part] ?? ""} onChange={({ target }) => setLog({ ...log, parts: { ...log.parts, [part]: target.value || undefined } })}>
                  <option value="">None</option>
                  {log.columns.map(({ header }) => (
                    <option key={header}>{header}</option>
                  ))}
                </select>
              </label>
            ))}
          </fieldset>
        )}
        {!audited && !failure && (
          <p className="muted working" role="status">
            <span className="spin" /> Counting every lead and every chance
          </p>
        )}
        {audited && "report" in audited && !refused && (audited.report ? <Report report={audited.report} own={from !== "file"} /> : <Nothing from={from} />)}
      </div>
    </>
  );
}

function Nothing({ from }: { from: string }) {
  return (
    <div className="empty">
      <h2>{from === "log" ? "Nothing was assigned here yet" : "Nobody holds a lead that you may see"}</h2>
      <p className="muted">{from === "log" ? "Reassign a list, route leads, or claim an offer: what each person got is audited here. A log of your own can be opened or dropped on the window." : "Act as somebody else, or open a log of your own: CSV or JSON with a lead, a time and a receiver in each row."}</p>
    </div>
  );
}

/** What plays which part in a log, by what its columns look like. */
function partsOf({ columns, id, owner, created }: FileGuess): Parts {
  const called = (word: RegExp) => columns.find(({ header }) => word.test(header))?.header;
  const time = created ?? columns.find(({ type }) => type === "datetime" || type === "date")?.header;
  const rest: Parts = { receiver: called(/receiver|assignee|(assigned|given).?to|^(agent|rep)$/i) ?? owner ?? undefined, group: called(/^(group|team|queue)/i), rule: called(/^rule/i), available: called(/^available/i) };
  return { lead: called(/^lead.?(id|no|number)?$/i) ?? id ?? undefined, time: time ?? undefined, ...rest };
}

function sourceOf({ bytes, format, parts, columns }: Log): AuditSource {
  const chosen = Object.entries(parts).flatMap(([part, header]) => (header ? [[header, part]] : []));
  const time = columns.find(({ header }) => header === parts.time)?.format;
  return { from: "file", bytes, format, columns: Object.fromEntries(chosen), ...(time !== undefined && { timeFormat: time }) };
}

function Report({ report, own }: { report: AuditReport; own: boolean }) {
  const { opened } = useDesk();
  const { config, noun } = opened;
  const zone = zoneOf(config);
  const { findings, groups, leftOut, problems, problemCount } = report;
  const [chosen, setChosen] = useState(0);
  const [all, setAll] = useState(false);
  const name = (user: string) => (own ? userName(user, config) : user);
  const called = ({ group, rule }: Pick<AuditGroup, "group" | "rule">) => {
    const id = group ?? rule;
    if (id === undefined || id === null) return "By no group or rule";
    const there = own ? [...(config.rules ?? []), ...(config.groups ?? [])].find((one) => one.id === id)?.name : undefined;
    return there ?? (own ? unitName(id, config) : id);
  };
  const shown = groups[chosen] ?? groups[0];
  const out = leftOut.withoutReceiver + leftOut.withoutTime + leftOut.notAmongPeople;
  return (
    <>
      <p className="muted" role="status">
        {plural(report.leads, noun)}, {moment(Date.parse(report.from), zone)} to {moment(Date.parse(report.to), zone)}. {plural(report.tests, ["chance was", "chances were"])} looked at; of a hundred fair histories at most one has a finding.
      </p>
      {problemCount > 0 && (
        <p className="callout amber">
          {plural(problemCount, ["cell", "cells"])} could not be read{problems[0] ? `: first “${problems[0].value}”${problems[0].row === null ? "" : ` in row ${number(problems[0].row + 1)}`}` : ""}.
        </p>
      )}
      {out > 0 && <p className="callout amber">{plural(out, ["row was", "rows were"])} left out: without a time or without a receiver.</p>}
      <section aria-labelledby="audit-findings">
        <h2 id="audit-findings">
          Findings <span className={`chip num ${findings.length > 0 ? "amber" : "green"}`}>{number(findings.length)}</span>
        </h2>
        {findings.length === 0 ? (
          <p>This history is as even as a fair one: there is nothing in it that a fair draw would hardly have done.</p>
        ) : (
          <>
            <ul className="findings" aria-label="Findings">
              {(all ? findings : findings.slice(0, FIRST)).map((finding, at) => (
                <li key={at}>
                  <span>{said(finding, name, zone, report.period)}</span>
                  <span className="muted">
                    {groups.length > 1 && `${called(finding)} · `}
                    {odds(finding.corrected)}, with all that was looked at
                  </span>
                </li>
              ))}
            </ul>
            {findings.length > FIRST && (
              <button type="button" className="link" aria-expanded={all} onClick={() => setAll(!all)}>
                {all ? "Only the first ones" : `All ${number(findings.length)} findings`}
              </button>
            )}
          </>
        )}
      </section>
      {shown && (
        <section aria-label={called(shown)} className="audit-group">
          {groups.length > 1 && (
            <select className="select" aria-label="Group shown" value={groups.indexOf(shown)} onChange={({ target }) => setChosen(Number(target.value))}>
              {groups.map((group, at) => (
                <option key={called(group)} value={at}>
                  {called(group)} ({number(group.leads)})
                </option>
              ))}
            </select>
          )}
          <GroupReport group={shown} report={report} name={name} />
        </section>
      )}
    </>
  );
}

/** A finding in a sentence. */
function said(finding: AuditFinding, name: (user: string) => string, zone: string, unit: AuditReport["period"]): ReactNode {
  const who = <b>{name(finding.user)}</b>;
  const day = (at: string) => date(Date.parse(at), zone);
  switch (finding.kind) {
    case "share":
    case "period":
      return (
        <>
          {who} had {number(finding.leads)}
          {finding.kind === "period" && ` ${unit === "month" ? "in" : unit === "week" ? "in the week of" : "on"} ${begins(finding.period, unit)}`}, {tenths(Math.abs(finding.difference))} {finding.difference < 0 ? "fewer" : "more"} than the exact share of {tenths(finding.share)}.
        </>
      );
    case "tie":
      return (
        <>
          {who} had one more in {number(finding.won)} of {number(finding.ties)} {finding.by === "day" ? "days" : "batches"} that left a remainder; {tenths(finding.expected)} would be even.
        </>
      );
    case "flood":
      return (
        <>
          {who} had {number(finding.received)} of the first {number(finding.leads)} after an absence of {number(finding.missed)} leads, until {day(finding.to)}; {tenths(finding.expected)} would be even.
        </>
      );
    default:
      return (
        <>
          {who} {finding.kind === "streak" ? "had" : "was passed over for"} {number(finding.length)} in a row, {day(finding.from)} to {day(finding.to)}.
        </>
      );
  }
}

function GroupReport({ group, report, name }: { group: AuditGroup; report: AuditReport; name: (user: string) => string }) {
  const { config } = useDesk().opened;
  const zone = zoneOf(config);
  const { people, periods, ties, floods, streaks, gaps, known } = group;
  const most = Math.max(1, ...people.flatMap(({ leads, share }) => [leads, share]));
  const span = (from: string, to: string) => `${date(Date.parse(from), zone)} to ${date(Date.parse(to), zone)}`;
  /** Whether a chance is small even among all that were looked at, as that of a finding is. */
  const unlikely = (chance: number | null) => (chance !== null && chance * report.tests <= report.level ? "unlikely" : "");
  const chance = (value: number | null) => <td className={`num ${unlikely(value)}`}>{odds(value)}</td>;
  const furthest = Math.max(1, ...periods.flatMap(({ people }) => people.map(({ difference }) => Math.abs(difference))));
  return (
    <>
      <div>
        <h3 className="sub">Shares</h3>
        <div className="plan-key">
          <span>
            <i className="key before" /> exact share
          </span>
          <span>
            <i className="key after" /> leads
          </span>
        </div>
        <Table label="Shares" head={["Person", "", "Leads", "Share", "Off by", "Chance"]}>
          {people.map(({ user, leads, share, difference, chance: value }) => (
            <tr key={user}>
              <th scope="row">{name(user)}</th>
              <td className="audit-bars" aria-hidden="true">
                <span className="track double">
                  <i className="bar before" style={{ width: `${(share / most) * 100}%` }} />
                  <i className="bar after" style={{ width: `${(leads / most) * 100}%` }} />
                </span>
              </td>
              <td className="num">{number(leads)}</td>
              <td className="num">{tenths(share)}</td>
              <td className="num">{off(difference)}</td>
              {chance(value)}
            </tr>
          ))}
        </Table>
        {!known && <p className="muted">The history does not tell who was available: everybody is taken to have been there from their first lead of the group to their last.</p>}
      </div>
      {periods.length > 1 && (
        <div>
          <h3 className="sub">More or fewer than the share, by {report.period}</h3>
          <Table label={`More or fewer than the share, by ${report.period}`} head={["Person", ...periods.map(({ period }) => begins(period, report.period))]}>
            {people.map(({ user }) => (
              <tr key={user}>
                <th scope="row">{name(user)}</th>
                {periods.map(({ period, people }) => {
                  const one = people.find((line) => line.user === user);
                  if (!one) return <td key={period} className="num muted">–</td>;
                  const { difference, leads, share } = one;
                  return (
                    <td key={period} className={`num audit-drift ${unlikely(one.chance)}`} title={`${number(leads)} leads, the share is ${tenths(share)}`}>
                      {off(difference)}
                      <span className="drift" aria-hidden="true">
                        <i className="bar after" style={{ insetInlineStart: `${50 - (Math.max(0, -difference) / furthest) * 50}%`, width: `${(Math.abs(difference) / furthest) * 50}%` }} />
                      </span>
                    </td>
                  );
                })}
              </tr>
            ))}
          </Table>
        </div>
      )}
      <div>
        <h3 className="sub">Ties: who had one more where the leads did not divide evenly</h3>
        {ties.length === 0 ? (
          <p className="muted">There were none.</p>
        ) : (
          <Table label="Ties" head={["Person", "Of a", "Ties", "Won", "Even", "Chance"]}>
            {ties.map(({ user, by, ties, won, expected, chance: value }) => (
              <tr key={`${user} ${by}`}>
                <th scope="row">{name(user)}</th>
                <td>{by}</td>
                <td className="num">{number(ties)}</td>
                <td className="num">{number(won)}</td>
                <td className="num">{tenths(expected)}</td>
                {chance(value)}
              </tr>
            ))}
          </Table>
        )}
      </div>
      <div>
        <h3 className="sub">Floods: what somebody had first after an absence</h3>
        {floods.length === 0 ? (
          <p className="muted">Nobody came back from an absence.</p>
        ) : (
          <Table label="Floods" head={["Person", "Absence", "Missed", "Had", "Of the first", "Even", "Chance"]}>
            {floods.slice(0, 20).map(({ user, from, to, missed, received, leads, expected, chance: value }) => (
              <tr key={`${user} ${from}`}>
                <th scope="row">{name(user)}</th>
                <td>{span(from, to)}</td>
                <td className="num">{number(missed)}</td>
                <td className="num">{number(received)}</td>
                <td className="num">{number(leads)}</td>
                <td className="num">{tenths(expected)}</td>
                {chance(value)}
              </tr>
            ))}
          </Table>
        )}
        {floods.length > 20 && <p className="muted">The twenty most unlikely ones.</p>}
      </div>
      {([["Streaks", "the most leads in a row", streaks], ["Gaps", "the most leads in a row that went to others", gaps]] as const).map(([label, words, lines]) => (
        <div key={label}>
          <h3 className="sub">{label}: {words}</h3>
          <Table label={label} head={["Person", "In a row", "When", "Chance"]}>
            {lines.map(({ user, length, from, to, chance: value }) => (
              <tr key={user}>
                <th scope="row">{name(user)}</th>
                <td className="num">{number(length)}</td>
                <td>{span(from, to)}</td>
                {chance(value)}
              </tr>
            ))}
          </Table>
        </div>
      ))}
    </>
  );
}

function Table({ label, head, children }: { label: string; head: string[]; children: ReactNode }) {
  return (
    <div className="audit-table" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            {head.map((text, at) => (text ? <th key={text} scope="col">{text}</th> : <td key={at} />))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
