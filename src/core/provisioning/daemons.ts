import type { Pod, Toleration } from "../../api/index.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";
import { daemonPodOf } from "../pods/daemon-pods.ts";
import { type HostPort, hostPortsOf } from "../pods/host-ports.ts";
import { objectKey } from "../pods/ownership.ts";
import { podRequests } from "../pods/requests.ts";
import type { Resources } from "../quantity/resources.ts";
import { labelRequirements, addRequirements } from "../requirements/requirements.ts";
import { requiredTerms, termRequirements } from "../requirements/pod-requirements.ts";
import type { Requirements } from "../requirements/requirement.ts";
import type { ResolvedOptions } from "./options.ts";

/** A DaemonSet's pod as overhead (scheduling 2.4): what it needs and where it would run. */
export interface Daemon {
  /** `namespace/name` of the DaemonSet. */
  readonly name: string;
  readonly requests: Resources;
  readonly ports: readonly HostPort[];
  /** With the toleration of every PreferNoSchedule taint (scheduling 2.5). */
  readonly tolerations: readonly Toleration[];
  /** Strict requirements, one set for each required term; any of them will do (scheduling 2.5). */
  readonly alternatives: readonly Requirements[];
}

/** In order of namespace and name. */
export function buildDaemons(snapshot: ClusterSnapshot, options: ResolvedOptions): readonly Daemon[] {
  return snapshot.daemonSets
    .map((daemonSet) => ({
      name: objectKey(daemonSet),
      pod: daemonPodOf(daemonSet, snapshot.daemonPods.get(objectKey(daemonSet))),
    }))
    .filter(({ pod }) => !(options.ignoreResourceClaims && asksForResourceClaims(pod)))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, pod }) => ({
      name,
      requests: podRequests(pod),
      ports: hostPortsOf(pod),
      tolerations: pod.spec.tolerations ?? [],
      alternatives: alternativesOf(pod),
    }));
}

export function asksForResourceClaims({ spec }: Pick<Pod, "spec">): boolean {
  if ((spec.resourceClaims?.length ?? 0) > 0) return true;
  return [...spec.containers, ...(spec.initContainers ?? [])].some(
    ({ resources }) => (resources?.claims?.length ?? 0) > 0,
  );
}

function alternativesOf(pod: Pod): readonly Requirements[] {
  const selector = labelRequirements(pod.spec.nodeSelector);
  const terms = requiredTerms(pod);
  return terms.length === 0 ? [selector] : terms.map((term) => addRequirements(selector, termRequirements(term)));
}
