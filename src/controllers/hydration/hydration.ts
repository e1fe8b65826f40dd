import { type KubeObject, nodeClaimType, nodeClassLabelKey, nodeType, type ResourceType } from "../../api/index.ts";
import { type KubeClient, objectKey } from "../../kube/index.ts";
import type { CloudProvider } from "../../provider/index.ts";
import {
  type Caches,
  indexes,
  isManagedClaim,
  patchObject,
  type Reconciler,
  reasonableRetry,
} from "../plumbing/index.ts";

export interface HydrationDeps {
  readonly kube: KubeClient;
  readonly caches: Caches;
  readonly provider: CloudProvider;
}

const hydrationWorkers = Object.freeze({ min: 1000, max: 5000 });

/** Puts the node class label on claims made by older versions (spec: lifecycle 1.12). */
export function createNodeClaimHydration(deps: HydrationDeps): Reconciler {
  return {
    name: "nodeclaim.hydration",
    type: nodeClaimType,
    workers: hydrationWorkers,
    retry: reasonableRetry,
    reconcile: async (key, signal) => {
      const claim = deps.caches.nodeClaims.store.get(key);
      if (claim === undefined || !isManagedClaim(deps.provider, claim)) return;
      const { nodeClassRef } = claim.spec;
      await setLabel(deps, nodeClaimType, claim, {
        key: nodeClassLabelKey(nodeClassRef),
        value: nodeClassRef.name,
        signal,
      });
    },
    watch: (queue) => queue.watches(deps.caches.nodeClaims),
  };
}

/** The same label on the Nodes of such claims; a Node without exactly one managed claim is left alone. */
export function createNodeHydration(deps: HydrationDeps): Reconciler {
  return {
    name: "node.hydration",
    type: nodeType,
    workers: hydrationWorkers,
    retry: reasonableRetry,
    reconcile: async (key, signal) => {
      const node = deps.caches.nodes.store.get(key);
      const providerId = node?.spec.providerID ?? "";
      if (node === undefined || providerId === "") return;
      const [claim, ...others] = deps.caches.nodeClaims.store.byIndex(indexes.providerId, providerId);
      if (claim === undefined || others.length > 0 || !isManagedClaim(deps.provider, claim)) return;
      const { nodeClassRef } = claim.spec;
      await setLabel(deps, nodeType, node, { key: nodeClassLabelKey(nodeClassRef), value: nodeClassRef.name, signal });
    },
    watch: (queue) => {
      queue.watches(deps.caches.nodes);
      queue.watches(deps.caches.nodeClaims, ({ object }) => {
        const providerId = object.status?.providerID ?? "";
        if (providerId === "") return [];
        return deps.caches.nodes.store.byIndex(indexes.providerId, providerId).map(objectKey);
      });
    },
  };
}

async function setLabel<T extends KubeObject>(
  deps: HydrationDeps,
  type: ResourceType<T>,
  before: T,
  label: { readonly key: string; readonly value: string; readonly signal: AbortSignal },
): Promise<void> {
  const { labels } = before.metadata;
  // The class of a Provisioner's claim is a view: it has no name that a label could carry.
  if (labels?.[label.key] === label.value || label.value.includes("/")) return;
  const after = { ...before, metadata: { ...before.metadata, labels: { ...labels, [label.key]: label.value } } };
  await patchObject(deps.kube, { type, before, after, lock: false }, label.signal);
}
