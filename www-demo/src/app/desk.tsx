// What the page knows: the open world, who acts, what is shown, what is picked. Everything about leads comes from the worker.
import type { Command } from "evenhand";
import { createContext, type Dispatch, type ReactNode, type SetStateAction, use, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Failure, Found, LogLine, Opened, Overview, Settings } from "../engine/types";
import { worlds } from "../../worlds/index.js";
import { desk, first, proxy } from "./client";
import type { Draft } from "./draft";
import { number, userName } from "./format";
import { PAGE } from "./rows";
import { useToasts } from "./toasts";
import { type Place, readPlace, writePlace } from "./url";
import { isPage, type ShownView, viewOf } from "./view";

export interface DeskState {
  opened: Opened;
  actor: string;
  setActor: (actor: string) => void;
  openWorld: (world: string) => Promise<void>;
  /** To the edge worker or back, with what is shown. */
  setEdge: (edge: boolean) => Promise<void>;
  overview: Overview | null;
  log: LogLine[];
  /** Rises whenever something changed. */
  revision: number;
  changed: () => void;
  view: ShownView;
  setView: (view: ShownView) => void;
  /** What the view has, where it was found along with the opening of the world; the table takes it over. */
  found: { view: ShownView; found: Found; taken: boolean } | null;
  selected: ReadonlySet<string>;
  setSelected: (selected: ReadonlySet<string>) => void;
  lead: string | null;
  openLead: (id: string | null) => void;
  draft: Draft | null;
  setDraft: (draft: Draft | null) => void;
  drafts: Drafts;
  setDrafts: Dispatch<SetStateAction<Drafts>>;
  pane: Pane;
  setPane: (pane: Pane) => void;
  /** Writes a command at once, with a toast. For small things that were just confirmed. */
  perform: (command: Command) => Promise<boolean>;
  undo: (plan: string) => Promise<void>;
  /** Moves the clock from where it stands by then. */
  setNow: (to: (now: number) => number) => Promise<void>;
}
/** Of each part of the settings that is being changed: how it is to be, and what was in force when that was begun. */
export type Drafts = { [P in keyof Settings]?: { value: Settings[P]; began: Settings[P] } };
export type Pane = "nav" | "main" | "inspect";

const Context = createContext<DeskState | null>(null);

export function useDesk(): DeskState {
  const state = use(Context);
  if (!state) throw new Error("outside of the desk");
  return state;
}

/** What time it is in the open world. In the browser it stands until it is moved; at the edge it runs. */
export function useNow(): number {
  const { edge, now, told } = useDesk().opened;
  const [passed, setPassed] = useState(0);
  useEffect(() => {
    setPassed(0);
    if (!edge) return;
    const timer = setInterval(() => setPassed(Date.now() - told), 1000);
    return () => clearInterval(timer);
  }, [edge, told]);
  return now + passed;
}

export interface Loading {
  id: string;
  world: string;
  done: number;
  total: number;
  failure?: Failure;
}
const LoadingContext = createContext<Loading | null>(null);
export const useLoading = () => use(LoadingContext);

const titleOf = (world: string) => worlds.find(({ id }) => id === world)?.title ?? "Your file";

export function DeskProvider({ children }: { children: ReactNode }) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const [loading, setLoading] = useState<Loading | null>({ id: "", world: "", done: 0, total: 0 });
  const [actor, setActorState] = useState("");
  const [overview, setOverview] = useState<Overview | null>(null);
  const [log, setLog] = useState<LogLine[]>([]);
  const [revision, setRevision] = useState(0);
  const [view, setViewState] = useState<ShownView | null>(null);
  const [found, setFound] = useState<DeskState["found"]>(null);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [lead, setLead] = useState<string | null>(null);
  const [draft, setDraftState] = useState<Draft | null>(null);
  const [drafts, setDrafts] = useState<Drafts>({});
  const [pane, setPane] = useState<Pane>("main");
  const toasts = useToasts();
  const turn = useRef(0);

  const changed = useCallback(() => {
    void desk.opened().then(setOpened);
    setRevision((revision) => revision + 1);
  }, []);

  const open = useCallback(async (world: string, place: Place) => {
    const mine = ++turn.current;
    const edge = place.edge === true;
    const loading = { id: world, world: `${titleOf(world)}${edge ? " at the edge" : ""}`, done: 0, total: 0 };
    setLoading(loading);
    // Progress comes through a channel of its own, and may come after the answer.
    let answered = false;
    const progress = (done: number, total: number) => mine === turn.current && !answered && setLoading({ ...loading, done, total });
    try {
      if (place === first.place) first.progress = progress;
      const next = await (place === first.place ? first.opening : desk.open(world, edge, proxy(progress)));
      answered = true;
      if (mine !== turn.current) return;
      const actor = next.config.users.some(({ id }) => id === place.actor) && place.actor ? place.actor : next.actor;
      const view = viewOf(place, next.config, next.noun);
      // Shown together with the rest: the list is what a visitor waits for, and counts of other lists come after it.
      const found = isPage(view) ? null : { view, found: await desk.find(view, actor, view.columns, PAGE), taken: false };
      if (mine !== turn.current) return;
      setOpened(next);
      setActorState(actor);
      setViewState(view);
      setFound(found);
      setSelected(new Set());
      setLead(place.lead ?? null);
      setDraftState(null);
      setDrafts({});
      setPane(place.lead ? "inspect" : "main");
      setRevision((revision) => revision + 1);
      setLoading(null);
    } catch (error) {
      answered = true;
      if (mine !== turn.current) return;
      if (edge) {
        toasts.failed("The edge worker cannot be used", error as Failure);
        return void open(world, { ...place, edge: false });
      }
      setLoading({ ...loading, failure: { code: "load", message: error instanceof Error ? error.message : String(error) } });
    }
  }, []);

  const started = useRef(false);
  useEffect(() => {
    if (started.current) return;
    started.current = true;
    const again = (place = readPlace(location.hash)) => void open(place.world, place);
    void desk.onChange(proxy((reset: boolean) => (reset ? again() : changed())));
    again(first.place);
    const listen = () => {
      const place = readPlace(location.hash);
      if (writePlace(place) !== shown.current) again();
    };
    addEventListener("hashchange", listen);
  }, [open, changed]);

  const shown = useRef("");
  useEffect(() => {
    if (!opened || !view) return;
    const place = writePlace({ world: opened.world, edge: opened.edge, actor, list: view.kind === "all" || view.kind === "unowned" || isPage(view) ? view.kind : view.from, pool: view.pool, lead: lead ?? undefined });
    shown.current = place;
    if (location.hash !== place) history.replaceState(null, "", place);
    document.title = `${view.title} · ${opened.title} · Evenhand`;
  }, [opened, actor, view, lead]);

  useEffect(() => {
    if (!opened || !actor) return;
    let current = true;
    void Promise.all([desk.overview(actor), desk.log()]).then(([overview, log]) => {
      if (!current) return;
      setOverview(overview);
      setLog(log);
    });
    return () => {
      current = false;
    };
  }, [opened?.world, actor, revision]);

  const undo = useCallback(
    async (plan: string) => {
      const summary = await desk.preview({ type: "undo", plan }, actor);
      if ("failure" in summary) return toasts.failed("This cannot be undone", summary.failure);
      if (summary.refused.length > 0) return toasts.refused("You may not undo this", summary.refused);
      if (summary.count === 0) return toasts.say("There is nothing left to put back", "Everything it changed has been changed since.");
      const written = await desk.write(summary.token);
      if (!written.ok) return "failure" in written ? toasts.failed("Nothing was put back", written.failure) : toasts.say("Somebody was faster", "Nothing was put back. Try again.");
      const left = summary.dropped.reduce((sum, { count }) => sum + count, 0);
      toasts.say(`${number(summary.count)} put back`, left > 0 ? `${number(left)} had been changed since and stay as they are.` : undefined);
      changed();
    },
    [actor, toasts, changed],
  );

  const perform = useCallback(
    async (command: Command) => {
      /** A claim that came too late is told kindly, and who was faster. */
      const lost = async (command: Command) => {
        const winner = command.type === "claim" ? await desk.assigneeOf(command.run) : null;
        if (winner === null || winner === actor || !opened) return false;
        toasts.say(`${userName(winner, opened.config)} was faster`, "The lead is theirs. The next one is offered as usual.");
        return true;
      };
      const summary = await desk.preview(command, actor);
      if ("failure" in summary) return toasts.failed("Nothing was changed", summary.failure), false;
      if (summary.refused.length > 0) return toasts.refused("Nothing was changed", summary.refused), false;
      if (summary.count === 0 && summary.runs.length === 0) {
        if (!(await lost(command))) toasts.dropped("Nothing was changed", summary.dropped);
        changed();
        return false;
      }
      const written = await desk.write(summary.token);
      if (!written.ok) {
        if ("failure" in written) toasts.failed("Nothing was changed", written.failure);
        else if (!(await lost(command))) toasts.say("Somebody was faster", "Nothing was changed. Try again.");
        changed();
        return false;
      }
      if (summary.count === 0) toasts.say(written.title);
      else toasts.done(written.title, written.count, () => void undo(written.id));
      changed();
      return true;
    },
    [actor, toasts, undo, changed, opened],
  );

  const state = useMemo<DeskState | null>(() => {
    if (!opened || !view) return null;
    return {
      opened,
      actor,
      setActor: (next) => {
        setActorState(next);
        setSelected(new Set());
        setDraftState(null);
        setDrafts({});
      },
      openWorld: (world) => open(world, { world, edge: opened.edge && world !== "file" }),
      setEdge: (edge) => open(opened.world, { ...readPlace(location.hash), edge }),
      overview,
      log,
      revision,
      changed,
      view,
      found,
      setView: (next) => {
        setViewState(next);
        setSelected(new Set());
        if (draft !== null && ["mass", "return", "fixed", "group"].includes(draft.kind)) setDraftState(null);
        if (isPage(next) && next.kind !== "offers") setLead(null);
      },
      selected,
      setSelected,
      lead,
      openLead: (id) => {
        setLead(id);
        if (id !== null) {
          setDraftState(null);
          setPane("inspect");
        }
      },
      draft,
      setDraft: (next) => {
        setDraftState(next);
        if (next) setPane("inspect");
      },
      drafts,
      setDrafts,
      pane,
      setPane,
      perform,
      undo,
      setNow: async (to) => {
        const done = await desk.setNow(to((await desk.opened()).now));
        if ("failure" in done) return toasts.failed("The clock was not moved", done.failure);
        const { moved } = done;
        if (moved.length > 0) {
          const last = new Map(moved.map((run) => [run.id, run]));
          const words = [...last.values()].slice(0, 3).map(({ status, assignee, offeredTo }) => (status === "offered" ? `${offeredTo.map((user) => userName(user, opened.config)).join(", ")} asked now` : assignee === null ? "nobody could have it" : `${userName(assignee, opened.config)} has it now`));
          toasts.say(last.size === 1 ? "An offer moved on" : `${number(last.size)} offers moved on`, `${words.join("; ")}.`);
        }
        changed();
      },
    };
  }, [opened, actor, overview, log, revision, changed, toasts, view, found, selected, lead, draft, drafts, pane, perform, undo, open]);

  return (
    <LoadingContext value={loading}>
      <Context value={state}>{children}</Context>
    </LoadingContext>
  );
}

export const DeskReady = ({ children, otherwise }: { children: ReactNode; otherwise: ReactNode }) => (use(Context) ? children : otherwise);
