/** Input C of the advisor: the shipped types of a region, as a class with a subnet in every zone sees them. */
import type { EC2NodeClass } from "../../api/index.ts";
import type { InstanceType } from "../../core/index.ts";
import {
  classFactsOf,
  createOfferingResolver,
  defaultResolutionSettings,
  listPrices,
  loadCatalogue,
  resolveTypes,
} from "../../provider-aws/catalogue/index.ts";
import { CliError } from "../cli-error.ts";

/** In order of name. Spot prices are simulated ones; the advisor asks only whether there is an offering. */
export function machineTypesOf(region: string): readonly InstanceType[] {
  const catalogue = loadCatalogue();
  const facts = catalogue.regions.get(region);
  if (facts === undefined)
    throw new CliError(
      `--region: "${region}" is not in the catalogue; expected one of ${[...catalogue.regions.keys()].toSorted().join(", ")}`,
    );
  const classFacts = classFactsOf(classIn(facts.zones.map(({ name, id }) => ({ zone: name, zoneID: id }))));
  if (!classFacts.ok) throw new Error(classFacts.failure.message);
  const regionFacts = {
    region,
    machines: catalogue.machines,
    offerings: facts.offerings,
    networkLimits: catalogue.networkLimits,
  };
  const offer = createOfferingResolver(regionFacts);
  const conditions = {
    prices: listPrices(catalogue.onDemand.prices),
    isUnavailable: () => false,
    reservationCapacity: () => 0,
  };
  return resolveTypes(regionFacts, classFacts.value, defaultResolutionSettings)
    .filter(({ name }) => facts.offerings.has(name))
    .map((type) => offer(type, classFacts.value, conditions));
}

const classIn = (zones: readonly { readonly zone: string; readonly zoneID: string }[]): EC2NodeClass => ({
  apiVersion: "karpenter.k8s.aws/v1",
  kind: "EC2NodeClass",
  metadata: { name: "any", uid: "any" },
  spec: {
    amiFamily: "AL2023",
    amiSelectorTerms: [{ alias: "al2023@latest" }],
    subnetSelectorTerms: [{ tags: { any: "*" } }],
    securityGroupSelectorTerms: [{ tags: { any: "*" } }],
  },
  status: { subnets: zones.map((each) => ({ id: `subnet-${each.zone}`, ...each })) },
});
