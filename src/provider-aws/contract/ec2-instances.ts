/** Shapes of the calls that launch, find, tag and end instances (spec: aws 1.5, 3.2, 3.3). */
import type { Filter, Tag } from "./request.ts";

export interface TagSpecification {
  readonly ResourceType: string;
  readonly Tags: readonly Tag[];
}

export interface FleetLaunchTemplateConfig {
  readonly LaunchTemplateSpecification: { readonly LaunchTemplateName: string; readonly Version: string };
  readonly Overrides: readonly FleetOverride[];
}

export interface FleetOverride {
  readonly InstanceType?: string | undefined;
  readonly SubnetId?: string | undefined;
  readonly AvailabilityZone?: string | undefined;
  readonly ImageId?: string | undefined;
  readonly Priority?: number | undefined;
}

export interface CreateFleetRequest {
  readonly DryRun?: boolean;
  readonly ClientToken?: string;
  readonly Type: "instant";
  readonly Context?: string;
  readonly LaunchTemplateConfigs: readonly FleetLaunchTemplateConfig[];
  readonly TargetCapacitySpecification: {
    readonly TotalTargetCapacity: number;
    readonly DefaultTargetCapacityType: "on-demand" | "spot" | "reserved-capacity" | "capacity-block";
  };
  readonly OnDemandOptions?: { readonly AllocationStrategy: "lowest-price" | "prioritized" };
  readonly SpotOptions?: {
    readonly AllocationStrategy:
      | "price-capacity-optimized"
      | "capacity-optimized-prioritized"
      | "capacity-optimized"
      | "lowest-price"
      | "diversified";
  };
  readonly ReservedCapacityOptions?: { readonly ReservationTypes: readonly string[] };
  readonly TagSpecifications?: readonly TagSpecification[];
}

export interface FleetLaunchTemplateAndOverrides {
  readonly LaunchTemplateSpecification?: { readonly LaunchTemplateName?: string | undefined } | undefined;
  readonly Overrides?: FleetOverride | undefined;
}

export interface CreateFleetError {
  readonly LaunchTemplateAndOverrides?: FleetLaunchTemplateAndOverrides | undefined;
  readonly Lifecycle?: string | undefined;
  readonly ErrorCode?: string | undefined;
  readonly ErrorMessage?: string | undefined;
}

export interface CreateFleetInstance {
  readonly LaunchTemplateAndOverrides?: FleetLaunchTemplateAndOverrides | undefined;
  readonly Lifecycle?: string | undefined;
  readonly InstanceIds?: readonly string[] | undefined;
  readonly InstanceType?: string | undefined;
}

export interface CreateFleetResult {
  readonly $metadata?: { readonly requestId?: string | undefined } | undefined;
  readonly FleetId?: string | undefined;
  readonly Errors?: readonly CreateFleetError[] | undefined;
  readonly Instances?: readonly CreateFleetInstance[] | undefined;
}

/** Used for dry-run probes only; instances are launched by CreateFleet. */
export interface RunInstancesRequest {
  readonly DryRun?: boolean;
  readonly MinCount: number;
  readonly MaxCount: number;
  readonly InstanceType?: string;
  readonly LaunchTemplate?: { readonly LaunchTemplateName: string; readonly Version: string };
  readonly NetworkInterfaces?: readonly {
    readonly DeviceIndex?: number;
    readonly NetworkCardIndex?: number;
    readonly InterfaceType?: string;
    readonly SubnetId?: string;
  }[];
  readonly TagSpecifications?: readonly TagSpecification[];
}

export interface InstanceNetworkInterface {
  readonly InterfaceType?: string | undefined;
}

export interface Ec2Instance {
  readonly InstanceId?: string | undefined;
  readonly ImageId?: string | undefined;
  readonly InstanceType?: string | undefined;
  readonly LaunchTime?: Date | undefined;
  readonly State?: { readonly Name?: string | undefined } | undefined;
  readonly Placement?:
    | {
        readonly AvailabilityZone?: string | undefined;
        readonly Tenancy?: string | undefined;
        readonly GroupId?: string | undefined;
        readonly PartitionNumber?: number | undefined;
      }
    | undefined;
  readonly SubnetId?: string | undefined;
  readonly SecurityGroups?:
    | readonly { readonly GroupId?: string | undefined; readonly GroupName?: string | undefined }[]
    | undefined;
  readonly PrivateDnsName?: string | undefined;
  readonly PrivateIpAddress?: string | undefined;
  readonly SpotInstanceRequestId?: string | undefined;
  readonly InstanceLifecycle?: string | undefined;
  readonly CapacityReservationId?: string | undefined;
  readonly CapacityReservationSpecification?:
    | { readonly CapacityReservationPreference?: string | undefined }
    | undefined;
  readonly NetworkInterfaces?: readonly InstanceNetworkInterface[] | undefined;
  readonly Tags?: readonly Tag[] | undefined;
}

export interface DescribeInstancesRequest {
  readonly InstanceIds?: readonly string[];
  readonly Filters?: readonly Filter[];
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

export interface DescribeInstancesResult {
  readonly Reservations?: readonly { readonly Instances?: readonly Ec2Instance[] | undefined }[] | undefined;
  readonly NextToken?: string | undefined;
}

export interface TerminateInstancesRequest {
  readonly InstanceIds: readonly string[];
}

export interface TerminateInstancesResult {
  readonly TerminatingInstances?:
    | readonly {
        readonly InstanceId?: string | undefined;
        readonly CurrentState?: { readonly Name?: string | undefined } | undefined;
      }[]
    | undefined;
}

export interface CreateTagsRequest {
  readonly Resources: readonly string[];
  readonly Tags: readonly Tag[];
}
