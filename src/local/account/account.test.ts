import { describe, expect, test } from "vitest";
import { createManualClock, createSeededRandom } from "../../platform/index.ts";
import { loadCatalogue } from "../../provider-aws/catalogue/index.ts";
import type { CreateFleetRequest, FleetOverride } from "../../provider-aws/contract/index.ts";
import { createSimulatedAccount, type SimulatedAccount, type SimulatedAccountOptions } from "./account.ts";

const catalogue = loadCatalogue();

interface Ready {
  readonly account: SimulatedAccount;
  readonly clock: ReturnType<typeof createManualClock>;
  /** Subnet of a zone by its letter. */
  readonly subnetIn: (letter: string) => string;
}

/** An account with one launch template, `template`. */
async function ready(options: Partial<SimulatedAccountOptions> = {}): Promise<Ready> {
  const clock = createManualClock();
  const account = createSimulatedAccount({ clock, random: createSeededRandom(1), catalogue, ...options });
  const { ec2 } = account.clients;
  const { Subnets = [] } = await ec2.describeSubnets({});
  const { Images = [] } = await ec2.describeImages({
    Filters: [{ Name: "name", Values: ["*al2023-x86_64-standard*"] }],
  });
  await ec2.createLaunchTemplate({
    LaunchTemplateName: "template",
    LaunchTemplateData: { ImageId: Images[0]?.ImageId ?? "", NetworkInterfaces: [{ DeviceIndex: 0 }] },
  });
  const subnetIn = (letter: string): string =>
    Subnets.find(({ AvailabilityZone }) => AvailabilityZone?.endsWith(letter))?.SubnetId ?? "";
  return { account, clock, subnetIn };
}

const fleet = (
  Overrides: readonly FleetOverride[],
  parts: Partial<CreateFleetRequest> & { readonly count?: number; readonly kind?: "spot" | "on-demand" } = {},
): CreateFleetRequest => {
  const { count = 1, kind = "on-demand", ...rest } = parts;
  return {
    Type: "instant",
    LaunchTemplateConfigs: [
      { LaunchTemplateSpecification: { LaunchTemplateName: "template", Version: "$Latest" }, Overrides },
    ],
    TargetCapacitySpecification: { TotalTargetCapacity: count, DefaultTargetCapacityType: kind },
    ...rest,
  };
};

describe("a fleet", () => {
  test("takes the cheapest on demand, or the first by priority", async () => {
    const { account, subnetIn } = await ready();
    const overrides = [
      { InstanceType: "m5.2xlarge", SubnetId: subnetIn("a"), Priority: 1 },
      { InstanceType: "m5.large", SubnetId: subnetIn("a"), Priority: 2 },
    ];
    const cheapest = await account.clients.ec2.createFleet(fleet(overrides));
    expect(cheapest.Instances?.[0]?.InstanceType).toBe("m5.large");
    const OnDemandOptions = { AllocationStrategy: "prioritized" } as const;
    const prioritized = await account.clients.ec2.createFleet(fleet(overrides, { OnDemandOptions }));
    expect(prioritized.Instances?.[0]?.InstanceType).toBe("m5.2xlarge");
  });

  test("takes the cheapest spot of the pools that are not nearly empty, or of all when told to", async () => {
    const { account, subnetIn } = await ready();
    const overrides = ["m5.large", "m5a.large", "m6i.large", "c5.large", "r5.large"].flatMap((InstanceType) =>
      ["a", "b", "c"].map((letter) => ({ InstanceType, SubnetId: subnetIn(letter) })),
    );
    const launchedBy = async (AllocationStrategy: "lowest-price" | "price-capacity-optimized") => {
      const answer = await account.clients.ec2.createFleet(
        fleet(overrides, { kind: "spot", SpotOptions: { AllocationStrategy } }),
      );
      const [{ InstanceType = "", LaunchTemplateAndOverrides } = {}] = answer.Instances ?? [];
      const zone = LaunchTemplateAndOverrides?.Overrides?.AvailabilityZone ?? "";
      const { SpotPriceHistory = [] } = await account.clients.ec2.describeSpotPriceHistory({ MaxResults: 100_000 });
      const price = SpotPriceHistory.find(
        (each) => each.InstanceType === InstanceType && each.AvailabilityZone === zone,
      );
      return Number(price?.SpotPrice);
    };
    expect(await launchedBy("lowest-price")).toBeLessThanOrEqual(await launchedBy("price-capacity-optimized"));
  });

  test("goes on to the next pool where capacity is short, and tells what it met", async () => {
    const { account, subnetIn } = await ready();
    account.faults.insufficientCapacity({ instanceType: "m5.large", zone: "us-east-1a" });
    const answer = await account.clients.ec2.createFleet(
      fleet([
        { InstanceType: "m5.large", SubnetId: subnetIn("a") },
        { InstanceType: "m5.xlarge", SubnetId: subnetIn("b") },
      ]),
    );
    expect(answer.Instances?.[0]?.InstanceType).toBe("m5.xlarge");
    expect(answer.Errors).toMatchObject([
      {
        ErrorCode: "InsufficientInstanceCapacity",
        LaunchTemplateAndOverrides: { Overrides: { InstanceType: "m5.large", AvailabilityZone: "us-east-1a" } },
      },
    ]);
  });

  test("finds no type in a zone that does not offer it", async () => {
    const { account, subnetIn } = await ready({ zones: ["us-east-1e"] });
    const answer = await account.clients.ec2.createFleet(
      fleet([{ InstanceType: "p4d.24xlarge", SubnetId: subnetIn("e") }]),
    );
    expect(answer).toMatchObject({ Instances: [], Errors: [{ ErrorCode: "Unsupported" }] });
  });

  test("launches as many as the subnet has addresses for", async () => {
    const { account, subnetIn } = await ready();
    // Fifty addresses an interface, 8,187 in the subnet.
    const answer = await account.clients.ec2.createFleet(
      fleet([{ InstanceType: "m5.24xlarge", SubnetId: subnetIn("a") }], { count: 200 }),
    );
    expect(answer.Instances?.[0]?.InstanceIds).toHaveLength(163);
    expect(answer.Errors?.[0]?.ErrorCode).toBe("InsufficientFreeAddressesInSubnet");
  });

  test("is not launched by a dry run, from a missing template, or with a profile that does not exist", async () => {
    const { account, subnetIn } = await ready();
    const { ec2 } = account.clients;
    const overrides = [{ InstanceType: "m5.large", SubnetId: subnetIn("a") }];
    await expect(ec2.createFleet(fleet(overrides, { DryRun: true }))).rejects.toMatchObject({
      Code: "DryRunOperation",
    });
    const missing = fleet(overrides).LaunchTemplateConfigs.map((config) => ({
      ...config,
      LaunchTemplateSpecification: { LaunchTemplateName: "none", Version: "$Latest" },
    }));
    await expect(ec2.createFleet(fleet(overrides, { LaunchTemplateConfigs: missing }))).rejects.toMatchObject({
      Code: "InvalidLaunchTemplateName.NotFoundException",
    });
    expect(account.inventory().instances).toBe(0);
  });
});

describe("EC2", () => {
  test("terminates all of the named instances, or none when one does not exist", async () => {
    const { account, subnetIn } = await ready();
    const { ec2 } = account.clients;
    const made = await ec2.createFleet(fleet([{ InstanceType: "m5.large", SubnetId: subnetIn("a") }]));
    const [id = ""] = made.Instances?.[0]?.InstanceIds ?? [];
    await expect(ec2.terminateInstances({ InstanceIds: [id, "i-none"] })).rejects.toMatchObject({
      Code: "InvalidInstanceID.NotFound",
    });
    expect(account.machines.list()[0]?.state).toBe("pending");
    await ec2.terminateInstances({ InstanceIds: [id] });
    expect(account.machines.list()[0]?.state).toBe("shutting-down");
  });

  test("does not know of a launch before its lag is over", async () => {
    const { account, clock, subnetIn } = await ready({ describeLagMilliseconds: 500 });
    const { ec2 } = account.clients;
    const made = await ec2.createFleet(fleet([{ InstanceType: "m5.large", SubnetId: subnetIn("a") }]));
    const InstanceIds = made.Instances?.[0]?.InstanceIds ?? [];
    await expect(ec2.describeInstances({ InstanceIds })).rejects.toMatchObject({ Code: "InvalidInstanceID.NotFound" });
    await clock.advance(500);
    await expect(ec2.describeInstances({ InstanceIds })).resolves.toMatchObject({ Reservations: [{}] });
  });

  test("refuses a filter that it does not know, a second template of one name, and too much user data", async () => {
    const { account } = await ready();
    const { ec2 } = account.clients;
    await expect(ec2.describeSubnets({ Filters: [{ Name: "colour", Values: ["red"] }] })).rejects.toMatchObject({
      Code: "InvalidParameterValue",
    });
    const LaunchTemplateData = { ImageId: "ami-1", NetworkInterfaces: [] };
    await expect(
      ec2.createLaunchTemplate({ LaunchTemplateName: "template", LaunchTemplateData }),
    ).rejects.toMatchObject({ Code: "InvalidLaunchTemplateName.AlreadyExistsException" });
    const UserData = Buffer.alloc(16_385).toString("base64");
    await expect(
      ec2.createLaunchTemplate({ LaunchTemplateName: "big", LaunchTemplateData: { ...LaunchTemplateData, UserData } }),
    ).rejects.toMatchObject({ Code: "InvalidUserData.Malformed" });
  });

  test("gives long lists in pages", async () => {
    const { account } = await ready();
    const { ec2 } = account.clients;
    const first = await ec2.describeInstanceTypes({ MaxResults: 100 });
    expect(first.InstanceTypes).toHaveLength(100);
    const next = { MaxResults: 100, NextToken: first.NextToken ?? "" };
    const second = await ec2.describeInstanceTypes(next);
    expect(second.InstanceTypes?.[0]?.InstanceType).not.toBe(first.InstanceTypes?.[0]?.InstanceType);
  });
});

test("a queue is waited at until a message comes, and shows it again when it was not deleted", async () => {
  const { account, clock, subnetIn } = await ready();
  const { sqs, ec2 } = account.clients;
  const { QueueUrl = "" } = await sqs.getQueueUrl({ QueueName: account.queueName });
  const receive = () => sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 20, VisibilityTimeout: 20 });
  const waiting = receive();
  await clock.advance(5_000);
  await ec2.createFleet(fleet([{ InstanceType: "m5.large", SubnetId: subnetIn("a") }]));
  const { Messages: [message] = [] } = await waiting;
  expect(JSON.parse(message?.Body ?? "")).toMatchObject({ source: "aws.ec2", detail: { state: "pending" } });
  await clock.advance(20_000);
  const { Messages: [again] = [] } = await receive();
  expect(again?.MessageId).toBe(message?.MessageId);
  await sqs.deleteMessage({ QueueUrl, ReceiptHandle: again?.ReceiptHandle ?? "" });
  await expect(sqs.getQueueUrl({ QueueName: "other" })).rejects.toMatchObject({ name: "QueueDoesNotExist" });
});

test.each([
  [
    { region: "eu-west-1" },
    'the catalogue has no region "eu-west-1"; it has us-east-1, ap-southeast-1, ap-northeast-2',
  ],
  [{ zones: ["us-east-1z"] }, 'region us-east-1 has no zone "us-east-1z"'],
])("an account in %o says what there is instead", (options, message) => {
  expect(() =>
    createSimulatedAccount({ clock: createManualClock(), random: createSeededRandom(1), catalogue, ...options }),
  ).toThrow(message);
});

test("other regions work with their own zones and the prices of us-east-1", async () => {
  const { account, subnetIn } = await ready({ region: "ap-southeast-1" });
  await account.clients.ec2.createFleet(fleet([{ InstanceType: "m5.large", SubnetId: subnetIn("b") }]));
  expect(account.machines.list()[0]).toMatchObject({
    zone: "ap-southeast-1b",
    privateDnsName: expect.stringMatching(/\.ap-southeast-1\.compute\.internal$/),
  });
  expect(account.bill().pricePerHour).toBe(0.096);
});
