import {
  conditionTypes,
  getCondition,
  isConditionTrue,
  kwokNodeClassType,
  type KWOKNodeClass,
  type NodeClaim,
  nodeType,
  parseDurationMillis,
  parseTimestamp,
} from "../../api/index.ts";
import { epochMillisOf } from "../../core/index.ts";
import { createOrRead, deleteIfPresent, type Informer, type KubeClient, type Reconciler } from "../../kube/index.ts";
import type { Clock, Logger } from "../../platform/index.ts";
import type { ExpectedNodes } from "./expected-nodes.ts";
import { computeNode, instanceOfClaim, nodeNameOf } from "./node-object.ts";

export interface NodeMakerDeps {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly log: Logger;
  readonly expected: ExpectedNodes;
  readonly nodeClass: (name: string) => KWOKNodeClass | undefined;
  readonly nodeClaims: Informer<NodeClaim>;
}

/**
 * Makes Nodes that are due (spec: operations 6.3). The key is the name of the Node. What is to come stands in the claims
 * (provider id, labels, amounts, time of launch), so a new process goes on where the last one ended.
 */
export function createNodeMaker(deps: NodeMakerDeps): Reconciler {
  const { expected, clock, nodeClaims } = deps;
  return {
    name: "kwok.node",
    type: nodeType,
    workers: { min: 10, max: 100 },
    reconcile: async (name, signal) => {
      const node = expected.get(name);
      if (node === undefined) return undefined;
      const left = node.dueAt - clock.now();
      if (left > 0) return { requeueAfterMilliseconds: Math.max(1, Math.ceil(left)) };
      await makeNode(deps, name, signal);
      return undefined;
    },
    watch: (queue) => {
      expected.subscribe((name, { dueAt }) =>
        queue.enqueue(name, { afterMilliseconds: Math.max(0, dueAt - clock.now()) }),
      );
      nodeClaims.subscribe((delta) => {
        const name = nodeNameOf(delta.object.status?.providerID ?? "");
        if (name === undefined) return;
        if (delta.type === "deleted") expected.forget(name);
        else restore(deps, name, delta.object);
      });
    },
  };
}

async function makeNode({ kube, log, expected }: NodeMakerDeps, name: string, signal: AbortSignal): Promise<void> {
  const node = expected.get(name);
  if (node === undefined) return;
  const object = computeNode(node.instance, node.claim);
  const { created } = await createOrRead(kube, { type: nodeType, object }, { signal });
  if (expected.get(name) === undefined) {
    // Its claim went while the request was on its way.
    await deleteIfPresent(kube, { type: nodeType, name: { name } }, { signal });
    return;
  }
  expected.settle(name);
  if (created) log.info("created node", { Node: name, NodeClaim: node.claim.metadata.name });
}

/** Takes over a claim that another process launched and whose Node has not registered. */
function restore({ expected, nodeClass }: NodeMakerDeps, name: string, claim: NodeClaim): void {
  if (expected.knows(name)) return;
  const launched = getCondition(claim, conditionTypes.launched);
  const instance = instanceOfClaim(claim);
  if (instance === undefined || launched?.status !== "True" || isSettled(claim)) {
    if (isSettled(claim)) expected.settle(name);
    return;
  }
  const delay = registrationDelayOf(nodeClass(claim.spec.nodeClassRef.name));
  const launchedAt = parseTimestamp(launched.lastTransitionTime ?? "") ?? instance.launchedAt;
  expected.add(name, { instance, claim, dueAt: epochMillisOf(launchedAt + delay) });
}

const isSettled = (claim: NodeClaim): boolean =>
  claim.metadata.deletionTimestamp !== undefined ||
  isConditionTrue(claim, conditionTypes.registered) ||
  claim.spec.nodeClassRef.kind !== kwokNodeClassType.kind ||
  claim.spec.nodeClassRef.group !== kwokNodeClassType.group;

/** Milliseconds; the schema admits durations alone, and a class that is gone delays nothing. */
export const registrationDelayOf = (nodeClass: KWOKNodeClass | undefined): number =>
  parseDurationMillis(nodeClass?.spec?.nodeRegistrationDelay ?? "0s") ?? 0;
