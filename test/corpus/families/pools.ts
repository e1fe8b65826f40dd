/** Changes of pools, of the machines that they may buy, and of what runs on every node. */
import { labels, type NodePool, type Taint } from "../../../src/api/index.ts";
import { type Change, eachWorkload, zones } from "./pods.ts";

type PoolSpec = NodePool["spec"];
type PoolChange = (spec: PoolSpec, at: number) => PoolSpec;

const changePools = (pools: readonly NodePool[], change: PoolChange): readonly NodePool[] =>
  pools.map((pool, at) => ({ ...pool, spec: change(pool.spec, at) }));

type Requirement = NonNullable<PoolSpec["template"]["spec"]["requirements"]>[number];

const withTemplate = (spec: PoolSpec, template: Partial<PoolSpec["template"]["spec"]>): PoolSpec => ({
  ...spec,
  template: { ...spec.template, spec: { ...spec.template.spec, ...template } },
});

const withRequirement = (spec: PoolSpec, requirement: Requirement): PoolSpec =>
  withTemplate(spec, {
    requirements: [
      ...(spec.template.spec.requirements ?? []).filter(({ key }) => key !== requirement.key),
      requirement,
    ],
  });

export const minValues: Change = (draws, base) => ({
  options: { ...base.options, minValuesPolicy: draws.pick(["Strict", "BestEffort"] as const) },
  nodePools: changePools(base.nodePools, (spec) => {
    if (draws.integer(3) === 0) return spec;
    const key = draws.pick([labels.instanceType, "karpenter.k8s.aws/instance-family", labels.zone, labels.arch]);
    const most = { [labels.zone]: 3, [labels.arch]: 2 }[key] ?? 20;
    return withRequirement(spec, { key, operator: "Exists", minValues: 1 + draws.integer(most) });
  }),
});

export const tightLimits: Change = (draws, base) => ({
  nodePools: changePools(base.nodePools, (spec) => ({
    ...spec,
    limits: draws.pick([
      { cpu: String(1 + draws.integer(40)) },
      { memory: `${2 + draws.integer(120)}Gi` },
      { cpu: "16", memory: "64Gi" },
      { nodes: String(draws.integer(4)) },
      {},
    ]),
  })),
});

export const taints: Change = (draws, base) => {
  const taint = (): Taint => ({
    key: draws.pick(["dedicated", "team"]),
    ...(draws.integer(2) === 0 ? { value: draws.pick(["batch", "web"]) } : {}),
    effect: draws.pick(["NoSchedule", "NoExecute", "PreferNoSchedule"] as const),
  });
  return {
    nodePools: changePools(base.nodePools, (spec) =>
      draws.integer(3) === 0
        ? spec
        : withTemplate(spec, {
            taints: [taint()],
            ...(draws.integer(3) === 0 ? { startupTaints: [{ key: "starting", effect: "NoSchedule" }] } : {}),
          }),
    ),
    pendingPods: eachWorkload(draws, base.pendingPods, () => {
      const toleration = draws.pick([
        { key: "dedicated", operator: "Exists" as const },
        { key: "team", operator: "Equal" as const, value: "web", effect: "NoSchedule" as const },
        { operator: "Exists" as const },
      ]);
      return draws.integer(2) === 0
        ? undefined
        : (pod) => ({ ...pod, spec: { ...pod.spec, tolerations: [toleration] } });
    }),
  };
};

export const reservations: Change = (draws, base) => {
  const small = ["c5.large", "m5.large", "m6g.large", "m5.xlarge", "r5.xlarge", "c6g.xlarge"];
  const reserved = Array.from({ length: 1 + draws.integer(3) }, (_, i) => ({
    instanceType: draws.pick(small),
    zone: draws.pick(zones),
    reservationId: `cr-${i}`,
    capacity: draws.integer(4),
    price: 0.0001 * (i + 1),
  }));
  return {
    catalogue: { ...base.catalogue, reserved },
    nodePools: changePools(base.nodePools, (spec) =>
      draws.integer(3) === 0
        ? spec
        : withRequirement(spec, {
            key: labels.capacityType,
            operator: "In",
            values: draws.pick([["reserved", "on-demand"], ["reserved", "on-demand", "spot"], ["reserved"]]),
          }),
    ),
  };
};

export const daemons: Change = (draws) => {
  const one = (name: string) => {
    const nodeSelector = draws.pick([{}, {}, { [labels.arch]: "amd64" }, { team: "red" }]);
    const requests = { cpu: draws.pick(["100m", "500m", "1500m"]), memory: draws.pick(["64Mi", "1Gi"]) };
    const ports = draws.integer(4) === 0 ? { ports: [{ containerPort: 80, hostPort: 8080 }] } : {};
    return {
      apiVersion: "apps/v1" as const,
      kind: "DaemonSet" as const,
      metadata: { name, namespace: "kube-system", uid: `uid-${name}` },
      spec: {
        selector: { matchLabels: { daemon: name } },
        template: {
          metadata: { labels: { daemon: name } },
          spec: {
            containers: [{ name: "d", resources: { requests }, ...ports }],
            ...(draws.integer(3) === 0 ? {} : { tolerations: [{ operator: "Exists" as const }] }),
            nodeSelector,
          },
        },
      },
    };
  };
  return { daemonSets: Array.from({ length: 1 + draws.integer(4) }, (_, i) => one(`daemon-${i}`)) };
};
