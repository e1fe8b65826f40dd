import type { Logger } from "../../platform/index.ts";
import { factsOf, type MachineFacts, type NetworkLimits, type RegionFacts } from "../catalogue/index.ts";
import type { Ec2Client } from "../contract/index.ts";
import { calling } from "../errors/index.ts";
import { allPages, pageToken } from "../paging.ts";

export interface DiscoveredRegion {
  readonly facts: RegionFacts;
  /** Rises when types or offerings differ from those before. */
  readonly version: number;
}

/** Which types exist and where they are offered, as EC2 says (spec: aws 2.1). */
export interface TypeDiscovery {
  /** Asks EC2; rejects with a fault and keeps what was known before. */
  refresh(options: { readonly signal: AbortSignal }): Promise<DiscoveredRegion>;
  /** What was found last; undefined before the first success. */
  readonly current: DiscoveredRegion | undefined;
}

export function createTypeDiscovery(deps: {
  readonly ec2: Ec2Client;
  readonly region: string;
  readonly networkLimits: ReadonlyMap<string, NetworkLimits>;
  readonly log: Logger;
}): TypeDiscovery {
  let current: DiscoveredRegion | undefined;
  let fingerprint = "";
  return {
    get current() {
      return current;
    },
    refresh: async ({ signal }) => {
      const [machines, offerings] = await Promise.all([
        describeTypes(deps.ec2, signal),
        describeOfferings(deps.ec2, signal),
      ]);
      const found = JSON.stringify([machines, [...offerings]]);
      if (current !== undefined && found === fingerprint) return current;
      fingerprint = found;
      const { region, networkLimits } = deps;
      current = { facts: { region, machines, offerings, networkLimits }, version: (current?.version ?? 0) + 1 };
      deps.log.debug("discovered instance types", { count: machines.length });
      return current;
    },
  };
}

const archs: ReadonlySet<string> = new Set(["x86_64", "arm64"]);

async function describeTypes(ec2: Ec2Client, signal: AbortSignal): Promise<readonly MachineFacts[]> {
  const infos = await allPages(
    (token) =>
      calling("EC2", "DescribeInstanceTypes", {
        signal,
        call: () =>
          ec2.describeInstanceTypes(
            {
              Filters: [
                { Name: "supported-virtualization-type", Values: ["hvm"] },
                { Name: "processor-info.supported-architecture", Values: ["x86_64", "arm64"] },
              ],
              MaxResults: 100,
              ...pageToken(token),
            },
            { signal },
          ),
      }),
    (page) => page.InstanceTypes,
  );
  return infos
    .map(factsOf)
    .filter((facts) => facts !== undefined)
    .filter(({ architectures }) => architectures.some((name) => archs.has(name)))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function describeOfferings(ec2: Ec2Client, signal: AbortSignal): Promise<ReadonlyMap<string, readonly string[]>> {
  const offered = await allPages(
    (token) =>
      calling("EC2", "DescribeInstanceTypeOfferings", {
        signal,
        call: () =>
          ec2.describeInstanceTypeOfferings(
            { LocationType: "availability-zone", MaxResults: 1000, ...pageToken(token) },
            { signal },
          ),
      }),
    (page) => page.InstanceTypeOfferings,
  );
  const zones = new Map<string, string[]>();
  for (const { InstanceType: type, Location: zone } of offered)
    if (type !== undefined && zone !== undefined) {
      const known = zones.get(type);
      if (known === undefined) zones.set(type, [zone]);
      else known.push(zone);
    }
  return new Map([...zones].map(([type, places]) => [type, places.sort()]));
}
