import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type * as Contract from "../evenhand.js";
import type * as Hooks from "../react.js";

/*
 * What lives in the module's memory is made in effects and freed when they end: a render may be thrown away, or be done twice, and nobody would free what it made.
 * Until such an effect has run for what a render was given, the render has nothing: it never sees a plan of another command, or a table that was freed.
 * What a render needs at once (rows, counts, decisions) is read into plain data, and its handle freed before the render goes on.
 */

/** On a server there is no layout, and no effect either. */
const useEarlyEffect = typeof document === "undefined" ? useEffect : useLayoutEffect;

const asError = (thrown: unknown) => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/** Whether two values are the same plain data, written anew. Whatever is not plain (a table, a function, bytes) is the same only as itself. */
function alike(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  const kind = Object.getPrototypeOf(one) as unknown;
  if (kind !== Object.getPrototypeOf(other)) return false;
  if (one instanceof Date) return one.getTime() === (other as Date).getTime();
  if (Array.isArray(one)) {
    const list = other as unknown[];
    return one.length === list.length && one.every((item, at) => alike(item, list[at]));
  }
  if (kind !== Object.prototype && kind !== null) return false;
  const [ours, theirs] = [one, other] as Record<string, unknown>[] as [Record<string, unknown>, Record<string, unknown>];
  const names = Object.keys(ours);
  return names.length === Object.keys(theirs).length && names.every((name) => Object.hasOwn(theirs, name) && alike(ours[name], theirs[name]));
}

/**
 * The value of an earlier render where this one's is the same data: a command, a query or a question is mostly written where the hook is called, and is another object
 * in every render. An effect that follows such an object would run after each render, and make the next one.
 */
function useSame<T>(value: T): T {
  const kept = useRef(value);
  if (!alike(kept.current, value)) kept.current = value;
  return kept.current;
}

const LOADING: Hooks.Loading = { status: "loading", workspace: null, error: null };

export const useWorkspace: typeof Hooks.useWorkspace = (createEngine, given) => {
  const config = useSame(given);
  // A function that is written where the hook is called is another one in every render: as with the first value of a state, the first one counts.
  const start = useRef(createEngine).current;
  const [started, setStarted] = useState<{ engine: Contract.Engine } | { error: Error } | null>(null);
  const [made, setMade] = useState<{ config: unknown; view: Hooks.Ready | Hooks.Failed } | null>(null);
  useEffect(() => {
    let gone = false;
    let engine: Contract.Engine | undefined;
    start().then(
      (ready) => {
        engine = ready;
        // The component may have left while the module was loading.
        if (gone) ready.free();
        else setStarted({ engine: ready });
      },
      (error: unknown) => void (gone || setStarted({ error: asError(error) })),
    );
    return () => {
      gone = true;
      setStarted(null);
      engine?.free();
    };
  }, [start]);
  useEarlyEffect(() => {
    if (started === null) return;
    if ("error" in started) return setMade({ config, view: { status: "failed", workspace: null, error: started.error } });
    let workspace: Contract.Workspace;
    try {
      workspace = started.engine.workspace(config);
    } catch (error) {
      return setMade({ config, view: { status: "failed", workspace: null, error: asError(error) } });
    }
    setMade({ config, view: { status: "ready", workspace, error: null } });
    return () => {
      setMade(null);
      workspace.free();
    };
  }, [started, config]);
  return made?.config === config ? made.view : LOADING;
};

export const useTable: typeof Hooks.useTable = (workspace, given, options) => {
  const leads = useSame(given);
  const [made, setMade] = useState<({ workspace: Contract.Workspace; leads: unknown } & ({ table: Contract.LeadTable } | { error: unknown })) | null>(null);
  useEarlyEffect(() => {
    if (workspace === null) return;
    let table: Contract.LeadTable;
    try {
      table = workspace.load(leads, options);
    } catch (error) {
      return setMade({ workspace, leads, error });
    }
    setMade({ workspace, leads, table });
    return () => {
      setMade(null);
      table.free();
    };
  }, [workspace, leads]);
  if (made === null || made.workspace !== workspace || made.leads !== leads) return null;
  // Where a boundary can catch it.
  if ("error" in made) throw made.error;
  return made.table;
};

const nothing = () => () => undefined;

export const useRevision: typeof Hooks.useRevision = (table) => {
  const subscribe = useCallback((listener: () => void) => (table === null ? nothing() : table.subscribe(listener)), [table]);
  const revision = () => table?.revision ?? 0;
  return useSyncExternalStore(subscribe, revision, revision);
};

export const useSelection: typeof Hooks.useSelection = (table, query, options) => {
  const revision = useRevision(table);
  const asked = useSame({ ...options, query });
  return useMemo(() => {
    if (table === null) return null;
    const { actor, now, sort, offset = 0, limit = 100, fields, countBy, query } = asked;
    const found = table.select(query, { actor, now: now ?? Date.now() });
    // Sorting gives another selection.
    const sorted = sort === undefined || sort.length === 0 ? found : found.sort(sort);
    try {
      const counts: Hooks.SelectionView["counts"] = {};
      for (const field of countBy ?? []) counts[field] = found.countBy(field);
      return { rows: sorted.rows(offset, limit, fields), count: found.count, counts };
    } finally {
      if (sorted !== found) sorted.free();
      found.free();
    }
  }, [table, revision, asked]);
};

const NO_PLAN: { plan: Contract.Plan | null; error: Error | null } = { plan: null, error: null };

export const usePlan: typeof Hooks.usePlan = (workspace, table, command, context) => {
  const revision = useRevision(table);
  const [made, setMade] = useState<{ of: readonly unknown[]; view: typeof NO_PLAN } | null>(null);
  const asked = useSame({ command, context });
  const of = [workspace, table, revision, asked];
  useEarlyEffect(() => {
    const { command, context } = asked;
    if (workspace === null || table === null || command === null) return;
    let plan: Contract.Plan;
    try {
      plan = workspace.plan(table, command, { state: {}, ...context, now: context.now ?? Date.now() });
    } catch (error) {
      return setMade({ of, view: { plan: null, error: asError(error) } });
    }
    setMade({ of, view: { plan, error: null } });
    return () => {
      setMade(null);
      plan.free();
    };
  }, of);
  return made !== null && made.of.every((one, at) => Object.is(one, of[at])) ? made.view : NO_PLAN;
};

export const useCan: typeof Hooks.useCan = (workspace, table, question) => {
  const revision = useRevision(table);
  const asked = useSame(question);
  return useMemo(
    () => (workspace === null || table === null ? null : workspace.can({ ...asked, now: asked.now ?? Date.now(), leads: table })),
    [workspace, table, revision, asked],
  );
};
