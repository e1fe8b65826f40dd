import type { FleetState } from "../../server/contract/index.ts";

/** How the page stands to the server. Times are milliseconds of the browser's clock. */
export type ConnectionState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "lost"; readonly since: number; readonly why: string }
  | { readonly kind: "denied"; readonly message: string }
  | { readonly kind: "outdated" };

export interface Shown {
  readonly connection: ConnectionState;
  /** The last state that was heard; kept while the server cannot be reached. */
  readonly fleet: FleetState | undefined;
}

export interface Store {
  get(): Shown;
  set(change: Partial<Shown>): void;
  subscribe(listener: () => void): () => void;
}

export function createStore(first: Shown = { connection: { kind: "connecting" }, fleet: undefined }): Store {
  let shown = first;
  const listeners = new Set<() => void>();
  return {
    get: () => shown,
    set: (change) => {
      shown = { ...shown, ...change };
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
