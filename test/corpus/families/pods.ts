/** Changes of pending pods, workload by workload: what each family of cases is about. */
import { labels, type Pod, type PodSpec } from "../../../src/api/index.ts";
import type { Draws } from "../../../bench/random.ts";
import type { RecordedCase } from "../read-case.ts";

/** What a family changes about a plain case. */
export type Change = (draws: Draws, base: RecordedCase) => Partial<RecordedCase>;

export const zones = ["us-east-1a", "us-east-1b", "us-east-1c"];

/** Pods of one workload differ in nothing but their name, so that they change together. */
export function eachWorkload(
  draws: Draws,
  pods: readonly Pod[],
  change: (pod: Pod, draw: Draws) => ((pod: Pod, at: number) => Pod) | undefined,
): readonly Pod[] {
  const workloads = [...Map.groupBy(pods, ({ metadata }) => (metadata.name ?? "").replace(/-[0-9]+$/u, "")).values()];
  return workloads.flatMap((members) => {
    const [first] = members;
    const made = first === undefined ? undefined : change(first, draws);
    return made === undefined ? members : members.map(made);
  });
}

const withSpec = (pod: Pod, spec: Partial<PodSpec>): Pod => ({ ...pod, spec: { ...pod.spec, ...spec } });

const pending =
  (change: (pod: Pod, draws: Draws) => ((pod: Pod, at: number) => Pod) | undefined): Change =>
  (draws, base) => ({ pendingPods: eachWorkload(draws, base.pendingPods, change) });

export const hostPorts = pending((_, draws) => {
  if (draws.integer(3) === 0) return undefined;
  const port = {
    containerPort: 80,
    hostPort: draws.pick([8080, 8080, 9090]),
    protocol: draws.pick(["TCP", "TCP", "UDP"] as const),
    ...(draws.integer(4) === 0 ? { hostIP: draws.pick(["127.0.0.1", "10.0.0.1"]) } : {}),
  };
  return (pod) => {
    const [first, ...others] = pod.spec.containers;
    return first === undefined ? pod : withSpec(pod, { containers: [{ ...first, ports: [port] }, ...others] });
  };
});

export const initContainers = pending((_, draws) => {
  const containers = Array.from({ length: draws.integer(4) }, (__, i) => ({
    name: `i${i}`,
    resources: { requests: { cpu: draws.pick(["100m", "1", "4"]), memory: draws.pick(["128Mi", "2Gi", "9Gi"]) } },
    ...(draws.integer(2) === 0 ? { restartPolicy: "Always" as const } : {}),
  }));
  const overhead = draws.integer(3) === 0 ? { overhead: { cpu: "250m", memory: "120Mi" } } : {};
  const whole = draws.integer(4) === 0 ? { resources: { requests: { cpu: "1500m", memory: "2Gi" } } } : {};
  return (pod) => withSpec(pod, { initContainers: containers, ...overhead, ...whole });
});

export const gpus: Change = (draws, base) => ({
  catalogue: { ...base.catalogue, ref: "aws-120" },
  pendingPods: eachWorkload(draws, base.pendingPods, () => {
    if (draws.integer(2) === 0) return undefined;
    const gpu = { "nvidia.com/gpu": draws.pick(["1", "1", "2", "4", "16"]) };
    return (pod) => {
      const [first, ...others] = pod.spec.containers;
      const requests = { ...first?.resources?.requests, ...gpu };
      const tolerations = [...(pod.spec.tolerations ?? []), { key: "nvidia.com/gpu", operator: "Exists" as const }];
      return withSpec(pod, { tolerations, containers: [{ name: "c", resources: { requests } }, ...others] });
    };
  }),
});

export const unsatisfiable = pending((_, draws) => {
  const wishes: readonly Partial<PodSpec>[] = [
    { nodeSelector: { [labels.zone]: "us-east-1z" } },
    { nodeSelector: { zone: "us-east-1a" } },
    { nodeSelector: { [labels.instanceType]: "m99.huge" } },
    { containers: [{ name: "c", resources: { requests: { cpu: "900" } } }] },
    { containers: [{ name: "c", resources: { requests: { "example.com/widget": "1" } } }] },
    { nodeSelector: { [labels.arch]: "arm64", [labels.instanceType]: "m5.large" } },
  ];
  if (draws.integer(2) === 0) return undefined;
  const wish = draws.pick(wishes);
  return (pod) => withSpec(pod, wish);
});

export const spreadOptions = pending(({ metadata }, draws) => {
  const app = metadata.labels?.["app"] ?? "";
  const constraint = (topologyKey: string) => ({
    maxSkew: 1 + draws.integer(3),
    topologyKey,
    whenUnsatisfiable: draws.pick(["DoNotSchedule", "DoNotSchedule", "ScheduleAnyway"] as const),
    labelSelector: { matchLabels: { app } },
    ...(draws.integer(4) === 0 ? { nodeAffinityPolicy: draws.pick(["Honor", "Ignore"] as const) } : {}),
    ...(draws.integer(4) === 0 ? { nodeTaintsPolicy: draws.pick(["Honor", "Ignore"] as const) } : {}),
    ...(draws.integer(4) === 0 ? { matchLabelKeys: [draws.pick(["app", "release"])] } : {}),
  });
  const keys = [labels.zone, labels.hostname, labels.capacityType, labels.arch, "team"];
  const chosen = keys.filter(() => draws.integer(3) === 0);
  const topologySpreadConstraints = chosen.map((key) => {
    const made = constraint(key);
    const least = made.whenUnsatisfiable === "DoNotSchedule" && draws.integer(4) === 0;
    return least ? { ...made, minDomains: 1 + draws.integer(4) } : made;
  });
  return chosen.length === 0 ? undefined : (pod) => withSpec(pod, { topologySpreadConstraints });
});

export const company: Change = (draws, base) => {
  const apps = [...new Set(base.pendingPods.map(({ metadata }) => metadata.labels?.["app"] ?? ""))];
  const term = () => ({
    topologyKey: draws.pick([labels.zone, labels.hostname, labels.hostname, labels.capacityType, labels.arch]),
    labelSelector:
      draws.integer(3) === 0
        ? { matchExpressions: [{ key: "app", operator: "In" as const, values: [draws.pick(apps), draws.pick(apps)] }] }
        : { matchLabels: { app: draws.pick(apps) } },
    ...(draws.integer(4) === 0 ? { namespaces: [draws.pick(["default", "far"])] } : {}),
    ...(draws.integer(6) === 0 ? { namespaceSelector: draws.pick([{}, { matchLabels: { tier: "one" } }]) } : {}),
  });
  const side = () =>
    draws.integer(3) === 0
      ? { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1 + draws.integer(9), podAffinityTerm: term() }] }
      : { requiredDuringSchedulingIgnoredDuringExecution: [term()] };
  const pendingPods = eachWorkload(draws, base.pendingPods, () => {
    const affinity = draws.pick([
      () => ({ podAffinity: side() }),
      () => ({ podAntiAffinity: side() }),
      () => ({ podAffinity: side(), podAntiAffinity: side() }),
    ])();
    const namespace = draws.pick(["default", "default", "far"]);
    if (draws.integer(3) === 0) return undefined;
    return (pod) => withSpec({ ...pod, metadata: { ...pod.metadata, namespace } }, { affinity });
  });
  const namespaces = ["default", "far"].map((name) => ({
    apiVersion: "v1" as const,
    kind: "Namespace" as const,
    metadata: { name, labels: name === "far" ? { tier: "one" } : {} },
  }));
  return { pendingPods, namespaces };
};

export const nodeAffinities = pending((_, draws) => {
  const expression = () =>
    draws.pick([
      { key: labels.zone, operator: "In" as const, values: [draws.pick(zones), draws.pick(zones)] },
      { key: labels.zone, operator: "NotIn" as const, values: [draws.pick(zones)] },
      { key: labels.capacityType, operator: "In" as const, values: [draws.pick(["spot", "on-demand"])] },
      { key: "karpenter.k8s.aws/instance-cpu", operator: "Gt" as const, values: [draws.pick(["2", "7", "15"])] },
      { key: "karpenter.k8s.aws/instance-memory", operator: "Lt" as const, values: ["65537"] },
      { key: "karpenter.k8s.aws/instance-category", operator: "NotIn" as const, values: ["t", "g"] },
      // Not with DoesNotExist beside it: the algebra takes the two together for "none" (scheduling 3.2), which both engines share.
      { key: "team", operator: "Exists" as const },
    ]);
  // No key twice: what contradicts itself over a label that nobody has is a case of its own (scheduling 3.2).
  const term = () => {
    const drawn = Array.from({ length: 1 + draws.integer(2) }, expression);
    return { matchExpressions: [...new Map(drawn.map((each) => [each.key, each])).values()] };
  };
  const required = Array.from({ length: draws.integer(4) }, term);
  const preferred = Array.from({ length: draws.integer(3) }, () => ({
    weight: 1 + draws.integer(50),
    preference: term(),
  }));
  const nodeAffinity = {
    ...(required.length === 0
      ? {}
      : { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: required } }),
    ...(preferred.length === 0 ? {} : { preferredDuringSchedulingIgnoredDuringExecution: preferred }),
  };
  return (pod) => withSpec(pod, { affinity: { ...pod.spec.affinity, nodeAffinity } });
});

/** No two pods alike. */
export const distinctSizes: Change = (draws, base) => ({
  pendingPods: base.pendingPods.map((pod) => {
    const requests = { cpu: `${50 + 50 * draws.integer(60)}m`, memory: `${64 + 64 * draws.integer(120)}Mi` };
    return withSpec(pod, { containers: [{ name: "c", resources: { requests } }] });
  }),
});
