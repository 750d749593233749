// The table: virtual rows, sticky heading and first column, sorted by its headings, walked and picked by keyboard.
import { type ColumnDef, getCoreRowModel, type SortingState, useReactTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import type { WorkspaceConfig } from "evenhand";
import { type KeyboardEvent, memo, type MouseEvent, useEffect, useMemo, useReducer, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { Found, Row } from "../engine/types";
import { Cell } from "./Cell";
import { useDesk } from "./desk";
import { useRows } from "./rows";
import { sorted } from "./view";

const WIDTH: Record<string, number> = { text: 168, number: 104, boolean: 92, date: 118, datetime: 148, choice: 128, tags: 180, user: 164, unit: 138, units: 170 };
const ROW = 36;
const none: Row[] = [];

export function Grid({ found, columns, onAct, picked }: { found: Found; columns: string[]; onAct: () => void; picked: number }) {
  const { opened, view, setView, selected, setSelected, lead, openLead } = useDesk();
  const { config } = opened;
  const id = config.lead.id;
  const { row, want } = useRows(found, columns);
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const anchor = useRef(0);

  const defs = useMemo(
    () =>
      columns.map((field, at): ColumnDef<Row> => {
        const def = config.fields[field];
        // Words from A on, numbers and days from the greatest down.
        return { id: field, accessorFn: (row) => row[field], header: def?.label ?? field, size: at === 0 ? 216 : (WIDTH[def?.type ?? "text"] ?? 150), minSize: 72, sortDescFirst: def?.type === "number" || def?.type === "date" || def?.type === "datetime" };
      }),
    [columns, config],
  );
  const sorting: SortingState = view.sort.map(({ field, descending }) => ({ id: field, desc: descending === true }));
  const table = useReactTable({
    data: none,
    columns: defs,
    state: { sorting },
    manualSorting: true,
    enableMultiSort: true,
    columnResizeMode: "onChange",
    getCoreRowModel: getCoreRowModel(),
    onSortingChange: (next) => {
      const states = typeof next === "function" ? next(sorting) : next;
      setView(sorted(view, states.map(({ id, desc }) => ({ field: id, ...(desc && { descending: true }) }))));
    },
  });
  const headers = table.getFlatHeaders();
  const template = `38px ${headers.map((header, at) => (at === 0 ? `min(${header.getSize()}px, 46vw)` : `${header.getSize()}px`)).join(" ")} minmax(0, 1fr)`;

  const [, drawNow] = useReducer((times: number) => times + 1, 0);
  const virtual = useVirtualizer({
    count: found.count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 14,
    scrollPaddingStart: ROW + 4,
    scrollPaddingEnd: 8,
    // On a slow machine the end of one scroll is told when the next one has moved the place already, as something that can wait: the frame
    // would be painted without its rows.
    onChange: (_, sync) => {
      if (!sync) queueMicrotask(() => flushSync(drawNow));
    },
  });
  const items = virtual.getVirtualItems();
  const [from, to] = [items[0]?.index ?? 0, items[items.length - 1]?.index ?? 0];
  useEffect(() => want(from, to), [want, from, to]);
  // What a place begins with whose row has not come yet.
  const any = useRef<Row>(undefined);
  useEffect(() => {
    any.current = row(from) ?? any.current;
  });
  // Places are drawn again with other text, and not taken away and made anew.
  const places = Math.ceil((items.length + 1) / 64) * 64;
  useEffect(() => {
    setActive(0);
    // Where it is at its beginning already, to say so would have everything laid out at once.
    if (virtual.scrollOffset) scroller.current?.scrollTo({ top: 0 });
  }, [view.query, view.list, view.search, view.sort, opened.world]);

  const idAt = (at: number) => row(at)?.[id] as string | undefined;
  const pick = (at: number, on?: boolean) => {
    const one = idAt(at);
    if (one === undefined) return;
    const next = new Set(selected);
    if (on ?? !next.has(one)) next.add(one);
    else next.delete(one);
    setSelected(next);
  };
  const pickRange = (start: number, end: number) => {
    const next = new Set(selected);
    for (let at = Math.min(start, end); at <= Math.max(start, end); at += 1) {
      const one = idAt(at);
      if (one !== undefined) next.add(one);
    }
    setSelected(next);
  };
  const go = (to: number, extend: boolean) => {
    const at = Math.max(0, Math.min(found.count - 1, to));
    setActive(at);
    virtual.scrollToIndex(at);
    if (extend) pickRange(anchor.current, at);
    else anchor.current = at;
  };
  const onKey = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / ROW) - 2);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -found.count, End: found.count }[event.key];
    if (step !== undefined) go(active + step, event.shiftKey);
    else if (event.key === " ") pick(active);
    else if (event.key === "Enter") {
      const one = idAt(active);
      if (one !== undefined) openLead(one);
    } else if (event.key === "Escape" && selected.size > 0) setSelected(new Set());
    else if (event.key === "e" && !event.ctrlKey && !event.metaKey) onAct();
    else return;
    event.preventDefault();
  };
  const onTick = (at: number, on: boolean | null) => {
    if (on === null) return pickRange(anchor.current, at);
    pick(at, on);
    anchor.current = at;
  };
  const onClick = (event: MouseEvent, at: number) => {
    setActive(at);
    if (event.shiftKey) pickRange(anchor.current, at);
    else if (event.ctrlKey || event.metaKey) pick(at);
    else {
      const one = idAt(at);
      if (one !== undefined) openLead(one);
    }
    anchor.current = at;
  };
  const hands = useRef({ onClick, onTick });
  hands.current = { onClick, onTick };
  const shownIds = items.map(({ index }) => idAt(index)).filter((one) => one !== undefined);
  const allShown = picked > 0 && shownIds.every((one) => selected.has(one));

  return (
    <div className="grid-scroll" ref={scroller}>
      <div
        id="grid"
        role="grid"
        className="grid"
        tabIndex={0}
        aria-label={view.title}
        aria-rowcount={found.count + 1}
        aria-colcount={columns.length + 1}
        aria-multiselectable="true"
        aria-activedescendant={items.some(({ index }) => index === active) ? `row-${active}` : undefined}
        onKeyDown={onKey}
      >
        <div role="rowgroup" className="grid-head">
          <div role="row" className="grid-row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
            <div role="columnheader" className="grid-cell pin pin-0">
              <input type="checkbox" tabIndex={-1} aria-label="Pick all rows in sight" checked={allShown} onChange={() => setSelected(allShown ? new Set() : new Set([...selected, ...shownIds]))} />
            </div>
            {headers.map((header, at) => {
              const sort = header.column.getIsSorted();
              const right = config.fields[header.id]?.type === "number";
              return (
                <div key={header.id} role="columnheader" className={`grid-cell head ${at === 0 ? "pin pin-1" : ""} ${right ? "right" : ""}`} aria-sort={sort === "asc" ? "ascending" : sort === "desc" ? "descending" : "none"}>
                  <button type="button" tabIndex={-1} className="sort" onClick={header.column.getToggleSortingHandler()} title={`Sort by ${String(header.column.columnDef.header)}`}>
                    {String(header.column.columnDef.header)}
                    {sort && <span aria-hidden="true">{sort === "asc" ? "↑" : "↓"}</span>}
                  </button>
                  <span className="resize" aria-hidden="true" onMouseDown={header.getResizeHandler()} onTouchStart={header.getResizeHandler()} />
                </div>
              );
            })}
          </div>
        </div>
        <div role="rowgroup" className="grid-body" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const one = row(index);
            const key = one?.[id] as string | undefined;
            return (
              <Line
                key={index % places}
                index={index}
                start={start}
                row={one}
                any={any}
                name={key === undefined ? "" : String(one?.[columns[0] ?? id] ?? key)}
                on={key !== undefined && selected.has(key)}
                active={index === active}
                open={key !== undefined && key === lead}
                columns={columns}
                config={config}
                template={template}
                hands={hands}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface LineProps {
  index: number;
  start: number;
  row: Row | undefined;
  any: { readonly current: Row | undefined };
  name: string;
  on: boolean;
  active: boolean;
  open: boolean;
  columns: string[];
  config: WorkspaceConfig;
  template: string;
  /** What is done at a click, and at a tick: a range where that is null. */
  hands: { readonly current: { onClick: (event: MouseEvent, at: number) => void; onTick: (at: number, on: boolean | null) => void } };
}

/**
 * A place for a row. It is drawn again only where something of it changed, and until its row has come it keeps the text that stood there,
 * faint: a table that is dragged past thousands of rows has no hole in it.
 */
const Line = memo(function Line({ index, start, row, any, name, on, active, open, columns, config, template, hands }: LineProps) {
  const last = useRef(any.current);
  useEffect(() => {
    last.current = row ?? last.current;
  });
  const [late, text] = [row === undefined, row ?? last.current];
  const cells = useMemo(
    () =>
      columns.map((field, at) => (
        <div key={field} role="gridcell" className={`grid-cell ${at === 0 ? "pin pin-1 first" : ""} ${config.fields[field]?.type === "number" ? "right" : ""}`}>
          {text ? <Cell value={text[field]} field={field} config={config} /> : <span className="ghost" />}
        </div>
      )),
    [text, columns, config],
  );
  return (
    <div
      id={`row-${index}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={on}
      className={`grid-row ${active ? "active" : ""} ${open ? "open" : ""} ${late ? "late" : ""}`}
      aria-busy={late || undefined}
      style={{ gridTemplateColumns: template, translate: `0 ${start}px` }}
      onClick={(event) => hands.current.onClick(event, index)}
    >
      <div role="gridcell" className="grid-cell pin pin-0" onClick={(event) => event.stopPropagation()}>
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={`Pick ${name}`.trim()}
          checked={on}
          onClick={(event) => {
            if (event.shiftKey) hands.current.onTick(index, null);
          }}
          onChange={({ target }) => hands.current.onTick(index, target.checked)}
        />
      </div>
      {cells}
    </div>
  );
});
