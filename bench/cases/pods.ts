import type { Pod, PodSpec } from "../../src/api/index.ts";
import { type Draws, drawsOf } from "../random.ts";

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
  const term = { labelSelector: { matchLabels: labels }, topologyKey: "topology.kubernetes.io/zone" };
  return { labels, spec: { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } } };
};

const hostAntiAffinity: Kind = () => {
  const labels = { app: "nginx" };
  const term = { labelSelector: { matchLabels: labels }, topologyKey: "kubernetes.io/hostname" };
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
  const kinds = [
    generic,
    spread("topology.kubernetes.io/zone"),
    spread("kubernetes.io/hostname"),
    zoneAffinity,
    hostAntiAffinity,
  ];
  const block = Math.floor(count / kinds.length);
  return Array.from({ length: count }, (_, index) => {
    const kind = block === 0 ? generic : (kinds[Math.floor(index / block)] ?? generic);
    return pod(draws, kind, index);
  });
}

function pod(draws: Draws, kind: Kind, index: number): Pod {
  const { labels, spec } = kind(draws);
  const requests = { cpu: `${draws.pick(cpuMillis)}m`, memory: `${draws.pick(memoryMebibytes)}Mi` };
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
