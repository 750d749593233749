import { useCallback, useEffect, useRef, useState } from "react";
import { createEngine } from "evenhand";

/** The engine, a workspace and a table of leads for as long as the component stands; `rows` are what the actor may see. */
export function useEvenhand(config, leads, actor) {
  const held = useRef(null);
  const [rows, setRows] = useState(null);
  const [error, setError] = useState(null);

  const look = useCallback(() => {
    const selection = held.current.table.select(null, { actor, now: Date.now() });
    setRows(selection.rows());
    selection.free();
  }, [actor]);

  useEffect(() => {
    let gone = false;
    let engine;
    createEngine().then(
      (made) => {
        engine = made;
        // The component may have left while the module was loading.
        if (gone) return engine.free();
        const workspace = engine.workspace(config);
        held.current = { workspace, table: workspace.load(leads) };
        look();
      },
      (reason) => !gone && setError(reason),
    );
    return () => {
      gone = true;
      held.current = null;
      engine?.free();
    };
  }, [config, leads, look]);

  /** A plan of a command: what would happen. */
  const plan = useCallback((command) => held.current.workspace.plan(held.current.table, command, { actor, now: Date.now(), state: {} }), [actor]);

  /** Takes a plan over into the table. */
  const apply = useCallback(
    (made) => {
      const done = held.current.table.apply(made);
      look();
      return done;
    },
    [look],
  );

  return { rows, error, plan, apply };
}
