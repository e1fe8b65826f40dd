/** The smallest accepted object of each kind, with one part replaced. Parts are `unknown`: rows break types on purpose. */
import type { Manifest } from "./rule-case.ts";

type Part = Readonly<Record<string, unknown>>;

const manifest = (apiVersion: string, kind: string, rest: Part, metadata: Manifest["metadata"] = {}): Manifest => ({
  apiVersion,
  kind,
  metadata,
  ...rest,
});

/** Members of `part` that are undefined are left out of the object. */
export const without = (part: Part, ...names: readonly string[]): Part =>
  Object.fromEntries(Object.entries(part).filter(([name]) => !names.includes(name)));

export const nodeClassRef: Part = { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" };

export const templateSpec: Part = { requirements: [], nodeClassRef };

export const nodePoolSpec: Part = { template: { spec: templateSpec } };

export const bareNodePool = (rest: Part): Manifest => manifest("karpenter.sh/v1", "NodePool", rest);

export const nodePool = (spec: Part = {}): Manifest => bareNodePool({ spec: { ...nodePoolSpec, ...spec } });

export const poolTemplate = (spec: Part): Manifest => nodePool({ template: { spec: { ...templateSpec, ...spec } } });

export const poolLabels = (labels: unknown): Manifest =>
  nodePool({ template: { metadata: { labels }, spec: templateSpec } });

export const poolRequirement = (...requirements: readonly unknown[]): Manifest => poolTemplate({ requirements });

export const poolBudget = (...budgets: readonly unknown[]): Manifest => nodePool({ disruption: { budgets } });

export const poolStatus = (status: unknown): Manifest => bareNodePool({ spec: nodePoolSpec, status });

export const bareNodeClaim = (rest: Part, metadata: Manifest["metadata"] = {}): Manifest =>
  manifest("karpenter.sh/v1", "NodeClaim", rest, metadata);

export const nodeClaim = (spec: Part = {}, metadata: Manifest["metadata"] = {}): Manifest =>
  bareNodeClaim({ spec: { requirements: [], nodeClassRef, ...spec } }, metadata);

export const claimRequirement = (...requirements: readonly unknown[]): Manifest => nodeClaim({ requirements });

export const claimStatus = (status: unknown): Manifest =>
  bareNodeClaim({ spec: { requirements: [], nodeClassRef }, status });

export const bareNodeOverlay = (rest: Part): Manifest => manifest("karpenter.sh/v1alpha1", "NodeOverlay", rest);

export const nodeOverlay = (spec: Part = {}): Manifest => bareNodeOverlay({ spec: { requirements: [], ...spec } });

export const overlayRequirement = (...requirements: readonly unknown[]): Manifest => nodeOverlay({ requirements });

export const overlayStatus = (status: unknown): Manifest => bareNodeOverlay({ spec: { requirements: [] }, status });

export const capacityBuffer = (spec: Part): Manifest =>
  manifest("autoscaling.x-k8s.io/v1beta1", "CapacityBuffer", { spec }, { namespace: "default" });

export const ec2Spec: Part = {
  role: "KarpenterNodeRole-demo",
  amiSelectorTerms: [{ alias: "al2023@latest" }],
  subnetSelectorTerms: [{ tags: { "karpenter.sh/discovery": "demo" } }],
  securityGroupSelectorTerms: [{ tags: { "karpenter.sh/discovery": "demo" } }],
};

export const bareEc2NodeClass = (rest: Part): Manifest => manifest("karpenter.k8s.aws/v1", "EC2NodeClass", rest);

export const ec2NodeClass = (spec: Part = {}): Manifest => bareEc2NodeClass({ spec: { ...ec2Spec, ...spec } });

export const ec2Status = (status: unknown): Manifest => bareEc2NodeClass({ spec: ec2Spec, status });

export const kwokNodeClass = (rest: Part): Manifest => manifest("karpenter.kwok.sh/v1alpha1", "KWOKNodeClass", rest);

export const draConfig = (rest: Part): Manifest => manifest("test.karpenter.sh/v1alpha1", "DRAConfig", rest);

export const testNodeClass = (rest: Part): Manifest => manifest("karpenter.test.sh/v1alpha1", "TestNodeClass", rest);

/** `count` texts `prefix0`, `prefix1`, ... */
export const texts = (count: number, prefix: string): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

export const repeated = <T>(count: number, item: T): readonly T[] => Array.from({ length: count }, () => item);

/** A map of `count` entries with the value `v`. */
export const entries = (count: number): Part => Object.fromEntries(texts(count, "k").map((key) => [key, "v"]));
