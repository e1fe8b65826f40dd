/** Provisioner, `karpenter.sh/v1alpha5` (spec: v1alpha5 1). */
import type { RequirementSpec } from "../karpenter/node-pool.ts";
import type { Taint } from "../kubernetes/core.ts";
import type { Condition, KubeObject, ResourceQuantities, Timestamp } from "../kubernetes/meta.ts";
import { resourceType } from "../kubernetes/resource-types.ts";
import type { NodeTemplateSpec } from "./node-template.ts";

/** Kubelet settings of the era: those of an EC2NodeClass, and the container runtime that v1beta1 dropped. */
export interface EraKubeletConfiguration {
  readonly clusterDNS?: readonly string[];
  readonly containerRuntime?: string;
  readonly maxPods?: number;
  readonly podsPerCore?: number;
  readonly systemReserved?: Readonly<Record<string, string>>;
  readonly kubeReserved?: Readonly<Record<string, string>>;
  readonly evictionHard?: Readonly<Record<string, string>>;
  readonly evictionSoft?: Readonly<Record<string, string>>;
  readonly evictionSoftGracePeriod?: Readonly<Record<string, string>>;
  readonly evictionMaxPodGracePeriod?: number;
  readonly imageGCHighThresholdPercent?: number;
  readonly imageGCLowThresholdPercent?: number;
  readonly cpuCFSQuota?: boolean;
}

/** Only `name` is used for the lookup. */
export interface ProviderRef {
  readonly kind?: string;
  readonly name?: string;
  readonly apiVersion?: string;
}

/** `spec.provider`: an AWSNodeTemplate's spec without the fields that only the CRD has (v1alpha5 2.6). */
export type InlineProvider = Omit<NodeTemplateSpec, "userData" | "amiSelector" | "detailedMonitoring">;

export interface ProvisionerSpec {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  readonly startupTaints?: readonly Taint[];
  readonly requirements?: readonly RequirementSpec[];
  readonly kubeletConfiguration?: EraKubeletConfiguration;
  readonly provider?: InlineProvider;
  readonly providerRef?: ProviderRef;
  /** Seconds. */
  readonly ttlSecondsAfterEmpty?: number;
  /** Seconds. */
  readonly ttlSecondsUntilExpired?: number;
  readonly limits?: { readonly resources?: ResourceQuantities };
  readonly weight?: number;
  readonly consolidation?: { readonly enabled?: boolean };
}

export interface Provisioner extends KubeObject {
  /** Absent is as good as empty. */
  readonly spec?: ProvisionerSpec;
  readonly status?: {
    readonly resources?: ResourceQuantities;
    readonly lastScaleTime?: Timestamp;
    readonly conditions?: readonly Condition[];
  };
}

export const provisionerType = resourceType<Provisioner>(
  "karpenter.sh/v1alpha5",
  "Provisioner",
  "provisioners",
  "Cluster",
);
