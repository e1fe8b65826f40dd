import { describe, expect, test } from "vitest";
import type { EC2NodeClassSpec } from "../../api/index.ts";
import { nodeClassOf } from "../catalogue/testing.ts";
import { launchTemplateName, launchTemplateRequest, type TemplateInput } from "./template.ts";

const input = (spec: Partial<EC2NodeClassSpec> = {}, parts: Partial<TemplateInput> = {}): TemplateInput => ({
  nodeClass: nodeClassOf({
    spec,
    status: { securityGroups: [{ id: "sg-1" }, { id: "sg-2" }], instanceProfile: "profile" },
  }),
  region: "us-east-1",
  imageId: "ami-1",
  capacityType: "on-demand",
  tenancy: "default",
  tags: { "karpenter.sh/nodepool": "general" },
  efaCount: 0,
  enclave: false,
  reservedCapacity: true,
  bootstrap: {
    family: "AL2023",
    cluster: { name: "test", endpoint: "https://cluster.example", dns: "10.100.0.10" },
    labels: { team: "a", tier: "front" },
    taints: [],
    kubelet: { maxPods: 29 },
    raid0: false,
  },
  ...parts,
});

function dataOf(given: TemplateInput) {
  const request = launchTemplateRequest(given);
  if (!request.ok) throw new Error(request.failure.message);
  return request.value.LaunchTemplateData;
}

const ipv6 = (spec: Partial<EC2NodeClassSpec> = {}): TemplateInput => {
  const given = input(spec);
  const cluster = { ...given.bootstrap.cluster, dns: "fd00::a" };
  return { ...given, bootstrap: { ...given.bootstrap, cluster } };
};

describe("data of a launch template", () => {
  test("[aws 9.5.104] volumes are rounded up to GiB, an iops of 0 is left out, and the family has a default", () => {
    const blockDeviceMappings = [
      { deviceName: "/dev/xvda", ebs: { volumeSize: "21000Mi", iops: 0, volumeType: "gp3" } },
    ] as const;
    expect(dataOf(input({ blockDeviceMappings })).BlockDeviceMappings).toEqual([
      { DeviceName: "/dev/xvda", Ebs: { VolumeSize: 21, VolumeType: "gp3" } },
    ]);
    expect(dataOf(input()).BlockDeviceMappings).toEqual([
      {
        DeviceName: "/dev/xvda",
        Ebs: { DeleteOnTermination: true, Encrypted: true, VolumeSize: 20, VolumeType: "gp3" },
      },
    ]);
  });

  test("[aws 9.5.105] regions that do not know the IPv6 metadata field do not get it; metadata tags are always off", () => {
    expect(dataOf(input()).MetadataOptions).toMatchObject({
      HttpProtocolIpv6: "disabled",
      InstanceMetadataTags: "disabled",
    });
    const isolated = dataOf(input({}, { region: "us-iso-east-1" })).MetadataOptions;
    expect(isolated).toHaveProperty("InstanceMetadataTags", "disabled");
    expect(isolated).not.toHaveProperty("HttpProtocolIpv6");
  });

  test("[aws 9.5.103] in an IPv6 cluster interfaces get a primary IPv6 address, and prefixes are of IPv6", () => {
    expect(dataOf(ipv6({ ipPrefixCount: 2 })).NetworkInterfaces[0]).toMatchObject({
      PrimaryIpv6: true,
      Ipv6AddressCount: 1,
      Ipv6PrefixCount: 2,
    });
    expect(dataOf(input({ ipPrefixCount: 2 })).NetworkInterfaces[0]).toEqual({
      DeviceIndex: 0,
      Groups: ["sg-1", "sg-2"],
      Ipv4PrefixCount: 2,
    });
  });

  test("[aws 9.3.72] tenancy stands in the placement", () => {
    expect(dataOf(input({}, { tenancy: "dedicated" })).Placement).toEqual({ Tenancy: "dedicated" });
  });

  test("[aws 9.3.73] EFA interfaces take one card each, the first as device 0, the others as device 1", () => {
    const interfaces = dataOf(input({}, { efaCount: 3 })).NetworkInterfaces;
    expect(
      interfaces.map(({ NetworkCardIndex, DeviceIndex, InterfaceType }) => [
        NetworkCardIndex,
        DeviceIndex,
        InterfaceType,
      ]),
    ).toEqual([
      [0, 0, "efa"],
      [1, 1, "efa"],
      [2, 1, "efa"],
    ]);
  });

  test("[aws 9.3.75] enclaves are on only when asked for", () => {
    expect(dataOf(input()).EnclaveOptions).toEqual({ Enabled: false });
    expect(dataOf(input({}, { enclave: true })).EnclaveOptions).toEqual({ Enabled: true });
  });

  test("[aws 9.5.108] an ordinary launch leaves reservations alone", () => {
    expect(dataOf(input()).CapacityReservationSpecification).toEqual({ CapacityReservationPreference: "none" });
  });

  test("efa-only interfaces carry no addresses", () => {
    const networkInterfaces = [
      { networkCardIndex: 0, deviceIndex: 0, interfaceType: "interface" },
      { networkCardIndex: 0, deviceIndex: 1, interfaceType: "efa-only" },
    ] as const;
    const [first, second] = dataOf(input({ networkInterfaces, associatePublicIPAddress: true })).NetworkInterfaces;
    expect(first).toHaveProperty("AssociatePublicIpAddress", true);
    expect(second).not.toHaveProperty("AssociatePublicIpAddress");
  });

  test("spot requests are tagged as such", () => {
    const kinds = (capacityType: string) =>
      dataOf(input({}, { capacityType })).TagSpecifications?.map(({ ResourceType }) => ResourceType);
    expect(kinds("spot")).toEqual(["network-interface", "spot-instances-request"]);
    expect(kinds("on-demand")).toEqual(["network-interface"]);
  });
});

describe("name of a launch template", () => {
  test("[aws 9.5.106] does not depend on order, and does on every tag", () => {
    const labels = { tier: "front", team: "a" };
    const given = input();
    const reordered = { ...given, bootstrap: { ...given.bootstrap, labels } };
    expect(launchTemplateName(reordered)).toBe(launchTemplateName(given));
    const securityGroups = given.nodeClass.status?.securityGroups?.toReversed() ?? [];
    const otherOrder = { ...given.nodeClass, status: { ...given.nodeClass.status, securityGroups } };
    expect(launchTemplateName({ ...given, nodeClass: otherOrder })).toBe(launchTemplateName(given));
    expect(launchTemplateName(given)).toMatch(/^karpenter\.k8s\.aws\/\d+$/);
    const tags = { ...given.tags, team: "b" };
    expect(launchTemplateName({ ...given, tags })).not.toBe(launchTemplateName(given));
  });

  test("depends on whatever changes the machine", () => {
    const names = [
      input(),
      input({ detailedMonitoring: true }),
      input({ metadataOptions: { httpTokens: "optional" } }),
      input({}, { imageId: "ami-2" }),
      input({}, { capacityType: "spot" }),
      input({}, { efaCount: 1 }),
      ipv6(),
    ].map(launchTemplateName);
    expect(new Set(names).size).toBe(names.length);
  });
});
