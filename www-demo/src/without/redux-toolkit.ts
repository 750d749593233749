// The filter's component keeps its query in a store of two slices. Of the toolkit that makes them it needs what stands here; the checks,
// the tracing and the dispatch of asynchronous work that come along with it are never run.
type Action = { type: string; payload?: unknown; meta?: object };
type Reducer = (state: Record<string, unknown>, action: Action) => unknown;
interface Slice {
  name: string;
  reducer: (state: Record<string, unknown>, action: Action) => Record<string, unknown>;
}

export function createSlice({ name, initialState, reducers, selectors }: { name: string; initialState: Record<string, unknown>; reducers: Record<string, Reducer | { prepare: (...of: unknown[]) => Omit<Action, "type">; reducer: Reducer }>; selectors?: Record<string, (state: unknown, ...of: unknown[]) => unknown> }) {
  const types = Object.entries(reducers).map(([key, one]): [type: string, key: string, one: typeof one] => [`${name}/${key}`, key, one]);
  const handlers = new Map(types.map(([type, , one]) => [type, typeof one === "function" ? one : one.reducer]));
  return {
    name,
    getInitialState: () => initialState,
    actions: Object.fromEntries(types.map(([type, key, one]) => [key, Object.assign((...of: unknown[]) => ({ type, ...(typeof one === "function" ? { payload: of[0] } : one.prepare(...of)) }), { type })])),
    selectors: Object.fromEntries(Object.entries(selectors ?? {}).map(([key, select]) => [key, (root: Record<string, unknown>, ...of: unknown[]) => select(root[name], ...of)])),
    reducer(state: Record<string, unknown>, action: Action) {
      const handle = handlers.get(action.type);
      if (!handle) return state;
      // They set and delete keys of the slice, and nothing deeper.
      const next = { ...state };
      handle(next, action);
      return next;
    },
  };
}

export function combineSlices(...slices: Slice[]) {
  const reduce = (state: Record<string, Record<string, unknown>>, action: Action) => Object.fromEntries(slices.map(({ name, reducer }) => [name, reducer(state[name] ?? {}, action)]));
  return Object.assign(reduce, { withLazyLoadedSlices: () => Object.assign(reduce, { inject: (slice: Slice) => slices.push(slice) }) });
}

export function configureStore({ reducer, preloadedState }: { reducer: ReturnType<typeof combineSlices>; preloadedState: Record<string, Record<string, unknown>> }) {
  let state = preloadedState;
  const listeners = new Set<() => void>();
  const store = {
    getState: () => state,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    dispatch(action: Action | ((dispatch: (action: Action) => unknown, getState: () => unknown) => unknown)): unknown {
      if (typeof action === "function") return action(store.dispatch, store.getState);
      state = reducer(state, action);
      for (const listener of listeners) listener();
      return action;
    },
  };
  return store;
}
