import type { Ec2Client } from "./ec2-client.ts";
import type { EksClient, IamClient, PricingClient, SqsClient, SsmClient, ZonalShiftClient } from "./other-clients.ts";

/** Everything that is ever asked of AWS. */
export interface AwsClients {
  readonly ec2: Ec2Client;
  /** EC2 without retries, for the dry-run probes, so that throttling surfaces at once (spec: aws 1.1). */
  readonly ec2Probe: Ec2Client;
  readonly ssm: SsmClient;
  readonly iam: IamClient;
  readonly eks: EksClient;
  readonly sqs: SqsClient;
  readonly pricing: PricingClient;
  /** Absent unless zonal shifts are to be heeded. */
  readonly zonalShift?: ZonalShiftClient;
}
