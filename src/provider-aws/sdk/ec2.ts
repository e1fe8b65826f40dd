import * as sdk from "@aws-sdk/client-ec2";
import type { Ec2Client } from "../contract/index.ts";
import { call } from "./call.ts";
import { observeCalls } from "./observe.ts";
import { type AwsClientOptions, clientConfig } from "./settings.ts";

export interface Ec2Adapter {
  readonly client: Ec2Client;
  readonly native: sdk.EC2Client;
}

/** EC2 over the SDK. `maxAttempts: 1` is for dry-run probes, which must see throttling at once (spec: aws 1.1). */
export function createEc2Adapter(options: AwsClientOptions, own: { readonly maxAttempts?: number } = {}): Ec2Adapter {
  const native = new sdk.EC2Client(clientConfig(options, "ec2", own));
  observeCalls(native.middlewareStack, { service: "EC2", metrics: options.metrics });
  return { native, client: { ...catalogueCalls(native), ...placeCalls(native), ...machineCalls(native) } };
}

type Catalogue = Pick<
  Ec2Client,
  | "describeInstanceTypes"
  | "describeInstanceTypeOfferings"
  | "describeSpotPriceHistory"
  | "describeImages"
  | "describeInstanceStatus"
>;

const catalogueCalls = (native: sdk.EC2Client): Catalogue => ({
  describeInstanceTypes: call((input, options) => native.send(new sdk.DescribeInstanceTypesCommand(input), options)),
  describeInstanceTypeOfferings: call((input, options) =>
    native.send(new sdk.DescribeInstanceTypeOfferingsCommand(input), options),
  ),
  describeSpotPriceHistory: call((input, options) =>
    native.send(new sdk.DescribeSpotPriceHistoryCommand(input as sdk.DescribeSpotPriceHistoryCommandInput), options),
  ),
  describeImages: call((input, options) => native.send(new sdk.DescribeImagesCommand(input), options)),
  describeInstanceStatus: call((input, options) => native.send(new sdk.DescribeInstanceStatusCommand(input), options)),
});

type Places = Pick<
  Ec2Client,
  | "describeSubnets"
  | "describeSecurityGroups"
  | "describeCapacityReservations"
  | "describePlacementGroups"
  | "describeLaunchTemplates"
  | "createLaunchTemplate"
  | "deleteLaunchTemplate"
>;

const placeCalls = (native: sdk.EC2Client): Places => ({
  describeSubnets: call((input, options) => native.send(new sdk.DescribeSubnetsCommand(input), options)),
  describeSecurityGroups: call((input, options) => native.send(new sdk.DescribeSecurityGroupsCommand(input), options)),
  describeCapacityReservations: call((input, options) =>
    native.send(new sdk.DescribeCapacityReservationsCommand(input), options),
  ),
  describePlacementGroups: call((input, options) =>
    native.send(new sdk.DescribePlacementGroupsCommand(input), options),
  ),
  describeLaunchTemplates: call((input, options) =>
    native.send(new sdk.DescribeLaunchTemplatesCommand(input), options),
  ),
  // Enumerations of the SDK are plain text in the contract.
  createLaunchTemplate: call((input, options) =>
    native.send(new sdk.CreateLaunchTemplateCommand(input as sdk.CreateLaunchTemplateCommandInput), options),
  ),
  deleteLaunchTemplate: call((input, options) => native.send(new sdk.DeleteLaunchTemplateCommand(input), options)),
});

type Machines = Pick<
  Ec2Client,
  "createFleet" | "runInstances" | "describeInstances" | "terminateInstances" | "createTags"
>;

const machineCalls = (native: sdk.EC2Client): Machines => ({
  createFleet: call((input, options) =>
    native.send(new sdk.CreateFleetCommand(input as sdk.CreateFleetCommandInput), options),
  ),
  runInstances: call((input, options) =>
    native.send(new sdk.RunInstancesCommand(input as sdk.RunInstancesCommandInput), options),
  ),
  describeInstances: call((input, options) => native.send(new sdk.DescribeInstancesCommand(input), options)),
  terminateInstances: call((input, options) => native.send(new sdk.TerminateInstancesCommand(input), options)),
  createTags: call((input, options) => native.send(new sdk.CreateTagsCommand(input), options)),
});
