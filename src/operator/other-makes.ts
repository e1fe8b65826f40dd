import { type Lease, leaseType } from "../api/index.ts";
import { isKubeFault, type KubeClient } from "../kube/index.ts";
import type { Clock, Logger } from "../platform/index.ts";

export interface OtherMakesOptions {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly log: Logger;
  /** Where leases are looked at: the rights of the chart end there. */
  readonly namespace: string;
  /** The lease that this process itself takes; undefined when it takes none. */
  readonly ownLease: string | undefined;
}

/** Leases of controllers that launch or remove nodes: Karpenter's of any make, and the cluster autoscaler's. */
const leaseNames = ["karpenter-leader-election", "cluster-autoscaler"];
const lookMilliseconds = 15_000;

/**
 * Looks four times a minute until aborted whether a controller of another make is at work in the cluster: one that renews a lease
 * which is not ours to take. Two that both act would launch for the same pods. Told once per holder.
 */
export async function watchOtherMakes(options: OtherMakesOptions, signal: AbortSignal): Promise<void> {
  const { clock, log, namespace, ownLease } = options;
  const seen = new Map<string, Lease["spec"]>();
  const told = new Set<string>();
  const look = async (name: string): Promise<void> => {
    const spec = await readLease(options, name, signal);
    const before = seen.get(name);
    seen.set(name, spec);
    const holder = spec?.holderIdentity ?? "";
    // By its renewals, not by its times, which are of another clock.
    if (before === undefined || holder === "" || before?.renewTime === spec?.renewTime) return;
    if (told.has(`${name} ${holder}`)) return;
    told.add(`${name} ${holder}`);
    log.warn("another controller that launches nodes is at work in this cluster", {
      lease: `${namespace}/${name}`,
      holder,
    });
  };
  while (!signal.aborted) {
    for (const name of leaseNames.filter((each) => each !== ownLease)) await look(name);
    await clock.sleep(lookMilliseconds, { signal }).catch(() => undefined);
  }
}

/** Undefined where there is none, or none that may be read: a look costs nothing else. */
async function readLease(
  { kube, namespace, log }: OtherMakesOptions,
  name: string,
  signal: AbortSignal,
): Promise<Lease["spec"] | undefined> {
  try {
    return (await kube.get(leaseType, { namespace, name }, { signal })).spec;
  } catch (error) {
    if (!signal.aborted && !isKubeFault(error, "NotFound")) log.debug("could not read a lease", { name, error });
    return undefined;
  }
}
