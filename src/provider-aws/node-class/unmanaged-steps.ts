import { conditionTypes } from "../../api/index.ts";
import { resolvePlacementGroup, resolveReservations, resolveSubnets, type Step, withStatus } from "./steps.ts";

const givenByTheTemplate: readonly string[] = [
  conditionTypes.amisReady,
  conditionTypes.securityGroupsReady,
  conditionTypes.instanceProfileReady,
  conditionTypes.validationSucceeded,
];

/** Nothing of what the template holds is looked up: it is taken as it is. */
const takeAsGiven: Step = (nodeClass, { now }) =>
  Promise.resolve({
    nodeClass: givenByTheTemplate.reduce(
      (judged, type) => withStatus(judged, {}, { condition: { type, status: "True" }, now }),
      nodeClass,
    ),
  });

/** Steps of a class that launches from an unmanaged launch template (v1alpha5 2.5, D4). */
export const unmanagedSteps: readonly Step[] = [
  resolveReservations,
  resolvePlacementGroup,
  resolveSubnets,
  takeAsGiven,
];
