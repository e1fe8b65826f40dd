import type { Node } from "../../api/index.ts";
import { nodeType } from "../../api/index.ts";
import { isKubeFault } from "../../kube/index.ts";
import { runEvery } from "../../platform/index.ts";
import type { Caches } from "../stand-ins/caches.ts";
import type { StandIn, StandInContext } from "../stand-ins/context.ts";
import { isDeleting } from "../stand-ins/ownership.ts";
import { conditionOf } from "../stand-ins/status-write.ts";
import type { Hosts } from "./hosts.ts";

const instanceIdIn = (providerID: string | undefined): string | undefined =>
  /^aws:\/\/\/[^/]*\/(i-[0-9a-f]+)$/.exec(providerID ?? "")?.[1];

/** Whether a cloud controller would delete the Node: not Ready, and its machine is terminated or unknown. */
export function isAbandoned(node: Node, hosts: Pick<Hosts, "machine">): boolean {
  const instanceId = instanceIdIn(node.spec.providerID);
  if (instanceId === undefined || isDeleting(node)) return false;
  if (conditionOf(node.status?.conditions, "Ready")?.status === "True") return false;
  const state = hosts.machine(instanceId)?.state;
  return state === undefined || state === "terminated";
}

/** Plays the node loop of a cloud controller manager: Nodes of machines that are gone are deleted. */
export function createCloudNodes(
  context: StandInContext,
  parts: { readonly caches: Caches; readonly hosts: Hosts; readonly periodMilliseconds: number },
): StandIn {
  const { kube, clock, log } = context;
  const nodes = parts.caches.nodes();

  const sweep = async (signal: AbortSignal): Promise<void> => {
    for (const node of nodes.store.list()) {
      if (!isAbandoned(node, parts.hosts)) continue;
      const { name = "", uid = "" } = node.metadata;
      try {
        await kube.delete(nodeType, { name }, { uid, signal });
        log.info("deleted the node of a machine that is gone", { node: name });
      } catch (error) {
        if (!isKubeFault(error, "NotFound") && !isKubeFault(error, "Conflict")) throw error;
      }
    }
  };

  return {
    name: "local.cloud-nodes",
    run: (signal) =>
      runEvery(
        {
          clock,
          milliseconds: parts.periodMilliseconds,
          delayFirst: true,
          onError: (error) => log.warn("cloud node sweep failed", { error }),
        },
        sweep,
        signal,
      ),
  };
}
