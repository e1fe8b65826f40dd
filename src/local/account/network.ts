import {
  type DescribeSecurityGroupsResult,
  type DescribeSubnetsResult,
  type FilteredRequest,
  ServiceError,
} from "../../provider-aws/contract/index.ts";
import { mapToTags, matchesFilters, page } from "./filters.ts";

export interface AccountSubnet {
  readonly id: string;
  readonly zone: string;
  readonly zoneId: string;
  /** First two octets and the third of the first address: subnets are /19 networks in 10.0.0.0/16. */
  readonly thirdOctet: number;
  readonly tags: Readonly<Record<string, string>>;
  free: number;
}

export interface AccountSecurityGroup {
  readonly id: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** One VPC: a subnet in each zone, one security group, all with the discovery tag. */
export interface AccountNetwork {
  readonly subnets: readonly AccountSubnet[];
  readonly groups: readonly AccountSecurityGroup[];
  describeSubnets(input: FilteredRequest): DescribeSubnetsResult;
  describeSecurityGroups(input: FilteredRequest): DescribeSecurityGroupsResult;
  subnet(id: string): AccountSubnet;
  /** An address for a new machine; `addresses` are taken with it, as the VPC's plug-in takes them for pods. */
  takeAddress(subnet: AccountSubnet, addresses: number): string | undefined;
  giveBack(subnet: AccountSubnet, addresses: number): void;
}

/** Of the 8,192 addresses of a /19, five are AWS' own. */
const addressesPerSubnet = 8187;

export function createNetwork(deps: {
  readonly zones: readonly { readonly name: string; readonly id: string }[];
  readonly discovery: string;
  readonly newId: (prefix: string) => string;
}): AccountNetwork {
  const tags = { "karpenter.sh/discovery": deps.discovery, Name: deps.discovery };
  const subnets = deps.zones.map(({ name, id }, index) => ({
    id: deps.newId("subnet"),
    zone: name,
    zoneId: id,
    thirdOctet: (index * 32) % 256,
    tags,
    free: addressesPerSubnet,
  }));
  const groups = [{ id: deps.newId("sg"), name: `${deps.discovery}-nodes`, tags }];
  const nextHost = new Map<string, number>();
  const byId = new Map(subnets.map((subnet) => [subnet.id, subnet]));

  return {
    subnets,
    groups,
    describeSubnets: (input) => {
      const found = page(
        subnets.filter((subnet) => matchesFilters(input.Filters, subnetFacts(subnet))),
        input,
      );
      return { Subnets: found.items.map(subnetShape), ...found.token };
    },
    describeSecurityGroups: (input) => {
      const found = page(
        groups.filter((group) => matchesFilters(input.Filters, groupFacts(group))),
        input,
      );
      const SecurityGroups = found.items.map(({ id, name, tags }) => ({
        GroupId: id,
        GroupName: name,
        Tags: mapToTags(tags),
      }));
      return { SecurityGroups, ...found.token };
    },
    subnet: (id) => {
      const subnet = byId.get(id);
      if (subnet === undefined)
        throw new ServiceError("InvalidSubnetID.NotFound", `The subnet ID '${id}' does not exist`);
      return subnet;
    },
    takeAddress: (subnet, addresses) => {
      if (subnet.free < addresses) return undefined;
      subnet.free -= addresses;
      const host = nextHost.get(subnet.id) ?? 4;
      nextHost.set(subnet.id, host + 1 > addressesPerSubnet ? 4 : host + 1);
      return `10.0.${subnet.thirdOctet + (host >> 8)}.${host & 255}`;
    },
    giveBack: (subnet, addresses) => {
      subnet.free += addresses;
    },
  };
}

const subnetFacts = ({ id, zone, zoneId, tags }: AccountSubnet) => ({
  attributes: { "subnet-id": [id], "availability-zone": [zone], "availability-zone-id": [zoneId] },
  tags,
});

const groupFacts = ({ id, name, tags }: AccountSecurityGroup) => ({
  attributes: { "group-id": [id], "group-name": [name] },
  tags,
});

const subnetShape = (subnet: AccountSubnet) => ({
  SubnetId: subnet.id,
  AvailabilityZone: subnet.zone,
  AvailabilityZoneId: subnet.zoneId,
  AvailableIpAddressCount: subnet.free,
  Tags: mapToTags(subnet.tags),
});
