import type { AccountReading, AccountRoute } from "./account-clients.ts";
import type { NetworkReport } from "./account-report.ts";
import { allPages, asking } from "./asking.ts";
import { tagMap } from "./read-cluster.ts";

/** The network of the cluster: its subnets and their ways out, and its endpoints (spec: v1alpha5 6.4). */
export async function readNetwork(vpcId: string, reading: AccountReading): Promise<NetworkReport> {
  const endpoints = await readEndpoints(vpcId, reading);
  const groups = [...new Set(endpoints.flatMap(({ securityGroupIds }) => securityGroupIds))].toSorted();
  const [dnsSupport, dnsHostnames, subnets, routeTables, securityGroups] = await Promise.all([
    readAttribute(vpcId, "enableDnsSupport", reading),
    readAttribute(vpcId, "enableDnsHostnames", reading),
    readSubnets(vpcId, reading),
    readRouteTables(vpcId, reading),
    readSecurityGroups(groups, reading),
  ]);
  return { vpcId, dnsSupport, dnsHostnames, subnets, routeTables, endpoints, securityGroups };
}

const ofNetwork = (vpcId: string, next: string | undefined) => ({
  Filters: [{ Name: "vpc-id", Values: [vpcId] }],
  ...(next === undefined ? {} : { NextToken: next }),
});

async function readAttribute(
  vpcId: string,
  attribute: "enableDnsSupport" | "enableDnsHostnames",
  { clients, signal }: AccountReading,
): Promise<boolean> {
  const answer = await asking("ec2:DescribeVpcAttribute", () =>
    clients.ec2.describeVpcAttribute({ VpcId: vpcId, Attribute: attribute }, { signal }),
  );
  const value = attribute === "enableDnsSupport" ? answer.EnableDnsSupport : answer.EnableDnsHostnames;
  return value?.Value === true;
}

async function readSubnets(vpcId: string, { clients, signal }: AccountReading): Promise<NetworkReport["subnets"]> {
  const subnets = await allPages(
    (next) => asking("ec2:DescribeSubnets", () => clients.ec2.describeSubnets(ofNetwork(vpcId, next), { signal })),
    ({ Subnets, NextToken }) => ({ items: Subnets, next: NextToken }),
  );
  return subnets.map(({ SubnetId: id = "", AvailabilityZone: zone = "", Tags }) => ({ id, zone, tags: tagMap(Tags) }));
}

async function readRouteTables(
  vpcId: string,
  { clients, signal }: AccountReading,
): Promise<NetworkReport["routeTables"]> {
  const tables = await allPages(
    (next) =>
      asking("ec2:DescribeRouteTables", () => clients.ec2.describeRouteTables(ofNetwork(vpcId, next), { signal })),
    ({ RouteTables, NextToken }) => ({ items: RouteTables, next: NextToken }),
  );
  return tables.map(({ RouteTableId: id = "", Associations = [], Routes = [] }) => ({
    id,
    main: Associations.some(({ Main }) => Main === true),
    subnetIds: Associations.flatMap(({ SubnetId }) => SubnetId ?? []),
    routes: Routes.map((route) => ({
      destination: route.DestinationCidrBlock ?? route.DestinationIpv6CidrBlock ?? "",
      target: targetOf(route),
    })),
  }));
}

const targetOf = (route: AccountRoute): string =>
  route.NatGatewayId ?? route.TransitGatewayId ?? route.EgressOnlyInternetGatewayId ?? route.GatewayId ?? "";

async function readEndpoints(vpcId: string, { clients, signal }: AccountReading): Promise<NetworkReport["endpoints"]> {
  const endpoints = await allPages(
    (next) =>
      asking("ec2:DescribeVpcEndpoints", () => clients.ec2.describeVpcEndpoints(ofNetwork(vpcId, next), { signal })),
    ({ VpcEndpoints, NextToken }) => ({ items: VpcEndpoints, next: NextToken }),
  );
  return endpoints.map(
    ({ ServiceName, VpcEndpointType, State, PrivateDnsEnabled, RouteTableIds = [], Groups = [] }) => ({
      service: ServiceName ?? "",
      type: VpcEndpointType ?? "",
      state: State ?? "",
      privateDns: PrivateDnsEnabled === true,
      routeTableIds: RouteTableIds,
      securityGroupIds: Groups.flatMap(({ GroupId }) => GroupId ?? []),
    }),
  );
}

async function readSecurityGroups(
  ids: readonly string[],
  { clients, signal }: AccountReading,
): Promise<NetworkReport["securityGroups"]> {
  if (ids.length === 0) return [];
  const groups = await allPages(
    (next) =>
      asking("ec2:DescribeSecurityGroups", () =>
        clients.ec2.describeSecurityGroups(
          { GroupIds: ids, ...(next === undefined ? {} : { NextToken: next }) },
          { signal },
        ),
      ),
    ({ SecurityGroups, NextToken }) => ({ items: SecurityGroups, next: NextToken }),
  );
  return groups.map(({ GroupId: id = "", IpPermissions = [] }) => ({
    id,
    opens443: IpPermissions.some(
      ({ IpProtocol, FromPort = 0, ToPort = 65_535 }) =>
        IpProtocol === "-1" || (IpProtocol === "tcp" && FromPort <= 443 && ToPort >= 443),
    ),
  }));
}
