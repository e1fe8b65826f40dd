import type {
  DescribeCapacityReservationsRequest,
  DescribeCapacityReservationsResult,
  DescribeInstanceStatusResult,
  DescribePlacementGroupsRequest,
  DescribePlacementGroupsResult,
} from "./ec2-capacity.ts";
import type {
  DescribeInstanceTypeOfferingsRequest,
  DescribeInstanceTypeOfferingsResult,
  DescribeInstanceTypesRequest,
  DescribeInstanceTypesResult,
} from "./ec2-instance-types.ts";
import type {
  CreateFleetRequest,
  CreateFleetResult,
  CreateTagsRequest,
  DescribeInstancesRequest,
  DescribeInstancesResult,
  RunInstancesRequest,
  TerminateInstancesRequest,
  TerminateInstancesResult,
} from "./ec2-instances.ts";
import type {
  CreateLaunchTemplateRequest,
  CreateLaunchTemplateResult,
  DeleteLaunchTemplateRequest,
  DescribeLaunchTemplatesRequest,
  DescribeLaunchTemplatesResult,
} from "./ec2-launch-templates.ts";
import type {
  DescribeImagesRequest,
  DescribeImagesResult,
  DescribeSecurityGroupsResult,
  DescribeSpotPriceHistoryRequest,
  DescribeSpotPriceHistoryResult,
  DescribeSubnetsResult,
  FilteredRequest,
} from "./ec2-resources.ts";
import type { CallOptions } from "./request.ts";

type Call<Input, Output> = (input: Input, options?: CallOptions) => Promise<Output>;

/**
 * The calls of EC2 that are made, named and shaped as in the AWS SDK for JavaScript v3. Every call may reject with a
 * `ServiceError`-shaped error and with `signal.reason`.
 */
export interface Ec2Client {
  readonly describeInstanceTypes: Call<DescribeInstanceTypesRequest, DescribeInstanceTypesResult>;
  readonly describeInstanceTypeOfferings: Call<
    DescribeInstanceTypeOfferingsRequest,
    DescribeInstanceTypeOfferingsResult
  >;
  readonly describeSpotPriceHistory: Call<DescribeSpotPriceHistoryRequest, DescribeSpotPriceHistoryResult>;
  readonly describeSubnets: Call<FilteredRequest, DescribeSubnetsResult>;
  readonly describeSecurityGroups: Call<FilteredRequest, DescribeSecurityGroupsResult>;
  readonly describeImages: Call<DescribeImagesRequest, DescribeImagesResult>;
  readonly describeLaunchTemplates: Call<DescribeLaunchTemplatesRequest, DescribeLaunchTemplatesResult>;
  readonly createLaunchTemplate: Call<CreateLaunchTemplateRequest, CreateLaunchTemplateResult>;
  readonly deleteLaunchTemplate: Call<DeleteLaunchTemplateRequest, unknown>;
  readonly createFleet: Call<CreateFleetRequest, CreateFleetResult>;
  readonly runInstances: Call<RunInstancesRequest, unknown>;
  readonly describeInstances: Call<DescribeInstancesRequest, DescribeInstancesResult>;
  readonly terminateInstances: Call<TerminateInstancesRequest, TerminateInstancesResult>;
  readonly createTags: Call<CreateTagsRequest, unknown>;
  readonly describeInstanceStatus: Call<FilteredRequest, DescribeInstanceStatusResult>;
  readonly describeCapacityReservations: Call<DescribeCapacityReservationsRequest, DescribeCapacityReservationsResult>;
  readonly describePlacementGroups: Call<DescribePlacementGroupsRequest, DescribePlacementGroupsResult>;
}
