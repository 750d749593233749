import { useSyncExternalStore } from "react";

const query = matchMedia("(max-width: 860px)");
const listen = (changed: () => void) => {
  query.addEventListener("change", changed);
  return () => query.removeEventListener("change", changed);
};

/** Whether the window is folded to one column, of which each pane is then the main part. */
export const useNarrow = (): boolean => useSyncExternalStore(listen, () => query.matches);
