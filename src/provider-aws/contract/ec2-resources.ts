/** Shapes of the look-ups of subnets, security groups, images and spot prices (spec: aws 1.5). */
import type { Filter, Tag } from "./request.ts";

export interface FilteredRequest {
  readonly Filters?: readonly Filter[];
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

export interface Subnet {
  readonly SubnetId?: string | undefined;
  readonly AvailabilityZone?: string | undefined;
  readonly AvailabilityZoneId?: string | undefined;
  readonly AvailableIpAddressCount?: number | undefined;
  readonly Tags?: readonly Tag[] | undefined;
}

export interface DescribeSubnetsResult {
  readonly Subnets?: readonly Subnet[] | undefined;
  readonly NextToken?: string | undefined;
}

export interface SecurityGroup {
  readonly GroupId?: string | undefined;
  readonly GroupName?: string | undefined;
  readonly Tags?: readonly Tag[] | undefined;
}

export interface DescribeSecurityGroupsResult {
  readonly SecurityGroups?: readonly SecurityGroup[] | undefined;
  readonly NextToken?: string | undefined;
}

export interface Image {
  readonly ImageId?: string | undefined;
  readonly Name?: string | undefined;
  readonly Architecture?: string | undefined;
  /** RFC 3339 text, as EC2 sends it. */
  readonly CreationDate?: string | undefined;
  readonly DeprecationTime?: string | undefined;
  readonly State?: string | undefined;
  readonly Tags?: readonly Tag[] | undefined;
}

export interface DescribeImagesRequest extends FilteredRequest {
  readonly Owners?: readonly string[];
  readonly ImageIds?: readonly string[];
  readonly IncludeDeprecated?: boolean;
}

export interface DescribeImagesResult {
  readonly Images?: readonly Image[] | undefined;
  readonly NextToken?: string | undefined;
}

export interface DescribeSpotPriceHistoryRequest {
  readonly ProductDescriptions?: readonly string[];
  readonly StartTime?: Date;
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

export interface SpotPrice {
  readonly InstanceType?: string | undefined;
  readonly AvailabilityZone?: string | undefined;
  /** Decimal text, USD an hour. */
  readonly SpotPrice?: string | undefined;
  readonly Timestamp?: Date | undefined;
}

export interface DescribeSpotPriceHistoryResult {
  readonly SpotPriceHistory?: readonly SpotPrice[] | undefined;
  readonly NextToken?: string | undefined;
}
