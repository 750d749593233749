import type { SplitTarget } from "evenhand";
import { useCallback, useMemo, useState } from "react";
import type { Terms } from "./PersonRow";

/** People with weights and caps, as a split takes them. */
export function useTerms(start: string[]): { terms: Terms; add: (users: string[]) => void; targets: SplitTarget[] } {
  const [users, setUsers] = useState(start);
  const [weight, setWeight] = useState<Record<string, number>>({});
  const [cap, setCap] = useState<Record<string, number>>({});
  const put = (record: Record<string, number>, user: string, value: number | undefined) => {
    const { [user]: _, ...rest } = record;
    return value === undefined ? rest : { ...rest, [user]: value };
  };
  const onWeight = useCallback((user: string, value: number | undefined) => setWeight((weight) => put(weight, user, value)), []);
  const onCap = useCallback((user: string, value: number | undefined) => setCap((cap) => put(cap, user, value)), []);
  const onRemove = useCallback((user: string) => setUsers((users) => users.filter((one) => one !== user)), []);
  const add = useCallback((more: string[]) => setUsers((users) => [...users, ...more.filter((user) => !users.includes(user))]), []);
  const terms = useMemo(() => ({ users, weight, cap, onWeight, onCap, onRemove }), [users, weight, cap, onWeight, onCap, onRemove]);
  const targets = useMemo(
    () => users.map((user): SplitTarget => (weight[user] === undefined && cap[user] === undefined ? user : { user, ...(weight[user] !== undefined && { weight: weight[user] }), ...(cap[user] !== undefined && { cap: cap[user] }) })),
    [users, weight, cap],
  );
  return { terms, add, targets };
}
