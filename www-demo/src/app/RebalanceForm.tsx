import { useEffect, useMemo } from "react";
import { AddPeople } from "../ui/people";
import type { FormProps } from "./Compose";
import { useDesk } from "./desk";
import { useTerms } from "./use-terms";

/** Level, with the fewest moves. */
export function RebalanceForm({ users, onCompose }: FormProps & { users: string[] }) {
  const { opened } = useDesk();
  const { terms, add, targets } = useTerms(users);
  const composed = useMemo(() => ({ command: targets.length > 1 ? { type: "rebalance" as const, users: targets } : null, terms, missing: "Add at least two people; the open leads among them are evened out with the fewest moves." }), [targets, terms]);
  useEffect(() => onCompose(composed), [composed, onCompose]);
  return (
    <div className="form">
      <p className="scope">Open {opened.noun[1]} among these people, with the fewest moves</p>
      <AddPeople config={opened.config} label="Add people, a unit or a tag" taken={terms.users} onAdd={add} />
    </div>
  );
}
