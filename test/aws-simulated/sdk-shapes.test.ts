/**
 * The contract is the SDK's, narrowed: every method is a command of the SDK, what the SDK returns may be read as the
 * contract says, and what the contract sends is what the SDK takes. The last two hold when this file compiles.
 */
import * as sdk from "@aws-sdk/client-ec2";
import { expect, test } from "vitest";
import type { Ec2Client } from "../../src/provider-aws/contract/index.ts";
import { createAwsFixture } from "./fixture.ts";

type Method = keyof Ec2Client;
type Sent<M extends Method> = Mutable<Parameters<Ec2Client[M]>[0]>;
type Read<M extends Method> = Awaited<ReturnType<Ec2Client[M]>>;

/** The SDK's types have mutable lists and say `undefined` where ours leave members out. */
type Mutable<T> = T extends readonly (infer Member)[]
  ? Mutable<Member>[]
  : T extends Date
    ? T
    : T extends object
      ? { -readonly [Key in keyof T]: Mutable<T[Key]> }
      : T;

type Takes<Ours, Theirs> = Ours extends Theirs ? true : { readonly isNot: Theirs };

/** One entry per call: whether our request is the SDK's input, and the SDK's output our result. */
interface Shapes {
  readonly describeInstanceTypes: [
    Takes<Sent<"describeInstanceTypes">, sdk.DescribeInstanceTypesCommandInput>,
    Takes<sdk.DescribeInstanceTypesCommandOutput, Read<"describeInstanceTypes">>,
  ];
  readonly describeInstanceTypeOfferings: [
    Takes<Sent<"describeInstanceTypeOfferings">, sdk.DescribeInstanceTypeOfferingsCommandInput>,
    Takes<sdk.DescribeInstanceTypeOfferingsCommandOutput, Read<"describeInstanceTypeOfferings">>,
  ];
  readonly describeSpotPriceHistory: [
    Takes<Sent<"describeSpotPriceHistory">, Loose<sdk.DescribeSpotPriceHistoryCommandInput>>,
    Takes<sdk.DescribeSpotPriceHistoryCommandOutput, Read<"describeSpotPriceHistory">>,
  ];
  readonly describeSubnets: [
    Takes<Sent<"describeSubnets">, sdk.DescribeSubnetsCommandInput>,
    Takes<sdk.DescribeSubnetsCommandOutput, Read<"describeSubnets">>,
  ];
  readonly describeSecurityGroups: [
    Takes<Sent<"describeSecurityGroups">, sdk.DescribeSecurityGroupsCommandInput>,
    Takes<sdk.DescribeSecurityGroupsCommandOutput, Read<"describeSecurityGroups">>,
  ];
  readonly describeImages: [
    Takes<Sent<"describeImages">, sdk.DescribeImagesCommandInput>,
    Takes<sdk.DescribeImagesCommandOutput, Read<"describeImages">>,
  ];
  readonly describeLaunchTemplates: [
    Takes<Sent<"describeLaunchTemplates">, sdk.DescribeLaunchTemplatesCommandInput>,
    Takes<sdk.DescribeLaunchTemplatesCommandOutput, Read<"describeLaunchTemplates">>,
  ];
  readonly createLaunchTemplate: [
    Takes<Sent<"createLaunchTemplate">, Loose<sdk.CreateLaunchTemplateCommandInput>>,
    Takes<sdk.CreateLaunchTemplateCommandOutput, Read<"createLaunchTemplate">>,
  ];
  readonly deleteLaunchTemplate: [
    Takes<Sent<"deleteLaunchTemplate">, sdk.DeleteLaunchTemplateCommandInput>,
    Takes<sdk.DeleteLaunchTemplateCommandOutput, Read<"deleteLaunchTemplate">>,
  ];
  readonly createFleet: [
    Takes<Sent<"createFleet">, Loose<sdk.CreateFleetCommandInput>>,
    Takes<sdk.CreateFleetCommandOutput, Read<"createFleet">>,
  ];
  readonly runInstances: [
    Takes<Sent<"runInstances">, Loose<sdk.RunInstancesCommandInput>>,
    Takes<sdk.RunInstancesCommandOutput, Read<"runInstances">>,
  ];
  readonly describeInstances: [
    Takes<Sent<"describeInstances">, sdk.DescribeInstancesCommandInput>,
    Takes<sdk.DescribeInstancesCommandOutput, Read<"describeInstances">>,
  ];
  readonly terminateInstances: [
    Takes<Sent<"terminateInstances">, sdk.TerminateInstancesCommandInput>,
    Takes<sdk.TerminateInstancesCommandOutput, Read<"terminateInstances">>,
  ];
  readonly createTags: [
    Takes<Sent<"createTags">, sdk.CreateTagsCommandInput>,
    Takes<sdk.CreateTagsCommandOutput, Read<"createTags">>,
  ];
  readonly describeInstanceStatus: [
    Takes<Sent<"describeInstanceStatus">, sdk.DescribeInstanceStatusCommandInput>,
    Takes<sdk.DescribeInstanceStatusCommandOutput, Read<"describeInstanceStatus">>,
  ];
  readonly describeCapacityReservations: [
    Takes<Sent<"describeCapacityReservations">, sdk.DescribeCapacityReservationsCommandInput>,
    Takes<sdk.DescribeCapacityReservationsCommandOutput, Read<"describeCapacityReservations">>,
  ];
  readonly describePlacementGroups: [
    Takes<Sent<"describePlacementGroups">, sdk.DescribePlacementGroupsCommandInput>,
    Takes<sdk.DescribePlacementGroupsCommandOutput, Read<"describePlacementGroups">>,
  ];
}

/** Enumerations of the SDK as the plain text that they are. */
type Loose<T> = T extends string
  ? string
  : T extends readonly (infer Member)[]
    ? Loose<Member>[]
    : T extends Date
      ? T
      : T extends object
        ? { [Key in keyof T]: Loose<T[Key]> }
        : T;

/** Fails to compile when an entry is not `true`, or a method of the contract has no entry. */
const shapes: { readonly [M in Method]: Shapes[M] extends [true, true] ? "same" : Shapes[M] } = {
  describeInstanceTypes: "same",
  describeInstanceTypeOfferings: "same",
  describeSpotPriceHistory: "same",
  describeSubnets: "same",
  describeSecurityGroups: "same",
  describeImages: "same",
  describeLaunchTemplates: "same",
  createLaunchTemplate: "same",
  deleteLaunchTemplate: "same",
  createFleet: "same",
  runInstances: "same",
  describeInstances: "same",
  terminateInstances: "same",
  createTags: "same",
  describeInstanceStatus: "same",
  describeCapacityReservations: "same",
  describePlacementGroups: "same",
};

test("every call of the contract is a command of the SDK, and the simulated account answers each of them", async () => {
  const { account } = await createAwsFixture();
  expect(Object.keys(account.clients.ec2).toSorted()).toEqual(Object.keys(shapes).toSorted());
  for (const method of Object.keys(shapes)) {
    const command = `${method.charAt(0).toUpperCase()}${method.slice(1)}Command`;
    expect(sdk, command).toHaveProperty(command);
  }
});
