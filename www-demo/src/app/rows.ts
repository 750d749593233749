import { useCallback, useLayoutEffect, useRef, useState } from "react";
import type { Found, Row } from "../engine/types";
import { desk } from "./client";

export const PAGE = 100;

/** Rows of a selection, a page at a time, as they come into sight. What was there stays until the next is known. */
export function useRows(found: Found, fields: string[]) {
  const names = fields.join("\n");
  const brought = found.fields.join("\n") === names;
  const pages = useRef(new Map<number, Row[]>(brought ? [[0, found.rows]] : []));
  const asked = useRef(new Set<number>(pages.current.keys()));
  const [shown, setShown] = useState(0);
  const key = useRef(brought ? found.key : 0);
  const columns = useRef(fields);
  columns.current = fields;
  const last = useRef<[number, number]>([0, 40]);

  const ask = useCallback(async (page: number) => {
    if (asked.current.has(page)) return;
    asked.current.add(page);
    const mine = key.current;
    const rows = await desk.rows(mine, page * PAGE, PAGE, columns.current);
    if (mine !== key.current) return;
    pages.current.set(page, rows);
    setShown((shown) => shown + 1);
  }, []);

  // Before anything is painted, so that no heading stands over rows of the list before.
  useLayoutEffect(() => {
    let current = true;
    const mine = found.key;
    if (mine === key.current && brought && pages.current.get(0) === found.rows) return;
    const first = Math.floor(Math.min(last.current[0], Math.max(0, found.count - 1)) / PAGE);
    if (first === 0 && brought) {
      key.current = mine;
      pages.current = new Map([[0, found.rows]]);
      asked.current = new Set([0]);
      setShown((shown) => shown + 1);
      return;
    }
    void desk.rows(mine, first * PAGE, PAGE, columns.current).then((rows) => {
      if (!current) return;
      key.current = mine;
      pages.current = new Map([[first, rows]]);
      asked.current = new Set([first]);
      setShown((shown) => shown + 1);
      void ask(Math.floor(last.current[1] / PAGE));
    });
    return () => {
      current = false;
    };
  }, [found, names, ask]);

  /** Makes sure of these rows, and of the page on either side. */
  const want = useCallback(
    (from: number, to: number) => {
      last.current = [from, to];
      if (key.current !== found.key) return;
      const end = Math.ceil(found.count / PAGE) - 1;
      for (let page = Math.floor(from / PAGE); page <= Math.min(end, Math.floor(to / PAGE)); page += 1) void ask(page);
      const [before, after] = [Math.floor(from / PAGE) - 1, Math.floor(to / PAGE) + 1];
      if (after <= end) void ask(after);
      if (before >= 0) void ask(before);
    },
    [found, ask],
  );

  const row = (at: number): Row | undefined => pages.current.get(Math.floor(at / PAGE))?.[at % PAGE];
  return { row, want, shown };
}
