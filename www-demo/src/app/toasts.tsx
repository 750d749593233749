// What has just happened, for a while, with the way back. A list that is read out as it grows; at most three at a time.
import type { Reason } from "evenhand";
import { useSyncExternalStore } from "react";
import type { Failure } from "../engine/types";
import { DROPS, number, sentence } from "./format";

interface Toast {
  id: number;
  title: string;
  text?: string;
  type?: "done" | "refused" | "held";
  undo?: () => void;
  milliseconds: number;
}

const MOST = 3;
let shown: readonly Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();
const timers = new Map<number, ReturnType<typeof setTimeout>>();

function show(toasts: readonly Toast[]) {
  shown = toasts;
  for (const listener of listeners) listener();
}
function close(id: number) {
  stop(id);
  show(shown.filter((toast) => toast.id !== id));
}
/** A toast that is looked at stays. */
function stop(id: number) {
  clearTimeout(timers.get(id));
  timers.delete(id);
}
const start = ({ id, milliseconds }: Toast) => timers.set(id, setTimeout(() => close(id), milliseconds));

function add(toast: Omit<Toast, "id">) {
  const made = { ...toast, id: next++ };
  for (const { id } of shown.slice(MOST - 1)) stop(id);
  show([made, ...shown].slice(0, MOST));
  start(made);
}

const toasts = {
  say(title: string, text?: string) {
    add({ title, text, milliseconds: 7000 });
  },
  done(title: string, count: number, undo: () => void) {
    add({ title, text: `${number(count)} changed.`, type: "done", undo, milliseconds: 14_000 });
  },
  failed(title: string, { message, hint }: Failure) {
    add({ title, text: `${sentence(message)}${hint ? ` ${sentence(hint)}` : ""}`, type: "refused", milliseconds: 14_000 });
  },
  refused(title: string, reasons: Reason[]) {
    add({ title, text: reasons.map(({ message }) => sentence(message)).join(" "), type: "refused", milliseconds: 12_000 });
  },
  dropped(title: string, dropped: { code: string; count: number }[]) {
    add({ title, text: dropped.map(({ code }) => sentence(DROPS[code] ?? code)).join(" "), type: "held", milliseconds: 12_000 });
  },
};

export const useToasts = () => toasts;

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function Toasts() {
  const list = useSyncExternalStore(subscribe, () => shown);
  return (
    <section className="toasts" aria-label="Notifications" aria-live="polite" aria-relevant="additions">
      {list.map((toast) => (
        <div
          key={toast.id}
          className={`toast ${toast.type ?? ""}`}
          role={toast.type === "refused" ? "alert" : undefined}
          onMouseEnter={() => stop(toast.id)}
          onMouseLeave={() => start(toast)}
          onFocus={() => stop(toast.id)}
          onBlur={() => start(toast)}
          onKeyDown={({ key }) => key === "Escape" && close(toast.id)}
        >
          <div className="toast-words">
            <p className="toast-title">{toast.title}</p>
            {toast.text && <p className="toast-text">{toast.text}</p>}
          </div>
          {toast.undo && (
            <button
              type="button"
              className="button small"
              onClick={() => {
                close(toast.id);
                toast.undo?.();
              }}
            >
              Undo
            </button>
          )}
          <button type="button" className="icon-button" aria-label="Dismiss" onClick={() => close(toast.id)}>
            ×
          </button>
        </div>
      ))}
    </section>
  );
}
