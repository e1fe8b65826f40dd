import type { Pod } from "../../api/index.ts";
import { bufferOf, type ProvisioningPlan } from "../../core/index.ts";

/** What one buffer wants now. */
export interface BufferDemand {
  /** `namespace/name`. */
  readonly key: string;
  readonly ready: boolean;
  readonly pods: readonly Pod[];
}

/** Chunks of all buffers, and where the last pass put them. The passes read it, the buffer controller writes it. */
export interface BufferPods {
  set(demand: BufferDemand): void;
  remove(key: string): void;
  demands(): readonly BufferDemand[];
  pods(): readonly Pod[];
  /** Remembers where a plan puts chunks. */
  placed(plan: ProvisioningPlan): void;
  /**
   * Nodes (`StateNode.name`) that chunks are expected on: they are not empty (scheduling 7.3). A buffer that is gone, or
   * wants nothing any more, lets go of its nodes at once, whenever the next plan is made.
   */
  nodes(): ReadonlySet<string>;
}

export function createBufferPods(): BufferPods {
  const demands = new Map<string, BufferDemand>();
  let places: readonly { readonly buffer: string; readonly node: string }[] = [];
  const inOrder = (): readonly BufferDemand[] => [...demands.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  return {
    set: (demand) => void demands.set(demand.key, demand),
    remove: (key) => void demands.delete(key),
    demands: inOrder,
    pods: () => inOrder().flatMap(({ pods }) => pods),
    placed: ({ nominations }) => {
      places = nominations.flatMap(({ pod, node }) => {
        const buffer = bufferOf(pod);
        return demands.has(buffer) ? [{ buffer, node }] : [];
      });
    },
    nodes: () => {
      const wanted = places.filter(({ buffer }) => (demands.get(buffer)?.pods.length ?? 0) > 0);
      return new Set(wanted.map(({ node }) => node));
    },
  };
}
