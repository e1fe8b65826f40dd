/** Nodes of pool `default` as they are once initialized, with the disruption controllers running. */
import {
  type Node,
  type NodeClaim,
  type NodePool,
  nodeClaimType,
  nodePoolType,
  nodeType,
} from "../../src/api/index.ts";
import {
  type ClusterModel,
  createClusterModel,
  createDisruption,
  type Disruption,
  type DisruptionDeps,
} from "../../src/controllers/index.ts";
import { emptiness, type InstanceType, labelRequirements } from "../../src/core/index.ts";
import { createIds, createSeededRandom } from "../../src/platform/index.ts";
import { nodeClaim, nodePool } from "./builders.ts";
import { type ClusterFixture, clusterFixture, type FixtureOptions } from "./cluster-fixture.ts";

const moment = "2026-11-02T09:00:00Z";

const True = (type: string, lastTransitionTime = moment) => ({
  type,
  status: "True",
  reason: type,
  message: "",
  lastTransitionTime,
  observedGeneration: 1,
});

export const smallType: InstanceType = {
  name: "small",
  requirements: labelRequirements({
    "node.kubernetes.io/instance-type": "small",
    "topology.kubernetes.io/zone": "test-zone-1",
    "karpenter.sh/capacity-type": "on-demand",
    "kubernetes.io/arch": "amd64",
    "kubernetes.io/os": "linux",
  }),
  capacity: { cpu: 4000, memory: 8 * 1024 ** 3, pods: 20 },
  overhead: { kubeReserved: {}, systemReserved: {}, evictionThreshold: {} },
  offerings: [
    {
      zone: "test-zone-1",
      capacityType: "on-demand",
      requirements: labelRequirements({
        "topology.kubernetes.io/zone": "test-zone-1",
        "karpenter.sh/capacity-type": "on-demand",
      }),
      price: 0.1,
      available: true,
    },
  ],
};

export interface DisruptionFixture {
  readonly fixture: ClusterFixture;
  readonly model: ClusterModel;
  readonly disruption: Disruption;
  readonly claimNames: () => Promise<readonly string[]>;
  readonly taintedNodes: () => Promise<readonly string[]>;
}

export interface NodeOptions {
  readonly pool?: string;
  readonly conditions?: readonly string[];
  readonly ready?: boolean;
  readonly annotations?: Readonly<Record<string, string>>;
  /** The claim outlives its deletion, as one whose machine takes its time. */
  readonly held?: boolean;
}

const held = Object.freeze({ finalizers: ["karpenter.sh/termination"] });

/** Claim `NAME` and its Node `node-NAME`. */
export async function initializedNode(fixture: ClusterFixture, name: string, options: NodeOptions = {}): Promise<void> {
  const providerID = `fake:///test-zone-1/i-${name}`;
  const labels = {
    "karpenter.sh/nodepool": options.pool ?? "default",
    "karpenter.test.sh/testnodeclass": "default",
    "karpenter.sh/capacity-type": "on-demand",
    "topology.kubernetes.io/zone": "test-zone-1",
    "node.kubernetes.io/instance-type": "small",
  };
  const { annotations = {} } = options;
  const claim: NodeClaim = await fixture.create(
    nodeClaimType,
    nodeClaim(name, {}, { labels, ...(options.held === true ? held : {}) }),
  );
  const conditions = ["Launched", "Registered", "Initialized", "Ready", ...(options.conditions ?? ["Consolidatable"])];
  const status = { providerID, nodeName: `node-${name}`, conditions: conditions.map((type) => True(type)) };
  await fixture.patch(nodeClaimType, claim, { status }, "status");
  const node: Node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: `node-${name}`,
      annotations,
      labels: { ...labels, "karpenter.sh/registered": "true", "karpenter.sh/initialized": "true" },
    },
    spec: { providerID },
  };
  const created = await fixture.create(nodeType, node);
  const amounts = { cpu: "4", memory: "8Gi", pods: "20" };
  const ready = { ...True("Ready"), status: options.ready === false ? "False" : "True" };
  await fixture.patch(
    nodeType,
    created,
    { status: { capacity: amounts, allocatable: amounts, conditions: [ready] } },
    "status",
  );
  fixture.provider.leak({ providerId: providerID });
}

export interface DisruptionOptions extends FixtureOptions {
  readonly pools?: readonly NodePool[];
  readonly nodes?: readonly (readonly [string, NodeOptions?])[];
  /** Puts more into the cluster before the controllers start. */
  readonly before?: (fixture: ClusterFixture) => Promise<unknown>;
  readonly methods?: DisruptionDeps["methods"];
  readonly settings?: DisruptionDeps["settings"];
  readonly replacements?: DisruptionDeps["createReplacements"];
  readonly quietStartMilliseconds?: number;
}

export async function disruptionFixture(options: DisruptionOptions = {}): Promise<DisruptionFixture> {
  const fixture = await clusterFixture(options);
  fixture.provider.instanceTypeList = [smallType];
  if (options.after === undefined) {
    for (const pool of options.pools ?? [nodePool("default")]) await fixture.create(nodePoolType, pool);
    for (const [name, nodeOptions] of options.nodes ?? []) await initializedNode(fixture, name, nodeOptions);
  }
  await options.before?.(fixture);
  const random = createSeededRandom(5);
  const model = createClusterModel(fixture);
  const disruption = createDisruption({
    ...fixture,
    random,
    ids: createIds(random),
    model,
    act: true,
    quietStartMilliseconds: options.quietStartMilliseconds ?? 0,
    methods: options.methods ?? [emptiness],
    ...(options.settings === undefined ? {} : { settings: options.settings }),
    createReplacements: options.replacements ?? (async () => []),
  });
  await fixture.run(disruption.loop, disruption.queue);
  return {
    fixture,
    model,
    disruption,
    claimNames: async () => {
      const claims = await fixture.kube.list(nodeClaimType);
      return claims.items
        .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
        .map(({ metadata }) => metadata.name ?? "");
    },
    taintedNodes: async () => {
      const nodes = await fixture.kube.list(nodeType);
      const isTainted = ({ spec }: Node): boolean =>
        (spec.taints ?? []).some(({ key }) => key === "karpenter.sh/disrupted");
      return nodes.items.filter(isTainted).map(({ metadata }) => metadata.name ?? "");
    },
  };
}
