/** What is used of React, which is the host's. */
declare module "react" {
  export function useEffect(effect: () => void | (() => void), deps: readonly unknown[]): void;
  export function useLayoutEffect(effect: () => void | (() => void), deps: readonly unknown[]): void;
  export function useMemo<T>(make: () => T, deps: readonly unknown[]): T;
  export function useRef<T>(first: T): { current: T };
  export function useState<T>(first: T): [T, (next: T | ((before: T) => T)) => void];
  export function useCallback<T>(call: T, deps: readonly unknown[]): T;
  export function useSyncExternalStore<T>(subscribe: (listener: () => void) => () => void, snapshot: () => T, serverSnapshot: () => T): T;
}
