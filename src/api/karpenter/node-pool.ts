/** NodePool, `karpenter.sh/v1` (spec: api 1). */
import type { Taint } from "../kubernetes/core.ts";
import type { Condition, KubeObject, ResourceQuantities } from "../kubernetes/meta.ts";

/** One entry of `spec.requirements`: a node selector requirement that may also carry `minValues` (api 1.3). */
export interface RequirementSpec {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt" | "Gte" | "Lte";
  readonly values?: readonly string[];
  readonly minValues?: number;
}

export interface NodeClassReference {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
}

/** Duration text (`30m`, `1h30m`) or `Never`; kept as written (api 0.3). */
export type NillableDuration = string;

export interface NodeClaimTemplate {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly taints?: readonly Taint[];
    readonly startupTaints?: readonly Taint[];
    readonly requirements: readonly RequirementSpec[];
    readonly nodeClassRef: NodeClassReference;
    readonly expireAfter?: NillableDuration;
    readonly terminationGracePeriod?: string;
  };
}

export type DisruptionReason = "Underutilized" | "Empty" | "Drifted";

export interface DisruptionBudget {
  /** Absolute count (`"5"`) or percent (`"10%"`). */
  readonly nodes: string;
  readonly reasons?: readonly DisruptionReason[];
  readonly schedule?: string;
  readonly duration?: string;
}

export interface NodePoolDisruption {
  readonly consolidateAfter?: NillableDuration;
  readonly consolidationPolicy?: "WhenEmpty" | "WhenEmptyOrUnderutilized" | "Balanced";
  readonly budgets?: readonly DisruptionBudget[];
}

export interface NodePool extends KubeObject {
  readonly spec: {
    readonly template: NodeClaimTemplate;
    readonly disruption?: NodePoolDisruption;
    readonly limits?: ResourceQuantities;
    readonly weight?: number;
    readonly replicas?: number;
  };
  readonly status?: {
    readonly resources?: ResourceQuantities;
    readonly nodes?: number;
    readonly nodeClassObservedGeneration?: number;
    readonly conditions?: readonly Condition[];
  };
}
