import { resourceNames } from "../../api/index.ts";
import type { InstanceType, Resources } from "../../core/index.ts";
import { amiFamilies } from "./ami-family.ts";
import { gibibyte, mebibyte } from "./capacity.ts";
import type { ClassFacts } from "./class-facts.ts";
import type { MachineFacts } from "./facts.ts";
import type { EvictionThreshold } from "./kubelet.ts";
import { eniLimitedPods } from "./pods.ts";

/** What a node keeps back from pods (spec: aws 2.6). */
export function machineOverhead(
  facts: MachineFacts,
  classFacts: ClassFacts,
  capacity: Resources,
): InstanceType["overhead"] {
  const { kubelet } = classFacts;
  return {
    kubeReserved: { ...defaultKubeReserved(facts, classFacts, capacity), ...kubelet.kubeReserved },
    systemReserved: kubelet.systemReserved,
    evictionThreshold: evictionThreshold(kubelet.evictionHard, capacity),
  };
}

function defaultKubeReserved(facts: MachineFacts, classFacts: ClassFacts, capacity: Resources): Resources {
  // The images of these families reserve by the interfaces' pod count and know of neither maxPods nor reserved ENIs.
  const pods = amiFamilies[classFacts.amiFamily].eniLimitedMemory
    ? eniLimitedPods(facts, classFacts, 0)
    : (capacity[resourceNames.pods] ?? 0);
  return {
    [resourceNames.cpu]: reservedMilliCpu(facts.vcpus),
    [resourceNames.memory]: (11 * pods + 255) * mebibyte,
    [resourceNames.ephemeralStorage]: gibibyte,
  };
}

const cpuBrackets = [
  { from: 0, to: 1000, tenThousandths: 600 },
  { from: 1000, to: 2000, tenThousandths: 100 },
  { from: 2000, to: 4000, tenThousandths: 50 },
  { from: 4000, to: Number.POSITIVE_INFINITY, tenThousandths: 25 },
];

function reservedMilliCpu(vcpus: number): number {
  const total = vcpus * 1000;
  return cpuBrackets
    .map(({ from, to, tenThousandths }) => Math.max(Math.min(total, to) - from, 0) * tenThousandths)
    .reduce((sum, share) => sum + Math.trunc(share / 10_000), 0);
}

function evictionThreshold(hard: Readonly<Record<string, EvictionThreshold>>, capacity: Resources): Resources {
  const storage = capacity[resourceNames.ephemeralStorage] ?? 0;
  return {
    [resourceNames.memory]:
      thresholdBytes(hard["memory.available"], capacity[resourceNames.memory] ?? 0) ?? 100 * mebibyte,
    [resourceNames.ephemeralStorage]: thresholdBytes(hard["nodefs.available"], storage) ?? Math.ceil(storage / 10),
  };
}

function thresholdBytes(threshold: EvictionThreshold | undefined, total: number): number | undefined {
  if (threshold === undefined) return undefined;
  return "bytes" in threshold ? threshold.bytes : Math.ceil((total / 100) * threshold.percent);
}
