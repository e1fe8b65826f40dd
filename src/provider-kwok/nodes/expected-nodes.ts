import type { NodeClaim } from "../../api/index.ts";
import type { EpochMillis } from "../../core/index.ts";
import type { CloudInstance } from "../../provider/index.ts";

/** A launched instance whose Node is still to come. */
export interface ExpectedNode {
  readonly instance: CloudInstance;
  readonly claim: NodeClaim;
  readonly dueAt: EpochMillis;
}

/**
 * Nodes that are still to come, by name. It is a view of what claims say, held so that an instance is found before its
 * claim has been written; after a restart it is filled from the claims again.
 */
export interface ExpectedNodes {
  add(name: string, node: ExpectedNode): void;
  get(name: string): ExpectedNode | undefined;
  /** In order of name. */
  list(): readonly ExpectedNode[];
  /** The Node has come, or never will. A name that is settled is not expected again. */
  settle(name: string): void;
  /** Whether the name is expected or was settled, so that a claim need not be looked at again. */
  knows(name: string): boolean;
  /** The claim of the name is gone for good. */
  forget(name: string): void;
  /** Calls for everything expected now and later; returns the unsubscriber. */
  subscribe(listener: (name: string, node: ExpectedNode) => void): () => void;
}

export function createExpectedNodes(): ExpectedNodes {
  const expected = new Map<string, ExpectedNode>();
  const settled = new Set<string>();
  const listeners = new Set<(name: string, node: ExpectedNode) => void>();
  return {
    add: (name, node) => {
      if (settled.has(name)) return;
      expected.set(name, node);
      for (const listener of listeners) listener(name, node);
    },
    get: (name) => expected.get(name),
    list: () => [...expected].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, node]) => node),
    settle: (name) => {
      expected.delete(name);
      settled.add(name);
    },
    knows: (name) => expected.has(name) || settled.has(name),
    forget: (name) => {
      expected.delete(name);
      settled.delete(name);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      for (const [name, node] of expected) listener(name, node);
      return () => void listeners.delete(listener);
    },
  };
}
