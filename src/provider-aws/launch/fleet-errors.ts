import { capacityTypes } from "../../api/index.ts";
import type { LaunchFailure } from "../../provider/index.ts";
import type { Counter } from "../../platform/index.ts";
import type { CreateFleetError, FleetOverride } from "../contract/index.ts";
import { errorCodes, isUnfulfillable, launchReasonOf } from "../errors/index.ts";
import type { ChosenSubnet, Subnets } from "../network/subnets.ts";
import type { UnavailableOfferings } from "../types/unavailable-offerings.ts";

export interface FleetErrorContext {
  readonly capacityType: string;
  readonly fleetId: string | undefined;
  readonly chosen: ReadonlyMap<string, ChosenSubnet>;
  readonly unavailable: UnavailableOfferings;
  readonly subnets: Subnets;
  readonly launchFailures: Counter | undefined;
  /** Called when the account has no role for spot instances. */
  readonly onSpotRoleMissing: () => void;
}

/** Learns from every error of a fleet, whether or not it gave an instance (spec: aws 3.3, points 2 and 3). */
export function learnFromErrors(errors: readonly CreateFleetError[], context: FleetErrorContext): void {
  for (const error of errors) {
    const override = error.LaunchTemplateAndOverrides?.Overrides;
    const zone = override?.AvailabilityZone ?? "";
    context.launchFailures?.increment({
      zone,
      zone_id: context.chosen.get(zone)?.zoneId ?? "",
      capacity_type: context.capacityType,
      reason: launchReasonOf(textOf(error)).reason,
    });
    markUnavailable(error.ErrorCode ?? "", override ?? {}, context);
  }
}

function markUnavailable(code: string, override: FleetOverride, context: FleetErrorContext): void {
  const { unavailable, subnets, capacityType, fleetId } = context;
  const { SubnetId: subnetId, InstanceType: instanceType, AvailabilityZone: zone } = override;
  if (code === errorCodes.spotRoleMissing) {
    unavailable.markCapacityType(capacityTypes.spot);
    context.onSpotRoleMissing();
    return;
  }
  if (code === errorCodes.subnetExhausted && subnetId !== undefined) {
    unavailable.markSubnet(subnetId);
    subnets.markExhausted(subnetId);
  }
  if (isUnfulfillable(code) && instanceType !== undefined && zone !== undefined)
    unavailable.markOffering({ instanceType, zone, capacityType }, { reason: code, fleetId });
}

const textOf = ({ ErrorCode = "", ErrorMessage = "" }: CreateFleetError): string => `${ErrorCode}: ${ErrorMessage}`;

/** What a fleet without an instance for us comes to (spec: aws 3.3, point 5). */
export function failureOf(errors: readonly CreateFleetError[]): LaunchFailure {
  const message = [...new Set(errors.map(textOf))].join("; ");
  const lacksCapacity = errors.every(
    ({ ErrorCode = "" }) => isUnfulfillable(ErrorCode) || ErrorCode === errorCodes.spotRoleMissing,
  );
  if (lacksCapacity) return { kind: "insufficient-capacity", message: `with fleet error(s), ${message}` };
  return { kind: "create-failed", ...launchReasonOf(message) };
}
