import type { EC2NodeClass } from "../../src/api/index.ts";
import type { InstanceType } from "../../src/core/index.ts";
import {
  classFactsOf,
  createOfferingResolver,
  defaultResolutionSettings,
  listPrices,
  loadCatalogue,
  resolveTypes,
} from "../../src/provider-aws/catalogue/index.ts";

const zones = ["a", "b", "c"];

const nodeClass: EC2NodeClass = {
  apiVersion: "karpenter.k8s.aws/v1",
  kind: "EC2NodeClass",
  metadata: { name: "default", uid: "uid-default" },
  spec: {
    amiFamily: "AL2023",
    amiSelectorTerms: [{ id: "ami-1" }],
    subnetSelectorTerms: [{ id: "subnet-a" }],
    securityGroupSelectorTerms: [{ id: "sg-1" }],
    role: "node",
  },
  status: {
    subnets: zones.map((letter) => ({
      id: `subnet-${letter}`,
      zone: `us-east-1${letter}`,
      zoneID: `use1-az${letter}`,
    })),
  },
};

/** Every machine type that the project ships, as a plain node class in three zones sees it, all offerings available. */
export function usEast1(): readonly InstanceType[] {
  const catalogue = loadCatalogue();
  const region = {
    region: "us-east-1",
    machines: catalogue.machines,
    offerings: catalogue.regions.get("us-east-1")?.offerings ?? new Map(),
    networkLimits: catalogue.networkLimits,
  };
  const classFacts = classFactsOf(nodeClass);
  if (!classFacts.ok) throw new Error(classFacts.failure.message);
  const offered = createOfferingResolver(region);
  const conditions = {
    prices: listPrices(catalogue.onDemand.prices),
    isUnavailable: () => false,
    reservationCapacity: () => 0,
  };
  return resolveTypes(region, classFacts.value, defaultResolutionSettings)
    .filter(({ compatible }) => compatible)
    .map((type) => offered(type, classFacts.value, conditions));
}
