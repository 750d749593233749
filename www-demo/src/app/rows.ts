import { useCallback, useLayoutEffect, useRef, useState } from "react";
import type { Found, Row } from "../engine/types";
import { desk } from "./client";

export const PAGE = 100;

/** Rows of a selection, a page at a time, as they come into sight. What was there stays until the next is known. */
export function useRows(found: Found, fields: string[]) {
  const names = fields.join("\n");
  const brought = found.fields.join("\n") === names;
  const pages = useRef(new Map<number, Row[]>(brought ? [[0, found.rows]] : []));
  const [, setShown] = useState(0);
  const key = useRef(brought ? found.key : 0);
  const count = useRef(brought ? found.count : 0);
  const columns = useRef(fields);
  columns.current = fields;
  const last = useRef<[number, number]>([0, 40]);
  const asking = useRef(false);

  const take = useCallback((of: number, all: number, known: [number, Row[]][]) => {
    key.current = of;
    count.current = all;
    pages.current = new Map(known);
    setShown((shown) => shown + 1);
  }, []);

  /** Asks for what is in sight now, then for a page on either side: one question at a time, so that what has gone by is not waited for. */
  const next = useCallback(async (): Promise<void> => {
    if (asking.current) return;
    const end = Math.ceil(count.current / PAGE) - 1;
    const [first, final] = last.current.map((at) => Math.min(end, Math.floor(at / PAGE))) as [number, number];
    const missing: number[] = [];
    for (let page = Math.max(0, first); page <= final; page += 1) if (!pages.current.has(page)) missing.push(page);
    const beside = [final + 1, first - 1].find((page) => page >= 0 && page <= end && !pages.current.has(page));
    const from = missing[0] ?? beside;
    if (from === undefined) return;
    const pieces = missing.length === 0 ? 1 : (missing[missing.length - 1] ?? from) - from + 1;
    const mine = key.current;
    const named = columns.current;
    asking.current = true;
    try {
      const rows = await desk.rows(mine, from * PAGE, pieces * PAGE, named);
      if (mine === key.current && named === columns.current) {
        for (let piece = 0; piece < pieces; piece += 1) pages.current.set(from + piece, rows.slice(piece * PAGE, (piece + 1) * PAGE));
        setShown((shown) => shown + 1);
      }
    } finally {
      asking.current = false;
    }
    return next();
  }, []);

  // Before anything is painted, so that no heading stands over rows of the list before.
  useLayoutEffect(() => {
    let current = true;
    const mine = found.key;
    if (mine === key.current && brought && pages.current.get(0) === found.rows) return;
    const first = Math.floor(Math.min(last.current[0], Math.max(0, found.count - 1)) / PAGE);
    if (first === 0 && brought) {
      take(mine, found.count, [[0, found.rows]]);
      return;
    }
    void desk.rows(mine, first * PAGE, PAGE, columns.current).then((rows) => {
      if (!current) return;
      take(mine, found.count, [[first, rows]]);
      void next();
    });
    return () => {
      current = false;
    };
  }, [found, names, take, next]);

  /** Makes sure of these rows, and of the page on either side. */
  const want = useCallback(
    (from: number, to: number) => {
      last.current = [from, to];
      if (key.current === found.key) void next();
    },
    [found, next],
  );

  const row = (at: number): Row | undefined => pages.current.get(Math.floor(at / PAGE))?.[at % PAGE];
  return { row, want };
}
