import type { FleetDelta, FleetState } from "../../../src/server/contract/index.ts";
import type { FleetFeed } from "../../../src/server/index.ts";

/** A feed that is told by a test what changes. */
export interface MadeFeed extends FleetFeed {
  tell(delta: Omit<FleetDelta, "schema" | "revision">): void;
}

export function madeFeed(first: FleetState): MadeFeed {
  let state = first;
  const kept: FleetDelta[] = [];
  const listeners = new Set<(delta: FleetDelta) => void>();
  return {
    state: () => state,
    since: (revision) => kept.filter((delta) => delta.revision > revision),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    look: () => undefined,
    run: () => Promise.resolve(),
    tell: (change) => {
      const delta: FleetDelta = { schema: "fleet-delta/1", revision: state.revision + 1, ...change };
      state = { ...state, revision: delta.revision };
      kept.push(delta);
      for (const listener of listeners) listener(delta);
    },
  };
}
