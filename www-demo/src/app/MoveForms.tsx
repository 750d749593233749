import type { Command } from "evenhand";
import { useEffect, useMemo, useState } from "react";
import { AddPeople } from "../ui/people";
import { desk } from "./client";
import type { FormProps } from "./Compose";
import { useDesk } from "./desk";
import { userName } from "./format";
import { useLeads, useScopeWords } from "./scope";
import { SplitOptions, type SplitWays } from "./SplitOptions";
import { useTerms } from "./use-terms";

/** Back to a pool: nobody's, and out of everybody's workload. */
export function ReturnForm({ onCompose }: FormProps) {
  const { opened } = useDesk();
  const leads = useLeads();
  const words = useScopeWords();
  const [pool, setPool] = useState("");
  const command = useMemo<Command>(() => ({ type: "unassign", leads, ...(pool && { pool }) }), [leads, pool]);
  useEffect(() => onCompose({ command }), [command, onCompose]);
  return (
    <div className="form">
      <p className="scope">{words}</p>
      <PoolPick pool={pool} onPool={setPool} pools={opened.config.pools ?? []} />
    </div>
  );
}

function PoolPick({ pool, onPool, pools }: { pool: string; onPool: (pool: string) => void; pools: { id: string; name?: string }[] }) {
  return (
    <label className="line">
      <span>Into</span>
      <select className="select" aria-label="Into" value={pool} onChange={({ target }) => onPool(target.value)}>
        <option value="">The pool each is of</option>
        {pools.map(({ id, name }) => (
          <option key={id} value={id}>
            {name ?? id}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Everything open that somebody holds: to the pools, or split among others. */
export function ReclaimForm({ from, onCompose }: FormProps & { from: string[] }) {
  const { opened } = useDesk();
  const { config, noun } = opened;
  const [where, setWhere] = useState<"pool" | "split">(config.lead.pool ? "pool" : "split");
  const [pool, setPool] = useState("");
  const [ways, setWays] = useState<SplitWays>({ even: "total", keep: false, order: "deal" });
  const { terms, add, targets } = useTerms([]);
  const composed = useMemo(() => {
    if (where === "pool") return { command: { type: "reclaim" as const, from, ...(pool && { pool }) } };
    const command: Command | null = targets.length > 0 ? { type: "reclaim", from, split: { to: targets, even: ways.even } } : null;
    return { command, terms, missing: "Add the people who are to have them." };
  }, [where, pool, targets, ways, terms, from.join()]);
  useEffect(() => onCompose(composed), [composed, onCompose]);
  return (
    <div className="form">
      <p className="scope">
        Every open {noun[0]} of {from.map((user) => userName(user, config)).join(" and ")}
      </p>
      <fieldset className="checks">
        <legend className="sr">Where to</legend>
        <label className="check">
          <input type="radio" name="where" checked={where === "pool"} onChange={() => setWhere("pool")} /> {config.lead.pool ? "Back to the pools" : "To nobody"}
        </label>
        <label className="check">
          <input type="radio" name="where" checked={where === "split"} onChange={() => setWhere("split")} /> Split among others
        </label>
      </fieldset>
      {where === "pool" && config.lead.pool && <PoolPick pool={pool} onPool={setPool} pools={config.pools ?? []} />}
      {where === "split" && (
        <>
          <AddPeople config={config} label="Add people, a unit or a tag" taken={[...terms.users, ...from]} onAdd={add} />
          {terms.users.length > 0 && <SplitOptions ways={ways} onWays={setWays} />}
        </>
      )}
    </div>
  );
}

/** To another organisation: across a boundary that duplicates, a copy goes over. */
export function TransferForm({ lead, seen, onCompose }: FormProps & { lead: string; seen: string | number | null }) {
  const { opened } = useDesk();
  const { config } = opened;
  const [unit, setUnit] = useState("");
  const [user, setUser] = useState("");
  const [newId, setNewId] = useState<string | null>(null);
  useEffect(() => {
    void desk.newId().then((id) => setNewId(`${lead}-${id.slice(0, 6)}`));
  }, [lead]);
  const kind = config.lifecycle?.boundary?.kind;
  const units = (config.org ?? []).filter((one) => one.kind === kind);
  const people = config.users.filter((one) => one.unit === unit && one.active !== false);
  const composed = useMemo(() => {
    const command: Command | null = unit && newId ? { type: "transfer", lead, seen, unit, newId, ...(user && { user }) } : null;
    return { command, missing: "Choose where it goes." };
  }, [unit, user, newId, lead, seen]);
  useEffect(() => onCompose(composed), [composed, onCompose]);
  return (
    <div className="form">
      <label className="line">
        <span>To</span>
        <select
          className="select"
          aria-label="Transfer to"
          value={unit}
          onChange={({ target }) => {
            setUnit(target.value);
            setUser("");
          }}
        >
          <option value="">Choose…</option>
          {units.map(({ id, name }) => (
            <option key={id} value={id}>
              {name ?? id}
            </option>
          ))}
        </select>
      </label>
      {unit && (
        <label className="line">
          <span>There, to</span>
          <select className="select" aria-label="There, to" value={user} onChange={({ target }) => setUser(target.value)}>
            <option value="">Nobody yet</option>
            {people.map(({ id, name }) => (
              <option key={id} value={id}>
                {name ?? id}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}
