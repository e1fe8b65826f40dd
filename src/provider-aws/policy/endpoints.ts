/** What nodes and the controller have to reach, for networks without a way out (spec: aws 6.5, operations 4.5). */
import type { actionOfCall } from "./controller-policy.ts";

export interface NetworkEndpoint {
  /** As in `com.amazonaws.REGION.NAME`; what has no such endpoint says what to do instead. */
  readonly endpoint: { readonly name: string; readonly type: "Interface" | "Gateway" } | { readonly instead: string };
  readonly usedBy: "controller" | "nodes";
  readonly when: string;
}

const interfaceOf = (name: string) => ({ name, type: "Interface" }) as const;

/** Of each client of the contract. A client without an entry here does not compile. */
export const controllerEndpoints: Readonly<Record<keyof typeof actionOfCall, NetworkEndpoint>> = {
  ec2: { endpoint: interfaceOf("ec2"), usedBy: "controller", when: "always" },
  ssm: {
    endpoint: interfaceOf("ssm"),
    usedBy: "controller",
    when: "images are chosen by alias or by ssmParameter, not by id, name or tags",
  },
  sqs: { endpoint: interfaceOf("sqs"), usedBy: "controller", when: "INTERRUPTION_QUEUE is set" },
  eks: {
    endpoint: interfaceOf("eks"),
    usedBy: "controller",
    when: "CLUSTER_ENDPOINT is not set, EKS_CONTROL_PLANE is, zonal shift is enabled, or images are of AL2023",
  },
  iam: {
    endpoint: { instead: "spec.instanceProfile in each EC2NodeClass in place of spec.role" },
    usedBy: "controller",
    when: "spec.role is used",
  },
  pricing: {
    endpoint: { instead: "ISOLATED_VPC=true: prices of the table that ships are used" },
    usedBy: "controller",
    when: "ISOLATED_VPC is not set",
  },
  zonalShift: {
    endpoint: { instead: "ENABLE_ZONAL_SHIFT=false, or allow a way out to arc-zonal-shift.REGION.amazonaws.com" },
    usedBy: "controller",
    when: "ENABLE_ZONAL_SHIFT is set",
  },
};

/** Beside the calls themselves: credentials, and what a node needs to join and to pull images. */
const others: readonly NetworkEndpoint[] = [
  { endpoint: interfaceOf("sts"), usedBy: "controller", when: "credentials come from a web identity" },
  { endpoint: interfaceOf("eks-auth"), usedBy: "controller", when: "credentials come from EKS Pod Identity" },
  { endpoint: interfaceOf("ec2"), usedBy: "nodes", when: "always" },
  { endpoint: interfaceOf("ecr.api"), usedBy: "nodes", when: "images come from ECR" },
  { endpoint: interfaceOf("ecr.dkr"), usedBy: "nodes", when: "images come from ECR" },
  { endpoint: { name: "s3", type: "Gateway" }, usedBy: "nodes", when: "images come from ECR" },
];

export const networkEndpoints: readonly NetworkEndpoint[] = [...Object.values(controllerEndpoints), ...others];
