import { leaseType } from "../../api/index.ts";
import type { Node } from "../../api/index.ts";
import { isKubeFault } from "../../kube/index.ts";
import type { KubeClient } from "../../kube/index.ts";
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

  /** One lease that cannot be written must not cost the others their turn. */
  const renew = async (node: Node, signal: AbortSignal): Promise<void> => {
    try {
      await renewLease(kube, node, { now: clock.now(), signal });
    } catch (error) {
      if (signal.aborted) throw error;
      log.warn("lease not renewed", { node: node.metadata.name, error });
    }
  };

  const tick = async (signal: AbortSignal): Promise<void> => {
    const cohort = turn % cohorts;
    turn += 1;
    const due = nodes.store.list().filter((node) => {
      const name = node.metadata.name ?? "";
      return hashText(name) % cohorts === cohort && parts.hosts.address(name) !== undefined;
    });
    await mapLimit(due, concurrentRenewals, (node, run) => renew(node, run.signal), { signal });
  };

  return {
    name: "local.kubelet.lease",
    run: (signal) =>
      runEvery({ clock, milliseconds: parts.renewalMilliseconds / cohorts, delayFirst: true }, tick, signal),
  };
}

/** Renews the lease of a node, making it anew should it be gone. */
export async function renewLease(
  kube: KubeClient,
  node: Node,
  options: { readonly now: number; readonly signal: AbortSignal },
): Promise<void> {
  const { now, signal } = options;
  const body = { spec: { renewTime: microTimestampOf(now) } };
  const target = { name: node.metadata.name ?? "", namespace: leaseNamespace };
  try {
    await kube.patch(leaseType, target, { type: "merge", body, signal });
  } catch (error) {
    if (!isKubeFault(error, "NotFound")) throw error;
    await createLease(kube, node, options);
  }
}

async function createLease(
  kube: KubeClient,
  node: Node,
  { now, signal }: { readonly now: number; readonly signal: AbortSignal },
): Promise<void> {
  try {
    await kube.create(leaseType, computeLease(node, now), { signal });
  } catch (error) {
    // Another loop of this process was a moment faster: as fresh as this one would have been.
    if (!isKubeFault(error, "AlreadyExists")) throw error;
  }
}
