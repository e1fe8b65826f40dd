import type { Reconciler } from "../../kube/index.ts";
import { labels, type Node, type NodeClaim, nodeType, resourceNames } from "../../api/index.ts";
import { parseAmount } from "../../core/index.ts";
import { imageFor } from "../launch/template-groups.ts";
import type { NodeClassDeps } from "../node-class/reconciler.ts";
import { imagesKey } from "../types/discovered-memory.ts";

/**
 * Learns how much memory machines of a type really have when they register (spec: aws 2.9). A node of an older image tells
 * nothing of what the next one will have.
 */
export function createMemoryDiscovery(deps: NodeClassDeps): Reconciler {
  return {
    name: "providers.instancetype.capacity",
    type: nodeType,
    workers: { min: 1, max: 1 },
    reconcile: async (key) => {
      const node = deps.nodes.store.get(key);
      if (node !== undefined) await learn(deps, node);
    },
    watch: (queue) =>
      queue.watches(deps.nodes, (delta) => {
        if (delta.type === "deleted" || !isRegistered(delta.object)) return [];
        const isNews = delta.type === "added" || !isRegistered(delta.previous);
        return isNews ? [delta.object.metadata.name ?? ""] : [];
      }),
  };
}

const isRegistered = ({ metadata }: Node): boolean => metadata.labels?.[labels.registered] === "true";

async function learn(deps: NodeClassDeps, node: Node): Promise<void> {
  const { parts } = deps;
  const claim = claimOf(deps, node);
  const nodeClass = claim === undefined ? undefined : parts.nodeClass(claim.spec.nodeClassRef.name);
  const bytes = memoryOf(node);
  if (nodeClass === undefined || bytes === undefined) return;
  const type = node.metadata.labels?.[labels.instanceType] ?? "";
  const known = await parts.types.find(nodeClass, type);
  if (known === undefined || imageFor(nodeClass, { type: known }) !== claim?.status?.imageID) return;
  const listed = known.capacity[resourceNames.memory];
  parts.memory.learn({ type, images: imagesKey(nodeClass), bytes, listed });
}

function claimOf({ nodeClaims }: NodeClassDeps, { spec }: Node): NodeClaim | undefined {
  const { providerID = "" } = spec;
  if (providerID === "") return undefined;
  return nodeClaims.store.list().find(({ status }) => status?.providerID === providerID);
}

function memoryOf({ status }: Node): number | undefined {
  const amount = parseAmount(resourceNames.memory, String(status?.capacity?.[resourceNames.memory] ?? ""));
  return amount.ok && amount.value > 0 ? amount.value : undefined;
}
