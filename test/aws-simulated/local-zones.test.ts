import { expect, test } from "vitest";
import type { AwsClients, CreateFleetRequest } from "../../src/provider-aws/contract/index.ts";
import { classOf, createControllerFixture } from "./controllers.ts";
import { capacity, claimOf, overridesOf, recordingFleets, relaunch, requirement, types } from "./requests.ts";

const boston = { zone: "us-east-1-bos-1a", zoneId: "use1-bos1-az1", subnet: "subnet-0123456789abcdef0" };
const discovery = [{ Key: "karpenter.sh/discovery", Value: "karpenter-ts" }];

/** EC2 lists a local zone's subnets and offerings beside those of the region. */
const withBoston = (clients: AwsClients): AwsClients => ({
  ...clients,
  ec2: {
    ...clients.ec2,
    describeSubnets: async (input, options) => {
      const { Subnets = [] } = await clients.ec2.describeSubnets(input, options);
      const { zone: AvailabilityZone, zoneId: AvailabilityZoneId, subnet: SubnetId } = boston;
      const local = { SubnetId, AvailabilityZone, AvailabilityZoneId, AvailableIpAddressCount: 251, Tags: discovery };
      return { Subnets: [...Subnets, local] };
    },
    describeInstanceTypeOfferings: async (input, options) => {
      const page = await clients.ec2.describeInstanceTypeOfferings(input, options);
      const local = input.NextToken === undefined ? [{ InstanceType: "c5d.2xlarge", Location: boston.zone }] : [];
      return { ...page, InstanceTypeOfferings: [...(page.InstanceTypeOfferings ?? []), ...local] };
    },
  },
});

test("a local zone is a zone of its subnets, with what EC2 offers there and nothing else", async () => {
  const requests: CreateFleetRequest[] = [];
  const answered = recordingFleets(requests, (request) => ({
    FleetId: "fleet-1",
    Instances: [
      {
        InstanceIds: ["i-0123456789abcdef0"],
        LaunchTemplateAndOverrides: { Overrides: overridesOf(request)[0] },
        InstanceType: "c5d.2xlarge",
      },
    ],
  }));
  const fixture = await createControllerFixture({
    provider: { disableDryRun: true },
    wrapClients: (clients) => answered(withBoston(clients)),
  });
  const { status } = await fixture.resolve(classOf());
  expect(status?.subnets).toContainEqual({ id: boston.subnet, zone: boston.zone, zoneID: boston.zoneId });
  const inBoston = requirement("topology.kubernetes.io/zone", boston.zone);
  const wanted = [types("c5d.2xlarge", "m5.large"), capacity("on-demand"), inBoston];
  expect(await relaunch(fixture, claimOf(wanted))).toMatchObject({
    ok: true,
    value: {
      providerId: `aws:///${boston.zone}/i-0123456789abcdef0`,
      labels: { "topology.kubernetes.io/zone": boston.zone, "topology.k8s.aws/zone-id": boston.zoneId },
    },
  });
  expect(overridesOf(requests[0]).map(({ InstanceType, SubnetId }) => [InstanceType, SubnetId])).toEqual([
    ["c5d.2xlarge", boston.subnet],
  ]);
});
