/** What the founding document asks of the engine, asked of a Provisioner's view (spec: v1alpha5 6.3). */
import { describe, expect, test } from "vitest";
import type { NodePool, Pod, PodSpec, ProvisionerSpec } from "../../src/api/index.ts";
import {
  applyClusterEvents,
  candidateChecks,
  type ClusterEvent,
  emptyClusterState,
  epochMillisOf,
  freezeSnapshot,
  type InstanceType,
  podRequests,
  poolViewOf,
  provision,
  type StateNode,
} from "../../src/core/index.ts";
import { poolViewOfProvisioner } from "../../src/legacy/index.ts";
import { typeOf } from "../../src/provider-aws/catalogue/testing.ts";
import { pod, podsOf } from "../builders/pods.ts";
import { node } from "../builders/snapshot.ts";
import { provisioner } from "./era-cluster.ts";

const names = [
  "m5.large",
  "m5.xlarge",
  "m5.4xlarge",
  "c5.large",
  "r5.large",
  "m6g.large",
  "t3.medium",
  "g4dn.xlarge",
  "p3.8xlarge",
];
const catalogue: readonly InstanceType[] = names.map((name) => typeOf(name));

interface Given {
  readonly spec?: ProvisionerSpec;
  readonly others?: readonly NodePool[];
  readonly pods: readonly Pod[];
  readonly events?: readonly ClusterEvent[];
  readonly types?: readonly InstanceType[];
}

function plan({ spec = {}, others = [], pods, events = [], types = catalogue }: Given) {
  const pools = [poolViewOfProvisioner(provisioner("default", spec)), ...others].map((pool) =>
    poolViewOf({ ...pool, status: { conditions: [{ type: "Ready", status: "True" }] } }),
  );
  const state = applyClusterEvents(emptyClusterState(), [
    ...pools.flatMap((view): ClusterEvent[] => [
      { type: "pool", view },
      { type: "instance-types", pool: view.key, types },
    ]),
    ...events,
    ...pods.map((object): ClusterEvent => ({ type: "upsert", kind: "Pod", object })),
  ]);
  return provision(freezeSnapshot(state, epochMillisOf(0)));
}

const small = { cpu: "500m", memory: "512Mi" };
const all = (spec: ProvisionerSpec = {}): ProvisionerSpec => ({
  requirements: [
    { key: "karpenter.k8s.aws/instance-family", operator: "Exists" },
    { key: "karpenter.sh/capacity-type", operator: "In", values: ["spot", "on-demand"] },
    { key: "kubernetes.io/arch", operator: "In", values: ["amd64", "arm64"] },
  ],
  ...spec,
});
const selecting = (labels: Readonly<Record<string, string>>): { readonly spec: Partial<PodSpec> } => ({
  spec: { nodeSelector: labels },
});

test("[R2] the needs of all pending pods are added up, and the cheapest machine for them is chosen", () => {
  const { claims } = plan({ pods: podsOf(3, "web", { requests: small }) });
  expect(claims.map(({ pods, cheapest }) => [pods.length, cheapest.instanceType])).toEqual([[3, "c5.large"]]);
});

test("[R10] thousands of pods are planned in one pass", () => {
  const { claims, unplaced } = plan({ pods: podsOf(2_000, "web", { requests: small }) });
  expect(unplaced).toEqual([]);
  expect(claims.reduce((sum, { pods }) => sum + pods.length, 0)).toBe(2_000);
});

test("[R14] nodes of others are filled first, and no machine is made for what they hold", () => {
  const object = node("static", { allocatable: { cpu: "4", memory: "8Gi", pods: "20" } });
  const { claims, nominations } = plan({
    pods: podsOf(2, "web", { requests: small }),
    events: [{ type: "upsert", kind: "Node", object }],
  });
  expect([claims.length, nominations.map(({ node: name }) => name)]).toEqual([0, ["static", "static"]]);
});

test("[R24] types that are excluded are not launched", () => {
  const values = ["c5.large", "m5.large"];
  const spec = { requirements: [{ key: "node.kubernetes.io/instance-type", operator: "NotIn" as const, values }] };
  const { claims } = plan({ spec, pods: [pod("web", { requests: small })] });
  expect(claims[0]?.instanceTypes.filter((name) => values.includes(name))).toEqual([]);
});

test("[R25] the repaired exclusion of large Graviton types is read, and excludes nothing while only amd64 is allowed", () => {
  const values = ["m6g", "m6gd", "r6g", "r6gd", "c6g"].map((family) => `${family}.16xlarge`);
  const spec = { requirements: [{ key: "node.kubernetes.io/instance-type", operator: "NotIn" as const, values }] };
  const { claims } = plan({ spec, pods: [pod("web", { requests: small })] });
  expect(claims[0]?.instanceTypes).toContain("t3.medium");
  expect(claims[0]?.instanceTypes).not.toContain("m6g.large");
});

test("[R51] [R53] a flexible Provisioner offers every type that fits, not the cheapest alone", () => {
  const { claims } = plan({ spec: all(), pods: [pod("web", { requests: small })] });
  expect(claims[0]?.instanceTypes.length).toBeGreaterThan(4);
});

test("[R55] pods without accelerators get no accelerator where anything else fits", () => {
  const { claims } = plan({ spec: all(), pods: podsOf(40, "web", { requests: small }) });
  expect(claims.map(({ cheapest }) => cheapest.instanceType).filter((name) => /^(g4dn|p3)/.test(name))).toEqual([]);
});

test("[R57] a type without capacity is passed over for the next that has some", () => {
  const dry = catalogue.map((type) =>
    type.name === "c5.large"
      ? { ...type, offerings: type.offerings.map((offering) => ({ ...offering, available: false })) }
      : type,
  );
  const { claims } = plan({ pods: podsOf(3, "web", { requests: small }), types: dry });
  expect(claims[0]?.cheapest.instanceType).toBe("m5.large");
});

test("[R57] with one type that has no capacity the pod waits", () => {
  const dry = catalogue.map((type) => ({
    ...type,
    offerings: type.offerings.map((offering) => ({ ...offering, available: false })),
  }));
  const { unplaced } = plan({ pods: [pod("web", { requests: small })], types: dry });
  expect(unplaced).toHaveLength(1);
});

test("[R58] a claim leaves all zones open unless a pod asks for one", () => {
  const { claims } = plan({ spec: all(), pods: [pod("web", { requests: small })] });
  const zones = claims[0]?.claim.spec.requirements.filter(({ key }) => key === "topology.kubernetes.io/zone");
  expect(zones).toEqual([]);
});

test("[R60] pods are spread over zones by their constraint", () => {
  const topologySpreadConstraints = [
    {
      maxSkew: 1,
      topologyKey: "topology.kubernetes.io/zone",
      whenUnsatisfiable: "DoNotSchedule" as const,
      labelSelector: { matchLabels: { app: "web" } },
    },
  ];
  const pods = podsOf(3, "web", { labels: { app: "web" }, requests: small, spec: { topologySpreadConstraints } });
  const { claims } = plan({ pods });
  expect(new Set(claims.map(({ cheapest }) => cheapest.zone)).size).toBe(3);
});

test("[R62] where cloud, Provisioner and pod do not go together, the key and the layer are named", () => {
  const { unplaced } = plan({
    pods: [pod("web", { requests: small, ...selecting({ "kubernetes.io/arch": "arm64" }) })],
  });
  expect(unplaced[0]?.message).toContain('incompatible with provisioner "default"');
  expect(unplaced[0]?.message).toContain("kubernetes.io/arch");
});

test("[R64] a pod gets the processor and the accelerator that it asks for", () => {
  const { claims } = plan({
    spec: all(),
    pods: [
      pod("arm", { requests: small, ...selecting({ "kubernetes.io/arch": "arm64" }) }),
      pod("gpu", { requests: { ...small, "nvidia.com/gpu": "1" } }),
    ],
  });
  expect(claims.map(({ cheapest }) => cheapest.instanceType).toSorted()).toEqual(["g4dn.xlarge", "m6g.large"]);
});

test("[R71] without limits capacity is added as long as pods wait", () => {
  const { unplaced, claims } = plan({ pods: podsOf(300, "web", { requests: { cpu: "1", memory: "2Gi" } }) });
  expect([unplaced.length, claims.length > 10]).toEqual([0, true]);
});

test("[R79] [R82] only requests count when a machine is chosen, limits do not", () => {
  const bursting = pod("web", { requests: small });
  const [container] = bursting.spec.containers;
  if (container === undefined) throw new Error("the builder makes one container");
  const limits = { cpu: "64", memory: "512Gi" };
  const spec = { ...bursting.spec, containers: [{ ...container, resources: { requests: small, limits } }] };
  const { claims } = plan({ pods: [{ ...bursting, spec }] });
  expect(claims[0]?.cheapest.instanceType).toBe("c5.large");
});

test("[R81] a pod needs the larger of its containers together and its largest init container", () => {
  const container = (name: string, cpu: string) => ({ name, resources: { requests: { cpu } } });
  const spec = {
    containers: [container("a", "1"), container("b", "500m")],
    initContainers: [container("x", "2"), container("y", "1800m")],
  };
  expect(podRequests({ spec })).toMatchObject({ cpu: 2000 });
});

describe("do-not-evict", () => {
  const check = candidateChecks.find(({ code }) => code === "pod-do-not-disrupt");
  const refusal = (object: Pod): string | undefined =>
    check?.refusal(
      { name: "a", pods: [object] } as unknown as StateNode,
      { now: epochMillisOf(0), disruptionClass: "graceful" } as unknown as Parameters<typeof check.refusal>[1],
    );
  const annotated = (value: string, change: Partial<Pod> = {}): Pod => ({
    ...pod("job", { metadata: { annotations: { "karpenter.sh/do-not-evict": value } } }),
    status: { phase: "Running" },
    ...change,
  });

  test("[R75] [R76] keeps its node from expiry, drift and consolidation, as long as it is there", () => {
    expect(refusal(annotated("true"))).toBe("pod default/job carries the annotation karpenter.sh/do-not-evict");
  });

  test("[R76] any value but true protects nothing", () => {
    expect(refusal(annotated("yes"))).toBeUndefined();
  });

  test("[R77] a pod that has succeeded or failed keeps no node", () => {
    expect(refusal(annotated("true", { status: { phase: "Succeeded" } }))).toBeUndefined();
    expect(refusal(annotated("true", { status: { phase: "Failed" } }))).toBeUndefined();
  });
});
