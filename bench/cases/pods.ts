import type { Pod, PodSpec } from "../../src/api/index.ts";
import { type Draws, drawsOf } from "../random.ts";

const zoneKey = "topology.kubernetes.io/zone";
const hostKey = "kubernetes.io/hostname";
const cpuMillis = [100, 250, 500, 1000, 1500];
const memoryMebibytes = [100, 256, 512, 1024, 2048, 4096];
const letters = ["a", "b", "c", "d", "e", "f", "g"];

interface Drawn {
  readonly labels: Readonly<Record<string, string>>;
  readonly spec?: Partial<PodSpec>;
}

type Kind = (draws: Draws) => Drawn;

const generic: Kind = (draws) => ({ labels: { "my-label": draws.pick(letters) } });

const spread =
  (topologyKey: string): Kind =>
  (draws) => {
    const labels = { "my-label": draws.pick(letters) };
    const matchLabels = { "my-label": draws.pick(letters) };
    const constraint = {
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: "DoNotSchedule",
      labelSelector: { matchLabels },
    } as const;
    return { labels, spec: { topologySpreadConstraints: [constraint] } };
  };

/** The label key is spelt as upstream spells it. */
const zoneAffinity: Kind = (draws) => {
  const labels = { "my-affininity": draws.pick(letters) };
  const term = { labelSelector: { matchLabels: labels }, topologyKey: zoneKey };
  return { labels, spec: { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } } };
};

const hostAntiAffinity: Kind = () => {
  const labels = { app: "nginx" };
  const term = { labelSelector: { matchLabels: labels }, topologyKey: hostKey };
  return {
    labels,
    spec: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } },
  };
};

/** `count` pods of no constraint (corpus/BENCH.md, kind `generic`). */
export function genericPods(count: number, seed: number): readonly Pod[] {
  const draws = drawsOf(seed);
  return Array.from({ length: count }, (_, index) => pod(draws, generic, index));
}

/** A fifth each of five kinds in blocks, the rest generic (corpus/BENCH.md, `makeDiversePods`). */
export function diversePods(count: number, seed: number): readonly Pod[] {
  const draws = drawsOf(seed);
  const kinds = [generic, spread(zoneKey), spread(hostKey), zoneAffinity, hostAntiAffinity];
  const block = Math.floor(count / kinds.length);
  return Array.from({ length: count }, (_, index) => {
    const kind = block === 0 ? generic : (kinds[Math.floor(index / block)] ?? generic);
    return pod(draws, kind, index);
  });
}

function pod(draws: Draws, kind: Kind, index: number): Pod {
  const drawn = kind(draws);
  return podOf(index, drawn, { cpu: `${draws.pick(cpuMillis)}m`, memory: `${draws.pick(memoryMebibytes)}Mi` });
}

function podOf(index: number, { labels, spec }: Drawn, requests: Readonly<Record<string, string>>): Pod {
  const name = `pod-${String(index).padStart(6, "0")}`;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "default",
      uid: `uid-${String(index).padStart(6, "0")}`,
      labels: { ...labels, "testing/cluster": "unspecified" },
      creationTimestamp: "2026-01-01T00:00:00Z",
    },
    spec: { ...spec, containers: [{ name: "app", resources: { requests } }] },
    status: { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }] },
  };
}

/** Pods alike in everything, with the preferences of corpus/BENCH.md, `makePreferencePods`; sizes are drawn once. */
export function preferencePods(count: number, seed: number): readonly Pod[] {
  const draws = drawsOf(seed);
  const requests = { cpu: `${draws.pick(cpuMillis)}m`, memory: `${draws.pick(memoryMebibytes)}Mi` };
  const apart = (weight: number, topologyKey: string) => ({
    weight,
    podAffinityTerm: { topologyKey, labelSelector: { matchLabels: { app: "nginx" } } },
  });
  const affinity: PodSpec["affinity"] = {
    nodeAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 1, preference: { matchExpressions: [{ key: zoneKey, operator: "In", values: ["test-zone-1"] }] } },
      ],
    },
    podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [apart(10, zoneKey), apart(1, hostKey)] },
  };
  return Array.from({ length: count }, (_, index) =>
    podOf(index, { labels: { app: "nginx" }, spec: { affinity } }, requests),
  );
}

/** Deployments of equal pods (corpus/BENCH.md, schedule-deployments-100000); every third spreads by zone, every twentieth by host. */
export function deploymentPods(deployments: number, replicas: number, seed: number): readonly Pod[] {
  const draws = drawsOf(seed);
  return Array.from({ length: deployments }, (_, deployment) =>
    podsOfDeployment({ deployment, replicas, draws, scale: 1 }),
  ).flat();
}

/** `scale` shrinks what a pod asks for. Pods are numbered through all deployments of `replicas`. */
export function podsOfDeployment(from: {
  readonly deployment: number;
  readonly replicas: number;
  readonly draws: Draws;
  readonly scale: number;
}): readonly Pod[] {
  const { deployment, replicas, draws, scale } = from;
  const cpu = draws.pick([100, 200, 250, 500, 750, 1000, 1500, 2000, 3000, 4000]) * scale;
  const gibibytesPerCore = draws.pick([1, 2, 4, 4, 8]);
  const requests = { cpu: `${cpu}m`, memory: `${Math.round((cpu * gibibytesPerCore * 1024) / 1000)}Mi` };
  const labels = { app: `app-${deployment}` };
  const keys = [...(deployment % 3 === 0 ? [zoneKey] : []), ...(deployment % 20 === 0 ? [hostKey] : [])];
  const topologySpreadConstraints = keys.map(
    (topologyKey) =>
      ({
        maxSkew: 1,
        topologyKey,
        whenUnsatisfiable: "DoNotSchedule",
        labelSelector: { matchLabels: labels },
      }) as const,
  );
  const spec = topologySpreadConstraints.length === 0 ? {} : { topologySpreadConstraints };
  return Array.from({ length: replicas }, (_, i) => podOf(deployment * replicas + i, { labels, spec }, requests));
}
