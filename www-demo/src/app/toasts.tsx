import { Toast } from "@base-ui/react/toast";
import type { Reason } from "evenhand";
import type { Failure } from "../engine/types";
import { DROPS, number, sentence } from "./format";

const manager = Toast.createToastManager();

const toasts = {
  say(title: string, description?: string) {
    manager.add({ title, description, timeout: 7000 });
  },
  done(title: string, count: number, undo: () => void) {
    const id = manager.add({
      title,
      description: `${number(count)} changed.`,
      type: "done",
      timeout: 14_000,
      actionProps: {
        children: "Undo",
        onClick: () => {
          manager.close(id);
          undo();
        },
      },
    });
  },
  failed(title: string, { message, hint }: Failure) {
    manager.add({ title, description: `${sentence(message)}${hint ? ` ${sentence(hint)}` : ""}`, type: "refused", priority: "high", timeout: 12_000 });
  },
  refused(title: string, reasons: Reason[]) {
    manager.add({ title, description: reasons.map(({ message }) => sentence(message)).join(" "), type: "refused", priority: "high", timeout: 12_000 });
  },
  dropped(title: string, dropped: { code: string; count: number }[]) {
    const words = dropped.map(({ code }) => sentence(DROPS[code] ?? code)).join(" ");
    manager.add({ title, description: words, type: "held", priority: "high", timeout: 12_000 });
  },
};

export const useToasts = () => toasts;

function List() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={`toast ${toast.type ?? ""}`} swipeDirection={["down", "right"]}>
      <Toast.Content className="toast-content">
        <div>
          <Toast.Title className="toast-title" />
          <Toast.Description className="toast-text" />
        </div>
        <div className="toast-buttons">
          {toast.actionProps && <Toast.Action className="button small" />}
          <Toast.Close className="icon-button" aria-label="Dismiss">
            ×
          </Toast.Close>
        </div>
      </Toast.Content>
    </Toast.Root>
  ));
}

export function Toasts() {
  return (
    <Toast.Provider toastManager={manager} limit={3}>
      <Toast.Portal>
        <Toast.Viewport className="toasts">
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}
