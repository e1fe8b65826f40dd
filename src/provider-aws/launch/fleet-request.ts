import {
  annotations,
  awsLabels,
  capacityReservationTypes,
  capacityTypes,
  type EC2NodeClass,
  type NodeClaim,
} from "../../api/index.ts";
import { hasValue, type Offering } from "../../core/index.ts";
import type { PlacementGroupScope } from "../catalogue/index.ts";
import type { CreateFleetRequest, FleetLaunchTemplateConfig, FleetOverride } from "../contract/index.ts";
import type { ReservationTarget } from "../launch-templates/template.ts";
import type { ChosenSubnet } from "../network/subnets.ts";
import { tagList } from "../tags.ts";
import { type Candidate, type LaunchDemand, usable } from "./candidates.ts";

/** A launch template and the candidates that it serves. */
export interface TemplateGroup {
  readonly templateName: string;
  /** Absent for a template of the user's own, which names it. */
  readonly imageId?: string;
  readonly candidates: readonly Candidate[];
  readonly reservation?: ReservationTarget;
}

export interface FleetPlan {
  readonly claim: NodeClaim;
  readonly nodeClass: EC2NodeClass;
  readonly demand: LaunchDemand;
  readonly capacityType: string;
  readonly groups: readonly TemplateGroup[];
  readonly subnets: ReadonlyMap<string, ChosenSubnet>;
  readonly tags: Readonly<Record<string, string>>;
  /** The class' group, and the one partition that this launch is for. */
  readonly placementGroup: PlacementGroupScope | undefined;
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
      DefaultTargetCapacityType: targetType(plan),
    },
    ...strategy(plan),
    TagSpecifications: ["instance", "volume", "fleet"].map((ResourceType) => ({ ResourceType, Tags: tags })),
  };
}

/** All groups of a reserved launch are of one kind; the filters see to that. */
const reservationKind = ({ groups }: FleetPlan): ReservationTarget | undefined => groups[0]?.reservation;

function targetType(plan: FleetPlan): CreateFleetRequest["TargetCapacitySpecification"]["DefaultTargetCapacityType"] {
  const reservation = reservationKind(plan);
  if (reservation?.type === capacityReservationTypes.capacityBlock) return "capacity-block";
  if (reservation?.interruptible === true) return "reserved-capacity";
  return plan.capacityType === capacityTypes.spot ? "spot" : "on-demand";
}

type Strategy = Pick<CreateFleetRequest, "OnDemandOptions" | "SpotOptions" | "ReservedCapacityOptions">;

/** An overlay has put prices of its own on offerings: then the priorities must decide. */
function strategy(plan: FleetPlan): Strategy {
  const overlaid = plan.claim.metadata.annotations?.[annotations.priceOverlayApplied] !== undefined;
  switch (targetType(plan)) {
    case "capacity-block":
      return {};
    case "reserved-capacity":
      return { ReservedCapacityOptions: { ReservationTypes: ["interruptible-capacity-reservation"] } };
    case "spot":
      return {
        SpotOptions: { AllocationStrategy: overlaid ? "capacity-optimized-prioritized" : "price-capacity-optimized" },
      };
    default:
      return { OnDemandOptions: { AllocationStrategy: overlaid ? "prioritized" : "lowest-price" } };
  }
}

function templateConfig(plan: FleetPlan, group: TemplateGroup): readonly FleetLaunchTemplateConfig[] {
  const overrides = group.candidates.flatMap((candidate) =>
    usable(candidate, plan.demand)
      .filter((offering) => offering.capacityType === plan.capacityType && isInPartition(plan, offering))
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

function isInPartition({ placementGroup }: FleetPlan, { requirements }: Offering): boolean {
  const stated = requirements.get(awsLabels.placementGroupPartition);
  if (stated === undefined) return true;
  // A launch for any partition names each zone once; the offerings of the first stand for all.
  return hasValue(stated, placementGroup?.partition ?? "1");
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
      ...(group.imageId === undefined ? {} : { ImageId: group.imageId }),
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
