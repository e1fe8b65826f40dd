import type { KWOKNodeClass, NodeClaim } from "../api/index.ts";
import type { InstanceType } from "../core/index.ts";
import type { Informer, KubeClient, Reconciler } from "../kube/index.ts";
import type { Clock, Ids, Logger } from "../platform/index.ts";
import { createReadiness } from "./node-class/readiness.ts";
import { createExpectedNodes } from "./nodes/expected-nodes.ts";
import { createNodeMaker } from "./nodes/node-maker.ts";
import { createCloudProvider, type KwokCloudProvider } from "./provider.ts";

export interface KwokProviderDeps {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  /** What is sold, in order of name; the identical array while nothing has changed. */
  readonly instanceTypes: () => readonly InstanceType[];
  readonly nodeClasses: Informer<KWOKNodeClass>;
  readonly nodeClaims: Informer<NodeClaim>;
}

/** The whole of KWOK as the operator wires it. */
export interface KwokProvider {
  readonly cloudProvider: KwokCloudProvider;
  /** Make Nodes that are due and classes Ready; each needs a queue around it. */
  readonly reconcilers: readonly Reconciler[];
}

export function createKwokProvider(deps: KwokProviderDeps): KwokProvider {
  const nodeClass = (name: string): KWOKNodeClass | undefined => deps.nodeClasses.store.get(name);
  const parts = { ...deps, nodeClass, expected: createExpectedNodes() };
  return { cloudProvider: createCloudProvider(parts), reconcilers: [createNodeMaker(parts), createReadiness(deps)] };
}
