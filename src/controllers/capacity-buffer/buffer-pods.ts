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
  /** Chunks expected on a node (`StateNode.name`): such a node is not empty (scheduling 7.3). */
  chunksOn(node: string): number;
}

export function createBufferPods(): BufferPods {
  const demands = new Map<string, BufferDemand>();
  let onNodes: ReadonlyMap<string, number> = new Map();
  const inOrder = (): readonly BufferDemand[] => [...demands.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  return {
    set: (demand) => void demands.set(demand.key, demand),
    remove: (key) => void demands.delete(key),
    demands: inOrder,
    pods: () => inOrder().flatMap(({ pods }) => pods),
    placed: ({ nominations }) => {
      const chunks = nominations.filter(({ pod }) => demands.has(bufferOf(pod)));
      onNodes = new Map([...Map.groupBy(chunks, ({ node }) => node)].map(([node, list]) => [node, list.length]));
    },
    chunksOn: (node) => onNodes.get(node) ?? 0,
  };
}
