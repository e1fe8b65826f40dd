/** The objects that a run begins with: two pools, deployments of many kinds, budgets for half of them, one DaemonSet. */
import {
  annotations,
  type DaemonSet,
  type Deployment,
  type EC2NodeClass,
  labels,
  type NodePool,
  type PodDisruptionBudget,
  type PodSpec,
} from "../../src/api/index.ts";
import { createSeededRandom } from "../../src/platform/index.ts";

export const namespace = "default";

export const nodeClass: EC2NodeClass = {
  apiVersion: "karpenter.k8s.aws/v1",
  kind: "EC2NodeClass",
  metadata: { name: "default" },
  spec: {
    amiSelectorTerms: [{ alias: "al2023@latest" }],
    role: "karpenter-node",
    subnetSelectorTerms: [{ tags: { "karpenter.sh/discovery": "karpenter-ts" } }],
    securityGroupSelectorTerms: [{ tags: { "karpenter.sh/discovery": "karpenter-ts" } }],
  },
};

const pool = (
  name: string,
  capacityType: string,
  rest: Omit<NodePool["spec"], "template"> & { readonly expireAfter: string },
): NodePool => {
  const { expireAfter, ...spec } = rest;
  return {
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name },
    spec: {
      template: {
        spec: {
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "default" },
          expireAfter,
          requirements: [
            { key: labels.arch, operator: "In", values: ["amd64"] },
            { key: labels.capacityType, operator: "In", values: [capacityType] },
            { key: "karpenter.k8s.aws/instance-category", operator: "In", values: ["c", "m", "r"] },
            { key: "karpenter.k8s.aws/instance-generation", operator: "Gt", values: ["4"] },
          ],
        },
      },
      ...spec,
    },
  };
};

export const nodePools: readonly NodePool[] = Object.freeze([
  pool("general", "on-demand", {
    expireAfter: "8h",
    weight: 10,
    disruption: { consolidateAfter: "30s", consolidationPolicy: "WhenEmpty", budgets: [{ nodes: "3" }] },
  }),
  pool("spot", "spot", {
    expireAfter: "12h",
    disruption: { consolidateAfter: "1m", consolidationPolicy: "WhenEmpty", budgets: [{ nodes: "30%" }] },
  }),
]);

/** The same pools with the first one consolidated. It buys of four families: each try weighs every type of its pool. */
export const consolidatedPools: readonly NodePool[] = Object.freeze(
  nodePools.map((given, index) => (index === 0 ? consolidated(given) : given)),
);

function consolidated(given: NodePool): NodePool {
  const { template, disruption } = given.spec;
  const families = ["c6a", "m6a", "r6a", "m5"];
  const requirements = [
    { key: labels.arch, operator: "In", values: ["amd64"] },
    { key: labels.capacityType, operator: "In", values: ["on-demand"] },
    { key: "karpenter.k8s.aws/instance-family", operator: "In", values: families },
  ] as const;
  return {
    ...given,
    spec: {
      ...given.spec,
      template: { ...template, spec: { ...template.spec, requirements } },
      disruption: { ...disruption, consolidateAfter: "30s", consolidationPolicy: "WhenEmptyOrUnderutilized" },
    },
  };
}

export const agent: DaemonSet = {
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name: "agent", namespace },
  spec: {
    selector: { matchLabels: { app: "agent" } },
    template: {
      metadata: { labels: { app: "agent" } },
      spec: {
        containers: [{ name: "agent", image: "agent:1", resources: { requests: { cpu: "50m", memory: "64Mi" } } }],
        terminationGracePeriodSeconds: 1,
        // As agents have: else a pod that the scheduler puts where it likes can keep it out for ever.
        priorityClassName: "system-node-critical",
      },
    },
  },
};

export const deploymentName = (index: number): string => `app-${index}`;

const sizes = [
  { cpu: "250m", memory: "512Mi" },
  { cpu: "500m", memory: "1Gi" },
  { cpu: "1", memory: "4Gi" },
  { cpu: "2", memory: "2Gi" },
  { cpu: "1500m", memory: "12Gi" },
];

/** How the pods of a deployment choose their nodes, by its number. */
function placement(index: number): Partial<PodSpec> {
  const labelSelector = { matchLabels: { app: deploymentName(index) } };
  switch (index % 5) {
    case 1:
      return { nodeSelector: { [labels.capacityType]: "spot" } };
    case 2:
      return {
        topologySpreadConstraints: [
          { maxSkew: 1, topologyKey: labels.zone, whenUnsatisfiable: "DoNotSchedule", labelSelector },
        ],
      };
    case 3:
      return {
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: labels.hostname, labelSelector }],
          },
        },
      };
    default:
      return {};
  }
}

export function deployment(seed: number, index: number): Deployment {
  const random = createSeededRandom(`${seed}/deployment/${index}`);
  const name = deploymentName(index);
  // Some pods say for the beginning of their lives that they are not to be disturbed.
  const guard = index % 7 === 5 ? { annotations: { [annotations.doNotDisrupt]: "10m" } } : {};
  const requests = sizes[random.integer(sizes.length)] ?? {};
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: {
      replicas: 1 + random.integer(4),
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name }, ...guard },
        spec: {
          containers: [{ name: "app", image: `${name}:1`, resources: { requests } }],
          terminationGracePeriodSeconds: 1 + random.integer(30),
          ...placement(index),
        },
      },
    },
  };
}

/** Every second deployment; always with room for one disruption, so that no drain waits for ever. */
export function disruptionBudget(index: number): PodDisruptionBudget | undefined {
  if (index % 2 === 1) return undefined;
  const name = deploymentName(index);
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace },
    spec: { maxUnavailable: index % 4 === 0 ? 1 : "40%", selector: { matchLabels: { app: name } } },
  };
}
