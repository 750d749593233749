import type { Command } from "evenhand";
import { useEffect, useRef, useState } from "react";
import type { Failure, Summary } from "../engine/types";
import { desk } from "./client";
import { useDesk } from "./desk";

export interface Planned {
  summary: Summary | null;
  failure: Failure | null;
  /** A newer plan is being made; the one that is shown is of the form as it was. */
  pending: boolean;
}

/** The plan of a command, made again whenever the command or the world changes. */
export function usePlan(command: Command | null): Planned {
  const { actor, revision } = useDesk();
  const [planned, setPlanned] = useState<Planned>({ summary: null, failure: null, pending: false });
  const turn = useRef(0);
  const key = command === null ? "" : JSON.stringify(command);
  const latest = useRef(command);
  latest.current = command;
  useEffect(() => {
    const mine = ++turn.current;
    const now = latest.current;
    if (now === null) {
      setPlanned({ summary: null, failure: null, pending: false });
      return;
    }
    setPlanned((planned) => ({ ...planned, pending: true }));
    const timer = setTimeout(() => {
      void desk.preview(now, actor).then((made) => {
        if (mine !== turn.current) return;
        setPlanned("failure" in made ? { summary: null, failure: made.failure, pending: false } : { summary: made, failure: null, pending: false });
      });
    }, 40);
    return () => clearTimeout(timer);
  }, [key, actor, revision]);
  return planned;
}
