import type { EC2NodeClass, SecurityGroupSelectorTerm } from "../../api/index.ts";
import type { Clock } from "../../platform/index.ts";
import { createExpiringMap } from "../caching/expiring-map.ts";
import type { Ec2Client, Filter } from "../contract/index.ts";
import { calling } from "../errors/index.ts";
import { allPages, pageToken } from "../paging.ts";
import { hasNativeSelectors, idAndTagFilters, tagFilters } from "../tags.ts";

export interface ResolvedSecurityGroup {
  readonly id: string;
  readonly name: string;
}

/** Security groups of node classes (spec: aws 1.5), by id. */
export interface SecurityGroups {
  resolve(
    nodeClass: EC2NodeClass,
    options: { readonly signal: AbortSignal },
  ): Promise<readonly ResolvedSecurityGroup[]>;
}

export function createSecurityGroups(deps: { readonly ec2: Ec2Client; readonly clock: Clock }): SecurityGroups {
  const cache = createExpiringMap<readonly ResolvedSecurityGroup[]>({ clock: deps.clock, ttlMilliseconds: 60_000 });
  return {
    resolve: async (nodeClass, { signal }) => {
      const { metadata } = nodeClass;
      const key = `${metadata.uid}-${metadata.generation}`;
      const known = cache.get(key);
      if (known !== undefined) return known;
      const groups = await describeGroups(deps.ec2, nodeClass, signal);
      cache.set(key, groups);
      return groups;
    },
  };
}

/** Ids together, names together, then each tag term. Of a term that mixes them, id beats name beats tags. */
function filterSets(nodeClass: EC2NodeClass): readonly (readonly Filter[])[] {
  const terms: readonly SecurityGroupSelectorTerm[] = nodeClass.spec.securityGroupSelectorTerms;
  if (hasNativeSelectors(nodeClass)) return terms.map((term) => idAndTagFilters("group-id", term));
  const ids = terms.flatMap(({ id }) => (id === undefined ? [] : [id]));
  const names = terms.flatMap(({ id, name }) => (id !== undefined || name === undefined ? [] : [name]));
  const byTags = terms.filter(({ id, name }) => id === undefined && name === undefined);
  return [
    ...(ids.length === 0 ? [] : [[{ Name: "group-id", Values: ids.sort() }]]),
    ...(names.length === 0 ? [] : [[{ Name: "group-name", Values: names.sort() }]]),
    ...byTags.map(({ tags = {} }) => tagFilters(tags)),
  ];
}

async function describeGroups(
  ec2: Ec2Client,
  nodeClass: EC2NodeClass,
  signal: AbortSignal,
): Promise<readonly ResolvedSecurityGroup[]> {
  const found = new Map<string, ResolvedSecurityGroup>();
  for (const Filters of filterSets(nodeClass)) {
    const groups = await allPages(
      (token) =>
        calling("EC2", "DescribeSecurityGroups", {
          signal,
          call: () => ec2.describeSecurityGroups({ Filters, MaxResults: 500, ...pageToken(token) }, { signal }),
        }),
      (page) => page.SecurityGroups,
    );
    for (const { GroupId: id, GroupName: name = "" } of groups) if (id !== undefined) found.set(id, { id, name });
  }
  return [...found.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
