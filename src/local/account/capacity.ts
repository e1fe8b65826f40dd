import {
  type DescribeCapacityReservationsRequest,
  type DescribeCapacityReservationsResult,
  type DescribePlacementGroupsRequest,
  type DescribePlacementGroupsResult,
  type LaunchTemplateData,
  ServiceError,
} from "../../provider-aws/contract/index.ts";
import { mapToTags, matchesFilters, page } from "./filters.ts";
import { accountId } from "./ec2-ids.ts";

/** A capacity reservation or capacity block that the account holds. */
export interface AccountReservation {
  readonly id: string;
  readonly instanceType: string;
  readonly zone: string;
  readonly total: number;
  readonly type?: "default" | "capacity-block";
  readonly interruptible?: boolean;
  /** Epoch milliseconds. */
  readonly endsAt?: number;
  readonly ownerId?: string;
  readonly criteria?: "open" | "targeted";
  readonly tags?: Readonly<Record<string, string>>;
}

export interface AccountPlacementGroup {
  readonly id: string;
  readonly name: string;
  readonly strategy: "cluster" | "partition" | "spread";
  readonly partitionCount?: number;
}

/** An instance as far as reservations and groups count it. */
export interface Occupant {
  readonly zone: string;
  readonly data: LaunchTemplateData;
}

/** Reservations and placement groups, and what they let in. */
export interface AccountCapacity {
  describeReservations(input: DescribeCapacityReservationsRequest): DescribeCapacityReservationsResult;
  describeGroups(input: DescribePlacementGroupsRequest): DescribePlacementGroupsResult;
  /** Why a launch of this template is refused; undefined when it may go on. */
  refusal(launch: Occupant & { readonly instanceType: string }): { code: string; message: string } | undefined;
  reservation(id: string): AccountReservation | undefined;
  setReservation(reservation: AccountReservation): void;
  removeReservation(id: string): void;
  setGroup(group: AccountPlacementGroup): void;
  removeGroup(id: string): void;
}

/** EC2 lets seven instances of a spread group into a zone. */
const spreadLimit = 7;

export function createCapacity(deps: {
  readonly now: () => number;
  /** Living instances. */
  readonly occupants: () => readonly Occupant[];
}): AccountCapacity {
  const reservations = new Map<string, AccountReservation>();
  const groups = new Map<string, AccountPlacementGroup>();
  const used = (id: string): number => deps.occupants().filter(({ data }) => reservationOf(data) === id).length;
  const isActive = ({ endsAt = Number.POSITIVE_INFINITY }: AccountReservation): boolean => endsAt > deps.now();
  return {
    reservation: (id) => reservations.get(id),
    setReservation: (reservation) => void reservations.set(reservation.id, reservation),
    removeReservation: (id) => void reservations.delete(id),
    setGroup: (group) => void groups.set(group.id, group),
    removeGroup: (id) => void groups.delete(id),
    describeReservations: (input) => {
      const named = input.CapacityReservationIds?.map((id) => {
        const found = reservations.get(id);
        if (found !== undefined) return found;
        throw new ServiceError(
          "InvalidCapacityReservationId.NotFound",
          `The capacity reservation '${id}' does not exist`,
        );
      });
      const kept = (named ?? [...reservations.values()]).filter(
        (each) => isActive(each) && matchesFilters(input.Filters, reservationFacts(each)),
      );
      const found = page(kept, input);
      return { CapacityReservations: found.items.map((each) => reservationShape(each, used(each.id))), ...found.token };
    },
    describeGroups: ({ GroupIds, GroupNames, Filters }) => ({
      PlacementGroups: [...groups.values()]
        .filter(({ id, name }) => (GroupIds?.includes(id) ?? true) && (GroupNames?.includes(name) ?? true))
        .filter(() => matchesFilters(Filters, { attributes: { state: ["available"] } }))
        .map(({ id, name, strategy, partitionCount }) => ({
          GroupId: id,
          GroupName: name,
          Strategy: strategy,
          State: "available",
          ...(partitionCount === undefined ? {} : { PartitionCount: partitionCount }),
        })),
    }),
    refusal: (launch) =>
      reservationRefusal(launch, { reservations, used, isActive }) ?? groupRefusal(launch, groups, deps.occupants()),
  };
}

export const reservationOf = ({ CapacityReservationSpecification: specification }: LaunchTemplateData) =>
  specification?.CapacityReservationTarget?.CapacityReservationId;

function reservationRefusal(
  { data, instanceType, zone }: Occupant & { readonly instanceType: string },
  state: {
    readonly reservations: ReadonlyMap<string, AccountReservation>;
    readonly used: (id: string) => number;
    readonly isActive: (reservation: AccountReservation) => boolean;
  },
) {
  const id = reservationOf(data);
  if (id === undefined) return undefined;
  const found = state.reservations.get(id);
  const fits = found?.instanceType === instanceType && found.zone === zone && state.isActive(found);
  if (found !== undefined && fits && state.used(id) < found.total) return undefined;
  return {
    code: "ReservationCapacityExceeded",
    message: `Requested capacity reservation ${id} does not have enough available capacity for the requested number of instances.`,
  };
}

function groupRefusal(
  { data, zone }: Occupant,
  groups: ReadonlyMap<string, AccountPlacementGroup>,
  occupants: readonly Occupant[],
) {
  const id = data.Placement?.GroupId;
  if (id === undefined) return undefined;
  const group = groups.get(id);
  if (group === undefined)
    return { code: "InvalidPlacementGroup.Unknown", message: `The Placement Group '${id}' is unknown.` };
  const there = occupants.filter((other) => other.zone === zone && other.data.Placement?.GroupId === id).length;
  if (group.strategy !== "spread" || there < spreadLimit) return undefined;
  return {
    code: "InsufficientInstanceCapacity",
    message: `You have reached the limit of instances in this spread placement group for ${zone} (${spreadLimit}).`,
  };
}

const reservationFacts = ({ ownerId = accountId, criteria = "targeted", tags = {} }: AccountReservation) => ({
  attributes: { state: ["active"], "owner-id": [ownerId], "instance-match-criteria": [criteria] },
  tags,
});

const reservationShape = (reservation: AccountReservation, used: number) => ({
  CapacityReservationId: reservation.id,
  OwnerId: reservation.ownerId ?? accountId,
  InstanceType: reservation.instanceType,
  AvailabilityZone: reservation.zone,
  AvailableInstanceCount: Math.max(reservation.total - used, 0),
  State: "active",
  InstanceMatchCriteria: reservation.criteria ?? "targeted",
  ReservationType: reservation.type ?? "default",
  Interruptible: reservation.interruptible ?? false,
  ...(reservation.endsAt === undefined ? {} : { EndDate: new Date(reservation.endsAt) }),
  Tags: mapToTags(reservation.tags ?? {}),
});
