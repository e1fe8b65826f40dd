/** Builders for tests of this room and of the simulated account: one node class and the shipped facts, defaults in sight. */
import type { AmiFamily, EC2NodeClass, EC2NodeClassSpec, EC2NodeClassStatus } from "../../api/index.ts";
import type { InstanceType } from "../../core/index.ts";
import { classFactsOf } from "./class-facts.ts";
import type { MachineFacts } from "./facts.ts";
import type { OfferingConditions } from "./offerings.ts";
import { listPrices } from "./prices.ts";
import {
  createOfferingResolver,
  defaultResolutionSettings,
  type RegionFacts,
  type ResolutionSettings,
  resolveTypes,
} from "./resolve.ts";
import { type Catalogue, loadCatalogue } from "./tables.ts";

export interface ClassOptions {
  readonly family?: AmiFamily;
  readonly spec?: Partial<EC2NodeClassSpec>;
  /** Letters of zones with a subnet, `abc` by default. */
  readonly zones?: string;
  readonly status?: Partial<EC2NodeClassStatus>;
}

export function nodeClassOf({
  family = "AL2023",
  spec = {},
  zones = "abc",
  status = {},
}: ClassOptions = {}): EC2NodeClass {
  return {
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: { name: "default", uid: "uid-default", generation: 1 },
    spec: {
      amiFamily: family,
      amiSelectorTerms: [{ id: "ami-1" }],
      subnetSelectorTerms: [{ tags: { "karpenter.sh/discovery": "test" } }],
      securityGroupSelectorTerms: [{ tags: { "karpenter.sh/discovery": "test" } }],
      role: "node",
      ...spec,
    },
    status: {
      subnets: zones.split("").map((letter) => ({
        id: `subnet-${letter}`,
        zone: `us-east-1${letter}`,
        zoneID: `use1-${letter}`,
      })),
      ...status,
    },
  };
}

export const catalogueRegion = (catalogue: Catalogue, region = "us-east-1"): RegionFacts => ({
  region,
  machines: catalogue.machines,
  offerings: catalogue.regions.get(region)?.offerings ?? new Map(),
  networkLimits: catalogue.networkLimits,
});

export interface TypeOptions extends ClassOptions {
  readonly settings?: Partial<ResolutionSettings>;
  readonly conditions?: Partial<OfferingConditions>;
  /** Changes the facts of the type, as EC2 might state them one day. */
  readonly facts?: Partial<MachineFacts>;
}

/** One type of the shipped catalogue in us-east-1 as a class with these options sees it. */
export function typeOf(name: string, options: TypeOptions = {}): InstanceType {
  const catalogue = loadCatalogue();
  const region = catalogueRegion(catalogue);
  const machines = region.machines
    .filter((facts) => facts.name === name)
    .map((facts) => ({ ...facts, ...options.facts }));
  const classFacts = classFactsOf(nodeClassOf(options));
  if (!classFacts.ok) throw new Error(classFacts.failure.message);
  const settings = { ...defaultResolutionSettings, ...options.settings };
  const [resolved] = resolveTypes({ ...region, machines }, classFacts.value, settings);
  if (resolved === undefined) throw new Error(`no type ${name} in the catalogue`);
  return createOfferingResolver(region)(resolved, classFacts.value, {
    prices: listPrices(catalogue.onDemand.prices),
    isUnavailable: () => false,
    reservationCapacity: () => 0,
    ...options.conditions,
  });
}
