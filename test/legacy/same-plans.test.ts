/** Converted or not, the engine plans the same, but for what the converter told (spec: v1alpha5 5, issue "Shown by"). */
import { describe, expect, test } from "vitest";
import { type NodePool, type Pod, type ProvisionerSpec, type Taint } from "../../src/api/index.ts";
import {
  applyClusterEvents,
  emptyClusterState,
  epochMillisOf,
  freezeSnapshot,
  type InstanceType,
  poolViewOf,
  provision,
} from "../../src/core/index.ts";
import { convertObjects, poolViewOfProvisioner } from "../../src/legacy/index.ts";
import { typeOf } from "../../src/provider-aws/catalogue/testing.ts";
import { pod, podsOf } from "../builders/pods.ts";
import { provisioner } from "./era-cluster.ts";

const types: readonly InstanceType[] = [
  "m5.large",
  "m5.2xlarge",
  "c5.xlarge",
  "r5.large",
  "m6g.large",
  "t3.medium",
  "m4.large",
  "g4dn.xlarge",
].map((name) => typeOf(name));

const gpuTaint: Taint = { key: "nvidia.com/gpu", value: "true", effect: "NoSchedule" };
const toleration = { key: "nvidia.com/gpu", operator: "Exists" as const };
const small = { cpu: "500m", memory: "512Mi" };

const load: readonly Pod[] = [
  ...podsOf(7, "plain", { requests: small }),
  ...podsOf(2, "large", { requests: { cpu: "3", memory: "6Gi" } }),
  ...podsOf(2, "zone", { requests: small, spec: { nodeSelector: { "topology.kubernetes.io/zone": "us-east-1b" } } }),
  ...podsOf(2, "team", { requests: small, spec: { nodeSelector: { team: "a" } } }),
  ...podsOf(2, "arm", { requests: small, spec: { nodeSelector: { "kubernetes.io/arch": "arm64" } } }),
  ...podsOf(2, "spot", { requests: small, spec: { nodeSelector: { "karpenter.sh/capacity-type": "spot" } } }),
  pod("gpu", { requests: { ...small, "nvidia.com/gpu": "1" }, spec: { tolerations: [toleration] } }),
];

type Spec = ProvisionerSpec;
const requires = (...list: readonly (readonly [string, string, ...string[]])[]): Spec => ({
  requirements: list.map(([key, operator, ...values]) => ({ key, operator: operator as "In", values })),
});

/** One choice of each dimension makes a Provisioner: 6 x 4 x 3 = 72. */
const hardware: Readonly<Record<string, Spec>> = {
  "no requirement": {},
  "an exclusion": requires(["node.kubernetes.io/instance-type", "NotIn", "m6g.16xlarge", "r6g.16xlarge"]),
  "a list of types": requires(["node.kubernetes.io/instance-type", "In", "m5.large", "c5.xlarge", "m6g.large"]),
  "both architectures, spot allowed": requires(
    ["kubernetes.io/arch", "In", "amd64", "arm64"],
    ["karpenter.sh/capacity-type", "In", "spot", "on-demand"],
  ),
  "an alias and a bound": requires(
    ["beta.kubernetes.io/arch", "In", "arm64"],
    ["karpenter.k8s.aws/instance-generation", "Gt", "4"],
  ),
  accelerators: requires(
    ["karpenter.k8s.aws/instance-gpu-count", "Exists"],
    ["karpenter.k8s.aws/instance-family", "Exists"],
  ),
};

const dress: Readonly<Record<string, Spec>> = {
  plain: {},
  labelled: { labels: { team: "a" }, annotations: { note: "b" } },
  "tainted, with a startup taint": {
    taints: [gpuTaint],
    startupTaints: [{ key: "agent", effect: "NoExecute" }],
    weight: 10,
  },
  limited: { limits: { resources: { cpu: "4", memory: "20Gi" } }, kubeletConfiguration: { maxPods: 10 } },
};

const timers: Readonly<Record<string, Spec>> = {
  "kept for ever": {},
  "empty TTL": { ttlSecondsAfterEmpty: 30 },
  "expiry and consolidation": { ttlSecondsUntilExpired: 86_400, consolidation: { enabled: true } },
};

const combinations = Object.entries(hardware).flatMap(([a, first]) =>
  Object.entries(dress).flatMap(([b, second]) =>
    Object.entries(timers).map(([c, third]) => [`${a}, ${b}, ${c}`, { ...first, ...second, ...third }] as const),
  ),
);

function planFor(pool: NodePool) {
  const ready: NodePool = { ...pool, status: { conditions: [{ type: "Ready", status: "True" }] } };
  const view = poolViewOf(ready);
  const state = applyClusterEvents(emptyClusterState(), [
    { type: "pool", view },
    { type: "instance-types", pool: view.key, types },
    ...load.map((object) => ({ type: "upsert" as const, kind: "Pod" as const, object })),
  ]);
  const plan = provision(freezeSnapshot(state, epochMillisOf(0)));
  return {
    machines: plan.claims.map(({ pods, instanceTypes, cheapest, claim }) => ({
      pods: pods.map(({ metadata }) => metadata.name),
      instanceTypes,
      cheapest,
      taints: claim.spec.taints,
      startupTaints: claim.spec.startupTaints,
    })),
    left: plan.unplaced.map((unplaced) => unplaced.pod.metadata.name),
    price: plan.pricePerHour,
  };
}

describe("a Provisioner and the NodePool that it is converted to plan the same", () => {
  test.each(combinations)("%s", (_, spec) => {
    const written = provisioner("default", spec);
    const [conversion] = convertObjects([written]);
    const pool = conversion?.objects.find(({ object }) => object.kind === "NodePool")?.object as NodePool;
    expect(planFor(pool)).toEqual(planFor(poolViewOfProvisioner(written)));
  });

  test("the load is worth the comparison: machines are planned, and some pods are left over", () => {
    const plan = planFor(poolViewOfProvisioner(provisioner("default")));
    expect(plan.machines.length).toBeGreaterThan(0);
    expect(plan.left.length).toBeGreaterThan(0);
  });

  test("without the defaults written out a pool becomes wider, which the option says", () => {
    const [conversion] = convertObjects([provisioner("default")], { defaults: "none" });
    const pool = conversion?.objects[0]?.object as NodePool;
    expect(pool.spec.template.spec.requirements).toEqual([]);
    expect(planFor(pool)).not.toEqual(planFor(poolViewOfProvisioner(provisioner("default"))));
  });
});
