import { annotations, capacityTypes, type EC2NodeClass, type NodeClaim } from "../../api/index.ts";
import type { Offering } from "../../core/index.ts";
import type { CreateFleetRequest, FleetLaunchTemplateConfig, FleetOverride } from "../contract/index.ts";
import type { ChosenSubnet } from "../network/subnets.ts";
import { tagList } from "../tags.ts";
import { type Candidate, type LaunchDemand, usable } from "./candidates.ts";

/** A launch template and the candidates that it serves. */
export interface TemplateGroup {
  readonly templateName: string;
  readonly imageId: string;
  readonly candidates: readonly Candidate[];
}

export interface FleetPlan {
  readonly claim: NodeClaim;
  readonly nodeClass: EC2NodeClass;
  readonly demand: LaunchDemand;
  readonly capacityType: string;
  readonly groups: readonly TemplateGroup[];
  readonly subnets: ReadonlyMap<string, ChosenSubnet>;
  readonly tags: Readonly<Record<string, string>>;
}

/** The request for one instance (spec: aws 3.2); undefined when no offering is left to ask for. */
export function fleetRequest(plan: FleetPlan): CreateFleetRequest | undefined {
  const configs = plan.groups.flatMap((group) => templateConfig(plan, group));
  if (configs.length === 0) return undefined;
  const tags = tagList(plan.tags);
  const relaxed = plan.claim.metadata.annotations?.[annotations.minValuesRelaxed] === "true";
  const { context } = plan.nodeClass.spec;
  return {
    Type: "instant",
    ...(context === undefined || relaxed ? {} : { Context: context }),
    LaunchTemplateConfigs: configs,
    TargetCapacitySpecification: {
      TotalTargetCapacity: 1,
      DefaultTargetCapacityType: plan.capacityType === capacityTypes.spot ? "spot" : "on-demand",
    },
    ...strategy(plan),
    TagSpecifications: ["instance", "volume", "fleet"].map((ResourceType) => ({ ResourceType, Tags: tags })),
  };
}

/** An overlay has put prices of its own on offerings: then the priorities must decide. */
function strategy({ claim, capacityType }: FleetPlan): Pick<CreateFleetRequest, "OnDemandOptions" | "SpotOptions"> {
  const overlaid = claim.metadata.annotations?.[annotations.priceOverlayApplied] !== undefined;
  return capacityType === capacityTypes.spot
    ? { SpotOptions: { AllocationStrategy: overlaid ? "capacity-optimized-prioritized" : "price-capacity-optimized" } }
    : { OnDemandOptions: { AllocationStrategy: overlaid ? "prioritized" : "lowest-price" } };
}

function templateConfig(plan: FleetPlan, group: TemplateGroup): readonly FleetLaunchTemplateConfig[] {
  const overrides = group.candidates.flatMap((candidate) =>
    usable(candidate, plan.demand)
      .filter(({ capacityType }) => capacityType === plan.capacityType)
      .flatMap((offering) => override(plan, { group, candidate, offering })),
  );
  if (overrides.length === 0) return [];
  return [
    {
      LaunchTemplateSpecification: { LaunchTemplateName: group.templateName, Version: "$Latest" },
      Overrides: overrides,
    },
  ];
}

function override(
  plan: FleetPlan,
  { group, candidate, offering }: { group: TemplateGroup; candidate: Candidate; offering: Offering },
): readonly FleetOverride[] {
  const subnet = plan.subnets.get(offering.zone);
  if (subnet === undefined) return [];
  return [
    {
      InstanceType: candidate.type.name,
      SubnetId: subnet.id,
      AvailabilityZone: offering.zone,
      ImageId: group.imageId,
      // EC2 takes no infinity; an unknown price comes after all known ones.
      Priority: Math.min(offering.price, 1e9),
    },
  ];
}

/** Subnets that a request names. */
export const subnetsIn = ({ LaunchTemplateConfigs }: CreateFleetRequest): ReadonlySet<string> =>
  new Set(LaunchTemplateConfigs.flatMap(({ Overrides }) => Overrides.flatMap(({ SubnetId }) => SubnetId ?? [])));

export const templatesIn = ({ LaunchTemplateConfigs }: CreateFleetRequest): readonly string[] =>
  LaunchTemplateConfigs.map(({ LaunchTemplateSpecification }) => LaunchTemplateSpecification.LaunchTemplateName);
