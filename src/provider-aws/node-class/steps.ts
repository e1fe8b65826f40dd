import {
  conditionTypes,
  type EC2NodeClass,
  ec2NodeClassReasons,
  type NodePool,
  setCondition,
} from "../../api/index.ts";
import type { ConditionUpdate } from "../../api/index.ts";
import type { ResolvedReservation } from "../capacity/reservations.ts";
import type { AwsParts } from "../parts.ts";
import type { InstanceProfiles } from "./instance-profiles.ts";

/** What a step of the status reconciler found: the class as it should stand, and when to look again. */
export interface StepResult {
  readonly nodeClass: EC2NodeClass;
  readonly requeueMilliseconds?: number;
}

export interface StepContext {
  readonly parts: AwsParts;
  readonly profiles: InstanceProfiles;
  readonly pools: () => readonly NodePool[];
  /** RFC 3339 text of the present moment. */
  readonly now: string;
  readonly signal: AbortSignal;
}

export type Step = (nodeClass: EC2NodeClass, context: StepContext) => Promise<StepResult>;

const minute = 60_000;

/** The class with these parts of its status, and a condition about them. */
export function withStatus(
  nodeClass: EC2NodeClass,
  status: Partial<NonNullable<EC2NodeClass["status"]>>,
  { condition, now }: { readonly condition: ConditionUpdate; readonly now: string },
): EC2NodeClass {
  return setCondition({ ...nodeClass, status: { ...nodeClass.status, ...status } }, condition, now);
}

/** Steps in the order of aws 7.2. Each runs whatever the others did; a rejection leaves its condition as it was. */
export const resolveImages: Step = async (nodeClass, { parts, now, signal }) => {
  const type = conditionTypes.amisReady;
  const images = await parts.images.resolve(nodeClass, { signal });
  if (!images.ok) {
    const condition = {
      type,
      status: "False",
      reason: ec2NodeClassReasons.unsupportedAlias,
      message: images.failure.message,
    } as const;
    return { nodeClass: withStatus(nodeClass, { amis: [] }, { condition, now }) };
  }
  if (images.value.length === 0) {
    const message = "AMISelector did not match any AMIs";
    const condition = { type, status: "False", reason: ec2NodeClassReasons.amiNotFound, message } as const;
    return { nodeClass: withStatus(nodeClass, { amis: [] }, { condition, now }), requeueMilliseconds: minute };
  }
  const amis = images.value.map(({ id, name, deprecated, requirements }) => ({
    id,
    ...(name === "" ? {} : { name }),
    ...(deprecated ? { deprecated } : {}),
    requirements,
  }));
  const condition = { type, status: "True" } as const;
  return { nodeClass: withStatus(nodeClass, { amis }, { condition, now }), requeueMilliseconds: 5 * minute };
};

export const resolvePlacementGroup: Step = async (nodeClass, { parts, now, signal }) => {
  const type = conditionTypes.placementGroupReady;
  const { group, problem } = await parts.placementGroups.resolve(nodeClass, { signal });
  const { placementGroupSelector: selector } = nodeClass.spec;
  const requeueMilliseconds = selector === undefined ? undefined : minute;
  const refusal =
    problem !== undefined
      ? { reason: ec2NodeClassReasons.placementGroupResolutionFailed, message: problem.message }
      : selector !== undefined && group === undefined
        ? {
            reason: ec2NodeClassReasons.placementGroupNotFound,
            message: `PlacementGroupSelector did not match any placement group: ${selector.id ?? selector.name ?? ""}`,
          }
        : undefined;
  const condition: ConditionUpdate =
    refusal === undefined ? { type, status: "True" } : { type, status: "False", ...refusal };
  return {
    nodeClass: withStatus(nodeClass, {}, { condition, now }),
    ...(requeueMilliseconds === undefined ? {} : { requeueMilliseconds }),
  };
};

export const resolveReservations: Step = async (nodeClass, { parts, now, signal }) => {
  const type = conditionTypes.capacityReservationsReady;
  // Off, there is nothing to wait for; the condition counts for readiness all the same.
  if (!parts.options.reservedCapacity)
    return { nodeClass: withStatus(nodeClass, {}, { condition: { type, status: "True" }, now }) };
  const capacityReservations = await parts.reservations.resolve(nodeClass, { signal });
  const condition = { type, status: "True" } as const;
  const asked = (nodeClass.spec.capacityReservationSelectorTerms ?? []).length > 0;
  return {
    nodeClass: withStatus(nodeClass, asked || nodeClass.status?.capacityReservations ? { capacityReservations } : {}, {
      condition,
      now,
    }),
    ...(asked ? { requeueMilliseconds: untilNextEnd(capacityReservations, Date.parse(now)) } : {}),
  };
};

/** A minute, or less when a reservation ends before that; at once when it has ended by now. */
function untilNextEnd(reservations: readonly ResolvedReservation[], now: number): number {
  const ends = reservations.flatMap(({ endTime }) => (endTime === undefined ? [] : [Date.parse(endTime) - now]));
  return Math.max(Math.min(minute, ...ends), 1);
}

export const resolveSubnets: Step = async (nodeClass, { parts, now, signal }) => {
  const type = conditionTypes.subnetsReady;
  const found = await parts.subnets.resolve(nodeClass, { signal });
  const subnets = found.map(({ id, zone, zoneId }) => ({
    id,
    zone,
    ...(zoneId === undefined ? {} : { zoneID: zoneId }),
  }));
  const condition: ConditionUpdate =
    subnets.length > 0
      ? { type, status: "True" }
      : {
          type,
          status: "False",
          reason: ec2NodeClassReasons.subnetsNotFound,
          message: "SubnetSelector did not match any Subnets",
        };
  return { nodeClass: withStatus(nodeClass, { subnets }, { condition, now }), requeueMilliseconds: minute };
};

export const resolveSecurityGroups: Step = async (nodeClass, { parts, now, signal }) => {
  const type = conditionTypes.securityGroupsReady;
  const securityGroups = await parts.securityGroups.resolve(nodeClass, { signal });
  if (securityGroups.length === 0) {
    const message = "SecurityGroupSelector did not match any SecurityGroups";
    const condition = { type, status: "False", reason: ec2NodeClassReasons.securityGroupsNotFound, message } as const;
    return {
      nodeClass: withStatus(nodeClass, { securityGroups: [] }, { condition, now }),
      requeueMilliseconds: minute,
    };
  }
  const condition = { type, status: "True" } as const;
  return { nodeClass: withStatus(nodeClass, { securityGroups }, { condition, now }), requeueMilliseconds: 5 * minute };
};

export const resolveInstanceProfile: Step = async (nodeClass, { profiles, now, signal }) => {
  const instanceProfile = await profiles.ensure(nodeClass, { signal });
  const condition = { type: conditionTypes.instanceProfileReady, status: "True" } as const;
  return { nodeClass: withStatus(nodeClass, { instanceProfile }, { condition, now }) };
};

export const resolutionSteps: readonly Step[] = [
  resolveImages,
  resolveReservations,
  resolvePlacementGroup,
  resolveSubnets,
  resolveSecurityGroups,
  resolveInstanceProfile,
];
