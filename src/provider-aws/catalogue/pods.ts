import { amiFamilies } from "./ami-family.ts";
import type { ClassFacts } from "./class-facts.ts";
import type { MachineFacts } from "./facts.ts";

/** Pods that the network interfaces have addresses for (spec: aws 2.5). */
export function eniLimitedPods(facts: MachineFacts, classFacts: ClassFacts, reservedEnis: number): number {
  const efaOnly = classFacts.networkInterfaces.filter(
    ({ networkCardIndex, interfaceType }) => networkCardIndex === 0 && interfaceType === "efa-only",
  ).length;
  const interfaces = (facts.cardInterfaces[facts.defaultNetworkCard] ?? 0) - reservedEnis - efaOnly;
  return interfaces <= 0 ? 0 : interfaces * (facts.ipv4PerInterface - 1) + 2;
}

/** Pods that a family of images allows where the class sets no number. */
export const networkPods = (facts: MachineFacts, classFacts: ClassFacts, reservedEnis: number): number =>
  amiFamilies[classFacts.amiFamily].eniLimitedPods ? eniLimitedPods(facts, classFacts, reservedEnis) : 110;

/** Pods per machine under a node class. */
export function podCapacity(facts: MachineFacts, classFacts: ClassFacts, reservedEnis: number): number {
  const family = amiFamilies[classFacts.amiFamily];
  const { maxPods, podsPerCore = 0 } = classFacts.kubelet;
  const pods = maxPods ?? networkPods(facts, classFacts, reservedEnis);
  return podsPerCore > 0 && family.podsPerCore ? Math.min(pods, podsPerCore * facts.vcpus) : pods;
}
