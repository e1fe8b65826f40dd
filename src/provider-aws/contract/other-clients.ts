/** The calls of SSM, IAM, EKS, SQS and the Price List that are made (spec: aws 1.5), shaped as in the AWS SDK v3. */
import type { CallOptions, Tag } from "./request.ts";

type Call<Input, Output> = (input: Input, options?: CallOptions) => Promise<Output>;

export interface SsmClient {
  readonly getParameter: Call<
    { readonly Name: string },
    { readonly Parameter?: { readonly Name?: string | undefined; readonly Value?: string | undefined } | undefined }
  >;
}

export interface InstanceProfile {
  readonly InstanceProfileName?: string | undefined;
  readonly Path?: string | undefined;
  readonly Roles?: readonly { readonly RoleName?: string | undefined }[] | undefined;
  readonly Tags?: readonly Tag[] | undefined;
}

export interface IamClient {
  readonly getInstanceProfile: Call<
    { readonly InstanceProfileName: string },
    { readonly InstanceProfile?: InstanceProfile | undefined }
  >;
  readonly createInstanceProfile: Call<
    { readonly InstanceProfileName: string; readonly Path?: string; readonly Tags?: readonly Tag[] },
    { readonly InstanceProfile?: InstanceProfile | undefined }
  >;
  readonly addRoleToInstanceProfile: Call<{ readonly InstanceProfileName: string; readonly RoleName: string }, unknown>;
  readonly removeRoleFromInstanceProfile: Call<
    { readonly InstanceProfileName: string; readonly RoleName: string },
    unknown
  >;
  readonly deleteInstanceProfile: Call<{ readonly InstanceProfileName: string }, unknown>;
  readonly listInstanceProfiles: Call<
    { readonly PathPrefix?: string; readonly Marker?: string },
    {
      readonly InstanceProfiles?: readonly InstanceProfile[] | undefined;
      readonly IsTruncated?: boolean | undefined;
      readonly Marker?: string | undefined;
    }
  >;
}

export interface EksCluster {
  readonly name?: string | undefined;
  readonly arn?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly version?: string | undefined;
  readonly kubernetesNetworkConfig?:
    | { readonly serviceIpv4Cidr?: string | undefined; readonly serviceIpv6Cidr?: string | undefined }
    | undefined;
  readonly certificateAuthority?: { readonly data?: string | undefined } | undefined;
}

export interface EksClient {
  readonly describeCluster: Call<{ readonly name: string }, { readonly cluster?: EksCluster | undefined }>;
}

export interface QueueMessage {
  readonly MessageId?: string | undefined;
  readonly ReceiptHandle?: string | undefined;
  readonly Body?: string | undefined;
  readonly Attributes?: Readonly<Record<string, string>> | undefined;
}

export interface SqsClient {
  readonly getQueueUrl: Call<{ readonly QueueName: string }, { readonly QueueUrl?: string | undefined }>;
  readonly receiveMessage: Call<
    {
      readonly QueueUrl: string;
      readonly MaxNumberOfMessages?: number;
      readonly VisibilityTimeout?: number;
      readonly WaitTimeSeconds?: number;
      readonly MessageSystemAttributeNames?: readonly string[];
      readonly MessageAttributeNames?: readonly string[];
    },
    { readonly Messages?: readonly QueueMessage[] | undefined }
  >;
  readonly deleteMessage: Call<{ readonly QueueUrl: string; readonly ReceiptHandle: string }, unknown>;
}

/** One shift of a zone, by zone id. */
export interface ZonalShift {
  /** Zone that traffic is moved away from, as a zone id. */
  readonly awayFrom?: string | undefined;
  /** `APPLIED` when this shift is the one in effect. */
  readonly appliedStatus?: string | undefined;
  readonly expiryTime?: Date | undefined;
}

/** ARC's zonal shifts of the cluster (spec: aws 7.9). */
export interface ZonalShiftClient {
  readonly getManagedResource: Call<
    { readonly resourceIdentifier: string },
    { readonly zonalShifts?: readonly ZonalShift[] | undefined }
  >;
}

export interface PriceFilter {
  readonly Type: "TERM_MATCH";
  readonly Field: string;
  readonly Value: string;
}

export interface PricingClient {
  readonly getProducts: Call<
    {
      readonly ServiceCode: string;
      readonly Filters?: readonly PriceFilter[];
      readonly MaxResults?: number;
      readonly NextToken?: string;
    },
    /** Each element is a JSON text. */
    { readonly PriceList?: readonly string[] | undefined; readonly NextToken?: string | undefined }
  >;
}
