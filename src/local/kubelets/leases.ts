import { leaseType, nodeType } from "../../api/index.ts";
import type { Node } from "../../api/index.ts";
import { isKubeFault } from "../../kube/index.ts";
import { mapLimit, runEvery } from "../../platform/index.ts";
import type { Caches } from "../stand-ins/caches.ts";
import type { StandIn, StandInContext } from "../stand-ins/context.ts";
import { hashText } from "../stand-ins/json.ts";
import { microTimestampOf } from "../stand-ins/timestamps.ts";
import type { Hosts } from "./hosts.ts";
import { computeLease, leaseNamespace } from "./node-object.ts";

/** Nodes renew in turn, a tenth of them each tick, so that thousands of leases are a trickle and not a flood. */
const cohorts = 10;

const concurrentRenewals = 8;

/** Keeps the lease of every node whose kubelet is at work. */
export function createLeaseRenewal(
  context: StandInContext,
  parts: { readonly caches: Caches; readonly hosts: Hosts; readonly renewalMilliseconds: number },
): StandIn {
  const { kube, clock, log } = context;
  const nodes = parts.caches.nodes();
  let turn = 0;

  const renew = async (node: Node, signal: AbortSignal): Promise<void> => {
    const name = node.metadata.name ?? "";
    const body = { spec: { renewTime: microTimestampOf(clock.now()) } };
    try {
      await kube.patch(leaseType, { name, namespace: leaseNamespace }, { type: "merge", body, signal });
    } catch (error) {
      if (!isKubeFault(error, "NotFound")) throw error;
      const current = nodes.store.get(name);
      if (current !== undefined) await kube.create(leaseType, computeLease(current, clock.now()), { signal });
    }
  };

  const tick = async (signal: AbortSignal): Promise<void> => {
    const cohort = turn % cohorts;
    turn += 1;
    const due = nodes.store.list().filter((node) => {
      const name = node.metadata.name ?? "";
      return hashText(name) % cohorts === cohort && parts.hosts.address(name) !== undefined;
    });
    await mapLimit(due, concurrentRenewals, (node, options) => renew(node, options.signal), { signal });
  };

  return {
    name: "local.kubelet.lease",
    run: (signal) =>
      runEvery(
        {
          clock,
          milliseconds: parts.renewalMilliseconds / cohorts,
          delayFirst: true,
          onError: (error) => log.warn("lease not renewed", { error, kind: nodeType.kind }),
        },
        tick,
        signal,
      ),
  };
}
