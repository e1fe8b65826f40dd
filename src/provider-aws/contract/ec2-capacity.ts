/** Shapes of reservations, placement groups and instance status (spec: aws 1.5, 5.4, 7.7, 7.8). */
import type { FilteredRequest } from "./ec2-resources.ts";
import type { Tag } from "./request.ts";

export interface CapacityReservation {
  readonly CapacityReservationId?: string | undefined;
  readonly OwnerId?: string | undefined;
  readonly InstanceType?: string | undefined;
  readonly AvailabilityZone?: string | undefined;
  readonly AvailableInstanceCount?: number | undefined;
  readonly State?: string | undefined;
  readonly EndDate?: Date | undefined;
  /** `open` or `targeted`. */
  readonly InstanceMatchCriteria?: string | undefined;
  /** `default` or `capacity-block`. */
  readonly ReservationType?: string | undefined;
  readonly Interruptible?: boolean | undefined;
  readonly Tags?: readonly Tag[] | undefined;
}

export interface DescribeCapacityReservationsRequest extends FilteredRequest {
  readonly CapacityReservationIds?: readonly string[];
}

export interface DescribeCapacityReservationsResult {
  readonly CapacityReservations?: readonly CapacityReservation[] | undefined;
  readonly NextToken?: string | undefined;
}

export interface PlacementGroup {
  readonly GroupId?: string | undefined;
  readonly GroupName?: string | undefined;
  /** `cluster`, `partition` or `spread`. */
  readonly Strategy?: string | undefined;
  readonly PartitionCount?: number | undefined;
  readonly State?: string | undefined;
}

export interface DescribePlacementGroupsRequest {
  readonly Filters?: FilteredRequest["Filters"];
  readonly GroupIds?: readonly string[];
  readonly GroupNames?: readonly string[];
}

export interface DescribePlacementGroupsResult {
  readonly PlacementGroups?: readonly PlacementGroup[] | undefined;
}

export interface StatusDetail {
  readonly Name?: string | undefined;
  readonly Status?: string | undefined;
  readonly ImpairedSince?: Date | undefined;
}

export interface StatusSummary {
  readonly Status?: string | undefined;
  readonly Details?: readonly StatusDetail[] | undefined;
}

export interface InstanceStatusEvent {
  readonly Code?: string | undefined;
  readonly Description?: string | undefined;
  readonly NotBefore?: Date | undefined;
}

export interface InstanceStatus {
  readonly InstanceId?: string | undefined;
  readonly InstanceStatus?: StatusSummary | undefined;
  readonly SystemStatus?: StatusSummary | undefined;
  readonly Events?: readonly InstanceStatusEvent[] | undefined;
}

export interface DescribeInstanceStatusResult {
  readonly InstanceStatuses?: readonly InstanceStatus[] | undefined;
  readonly NextToken?: string | undefined;
}
