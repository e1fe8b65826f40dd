import type { ClassFacts } from "./class-facts.ts";
import type { MachineFacts } from "./facts.ts";

/** Whether a machine of this type can be launched with the class' settings at all (spec: aws 2.1, step 3). */
export function isCompatible(facts: MachineFacts, classFacts: ClassFacts): boolean {
  return (
    hasInterfaces(facts, classFacts) &&
    (classFacts.placementGroup === undefined ||
      facts.placementStrategies.includes(classFacts.placementGroup.strategy)) &&
    !(classFacts.amiFamily === "AL2023" && facts.name.startsWith("a1.")) &&
    (!classFacts.nestedVirtualization || facts.cpuFeatures.includes("nested-virtualization")) &&
    // Bare metal states no hypervisor and does not track connections by the class' timeouts.
    (!classFacts.connectionTracking || facts.hypervisor === "nitro")
  );
}

function hasInterfaces(facts: MachineFacts, { networkInterfaces, ipPrefixCount }: ClassFacts): boolean {
  if (networkInterfaces.length === 0) return true;
  if (!facts.enaSupported) return false;
  const efaOnly = networkInterfaces.filter(({ interfaceType }) => interfaceType === "efa-only").length;
  if (efaOnly > facts.efaInterfaces) return false;
  if (ipPrefixCount > 0 && ipPrefixCount + 1 > facts.ipv4PerInterface) return false;
  return networkInterfaces.every(
    ({ networkCardIndex, deviceIndex }) => deviceIndex < (facts.cardInterfaces[networkCardIndex] ?? 0),
  );
}
