/** Taints, finalizers and owner reference names that the controllers act on (spec: api 5.3 and 5.4). */
import type { Taint } from "../kubernetes/core.ts";

export const taints = Object.freeze({
  unregistered: { key: "karpenter.sh/unregistered", effect: "NoExecute" },
  disrupted: { key: "karpenter.sh/disrupted", effect: "NoSchedule" },
} as const);

/** On Node and NodeClaim. */
export const terminationFinalizer = "karpenter.sh/termination";

/** On EC2NodeClass. */
export const awsTerminationFinalizer = "karpenter.k8s.aws/termination";

const readinessTaintPrefix = "readiness.k8s.io/";

/** Ignored on managed nodes until they are initialized, and holding back initialization until they go. */
export const knownEphemeralTaints: readonly Taint[] = Object.freeze([
  { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" },
  { key: "node.kubernetes.io/not-ready", effect: "NoExecute" },
  { key: "node.kubernetes.io/unreachable", effect: "NoSchedule" },
  { key: "node.cloudprovider.kubernetes.io/uninitialized", effect: "NoSchedule" },
  taints.unregistered,
]);

/** Same key and effect; values do not count (api 5.3). */
export function matchesTaint(a: Taint, b: Taint): boolean {
  return a.key === b.key && a.effect === b.effect;
}

export function isKnownEphemeralTaint(taint: Taint): boolean {
  return taint.key.startsWith(readinessTaintPrefix) || knownEphemeralTaints.some((known) => matchesTaint(known, taint));
}

/** `key=value:Effect`, or `key:Effect` without a value: the form used in conditions (api 0.6). */
export function taintText(taint: Taint): string {
  const value = taint.value ?? "";
  return value === "" ? `${taint.key}:${taint.effect}` : `${taint.key}=${value}:${taint.effect}`;
}
