import type { NodeClaim, Pod } from "../../api/index.ts";
import type { EpochMillis } from "../../core/index.ts";
import type { EventRecorder, KubeClient } from "../../kube/index.ts";
import type { Clock, Logger } from "../../platform/index.ts";
import type { CloudProvider } from "../../provider/index.ts";
import { type Caches, indexes, type Instruments, isManagedClaim } from "../plumbing/index.ts";

export interface TerminationDeps {
  readonly kube: KubeClient;
  readonly caches: Caches;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: EventRecorder;
  readonly provider: CloudProvider;
  readonly instruments: Instruments;
  /** The reading before v0.26: a pod with `karpenter.sh/do-not-evict` holds up every drain (v1alpha5 D9). Off when absent. */
  readonly doNotEvictBlocksDrain?: boolean;
}

/** Takes pods that must leave their node, and keeps at them until they are gone. */
export interface PodEvictions {
  /** Adds pods; an earlier deadline (epoch milliseconds, absent = none) replaces a later one and never the reverse. */
  add(pods: readonly Pod[], deadline: EpochMillis | undefined): void;
}

/** The one managed claim of a machine; none when there are several. */
export function claimOfMachine(deps: TerminationDeps, providerId: string | undefined): NodeClaim | undefined {
  if (providerId === undefined || providerId === "") return undefined;
  const [claim, ...others] = deps.caches.nodeClaims.store.byIndex(indexes.providerId, providerId);
  return claim !== undefined && others.length === 0 && isManagedClaim(deps.provider, claim) ? claim : undefined;
}
