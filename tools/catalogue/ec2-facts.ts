import {
  DescribeAvailabilityZonesCommand,
  EC2Client,
  paginateDescribeInstanceTypeOfferings,
  paginateDescribeInstanceTypes,
} from "@aws-sdk/client-ec2";
import { factsOf, type MachineFacts, type SelectorFacts } from "../../src/provider-aws/catalogue/index.ts";
import { selectorFactsOf } from "./selector-facts.ts";

export interface RegionFacts {
  readonly region: string;
  readonly zones: readonly { readonly name: string; readonly id: string }[];
  /** Type name to the zones that offer it, in order of zone name. */
  readonly offerings: ReadonlyMap<string, readonly string[]>;
}

const clientOf = (endpoint: string, region: string): EC2Client =>
  new EC2Client({ endpoint, region, credentials: { accessKeyId: "catalogue", secretAccessKey: "catalogue" } });

export interface DescribedMachine {
  readonly facts: MachineFacts;
  readonly selector: SelectorFacts;
}

const architectures = new Set(["x86_64", "arm64"]);

/**
 * Every type that a node can be made of (spec: aws 2.1). The architecture is tested here: the emulator's own filter
 * misses types that list i386 first.
 */
export async function fetchMachines(endpoint: string, region: string): Promise<readonly DescribedMachine[]> {
  const client = clientOf(endpoint, region);
  const machines: DescribedMachine[] = [];
  const input = { Filters: [{ Name: "supported-virtualization-type", Values: ["hvm"] }] };
  for await (const page of paginateDescribeInstanceTypes({ client, pageSize: 100 }, input))
    for (const info of page.InstanceTypes ?? []) {
      const facts = factsOf(info);
      if (facts === undefined) throw new Error(`EC2 names ${info.InstanceType} without vCPUs or memory`);
      if (facts.architectures.some((name) => architectures.has(name)))
        machines.push({ facts, selector: selectorFactsOf(info) });
    }
  client.destroy();
  return machines;
}

export async function fetchRegion(endpoint: string, region: string): Promise<RegionFacts> {
  const client = clientOf(endpoint, region);
  const answer = await client.send(new DescribeAvailabilityZonesCommand({}));
  const zones = (answer.AvailabilityZones ?? []).map(({ ZoneName: name = "", ZoneId: id = "" }) => ({ name, id }));
  const offerings = new Map<string, string[]>();
  const pages = paginateDescribeInstanceTypeOfferings(
    { client, pageSize: 1000 },
    { LocationType: "availability-zone" },
  );
  for await (const page of pages)
    for (const { InstanceType: type = "", Location: zone = "" } of page.InstanceTypeOfferings ?? [])
      offerings.set(type, [...(offerings.get(type) ?? []), zone].sort());
  client.destroy();
  return { region, zones: zones.sort((a, b) => (a.name < b.name ? -1 : 1)), offerings };
}
