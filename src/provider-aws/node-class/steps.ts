import { conditionTypes, type EC2NodeClass, ec2NodeClassReasons, setCondition } from "../../api/index.ts";
import type { ConditionUpdate } from "../../api/index.ts";
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

export const resolvePlacementGroup: Step = (nodeClass, { now }) => {
  const type = conditionTypes.placementGroupReady;
  // Selecting one is not served yet: better a class that is not ready than machines outside their group.
  const condition: ConditionUpdate =
    nodeClass.spec.placementGroupSelector === undefined
      ? { type, status: "True" }
      : {
          type,
          status: "False",
          reason: ec2NodeClassReasons.placementGroupResolutionFailed,
          message: "placement groups are not supported yet; remove spec.placementGroupSelector",
        };
  return Promise.resolve({ nodeClass: withStatus(nodeClass, {}, { condition, now }) });
};

export const resolveReservations: Step = (nodeClass, { now }) => {
  const type = conditionTypes.capacityReservationsReady;
  return Promise.resolve({ nodeClass: withStatus(nodeClass, {}, { condition: { type, status: "True" }, now }) });
};

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
