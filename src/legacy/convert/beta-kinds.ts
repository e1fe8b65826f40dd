/** NodePool and EC2NodeClass of v1beta1 (Karpenter 0.32 to 0.37), as far as converting reads them. */
import type { EC2NodeClassSpec, KubeObject, NodePool } from "../../api/index.ts";
import type { Kubelet } from "./class-plan.ts";

type Template = NodePool["spec"]["template"];

export interface BetaNodePool extends KubeObject {
  readonly spec: {
    readonly template: {
      readonly metadata?: Template["metadata"];
      readonly spec: Omit<Template["spec"], "nodeClassRef" | "expireAfter"> & {
        readonly kubelet?: Kubelet;
        readonly resources?: unknown;
        readonly nodeClassRef?: { readonly apiVersion?: string; readonly kind?: string; readonly name?: string };
      };
    };
    readonly disruption?: {
      readonly consolidationPolicy?: string;
      readonly consolidateAfter?: string;
      readonly expireAfter?: string;
      readonly budgets?: NonNullable<NodePool["spec"]["disruption"]>["budgets"];
    };
    readonly limits?: NodePool["spec"]["limits"];
    readonly weight?: number;
  };
}

export interface BetaNodeClass extends KubeObject {
  readonly spec: Omit<EC2NodeClassSpec, "amiSelectorTerms" | "amiFamily"> & {
    readonly amiFamily?: string;
    readonly amiSelectorTerms?: EC2NodeClassSpec["amiSelectorTerms"];
  };
}
