import { capacityTypes } from "../../api/index.ts";
import type { LaunchFailure } from "../../provider/index.ts";
import type { Counter } from "../../platform/index.ts";
import type { Reservations } from "../capacity/reservations.ts";
import type { PlacementGroupScope } from "../catalogue/index.ts";
import type { CreateFleetError, FleetOverride } from "../contract/index.ts";
import { errorCodes, isUnfulfillable, launchReasonOf, withRequestId } from "../errors/index.ts";
import type { ChosenSubnet, Subnets } from "../network/subnets.ts";
import type { UnavailableOfferings } from "../types/unavailable-offerings.ts";

export interface FleetErrorContext {
  readonly capacityType: string;
  readonly fleetId: string | undefined;
  readonly chosen: ReadonlyMap<string, ChosenSubnet>;
  readonly unavailable: UnavailableOfferings;
  readonly subnets: Subnets;
  readonly launchFailures: Counter | undefined;
  /** The class' group, with the partition where the launch was for one. */
  readonly placementGroup: PlacementGroupScope | undefined;
  /** Types that were asked for. */
  readonly types: readonly string[];
  /** The reservation that a template of the request names. */
  readonly reservationOf: (templateName: string | undefined) => string | undefined;
  readonly reservations: Pick<Reservations, "markUnavailable">;
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
    markUnavailable(error, override ?? {}, context);
  }
}

function markUnavailable(error: CreateFleetError, override: FleetOverride, context: FleetErrorContext): void {
  const { unavailable, subnets, capacityType, fleetId } = context;
  const { SubnetId: subnetId, InstanceType: instanceType, AvailabilityZone: zone } = override;
  const { ErrorCode: code = "" } = error;
  if (code === errorCodes.spotRoleMissing) {
    unavailable.markCapacityType(capacityTypes.spot);
    context.onSpotRoleMissing();
    return;
  }
  if (code === errorCodes.subnetExhausted && subnetId !== undefined) {
    unavailable.markSubnet(subnetId);
    subnets.markExhausted(subnetId);
  }
  if (!isUnfulfillable(code) || zone === undefined) return;
  const { placementGroup } = context;
  if (capacityType === capacityTypes.reserved) return markReservation(error, context);
  if (placementGroup !== undefined && isSpreadLimit(error)) {
    // The group is full there for whatever type.
    for (const type of context.types)
      unavailable.markOffering(
        { instanceType: type, zone, capacityType, placementGroup: { id: placementGroup.id } },
        { reason: code, fleetId },
      );
    return;
  }
  if (instanceType !== undefined)
    unavailable.markOffering({ instanceType, zone, capacityType, placementGroup }, { reason: code, fleetId });
}

/** A reservation that is used up says nothing of the offering. */
function markReservation(error: CreateFleetError, { reservationOf, reservations }: FleetErrorContext): void {
  if (isSpreadLimit(error)) return;
  const id = reservationOf(error.LaunchTemplateAndOverrides?.LaunchTemplateSpecification?.LaunchTemplateName);
  if (id !== undefined) reservations.markUnavailable(id);
}

const isSpreadLimit = ({ ErrorMessage = "" }: CreateFleetError): boolean =>
  ErrorMessage.includes("limit of instances in this spread placement group");

const textOf = ({ ErrorCode = "", ErrorMessage = "" }: CreateFleetError): string => `${ErrorCode}: ${ErrorMessage}`;

/** Sentences of a fleet that a person is shown; the rest is counted. */
const shownTexts = 3;

/** How often each code came, and the first few sentences: sixty types in three zones say the same a hundred times. */
function summaryOf(errors: readonly CreateFleetError[]): string {
  const texts = [...new Set(errors.map(textOf))];
  if (texts.length <= shownTexts) return texts.join("; ");
  const counts = new Map<string, number>();
  for (const { ErrorCode = "" } of errors) counts.set(ErrorCode, (counts.get(ErrorCode) ?? 0) + 1);
  const byCode = [...counts]
    .toSorted(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
    .map(([code, count]) => `${count} x ${code}`);
  const shown = texts.slice(0, shownTexts).join("; ");
  return `${byCode.join(", ")}: ${shown}; and ${texts.length - shownTexts} more`;
}

/** What a fleet without an instance for us comes to (spec: aws 3.3, point 5). */
export function failureOf(errors: readonly CreateFleetError[], requestId?: string): LaunchFailure {
  const lacksCapacity = errors.every(
    ({ ErrorCode = "" }) => isUnfulfillable(ErrorCode) || ErrorCode === errorCodes.spotRoleMissing,
  );
  if (lacksCapacity) {
    const message = withRequestId(`with fleet error(s), ${summaryOf(errors)}`, requestId);
    return { kind: "insufficient-capacity", message };
  }
  // The reason is read from all texts; the first that matches the table decides.
  const { reason, message } = launchReasonOf([...new Set(errors.map(textOf))].join("; "));
  const text = reason === "LaunchFailed" ? summaryOf(errors) : message;
  return { kind: "create-failed", reason, message: withRequestId(text, requestId) };
}
