/** Changes that would give a pod its place (style 4.4, product 4.2): typed, tried on the engine before they are told. */
import type { Pod } from "../../api/index.ts";
import type { ClusterSnapshot } from "../cluster/snapshot.ts";

export type RemedyKind =
  | "add-toleration"
  | "raise-limit"
  | "drop-selector"
  | "drop-requirement"
  | "soften-spread"
  | "drop-affinity"
  | "drop-host-port"
  | "lower-request"
  | "mend-pool"
  | "drop-min-values"
  | "add-pool-label"
  | "drop-pool-requirement"
  | "add-claim"
  | "add-storage-class"
  | "drop-volume"
  | "drop-resource-claims"
  | "open-gates"
  | "two-changes";

export interface Remedy {
  readonly kind: RemedyKind;
  /** For people: what to change on which object, from what to what. */
  readonly text: string;
  /** `Kind/name` or `Pod/namespace/name`: what the change, or the first of two, is made on. */
  readonly object: string;
  /** A merge patch of that object; absent where no object of the cluster can be patched for it, or two would have to be. */
  readonly patch?: Readonly<Record<string, unknown>>;
  /** The engine has placed the pod with this change, everything else as it is. */
  readonly verified: boolean;
}

/** A change to try: the snapshot as it would be. */
export interface Attempt {
  readonly remedy: Omit<Remedy, "verified">;
  readonly snapshot: ClusterSnapshot;
}

export const podObject = ({ metadata }: Pod): string => `Pod/${metadata.namespace ?? "default"}/${metadata.name ?? ""}`;

const isSame = (a: Pod, b: Pod): boolean =>
  a.metadata.name === b.metadata.name && a.metadata.namespace === b.metadata.namespace;

/** The pod as it is there. */
export const pendingIn = ({ pendingPods }: Pick<ClusterSnapshot, "pendingPods">, pod: Pod): Pod | undefined =>
  pendingPods.find((each) => isSame(each, pod));

/** The snapshot with another spec for one pending pod. */
export function withPodSpec(snapshot: ClusterSnapshot, pod: Pod, spec: Pod["spec"]): ClusterSnapshot {
  const pendingPods = snapshot.pendingPods.map((each) => (isSame(each, pod) ? { ...each, spec } : each));
  return { ...snapshot, pendingPods };
}

/** Whether a plan gives the pod a place. */
export const places = (plan: { readonly unplaced: readonly { readonly pod: Pod }[] }, pod: Pod): boolean =>
  !plan.unplaced.some((left) => isSame(left.pod, pod));
