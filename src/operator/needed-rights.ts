import type { ResourceType } from "../api/index.ts";
import type { OperatorMode } from "./modes.ts";

/** What one call needs: verbs on a resource, everywhere or in one namespace. */
export interface NeededRight {
  readonly group: string;
  /** Plural, with its subresource: `pods/eviction`. */
  readonly resource: string;
  readonly verbs: readonly string[];
  readonly namespace?: string;
  /** Where the right may be given for one object alone. */
  readonly name?: string;
}

const read = ["list", "watch"];
const right = (group: string, resource: string, ...verbs: readonly string[]): NeededRight => ({
  group,
  resource,
  verbs,
});
const karpenter = "karpenter.sh";

/** Kinds without which there is no picture of the cluster. */
const reads: readonly NeededRight[] = [
  ...["nodepools", "nodeclaims"].map((plural) => right(karpenter, plural, ...read)),
  ...["pods", "nodes", "persistentvolumes", "persistentvolumeclaims", "namespaces"].map((plural) =>
    right("", plural, ...read),
  ),
  ...["storageclasses", "csinodes", "volumeattachments"].map((plural) => right("storage.k8s.io", plural, ...read)),
  right("apps", "daemonsets", ...read),
  right("policy", "poddisruptionbudgets", ...read),
];

const telling: readonly NeededRight[] = [
  right("", "events", "create", "patch"),
  right(karpenter, "nodepools/status", "patch"),
];

const consolidating: readonly NeededRight[] = [
  right("", "events", "create", "patch"),
  right("", "nodes", "patch"),
  right(karpenter, "nodeclaims", "create", "delete"),
  right(karpenter, "nodeclaims/status", "patch"),
];

const acting: readonly NeededRight[] = [
  right(karpenter, "nodepools", "patch"),
  right(karpenter, "nodeclaims", "create", "patch", "delete"),
  right(karpenter, "nodeclaims/status", "patch"),
  right("", "nodes", "patch", "delete"),
  right("", "pods/eviction", "create"),
  right("", "pods", "delete"),
];

export interface RightsScope {
  readonly mode: OperatorMode;
  readonly nodeClassTypes: readonly ResourceType[];
  /** The lease of the election; undefined where none is taken. */
  readonly lease: { readonly namespace: string; readonly name: string } | undefined;
}

/** What a mode cannot do without (spec: operations 4.3). Rights that only a gate or an option needs are not among them. */
export function neededRights({ mode, nodeClassTypes, lease }: RightsScope): readonly NeededRight[] {
  const classReads = nodeClassTypes.map(({ group, plural }) => right(group, plural, ...read));
  if (mode === "observe") return [...reads, ...classReads];
  if (mode === "consolidate") return [...reads, ...classReads, ...consolidating, ...leaseRights(lease)];
  const classStatus = nodeClassTypes.map(({ group, plural }) => right(group, `${plural}/status`, "patch"));
  const told = [...reads, ...classReads, ...telling, ...classStatus];
  if (mode !== "apply") return told;
  return [
    ...told,
    ...acting,
    ...nodeClassTypes.map(({ group, plural }) => right(group, plural, "patch")),
    ...leaseRights(lease),
  ];
}

function leaseRights(lease: RightsScope["lease"]): readonly NeededRight[] {
  if (lease === undefined) return [];
  const leases = { group: "coordination.k8s.io", resource: "leases" };
  return [
    { ...leases, verbs: ["create"], namespace: lease.namespace },
    { ...leases, verbs: ["get", "update"], ...lease },
  ];
}
